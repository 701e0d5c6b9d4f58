"""A network's weights by its own names, taken out of whatever a trainer saved around them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from camdash.errors import CheckpointError
from camdash.networks.architectures.building import GEM, family_of
from camdash.networks.architectures.matching import Shapes
from camdash.networks.architectures.recognition import class_count_of, match_keys, nearest, recognise
from camdash.networks.cards.card import Card
from camdash.networks.files.state_dicts import MOST_PREFIXES, said_renamed, with_todays_names
from camdash.networks.files.weights import StoredWeights
from camdash.networks.taking.beside import first_of, is_beside, said_beside, said_constants
from camdash.networks.taking.choosing import check_before, choose_head, choose_trunk, region
from camdash.networks.taking.exponents import exponent_of, without_exponents
from camdash.networks.taking.heads import FoundHead, find_heads, following
from camdash.networks.taking.hints import looks_like
from camdash.networks.taking.trunks import Form, Trunk, find_trunks
from camdash.networks.text import printable
from camdash.words.sentence import joined, say

SEGMENTATION = ("decoder.", "segmentation_head.")
"""What segmentation_models.pytorch puts beside the encoder, and its classifier beside it under this name:"""

CLASSIFICATION = "classification_head"


@dataclass(frozen=True, eq=False)
class _Choice:
    """What of a file is the network: its trunk, its head, its pooling's exponent, and the names that stand beside it.

    The exponent is empty where its pooling has none.
    """

    trunk: Trunk
    head: FoundHead | None
    others: tuple[Trunk, ...]
    beside: tuple[str, ...]
    strangers: tuple[str, ...]
    exponent: str = ""

    @classmethod
    def of(
        cls, trunk: Trunk, head: FoundHead | None, others: Sequence[Trunk], left: Sequence[str], beside: set[str]
    ) -> "_Choice":
        """Return a choice from the names that are left, some of which stand beside the network."""
        strangers = tuple(name for name in left if name not in beside)
        return cls(trunk, head, tuple(others), tuple(name for name in left if name in beside), strangers)


def taken(stored: StoredWeights, card: Card | None) -> StoredWeights:
    """Return the weights by the names of the network that they are, with all that was done to get there.

    Where nothing in the file fits a known network, they are returned by the names that come closest.

    Args:
        stored: what was read.
        card: the checkpoint's card; None where it has none.

    Raises:
        CheckpointError: several networks or heads are in the file and nothing tells which one is meant, or nothing
            tells what stands between its last layers.
    """
    architecture = card.architecture if card else None
    network, head = (card.network, card.head) if card else ("", "")
    if not network and not head and _fits(stored.shapes, architecture):
        return stored
    found = with_todays_names(stored.tensors if stored.told else stored.found or stored.tensors)
    shapes = _shapes(found)
    trunks = _trunks(without_exponents(shapes), architecture)
    whole = [trunk for trunk in trunks if trunk.is_whole]
    wanted = [trunk for trunk in whole if architecture in (None, trunk.architecture)]
    if not wanted and (inside := _by_counting(stored, found, architecture)) is not None:
        return inside
    if not wanted:
        return stored if architecture or nearest(stored.shapes) else _closest(stored, found, trunks)
    trunk = choose_trunk(wanted, network)
    choice = _choice(found, shapes, trunk, [one for one in whole if one is not trunk], card)
    if choice.head is None and trunk.width:
        return stored if nearest(stored.shapes) else _closest(stored, found, [trunk])
    _check_chain(choice.head, card)
    return _made(stored, found, choice)


@contextmanager
def saying_what_it_looks_like(stored: StoredWeights) -> Iterator[None]:
    """Add to the sentence that refuses weights what they look like, and what to do."""
    try:
        yield
    except CheckpointError as error:
        hint = looks_like([*stored.shapes, *stored.found]) or _without_head(stored)
        raise CheckpointError(joined(" ", [str(error), hint])) from error


def _fits(shapes: Shapes, architecture: str | None) -> bool:
    """Return whether names and shapes are a network's as they are."""
    try:
        if architecture is None:
            return bool(recognise(shapes))
        return match_keys(architecture, shapes, class_count_of(family_of(architecture), shapes)).perfect
    except CheckpointError:
        return False


