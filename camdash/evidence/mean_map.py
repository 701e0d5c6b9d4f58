"""The mean map of a class over many radiographs: what the network looks at wherever it gives one answer.

What lies on one radiograph is seen on its own map. A marker, a border or a scanner's edge shows when many are laid over
each other: it stays in its place, and the bodies do not. Each map is brought to the unit square of its radiograph
(its left and right edge 0 and 1, its top and bottom edge likewise), in which padding has no place.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from camdash.evidence.analysis import Analysis
from camdash.evidence.comparison import resample, uniform_placement
from camdash.shapes import Square

SIDE = 50
"""Rows and columns at which the unit square is sampled, on their centres: a tenth of it is five of them."""

TENTH = SIDE // 10

CORNERS = ("top left corner", "top right corner", "bottom left corner", "bottom right corner")
BORDER = "outer tenth"


@dataclass(frozen=True)
class Share:
    """How much of the positive evidence lies in a region of the unit square.

    Attributes:
        region: "outer tenth" (all that is closer than a tenth of the side to an edge), or a corner of it (a tenth of
            the side in both directions), by its name.
        evidence: share of the mean map's positive evidence, in [0, 1].
        area: share of the area that the network saw, in [0, 1].
    """

    region: str
    evidence: float
    area: float


@dataclass(frozen=True, eq=False)
class MeanMap:
    """The mean map of a class over the radiographs on which it was predicted.

    Attributes:
        name: the class.
        count: radiographs.
        values: SIDE values a side, in logits; NaN where the network saw nothing of any of them.
    """

    name: str
    count: int
    values: Square

    @property
    def shares(self) -> tuple[Share, ...]:
        """The outer tenth and the four corners; empty where there is no positive evidence at all."""
        seen = np.isfinite(self.values)
        positive = np.where(seen, np.maximum(self.values, 0), 0).astype(np.float64)
        total = float(positive.sum())
        if total <= 0:
            return ()
        return tuple(
            Share(name, float(positive[region].sum()) / total, float(seen[region].sum() / seen.sum()))
            for name, region in regions().items()
        )


class MeanMaps:
    """Running sums of the maps that explain the answers; what was added is not kept."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._counts: dict[int, int] = {}
        self._sums: dict[int, NDArray[np.float64]] = {}
        self._seen: dict[int, NDArray[np.int64]] = {}

    def add(self, analysis: Analysis) -> None:
        """Add the maps that explain an analysis's answer; all must be of one checkpoint."""
        for k in analysis.prediction.answers:
            self._add(analysis, k)

    def _add(self, analysis: Analysis, k: int) -> None:
        square = uniform_placement(analysis.placement.radiograph_shape, (SIDE, SIDE))
        values = resample(analysis.in_unit.maps[k], analysis.placement, square)
        if k not in self._names:
            self._names[k], self._counts[k] = analysis.prediction.class_names[k], 0
            self._sums[k], self._seen[k] = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE), np.int64)
        self._counts[k] += 1
        self._sums[k] += np.nan_to_num(values)
        self._seen[k] += np.isfinite(values)

    def means(self) -> list[MeanMap]:
        """Return the mean map of each class that was predicted, in the head's order."""
        return [MeanMap(self._names[k], self._counts[k], self._mean(k)) for k in sorted(self._names)]

    def _mean(self, k: int) -> Square:
        seen = self._seen[k]
        mean: NDArray[np.float32] = np.full((SIDE, SIDE), np.nan, np.float32)
        np.divide(self._sums[k], seen, out=mean, where=seen > 0, casting="same_kind")
        return mean


@cache
def regions() -> dict[str, NDArray[np.bool_]]:
    """Return where each region lies: (SIDE, SIDE), by its name; the outer tenth first."""
    first, last = np.arange(SIDE) < TENTH, np.arange(SIDE) >= SIDE - TENTH
    outer = first | last
    sides = [(first, first), (first, last), (last, first), (last, last)]
    corners = {name: np.outer(rows, columns) for name, (rows, columns) in zip(CORNERS, sides, strict=True)}
    return {BORDER: outer[:, None] | outer[None, :]} | corners
