"""Which of timm's builders make weights of these names and shapes: an index, made by `python -m tools.index_timm`.

A builder stands in it with a digest of names and shapes, without its classes and its input channels, which differ from
checkpoint to checkpoint. So timm itself, which takes a second to import, is not needed to see that weights are not
timm's.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Shapes = Mapping[str, tuple[int, ...]]

FILE = Path(__file__).with_name("index.tsv")
COUNTER = "num_batches_tracked"
POSITIONS = "pos_embed"
"""A vision transformer's position embedding: one entry for each patch, so its length tells the input's size."""

MOST_TENSORS = 20_000
"""Tensors of a file that is looked up; the largest network of timm's has some thousands."""

DIGITS = 16
"""Hexadecimal digits kept of a digest."""


@dataclass(frozen=True)
class Entry:
    """A builder of timm's.

    Attributes:
        digest: of the names and shapes of its weights; see `signature`.
        first: the dotted name of its first convolution.
        heads: those of its last layers, one or two.
        positions: how many entries its position embedding has for the builder's own input size; 0 where it has none.
        name: the builder's.
    """

    digest: str
    first: str
    heads: tuple[str, ...]
    positions: int
    name: str


def signature(shapes: Shapes, first: str, heads: tuple[str, ...]) -> str:
    """Return a digest of names and shapes, but for the head, the input channels, and the number of positions."""
    found = hashlib.sha256()
    left_out = tuple(f"{head}." for head in heads)
    for name in sorted(shapes):
        if not name.startswith(left_out) and not name.endswith(COUNTER):
            found.update(f"{name} {_told(name, shapes[name], first)}\n".encode())
    return found.hexdigest()[:DIGITS]


def positions_of(shapes: Shapes) -> int:
    """Return how many entries the position embedding has; 0 where there is none of tokens."""
    shape = shapes.get(POSITIONS, ())
    return shape[1] if len(shape) == 3 else 0


def builders_of(shapes: Shapes) -> tuple[str, ...]:
    """Return the names of the builders whose weights have these names and shapes, in the index's order.

    Where the position embedding of some of them has the right length, only those.
    """
    if len(shapes) > MOST_TENSORS:
        return ()
    found: list[Entry] = []
    for (first, heads), entries in _by_place().items():
        if len(shapes.get(f"{first}.weight", ())) == 4:
            found += entries.get(signature(shapes, first, heads), ())
    own = [entry for entry in found if entry.positions == positions_of(shapes)]
    return tuple(dict.fromkeys(entry.name for entry in sorted(own or found, key=_index().index)))


def has_head(shapes: Shapes, name: str) -> bool:
    """Return whether weights have the last layers of a builder of the index."""
    heads = next((entry.heads for entry in _index() if entry.name == name), ())
    return all(any(own.startswith(f"{head}.") for own in shapes) for head in heads)


def is_builder(name: str) -> bool:
    """Return whether a name is a builder's, with or without the tag of its weights, as far as the index knows."""
    return name.partition(".")[0] in _names()


def written(entries: Iterable[Entry]) -> str:
    """Return the index as text: a line for each builder."""
    return "".join(
        f"{one.digest}\t{one.first}\t{'|'.join(one.heads)}\t{one.positions}\t{one.name}\n" for one in entries
    )


@cache
def _index() -> tuple[Entry, ...]:
    lines = (line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return tuple(
        Entry(digest, first, tuple(heads.split("|")), int(positions), name)
        for digest, first, heads, positions, name in lines
    )


@cache
def _names() -> frozenset[str]:
    return frozenset(entry.name for entry in _index())


@cache
def _by_place() -> Mapping[tuple[str, tuple[str, ...]], Mapping[str, tuple[Entry, ...]]]:
    """Return the entries by the names of first convolution and heads, then by digest."""
    found: dict[tuple[str, tuple[str, ...]], dict[str, tuple[Entry, ...]]] = {}
    for entry in _index():
        digests = found.setdefault((entry.first, entry.heads), {})
        digests[entry.digest] = (*digests.get(entry.digest, ()), entry)
    return found


def _told(name: str, shape: tuple[int, ...], first: str) -> tuple[int, ...]:
    if name == f"{first}.weight":
        return (*shape[:1], 0, *shape[2:])
    return (shape[0], 0, shape[2]) if name == POSITIONS and len(shape) == 3 else shape
