"""Which names and shapes of a file fit an architecture, and which do not."""

from collections.abc import Mapping
from dataclasses import dataclass

from camdash.words.sentence import joined, say

Shapes = Mapping[str, tuple[int, ...]]
"""Shapes of tensors, by name."""

FIRST = 10
"""Names kept of each kind; the counts tell of the rest."""

COUNTER = "num_batches_tracked"
"""Batch norm's step counter, which no prediction uses: it may be missing."""


@dataclass(frozen=True)
class KeyMatch:
    """A comparison of a file's names and shapes with an architecture's. Step counters are not counted.

    Attributes:
        matched: how many are alike in name and shape.
        missing: the first names that the architecture has and the file lacks; a name with another shape is
            missing and, with its shape, unexpected.
        missing_count: how many there are.
        unexpected: the first names that the file has and the architecture lacks.
        unexpected_count: how many there are.
        auxiliary_count: weights of heads that only training uses, which are left out.
    """

    matched: int
    missing: tuple[str, ...]
    missing_count: int
    unexpected: tuple[str, ...]
    unexpected_count: int
    auxiliary_count: int

    @property
    def perfect(self) -> bool:
        """Whether every weight of the architecture is there, and nothing else."""
        return not self.missing_count and not self.unexpected_count

    @property
    def sentence(self) -> str:
        """What does not fit, as a sentence; empty when all does."""
        missing, unexpected = _some(self.missing), _some(self.unexpected)
        if self.missing_count and self.unexpected_count:
            return say(
                "Missing keys: {missing_count} ({missing}); unexpected keys: {unexpected_count} ({unexpected}).",
                missing_count=self.missing_count,
                missing=missing,
                unexpected_count=self.unexpected_count,
                unexpected=unexpected,
            )
        if self.missing_count:
            return say("Missing keys: {count} ({names}).", count=self.missing_count, names=missing)
        if self.unexpected_count:
            return say("Unexpected keys: {count} ({names}).", count=self.unexpected_count, names=unexpected)
        return ""


def match(found: Shapes, wanted: Shapes, auxiliary: tuple[str, ...]) -> KeyMatch:
    """Compare a file's names and shapes with an architecture's; names that begin with `auxiliary` are left out."""
    own = {name: shape for name, shape in found.items() if not (name.endswith(COUNTER) or name.startswith(auxiliary))}
    needed = {name: shape for name, shape in wanted.items() if not name.endswith(COUNTER)}
    missing = [name for name, shape in needed.items() if own.get(name) != shape]
    unexpected = [name for name, shape in own.items() if needed.get(name) != shape]
    return KeyMatch(
        matched=len(needed) - len(missing),
        missing=tuple(missing[:FIRST]),
        missing_count=len(missing),
        unexpected=tuple(_with_shape(name, own[name], needed.get(name)) for name in unexpected[:FIRST]),
        unexpected_count=len(unexpected),
        auxiliary_count=sum(name.startswith(auxiliary) for name in found) if auxiliary else 0,
    )


def _with_shape(name: str, shape: tuple[int, ...], needed: tuple[int, ...] | None) -> str:
    if needed is None:
        return name
    return say("{name} {shape} for {needed}", name=name, shape=str(list(shape)), needed=str(list(needed)))


def _some(names: tuple[str, ...]) -> str:
    return joined(", ", [*names[:3], "..."] if len(names) > 3 else names)
