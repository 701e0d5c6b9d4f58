"""Where training scripts put a state dict in a file, and what they write before and after its names."""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from camdash.errors import CheckpointError
from camdash.networks.files.numpy_values import are_weights, only_arrays
from camdash.networks.text import printable
from camdash.words.sentence import say, say_many

NESTINGS = ("state_dict", "model_state_dict", "model", "net", "ema", "state_dict_ema", "model_ema")
"""Keys under which training scripts usually nest a state dict."""

PREFIXES = ("module.", "model.", "net.", "backbone.", "_orig_mod.", "network.", "ema.", "timm_model.")
"""Prefixes that DataParallel, Lightning, torch.compile, EMA and wrappers put before every name."""

AVERAGE = re.compile(r"(?:^|_)(?:ema|swa)|(?:ema|swa)(?:$|_)|shadow|averag|momentum", re.IGNORECASE)
"""What says of weights that they are an average of those that were trained."""

CLASS_LISTS = (
    *("class_names", "classes", "class_to_idx", "class2idx", "idx_to_class", "idx2class", "id2label", "label2id"),
    *("label_names", "labels", "pathologies", "target_names", "categories"),
)
"""Keys under which training scripts keep the names of the classes."""

ARGUMENTS = ("hyper_parameters", "hparams", "config", "cfg", "args", "params", "meta", "metadata")
"""Keys under which they keep what the training was told."""

MOST_NESTED = 100
"""Dictionaries of weights that are joined."""

MOST_NAMES = 25_000
"""Names in a list of classes that is looked at."""

DEEPEST = 4
"""Nestings that are opened, one in another."""

MOST_PREFIXES = 10
"""Prefixes that are taken off, one after another."""

LOSSES = ("criterion.", "loss.", "loss_fn.", "loss_function.")
"""Beginnings of the names of a loss's own weights (its class weights, say), which stand beside the network's."""

SIGMOID_SIGNS = ("pos_weight", "op_threshs")
"""Last parts of names that only a training of independent labels leaves: BCEWithLogitsLoss's weight of the positive
examples, and torchxrayvision's thresholds."""

BCE = re.compile(r"(?:^|[._])bce", re.IGNORECASE)
"""The name of a binary cross entropy, whose buffers stand beside the network."""

COUNTS = ("total_ops", "total_params")
"""Last parts of names that counting a network's operations leaves in it (thop)."""

COUNTER = "n_averaged"
"""The counter of torch.optim.swa_utils.AveragedModel, beside the averaged network's `module.`."""