def _by_counting(stored: StoredWeights, found: Mapping[str, Tensor], architecture: str | None) -> StoredWeights | None:
    """Return the weights of a network that is known as a whole alone, under a beginning that all its names share."""
    beside = tuple(name for name, value in found.items() if is_beside(name, value, 0))
    inside = {name: value for name, value in found.items() if name not in beside}
    for prefix in _common_prefixes(inside):
        tensors = {name.removeprefix(prefix): value for name, value in inside.items()}
        if _fits(_shapes(tensors), architecture):
            said: list[str] = [say("prefix {prefix} taken off", prefix=repr(printable(prefix, 60)))] if prefix else []
            said += [said_beside(beside)] if beside else []
            return replace(stored, tensors=tensors, conversions=(*stored.opened, *said), ignored=beside)
    return None


def _common_prefixes(names: Iterable[str]) -> Iterator[str]:
    """Yield the beginnings that all names share, the shortest first: the empty one."""
    prefix, inside = "", list(names)
    for _ in range(MOST_PREFIXES):
        yield prefix
        firsts = {name.partition(".")[0] for name in inside}
        if len(firsts) != 1 or "" in (inside := [name.partition(".")[2] for name in inside]):
            return
        prefix = f"{prefix}{firsts.pop()}."


def _trunks(shapes: Shapes, architecture: str | None) -> list[Trunk]:
    """Return the networks in a file, those of an architecture first where it is known."""
    first = find_trunks(shapes, architecture) if architecture else []
    seen = {name for trunk in first if trunk.is_whole for name in trunk.names}
    return first + [trunk for trunk in find_trunks(shapes) if not seen & trunk.names.keys()]


def _choice(
    found: Mapping[str, Tensor], shapes: Shapes, trunk: Trunk, others: Sequence[Trunk], card: Card | None
) -> _Choice:
    """Return what belongs to a network, and what stands beside it."""
    own = _without_others(found, trunk, others)
    if not trunk.width:
        count = class_count_of(trunk.family, {trunk.names[name]: shapes[name] for name in trunk.names})
        return _Choice.of(trunk, None, others, own, {name for name in own if is_beside(name, found[name], count)})
    heads = find_heads(shapes, own, trunk.family, trunk.width)
    if not heads:
        return _Choice.of(trunk, None, others, own, set())
    chosen = _chosen(heads, trunk, shapes, card)
    exponent = exponent_of(shapes, own, trunk)
    left = [name for name in own if name not in chosen.names and name != exponent]
    beside = {name for one in heads for name in one.names} | _of_segmentation(left, chosen)
    beside |= {name for name in left if is_beside(name, found[name], chosen.classes)}
    return replace(_Choice.of(trunk, chosen, others, left, beside), exponent=exponent)


def _chosen(heads: Sequence[FoundHead], trunk: Trunk, shapes: Shapes, card: Card | None) -> FoundHead:
    """Return the head that is meant, with the layer before it where the card says what stands between them.

    Raises:
        CheckpointError: nothing tells which one is meant, or whether another one stands before it.
    """
    head = card.head if card else ""
    last = [one for one in heads if one.classes != trunk.width]
    chosen = choose_head(heads if head else last, head) if head or last else heads[-1]
    taken_widths = {shapes[name][-1] for name in chosen.names if name.endswith(".weight")}
    before = [
        one for one in heads if one is not chosen and one.classes in taken_widths and one.names.keys() - chosen.names
    ]
    if len(before) == 1 and before[0].classes == trunk.width and card is not None:
        longer = following(before[0], chosen, trunk.family)
        if longer is not None and card.arithmetic.head_activation is not None and (head or last):
            return longer
    check_before(before, chosen)
    return chosen


def _without_others(names: Iterable[str], trunk: Trunk, others: Sequence[Trunk]) -> list[str]:
    """Return the names that belong neither to a trunk nor to another network of the file."""
    theirs = {name for one in (trunk, *others) for name in one.names}
    surrounding = [one for one in others if trunk.prefix.startswith(one.prefix)]
    within = tuple(f"{region(trunk, [trunk, one])}." for one in surrounding)
    outside = tuple(f"{region(one, [trunk, one])}." for one in others if one not in surrounding)
    return [
        name
        for name in names
        if name not in theirs and all(name.startswith(begin) for begin in within) and not name.startswith(outside)
    ]


def _of_segmentation(left: Sequence[str], head: FoundHead) -> set[str]:
    """Return the names of a decoder, whose network classifies beside it."""
    place, found, _ = head.name.rpartition(CLASSIFICATION)
    parts = [{name for name in left if name.startswith(place + begin)} for begin in SEGMENTATION]
    return set().union(*parts) if found and all(parts) else set()


def _check_chain(head: FoundHead | None, card: Card | None) -> None:
    """Ask what stands between linear layers whose names do not say it."""
    if head is not None and head.chain and (card is None or card.arithmetic.head_activation is None):
        raise CheckpointError(
            say(
                "The layers {names} follow each other, and nothing tells what stands between them. Say it in the "
                "card, as in {field}.",
                names=joined(", ", [printable(name, 60) for name in head.chain]),
                field='"head_activation": "relu" or "none"',
            )
        )


