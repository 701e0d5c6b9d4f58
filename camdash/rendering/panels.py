"""The maps of an analysis that can be drawn, each under the name by which page, files and viewer know it."""

from dataclasses import dataclass

import numpy as np

from camdash.evidence.analysis import Analysis
from camdash.shapes import Cells, Maps
from camdash.words.sentence import say

AVERAGE = say("Average of all classes")
ALL_STEPS = say("All steps")
"""The one map of steps between grades that differ in their biases alone."""
ALIKE = 1e-5
"""The largest difference of maps that are alike, in parts of the largest value."""


@dataclass(frozen=True, eq=False)
class PanelMap:
    """One map to draw.

    Attributes:
        id: "class-0", "contrast-0" or "average".
        name: what it shows, for people.
        values: in the unit of the output: logits, or what a regression gives.
    """

    id: str
    name: str
    values: Cells


def class_maps(analysis: Analysis) -> list[PanelMap]:
    """Return the map of each class, in the head's order; of steps that have one map in common, that map alone."""
    maps = analysis.in_unit.maps
    if has_one_map(analysis):
        return [PanelMap("class-0", ALL_STEPS, maps[0])]
    return _by_class("class", analysis, maps)


def has_one_map(analysis: Analysis) -> bool:
    """Return whether the steps between grades differ in their biases alone, as CORAL trains them."""
    maps = analysis.maps.maps
    if not analysis.prediction.grades or len(maps) < 2:
        return False
    return float(np.ptp(maps, axis=0).max()) <= ALIKE * float(np.abs(maps).max())


def place_of(analysis: Analysis, k: int) -> int:
    """Return which of `class_maps` is the map of the class at a place in the head."""
    return 0 if has_one_map(analysis) else k


def contrast_maps(analysis: Analysis) -> list[PanelMap]:
    """Return each class's map minus the average, in the head's order."""
    return _by_class("contrast", analysis, analysis.maps.contrast)


def average_map(analysis: Analysis) -> PanelMap:
    """Return the average of all classes' maps."""
    return PanelMap("average", AVERAGE, analysis.maps.average)


def has_average(analysis: Analysis) -> bool:
    """Return whether there is an average to speak of.

    That of one class is the class itself, and its contrast zero. Where classes do not exclude each other, what they
    have in common is part of each answer.
    """
    return analysis.prediction.excludes and len(analysis.prediction.class_names) > 1


def shown_together(analysis: Analysis, *, contrast: bool = False) -> list[PanelMap]:
    """Return the maps that are drawn side by side, on one scale where the look shares it.

    Of a network without an average these are the classes' own maps, whatever `contrast` says.
    """
    if not has_average(analysis):
        return class_maps(analysis)
    return [*(contrast_maps(analysis) if contrast else class_maps(analysis)), average_map(analysis)]


def _by_class(kind: str, analysis: Analysis, maps: Maps) -> list[PanelMap]:
    names = analysis.prediction.class_names
    return [PanelMap(f"{kind}-{k}", name, values) for k, (name, values) in enumerate(zip(names, maps, strict=True))]