OLD_DENSENET = (re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.(?=[12]\.)"), r"\1")
"""DenseNet's names before torchvision 0.3, and today's."""

RENAMINGS = (
    OLD_DENSENET,
    (re.compile(r"^last_linear\."), "fc."),  # pretrained-models and early timm
)


ClassList = tuple[str, tuple[str, ...]]
"""The key that a list of class names stands under, and the names."""


@dataclass(frozen=True, eq=False)
class Layout:
    """A state dict with the network's own names.

    Attributes:
        tensors: by clean name, as they are stored.
        conversions: what was done to get there, a phrase each.
        ignored: the names (as in the file) that were left out because they belong to no network.
    """

    tensors: dict[str, Tensor]
    conversions: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def find_state_dict(loaded: object, where: str) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Return the state dict in what a file holds, and the conversions made.

    Raises:
        CheckpointError: there is none, bare or nested.
    """
    conversions: list[str] = []
    for _ in range(DEEPEST):
        if not isinstance(loaded, dict):
            break
        tensors = _plain_tensors(loaded)
        if tensors and len(tensors) == len(loaded):
            return tensors, tuple(conversions)
        nested = _nested(loaded, tensors)
        if not nested:
            if any("." in name for name in tensors):
                return tensors, (*conversions, say("{names} left out", names=_others(loaded, tensors)))
            break
        conversions.append(say("taken from under {key}", key=", ".join(repr(_short(key)) for key in nested)))
        if len(loaded) > len(nested):
            conversions.append(say("{names} left out", names=_others(loaded, nested)))
        if len(nested) > 1:
            return _joined(loaded, nested), tuple(conversions)
        loaded = loaded[nested[0]]
    if isinstance(loaded, dict) and are_weights(loaded):
        raise CheckpointError(only_arrays(where))
    keys = ", ".join(NESTINGS)
    raise CheckpointError(
        say("{name} holds no state dict, bare or under one of the keys {keys}.", name=where, keys=keys)
    )


def clean(tensors: Mapping[str, Tensor]) -> Layout:
    """Take off prefixes, in any nesting, leave out losses and counters, and bring old names to today's."""
    names = {name: value for name, value in tensors.items() if name.rpartition(".")[2] != COUNTER}
    names, conversions = _unprefixed(names)
    kept = {name: value for name, value in names.items() if not _stands_beside(name)}
    renamed = {_renamed(name): value for name, value in kept.items()}
    conversions += said_renamed(len(renamed.keys() - kept.keys()))
    counters = [name for name in tensors if name.rpartition(".")[2] == COUNTER]
    return Layout(renamed, tuple(conversions), (*counters, *(name for name in names if name not in kept)))


def with_todays_names(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Bring old names of layers to today's, whatever stands before them."""
    renamed = {OLD_DENSENET[0].sub(OLD_DENSENET[1], name): value for name, value in tensors.items()}
    return renamed if len(renamed) == len(tensors) else dict(tensors)


def said_renamed(count: int) -> list[str]:
    """Say that so many names were old ones; nothing where none were."""
    said = say_many(
        "{count} names of an older convention brought to torchvision's",
        "{count} names of an older convention brought to torchvision's",
        count,
    )
    return [said] if count else []


def sigmoid_sign(ignored: Iterable[str]) -> str:
    """Return the first name that only a training of independent labels leaves; empty for none."""
    return next((name for name in ignored if name.rpartition(".")[2] in SIGMOID_SIGNS or BCE.search(name)), "")


def is_plain(value: object) -> bool:
    """Tell whether a value is a dense tensor whose every number is stored, not one number said to be a billion."""
    return (
        isinstance(value, Tensor)
        and value.layout is torch.strided
        and not value.is_quantized
        and not value.is_nested
        and value.untyped_storage().nbytes() >= value.numel() * value.element_size()
    )


def class_lists(loaded: object) -> tuple[ClassList, ...]:
    """Return the lists of class names that stand beside a state dict, or among the arguments of its training.

    Only texts and whole numbers in lists and dictionaries are looked at.
    """
    if not isinstance(loaded, dict):
        return ()
    places = [loaded, *(loaded[key] for key in ARGUMENTS if isinstance(loaded.get(key), dict))]
    named = [(key, _class_names(place.get(key))) for place in places for key in CLASS_LISTS]
    return tuple((key, names) for key, names in named if names)


def _class_names(value: object) -> tuple[str, ...]:
    """Return class names in the order of the outputs: of a list, of numbers by name or of names by number."""
    if isinstance(value, list | tuple) and len(value) <= MOST_NAMES:
        return tuple(value) if all(isinstance(name, str) for name in value) else ()
    if not isinstance(value, dict) or len(value) > MOST_NAMES:
        return ()
    pairs = [(name, number) if isinstance(name, str) and not _is_number(name) else (number, name)
             for name, number in value.items()]  # fmt: skip
    by_number = {int(number): name for name, number in pairs if isinstance(name, str) and _is_number(number)}
    complete = len(by_number) == len(value) and sorted(by_number) == list(range(len(value)))
    return tuple(by_number[number] for number in range(len(value))) if complete else ()


def _is_number(value: object) -> bool:
    """Return whether a value is a whole number that may stand for a place, as such or as a text (of JSON's keys)."""
    if isinstance(value, str):
        return value.isascii() and value.isdigit() and len(value) < 6
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_NAMES


def _plain_tensors(loaded: Mapping[object, object]) -> dict[str, Tensor]:
    return {name: value for name, value in loaded.items() if isinstance(name, str) and is_plain(value)}  # type: ignore[misc]


def _nested(loaded: Mapping[object, object], tensors: Mapping[str, Tensor]) -> list[str]:
    """Return the keys under which state dicts stand: one of the usual ones, else all by their content.

    An average of the weights is left out where the weights themselves stand beside it.
    """
    known: dict[tuple[int, int], bool] = {}
    usual = [key for key in NESTINGS if isinstance(loaded.get(key), dict)]
    if holding := [key for key in usual if _holds_weights(loaded[key], known)]:
        return holding[:1]
    if any(name.endswith("weight") for name in tensors):
        return []
    found = [key for key, value in loaded.items() if isinstance(key, str) and _holds_weights(value, known)]
    plain = [key for key in found if not AVERAGE.search(key)]
    return plain or found or usual[:1]


def _holds_weights(value: object, known: dict[tuple[int, int], bool], left: int = DEEPEST) -> bool:
    """Return whether a value is a dictionary of named weights, or one of such dictionaries.

    `known` keeps the answers: dictionaries may hold each other, and themselves.
    """
    if not isinstance(value, dict) or left < 0 or not all(isinstance(key, str) for key in value):
        return False
    place = id(value), left
    if place not in known:
        known[place] = False
        named = any(key.endswith("weight") and is_plain(inner) and inner.ndim > 1 for key, inner in value.items())
        known[place] = named or any(_holds_weights(inner, known, left - 1) for inner in value.values())
    return known[place]


def _joined(loaded: Mapping[object, object], nested: Iterable[str]) -> dict[str, Tensor]:
    """Return the weights of several dictionaries in one, by names that begin with their keys."""
    joined: dict[str, Tensor] = {}
    waiting = deque((f"{key}.", loaded[key], DEEPEST) for key in nested)
    for _ in range(MOST_NESTED):
        if not waiting:
            break
        prefix, value, left = waiting.popleft()
        if not isinstance(value, dict) or left < 0:
            continue
        tensors = _plain_tensors(value)
        joined |= {prefix + name: one for name, one in tensors.items()}
        keys = _nested(value, tensors) if len(tensors) < len(value) else []
        alone = len(keys) == 1 and not tensors  # read as where it stands alone
        waiting += [(prefix if alone else f"{prefix}{key}.", value[key], left - 1) for key in keys]
    return joined


def _stands_beside(name: str) -> bool:
    """Return whether a name belongs to no network: to a loss, to thresholds, or to a count of operations."""
    return name.startswith(LOSSES) or name.rpartition(".")[2] in (*SIGMOID_SIGNS, *COUNTS)


def _unprefixed(names: dict[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """Take prefixes off as long as no two names become one."""
    conversions: list[str] = []
    while len(conversions) < MOST_PREFIXES and (prefix := _prefix(names)):
        others = {name: value for name, value in names.items() if not name.startswith(prefix)}
        inner = {name.removeprefix(prefix): value for name, value in names.items() if name.startswith(prefix)}
        if inner.keys() & others.keys():
            return names, conversions
        conversions.append(say("prefix {prefix} taken off", prefix=repr(prefix)))
        names = others | inner
    return names, conversions


def _prefix(names: Mapping[str, Tensor]) -> str | None:
    """Return the prefix that all names share, else one that at least half of three or more names have."""
    if shared := _shared_prefix(names):
        return shared
    counts = {prefix: sum(name.startswith(prefix) for name in names) for prefix in PREFIXES}
    prefix, count = max(counts.items(), key=lambda item: item[1])
    return prefix if len(names) > 2 and 2 * count >= len(names) else None


def _shared_prefix(names: Mapping[str, Tensor]) -> str | None:
    return next((p for p in PREFIXES if names and all(name.startswith(p) for name in names)), None)


def _renamed(name: str) -> str:
    for pattern, replacement in RENAMINGS:
        name = pattern.sub(replacement, name)
    return name


def _others(loaded: Mapping[object, object], taken: object) -> str:
    names = [key for key in loaded if not isinstance(taken, dict | list) or key not in taken]
    first = ", ".join(repr(_short(name)) for name in names[:6])
    more = len(names) - 6
    if more <= 0:
        return first
    return say_many("{names} and {count} more", "{names} and {count} more", more, names=first)


def _short(key: object) -> str:
    """Return the beginning of a key; of one that is no text, what it is: to write it out could take for ever."""
    return printable(str(key), 40) if isinstance(key, str | int) else type(key).__name__