def _made(stored: StoredWeights, found: Mapping[str, Tensor], choice: _Choice) -> StoredWeights:
    """Return the weights of what was chosen; what belongs to nothing keeps its name, so that it is refused."""
    trunk, head = choice.trunk, choice.head
    tensors = {own: found[name] for name, own in trunk.names.items()}
    said = [*stored.opened, *said_renamed(len(found.keys() - (stored.found or stored.tensors).keys()))]
    said += _said_trunk(trunk, choice.others)
    if head is not None:
        tensors |= {own: found[name] for name, own in head.names.items()}
        said += _said_head(head, trunk)
        if f"{trunk.family.head}.weight" in tensors and not head.has_bias:
            weight = tensors[f"{trunk.family.head}.weight"]
            tensors[f"{trunk.family.head}.bias"] = torch.zeros(head.classes, device=weight.device)
            said.append(say("head {name} has no bias: 0 for each class", name=printable(head.name, 60)))
    if choice.exponent:
        tensors[GEM] = found[choice.exponent]
        said.append(say("{name} used as the exponent of GeM pooling", name=printable(choice.exponent, 60)))
    tensors |= {name if name not in tensors else f"{name} (beside)": found[name] for name in choice.strangers}
    said += [said_beside(choice.beside)] if choice.beside else []
    said += said_constants(choice.beside)
    used = {*trunk.names, *(head.names if head else ()), choice.exponent, *choice.strangers, *choice.beside}
    others = [name for name in found if name not in used]
    return replace(stored, tensors=tensors, conversions=tuple(said), ignored=(*choice.beside, *others))


def _said_trunk(trunk: Trunk, others: Sequence[Trunk]) -> list[str]:
    """Say which network of the file it is, and what was done to its names."""
    said: list[str] = []
    if others:
        every = [trunk, *others]
        names = tuple(printable(region(one, every), 60) or trunk.architecture for one in others)
        taken_one = printable(region(trunk, every), 60) or say("the one without a prefix")
        said.append(
            say(
                "of {count} networks {name} is taken; left out: {others} (a card can say network)",
                count=len(every),
                name=taken_one,
                others=first_of(names),
            )
        )
    if trunk.prefix:
        said.append(say("prefix {prefix} taken off", prefix=repr(printable(trunk.prefix, 60))))
    if trunk.form is not Form.OWN:
        name, own = next(iter(trunk.names.items()))
        said.append(
            say(
                "layers named as in {architecture}: {name} is {own}",
                architecture=trunk.architecture,
                name=printable(name, 60),
                own=own,
            )
        )
    return said


def _said_head(head: FoundHead, trunk: Trunk) -> list[str]:
    """Say which layer is the head, where it is called otherwise."""
    name, usual = printable(head.name, 60), trunk.family.head
    if head.place:
        return [say("head {name} used as {head}; layers before it assumed to be dropout", name=name, head=usual)]
    if head.chain:
        layers = joined(", ", [printable(one, 60) for one in head.chain])
        return [say("layers {names} used as the head", names=layers)]
    if head.name.removeprefix(trunk.prefix) in (usual, trunk.family.head_root):
        return []
    return [say("head {name} used as {head}", name=name, head=usual)]


def _closest(stored: StoredWeights, found: Mapping[str, Tensor], trunks: Sequence[Trunk]) -> StoredWeights:
    """Return the weights by the names of the network that they come closest to, so that what is wrong can be said."""
    if not trunks:
        return stored
    trunk = max(trunks, key=lambda one: len(one.names))
    tensors = {trunk.names.get(name, name.removeprefix(trunk.prefix)): value for name, value in found.items()}
    if len(tensors) < len(found):
        return stored
    return replace(stored, tensors=tensors, conversions=(*stored.opened, *_said_trunk(trunk, ())))


def _without_head(stored: StoredWeights) -> str:
    """Say that only the head is missing; empty where that is not so."""
    shapes = _shapes(with_todays_names(stored.found or stored.tensors))
    for trunk in find_trunks(shapes):
        left = [name for name in shapes if name not in trunk.names]
        if trunk.is_whole and trunk.width and not find_heads(shapes, left, trunk.family, trunk.width):
            return say(
                "All layers of {architecture} before its head are there, and no linear layer that takes their {width} "
                "values: it has no classes. Save the whole classifier.",
                architecture=trunk.architecture,
                width=trunk.width,
            )
    return ""


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in tensors.items()}
