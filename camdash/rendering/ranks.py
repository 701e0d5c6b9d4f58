"""Which classes a chart shows, where there are more than it has room for."""

from collections.abc import Collection

import numpy as np

from camdash.evidence.comparison import Comparison, is_same_class
from camdash.evidence.prediction import Prediction

MOST_BARS = 8
"""Rows of a chart: of more classes the most probable ones, and the others in one."""

MOST_PAIRS = 6
"""The same where two checkpoints are compared: then their maps are seen beneath it on a screen of 720 pixels."""

AGAINST = -1
"""In the place of an index: the class that the one logit between two classes speaks against."""

Row = tuple[str, int | None, int | None]
"""A class's name and its index in both heads, `AGAINST`, or None in one that does not know it."""


def all_rows(comparison: Comparison) -> list[Row]:
    """Return all classes that one of the two knows, in the first head's order."""
    first, second = comparison.first.prediction, comparison.second.prediction
    twins = {pair.first: pair.second for pair in comparison.pairs}
    known = set(twins.values())
    ours: list[Row] = [(name, k, twins.get(k, _against(second, name))) for k, name in enumerate(first.class_names)]
    theirs = ((name, k) for k, name in enumerate(second.class_names) if k not in known)
    return [*ours, *((name, _against(first, name), k) for name, k in theirs)]


def share_in(prediction: Prediction, place: int | None) -> float | None:
    """Return the probability of a row's class; None where the network does not know it, or gives none."""
    if place is None or prediction.probabilities is None:
        return None
    return 1 - float(prediction.probabilities[0]) if place == AGAINST else prediction.probability(place)


def logit_in(prediction: Prediction, place: int | None) -> float | None:
    """Return the logit of a row's class, turned round for the one that it speaks against; None where there is none."""
    if place is None:
        return None
    return -float(prediction.logits[0]) if place == AGAINST else float(prediction.logits[place])


def is_answer_in(prediction: Prediction, place: int | None) -> bool:
    """Return whether a row's class is looked at first: part of the answer, else the foremost."""
    if place == AGAINST:
        return prediction.predicted_name == prediction.negative_name
    return place in prediction.leading


def _against(prediction: Prediction, name: str) -> int | None:
    return AGAINST if prediction.negative_name and is_same_class(prediction.negative_name, name) else None


def shown_rows(comparison: Comparison) -> list[Row]:
    """Return which classes have bars of their own: of many, both answers and the most probable others."""
    rows = all_rows(comparison)
    return rows if len(rows) <= MOST_BARS else ranked_rows(comparison)[: MOST_PAIRS - 1]


def ranked_rows(comparison: Comparison) -> list[Row]:
    """Return all classes, what is foremost in each first, then the answers, by the higher of the two probabilities."""
    first, second = comparison.first.prediction, comparison.second.prediction

    def place(row: Row) -> tuple[bool, bool, float]:
        _, one, two = row
        is_foremost = one == first.foremost or two == second.foremost
        is_answer = is_answer_in(first, one) or is_answer_in(second, two)
        share = max(share_in(first, one) or 0.0, share_in(second, two) or 0.0)
        return not is_foremost, not is_answer, -share

    return sorted(all_rows(comparison), key=place)


def shown_classes(prediction: Prediction) -> list[int]:
    """Return which classes have a bar of their own.

    Of many those of the answer and the most probable others; of many steps those around the grade.
    """
    count = len(prediction.class_names)
    if count <= MOST_BARS:
        return list(range(count))
    if prediction.grades:
        return steps_around(prediction, MOST_BARS)
    answers = [k for k in prediction.ranking if k in prediction.answers]
    return [*answers, *(k for k in prediction.ranking if k not in prediction.answers)][: MOST_BARS - 1]


def steps_around(prediction: Prediction, most: int) -> list[int]:
    """Return the steps around the grade that is predicted, at most so many, in their order."""
    count = len(prediction.class_names)
    first = min(max((prediction.rank or 0) - most // 2, 0), max(count - most, 0))
    return list(range(first, min(first + most, count)))


def rest_of(prediction: Prediction, shown: Collection[int]) -> float | None:
    """Return the sum of the probabilities of all classes but these; None where they do not exclude each other."""
    if prediction.probabilities is None or not prediction.excludes:
        return None
    return float(np.delete(prediction.probabilities, list(shown)).sum())
