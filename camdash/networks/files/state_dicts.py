"""Where training scripts put a state dict in a file, and what they write before and after its names."""

import re
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

DEEPEST = 4
"""Nestings that are opened, one in another."""

MOST_PREFIXES = 10
"""Prefixes that are taken off, one after another."""

LOSSES = ("criterion.", "loss.", "loss_fn.", "loss_function.")
"""Beginnings of the names of a loss's own weights (its class weights, say), which stand beside the network's."""

SIGMOID_SIGNS = ("pos_weight", "op_threshs")
"""Last parts of names that only a training of independent labels leaves: BCEWithLogitsLoss's weight of the positive
examples, and torchxrayvision's thresholds."""

COUNTS = ("total_ops", "total_params")
"""Last parts of names that counting a network's operations leaves in it (thop)."""

COUNTER = "n_averaged"
"""The counter of torch.optim.swa_utils.AveragedModel, beside the averaged network's `module.`."""

RENAMINGS = (
    (re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.(?=[12]\.)"), r"\1"),  # DenseNet before torchvision 0.3
    (re.compile(r"^last_linear\."), "fc."),  # pretrained-models and early timm
)


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
        tensors = {name: value for name, value in loaded.items() if isinstance(name, str) and is_plain(value)}
        if tensors and len(tensors) == len(loaded):
            return tensors, tuple(conversions)
        nested = [key for key in NESTINGS if isinstance(loaded.get(key), dict)]
        if not nested:
            if any("." in name for name in tensors):
                return tensors, (*conversions, say("{names} left out", names=_others(loaded, tensors)))
            break
        conversions.append(say("taken from under {key}", key=repr(nested[0])))
        if len(loaded) > 1:
            conversions.append(say("{names} left out", names=_others(loaded, nested[:1])))
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
    if changed := len(renamed.keys() - kept.keys()):
        conversions.append(
            say_many(
                "{count} names of an older convention brought to torchvision's",
                "{count} names of an older convention brought to torchvision's",
                changed,
            )
        )
    counters = [name for name in tensors if name.rpartition(".")[2] == COUNTER]
    return Layout(renamed, tuple(conversions), (*counters, *(name for name in names if name not in kept)))


def sigmoid_sign(ignored: Iterable[str]) -> str:
    """Return the first name that only a training of independent labels leaves; empty for none."""
    return next((name for name in ignored if name.rpartition(".")[2] in SIGMOID_SIGNS), "")


def is_plain(value: object) -> bool:
    """Tell whether a value is a dense tensor whose every number is stored, not one number said to be a billion."""
    return (
        isinstance(value, Tensor)
        and value.layout is torch.strided
        and not value.is_quantized
        and not value.is_nested
        and value.untyped_storage().nbytes() >= value.numel() * value.element_size()
    )


def _stands_beside(name: str) -> bool:
    """Return whether a name belongs to no network: to a loss, to thresholds, or to a count of operations."""
    return name.startswith(LOSSES) or name.rpartition(".")[2] in (*SIGMOID_SIGNS, *COUNTS)


def _unprefixed(names: dict[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """Take prefixes off as long as no two names become one; a second copy of the whole network is left out."""
    conversions: list[str] = []
    while len(conversions) < MOST_PREFIXES and (prefix := _prefix(names)):
        others = {name: value for name, value in names.items() if not name.startswith(prefix)}
        inner = {name.removeprefix(prefix): value for name, value in names.items() if name.startswith(prefix)}
        if inner.keys() == others.keys():
            conversions.append(say("a second copy of the network, under {prefix}, left out", prefix=repr(prefix)))
            return others, conversions
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
