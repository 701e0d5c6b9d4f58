"""Two checkpoints on one radiograph: the same classes side by side, and what changed between them.

Any two predictions can be compared. Maps can be compared only where both networks have exact ones.

Totals are taken on each checkpoint's own cells, where they are exact. A difference that is drawn needs one grid: where
the two checkpoints lie on the radiograph alike it is theirs; else both maps are sampled through the radiograph's
pixels, and said to be.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from camdash.evidence.analysis import Analysis
from camdash.evidence.maps import EvidenceMaps
from camdash.evidence.prediction import Prediction
from camdash.networks.placement import Grid, Placement
from camdash.shapes import Cells, Drawn

SAMPLES = 96
"""Rows and columns of the grid on which maps of different geometry are compared."""


@dataclass(frozen=True)
class ClassPair:
    """A class that both checkpoints know: its name and its index in each head."""

    name: str
    first: int
    second: int


@dataclass(frozen=True, eq=False)
class Difference:
    """What changed for one class from the first checkpoint to the second.

    Attributes:
        pair: the class.
        values: second map minus first, in the unit of the output; NaN where one of them saw nothing.
        placement: where their grid lies on the radiograph.
        evidence: change of the evidence, each on its own cells.
        bias: change of the bias.
        unplaced: change of what has no place in the image; evidence + bias + unplaced is the change of the logit.
        probability: change of the probability; None where one of them gives none.
        correlation: Pearson's correlation of the two maps, in [-1, 1]; None where one of them is constant.
    """

    pair: ClassPair
    values: Cells
    placement: Placement
    evidence: float
    bias: float
    unplaced: float
    probability: float | None
    correlation: float | None

    @property
    def logit(self) -> float:
        """The change of the logit."""
        return self.evidence + self.bias + self.unplaced


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two analyses of one radiograph, class by class.

    Attributes:
        first: the first checkpoint's analysis.
        second: the second checkpoint's.
        pairs: the classes that both know, in the first head's order.
        only_first: class names that the second does not know.
        only_second: class names that the first does not know.
        placement: the grid on which both maps can be drawn; None where not both have maps in one unit.
        resampled: whether the differences are sampled through the radiograph's pixels for it.
    """

    first: Analysis
    second: Analysis
    pairs: tuple[ClassPair, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    placement: Placement | None = None
    resampled: bool = False

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """For each of the pairs, in their order; none where not both have maps."""
        if self.placement is None:
            return ()
        return tuple(_difference(pair, self.first, self.second, self.placement, self.resampled) for pair in self.pairs)

    @property
    def flips(self) -> bool:
        """Whether the two give different answers, by the names of the classes."""
        return self.is_same is False

    @property
    def is_same(self) -> bool | None:
        """Whether the two give the same answer, by the names of the classes; None where nothing decides that."""
        return same_labels(self.first.prediction.labels, self.second.prediction.labels)

    @property
    def has_one_meaning(self) -> bool:
        """Whether the outputs of both mean the same, so that their figures can be compared."""
        first, second = self.first.prediction.output, self.second.prediction.output
        return first.kind is second.kind and first.unit == second.unit

    @property
    def predicted(self) -> Difference | None:
        """What changed for the first's foremost class; None where the second does not know it, or maps lack."""
        index = self.first.prediction.foremost
        pair = next((pair for pair in self.pairs if pair.first == index), None)
        if pair is None or self.placement is None:
            return None
        return _difference(pair, self.first, self.second, self.placement, self.resampled)

    @property
    def agreement(self) -> float | None:
        """The correlation of both maps of the first's foremost class; None without a twin, or a constant map."""
        return self.predicted.correlation if self.predicted else None


def match_classes(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[ClassPair, ...]:
    """Match classes by name, without regard to case and spaces, in the first head's order.

    No class has two twins: of names that differ in case alone, the last of the first head meets the last of the second.
    """
    ours = {_key(name): index for index, name in enumerate(first)}
    theirs = {_key(name): index for index, name in enumerate(second)}
    return tuple(ClassPair(first[k], k, theirs[key]) for key, k in sorted(ours.items(), key=_place) if key in theirs)


def is_same_class(first: str, second: str) -> bool:
    """Return whether two names mean one class: without regard to case and to how many spaces stand where."""
    return _key(first) == _key(second)


def same_labels(first: tuple[str, ...] | None, second: tuple[str, ...] | None) -> bool | None:
    """Return whether two answers name the same classes; None where one of them is no such answer."""
    if first is None or second is None:
        return None
    return {_key(name) for name in first} == {_key(name) for name in second}


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _place(item: tuple[str, int]) -> int:
    return item[1]


def compare(first: Analysis, second: Analysis) -> Comparison:
    """Compare two analyses of one radiograph; their maps too, where both have maps in one unit.

    Raises:
        ValueError: they are of radiographs of different sizes.
    """
    names, others = first.prediction.class_names, second.prediction.class_names
    pairs = match_classes(names, others)
    twins, known = {pair.first for pair in pairs}, {pair.second for pair in pairs}
    only_first = _only(names, twins, second.prediction)
    only_second = _only(others, known, first.prediction)
    if not (first.has_maps and second.has_maps) or first.prediction.output.unit != second.prediction.output.unit:
        return Comparison(first, second, pairs, only_first, only_second)
    return Comparison(first, second, pairs, only_first, only_second, *_common_grid(first, second))


def _only(names: tuple[str, ...], twins: Collection[int], other: Prediction) -> tuple[str, ...]:
    """Return the classes without a twin that the other does not know either as what its one logit speaks against."""
    against = _key(other.negative_name)
    return tuple(name for k, name in enumerate(names) if k not in twins and _key(name) != against)


def _common_grid(first: Analysis, second: Analysis) -> tuple[Placement, bool]:
    """Return the grid on which both maps can be drawn, and whether they must be sampled for it.

    Raises:
        ValueError: the two are of radiographs of different sizes.
    """
    shape = first.placement.radiograph_shape
    if shape != second.placement.radiograph_shape:
        raise ValueError("the two analyses are not of the same radiograph")
    if first.placement == second.placement and first.maps.maps.shape[1:] == second.maps.maps.shape[1:]:
        return first.placement, False
    return uniform_placement(shape, (SAMPLES, SAMPLES)), True


def _difference(
    pair: ClassPair, first: Analysis, second: Analysis, placement: Placement, resampled: bool
) -> Difference:
    ours, theirs = first.in_unit, second.in_unit
    before, after = ours.maps[pair.first], theirs.maps[pair.second]
    if resampled:
        before, after = resample(before, first.placement, placement), resample(after, second.placement, placement)
    return Difference(
        pair,
        after - before,
        placement,
        _evidence(theirs, pair.second) - _evidence(ours, pair.first),
        float(theirs.bias[pair.second] - ours.bias[pair.first]),
        float(theirs.unplaced[pair.second] - ours.unplaced[pair.first]),
        _change(first.prediction.probability(pair.first), second.prediction.probability(pair.second)),
        correlation(before, after),
    )


def _evidence(maps: EvidenceMaps, place: int) -> float:
    """Return the evidence of one class; with very many classes, that of all would be computed for each."""
    return float(maps.maps[place].mean(dtype=np.float64))


def _change(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before


def correlation(first: Cells, second: Cells) -> float | None:
    """Return Pearson's correlation over the cells that both have; None where one of them is constant there."""
    both = np.isfinite(first) & np.isfinite(second)
    a, b = first[both].astype(np.float64), second[both].astype(np.float64)
    if a.size < 2 or np.ptp(a) <= 1e-9 * np.abs(a).max() or np.ptp(b) <= 1e-9 * np.abs(b).max():
        return None
    return float(np.clip(np.corrcoef(a, b)[0, 1], -1, 1))


def resample(values: Cells, placement: Placement, sampling: Placement) -> Drawn:
    """Return a map at the centres of another grid on the radiograph: bilinear, edges held, NaN where it saw nothing."""
    down, across = (_along(axis, values.shape[axis], placement, sampling) for axis in (0, 1))
    drawn = down.weights @ values.astype(np.float64) @ across.weights.T
    result: NDArray[np.float32] = np.where(np.outer(down.seen, across.seen), drawn, np.nan).astype(np.float32)
    return result


@dataclass(frozen=True, eq=False)
class _Along:
    """How one grid is sampled at another's centres along an axis.

    Attributes:
        weights: of each cell in each sample, (samples, cells).
        seen: whether the network saw the place of a sample.
    """

    weights: NDArray[np.float64]
    seen: NDArray[np.bool_]


@lru_cache(maxsize=64)
def _along(axis: int, cells: int, placement: Placement, sampling: Placement) -> _Along:
    pixels = np.array([sampling.pixel_of_cell(axis, cell) for cell in range(sampling.input_shape[axis])])
    slope, intercept = placement.cell_affine(axis)
    places = np.clip(slope * pixels + intercept, 0, cells - 1)
    start, stop = placement.seen(axis)
    weights = np.clip(1 - np.abs(places[:, None] - np.arange(cells)), 0, 1)
    return _Along(weights, (pixels >= start - 0.5) & (pixels <= stop - 0.5))


def uniform_placement(shape: tuple[int, int], counts: tuple[int, int]) -> Placement:
    """Return a grid of `counts` rows and columns that divides a radiograph of `shape` evenly, for `sampled`."""
    scale = (counts[0] / shape[0], counts[1] / shape[1])
    return Placement(shape, counts, scale, (0.0, 0.0), Grid(1.0, 0.0))
