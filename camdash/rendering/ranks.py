"""Which classes a chart shows, where there are more than it has room for."""

from collections.abc import Collection

import numpy as np

from camdash.evidence.comparison import Comparison
from camdash.evidence.prediction import Prediction

MOST_BARS = 8
"""Rows of a chart: of more classes the most probable ones, and the others in one."""

MOST_PAIRS = 6
"""The same where two checkpoints are compared: then their maps are seen beneath it on a screen of 720 pixels."""

Row = tuple[str, int | None, int | None]
"""A class's name and its index in both heads, None in one that does not know it."""


def all_rows(comparison: Comparison) -> list[Row]:
    """Return all classes that one of the two knows, in the first head's order."""
    twins = {pair.first: pair.second for pair in comparison.pairs}
    names, others = comparison.first.prediction.class_names, comparison.second.prediction.class_names
    known = set(twins.values())
    ours: list[Row] = [(name, k, twins.get(k)) for k, name in enumerate(names)]
    return [*ours, *((name, None, k) for k, name in enumerate(others) if k not in known)]


def shown_rows(comparison: Comparison) -> list[Row]:
    """Return which classes have bars of their own: of many, both answers and the most probable others."""
    rows = all_rows(comparison)
    return rows if len(rows) <= MOST_BARS else ranked_rows(comparison)[: MOST_PAIRS - 1]


def ranked_rows(comparison: Comparison) -> list[Row]:
    """Return all classes, what is foremost in each first, then the answers, by the higher of the two probabilities."""
    first, second = comparison.first.prediction, comparison.second.prediction

    def place(row: Row) -> tuple[bool, bool, float]:
        _, one, two = row
        in_first = 0.0 if one is None else first.probability(one) or 0.0
        in_second = 0.0 if two is None else second.probability(two) or 0.0
        is_foremost = one == first.foremost or two == second.foremost
        is_answer = one in first.leading or two in second.leading
        return not is_foremost, not is_answer, -max(in_first, in_second)

    return sorted(all_rows(comparison), key=place)


def shown_classes(prediction: Prediction) -> list[int]:
    """Return which classes have a bar of their own: of many, those of the answer and the most probable others."""
    if len(prediction.class_names) <= MOST_BARS:
        return list(range(len(prediction.class_names)))
    answers = [k for k in prediction.ranking if k in prediction.answers]
    return [*answers, *(k for k in prediction.ranking if k not in prediction.answers)][: MOST_BARS - 1]


def rest_of(prediction: Prediction, shown: Collection[int]) -> float | None:
    """Return the sum of the probabilities of all classes but these; None where they do not exclude each other."""
    if prediction.probabilities is None or not prediction.excludes:
        return None
    return float(np.delete(prediction.probabilities, list(shown)).sum())
