"""Scales: which value, in logits, gets which end of the color table.

A class that speaks weakly must not look strong, so the default scale is shared by all maps shown together and is
symmetric about zero. The other looks are there for those who want them, and are labelled as what they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

#: A range this small, as a share of the shared limit, is drawn as flat: it would only amplify rounding errors.
FLAT_SHARE = 1e-6
#: The shared limit, in logits, below which nothing at all is drawn.
SMALLEST_LIMIT = 1e-12


class Look(StrEnum):
    """How values in logits become color: the four ways to draw the same maps."""

    EVIDENCE = "evidence"
    POSITIVE = "positive"
    OWN_SCALE = "own"
    CLASSIC = "classic"

    @property
    def default_opacity(self) -> float:
        """The opacity in [0, 1] with which the look starts; Classic is an even blend."""
        return 0.5 if self is Look.CLASSIC else 0.85

    @property
    def diverges(self) -> bool:
        """Whether the table's middle is zero, with evidence against on one side and for on the other."""
        return self in (Look.EVIDENCE, Look.OWN_SCALE)


@dataclass(frozen=True)
class Scale:
    """The range of values that one panel's color table spans.

    Attributes:
        look: how the values are drawn.
        low: the value at the table's first row, in logits.
        high: the value at the table's last row, in logits.
        factor: how much more the panel is stretched than on the shared scale; 1 where it is the shared scale.
        flat: why nothing is drawn, as a sentence; empty if something is.
    """

    look: Look
    low: float
    high: float
    factor: float = 1.0
    flat: str = ""

    def steps(self, values: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        """Return where `values` lie on the scale: same shape, in [0, count]; NaN stays NaN."""
        slope = count / (self.high - self.low)
        steps: NDArray[np.float32] = (values - np.float32(self.low)) * np.float32(slope)
        return steps.clip(0, count, out=steps)


def scales(maps: Sequence[NDArray[np.float32]], look: Look) -> tuple[Scale, ...]:
    """Return the scale of each of `maps`, which are shown together.

    Evidence and Positive share one scale; the others look at each map for itself. A map with nothing to draw gets a
    flat scale and a sentence, never a division by zero.

    Raises:
        ValueError: a value is not finite.
    """
    if not all(np.isfinite(values).all() for values in maps):
        raise ValueError("a map to be drawn must be finite")
    limit = max((float(np.abs(values).max()) for values in maps), default=0.0)
    if limit < SMALLEST_LIMIT:
        return tuple(_flat(look, "No evidence for or against any class: nothing to draw.") for _ in maps)
    if look is Look.POSITIVE:
        return _positive(maps, limit)
    return tuple(_of_one(values, look, limit) for values in maps)


def _positive(maps: Sequence[NDArray[np.float32]], limit: float) -> tuple[Scale, ...]:
    highs = [float(values.max()) for values in maps]
    high = max(highs)
    if high < FLAT_SHARE * limit:
        return tuple(_flat(Look.POSITIVE, "No positive evidence for any class: nothing to draw.") for _ in maps)
    nothing = "No positive evidence here: nothing to draw."
    return tuple(Scale(Look.POSITIVE, 0, high, flat="" if own >= FLAT_SHARE * high else nothing) for own in highs)


def _of_one(values: NDArray[np.float32], look: Look, limit: float) -> Scale:
    low, high = float(values.min()), float(values.max())
    if look is Look.CLASSIC:
        constant = high - low < FLAT_SHARE * limit
        return _flat(look, "The same value everywhere: nothing to draw.") if constant else Scale(look, low, high)
    own = max(high, -low)
    if own < FLAT_SHARE * limit:
        return _flat(look, "No evidence for or against: nothing to draw.")
    return Scale(look, -limit, limit) if look is Look.EVIDENCE else Scale(look, -own, own, factor=limit / own)


def _flat(look: Look, sentence: str) -> Scale:
    return Scale(look, 0, 0, flat=sentence)
