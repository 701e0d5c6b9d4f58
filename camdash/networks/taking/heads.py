"""The heads in a file: the linear layers, or sequences of layers, that take what a network's trunk gives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from camdash.networks.architectures.families import Family
from camdash.networks.architectures.matching import Shapes
from camdash.networks.heads.replaced import ReplacedHead, replaced_head

LONGEST_CHAIN = 4
"""Linear layers that follow each other."""

MOST_PARTS = 50
"""Layers among which chains are looked for."""


@dataclass(frozen=True, eq=False)
class FoundHead:
    """A head in a file.

    Attributes:
        name: what its names in the file begin with.
        names: the names that its family has for its weights, by those in the file.
        classes: how many values it gives.
        place: its number, where it is the only layer with weights of a sequence; else 0.
        chain: the linear layers that follow each other, where their names do not say what stands between them.
    """

    name: str
    names: Mapping[str, str]
    classes: int
    place: int = 0
    chain: tuple[str, ...] = ()

    @property
    def has_bias(self) -> bool:
        """Whether its last layer has a bias."""
        return any(name.endswith(".bias") for name in self.names)


@dataclass(frozen=True, eq=False)
class _Part:
    """A linear layer, or a sequence that ends in one: its name, its weights' names, what it takes and gives."""

    name: str
    names: tuple[str, ...]
    width: int
    classes: int
    sequence: ReplacedHead | None = None
    place: int = 0


def find_heads(shapes: Shapes, left: Iterable[str], family: Family, width: int) -> list[FoundHead]:
    """Return the heads among the names that are left of a file beside a trunk, in the order of the file.

    Args:
        shapes: names as they stand in the file, and shapes.
        left: the names to look among.
        family: of the trunk: it says how the head is called.
        width: how many values the head takes.
    """
    parts = _parts({name: shapes[name] for name in left})
    return [head for part in parts if part.width == width for head in _from(part, parts, family)]


def following(first: FoundHead, last: FoundHead, family: Family) -> FoundHead | None:
    """Return the head of a linear layer and the linear layers after it; None where either has other layers.

    Args:
        first: the layer that stands before the others.
        last: what follows it.
        family: of the trunk: it says how the head is called.
    """
    chain = (first.name, *(last.chain or (last.name,)))
    own = {**first.names, **last.names}
    names = {
        f"{layer}.{last_part}": f"{family.head_root}.{2 * place}.{last_part}"
        for place, layer in enumerate(chain)
        for last_part in ("weight", "bias")
        if f"{layer}.{last_part}" in own
    }
    if names.keys() != own.keys() or first.chain:
        return None
    return FoundHead(last.name, names, last.classes, chain=chain)


def _from(part: _Part, parts: list[_Part], family: Family) -> list[FoundHead]:
    """Return the heads that begin with a part: itself, or each chain of linear layers from it."""
    chains = _chains([part], parts)
    return [_head(chain, family) for chain in chains]


def _chains(chain: list[_Part], parts: list[_Part]) -> list[list[_Part]]:
    """Return all ways on from the last part of a chain to a part that nothing follows."""
    if len(chain) == LONGEST_CHAIN or len(parts) > MOST_PARTS:
        return [chain]
    widths = {chain[0].width, 1}  # a layer that takes as much as the first is another head
    following = [part for part in parts if part.width == chain[-1].classes and part.width not in widths]
    following = [part for part in following if part not in chain]
    if not following:
        return [chain]
    return [longer for part in following for longer in _chains([*chain, part], parts)]


def _head(chain: list[_Part], family: Family) -> FoundHead:
    last = chain[-1]
    if len(chain) > 1:
        names = {name: f"{family.head_root}.{2 * place}.{name.rpartition('.')[2]}"
                 for place, part in enumerate(chain) for name in part.names}  # fmt: skip
        return FoundHead(last.name, names, last.classes, chain=tuple(part.name for part in chain))
    if last.sequence is not None:
        names = {name: f"{family.head_root}.{name.removeprefix(f'{last.name}.')}" for name in last.names}
        return FoundHead(last.name, names, last.classes)
    names = {name: f"{family.head}.{name.rpartition('.')[2]}" for name in last.names}
    return FoundHead(last.name, names, last.classes, place=last.place)


def _parts(shapes: Shapes) -> list[_Part]:
    """Return the linear layers among names; those that form a sequence of layers as one part."""
    linear = [name.removesuffix(".weight") for name, shape in shapes.items() if _is_matrix(name, shape)]
    inside: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, shape in shapes.items():
        if parent := _parent(name.rpartition(".")[0]):
            inside.setdefault(parent, {})[f"head.{name.removeprefix(f'{parent}.')}"] = shape
    sequences = {parent: found for parent in dict.fromkeys(map(_parent, linear))
                 if (found := replaced_head(inside.get(parent, {}), "head")) is not None}  # fmt: skip
    parts: dict[str, _Part] = {}
    for name in linear:
        parent = _parent(name)
        if parent in sequences:
            parts.setdefault(parent, _of_sequence(parent, sequences[parent]))
        else:
            parts[name] = _of_layer(name, shapes)
    return list(parts.values())


def _is_matrix(name: str, shape: tuple[int, ...]) -> bool:
    return name.endswith(".weight") and len(shape) == 2 and min(shape) > 0


def _parent(name: str) -> str:
    """Return the name of the sequence that a layer may stand in; empty where its name is no number."""
    parent, _, last = name.rpartition(".")
    return parent if last.isdigit() else ""


def _of_sequence(name: str, sequence: ReplacedHead) -> _Part:
    names = tuple(f"{name}.{inner}" for inner in sequence.shapes)
    return _Part(name, names, sequence.width, sequence.classes, sequence)


def _of_layer(name: str, shapes: Shapes) -> _Part:
    classes, width = shapes[f"{name}.weight"]
    own = tuple(one for one in (f"{name}.weight", f"{name}.bias") if one in shapes)
    last = name.rpartition(".")[2]
    return _Part(name, own, width, classes, place=int(last) if last.isdigit() and len(last) < 4 else 0)
