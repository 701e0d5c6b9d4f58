import math
from pathlib import Path

import numpy as np
import pytest

from camdash.evidence.analysis import Analysis
from camdash.evidence.comparison import compare
from camdash.evidence.prediction import Prediction, signed
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.wording.agreement import change_words, correlation_words, figure, figures, pair_words
from camdash.words.sentence import translated
from tests.conftest import small_card
from tests.evidence.test_comparison import analysis
from tests.support.marked import Marked

WEAK = [[[0, 0], [0, 0]], [[4, 4], [4, 8]]]
STRONG = [[[0, 0], [0, 0]], [[0, 0], [0, 4]]]


@pytest.mark.parametrize(
    ("correlation", "words"),
    [
        (0.83, "correlation 0.83, evidence in the same places"),
        (0.7, "correlation 0.70, evidence in largely the same places"),
        (0.51, "correlation 0.51, evidence in partly the same places"),
        (0.2, "correlation 0.20, evidence in different places"),
        (-0.001, "correlation 0.00, evidence in different places"),
        (-0.6, "correlation −0.60, rather opposite evidence"),
        (None, "no correlation: one of the maps is the same everywhere"),
    ],
)
def test_a_correlation_comes_with_its_meaning(correlation: float | None, words: str) -> None:
    assert correlation_words(correlation) == words


@pytest.mark.parametrize(
    ("least", "words", "below"),
    [
        (0.8, "evidence in the same places", "evidence in largely the same places"),
        (0.65, "evidence in largely the same places", "evidence in partly the same places"),
        (0.3, "evidence in partly the same places", "evidence in different places"),
        (-0.2, "evidence in different places", "rather opposite evidence"),
    ],
)
def test_a_meaning_begins_at_its_threshold_and_the_next_one_just_below(least: float, words: str, below: str) -> None:
    assert correlation_words(least).endswith(f", {words}")
    assert correlation_words(math.nextafter(least, -1)).endswith(f", {below}")


@pytest.mark.parametrize(
    ("correlation", "words"), [(1.0, "evidence in the same places"), (-1.0, "rather opposite evidence")]
)
def test_the_ends_of_a_correlation_have_their_meaning_too(correlation: float, words: str) -> None:
    assert correlation_words(correlation).endswith(f", {words}")


def test_a_change_of_probability_comes_with_its_meaning() -> None:
    # Evidence 5 and 1 with biases 0 and 1: the logits differ by 6 and by 2, so p is 99.75 % and 88.08 %.
    found = compare(analysis(WEAK, ("a", "b")), analysis(STRONG, ("a", "b")))
    assert figures(found.differences[1].pair, found) == ("99.8 %", "88.1 %")
    assert change_words(found.differences[1], found) == "A 99.8 %, B 88.1 %: less probable in B"
    assert change_words(found.differences[0], found) == "A 0.2 %, B 11.9 %: more probable in B"


def of_two(first: float, second: float) -> str:
    """Return the words on class "a", whose probability is `first` in one checkpoint and `second` in the other."""
    checkpoint = Checkpoint("x", Path("x"), "0" * 64, small_card())
    shares = [np.array([share, 1 - share]) for share in (first, second)]
    alone = [Analysis(Prediction(("a", "b"), np.zeros(2), share), checkpoint) for share in shares]
    found = compare(*alone)
    return pair_words(found.pairs[0], found)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (0.0, 0.2, "much more probable in B"),
        (0.2, 0.0, "much less probable in B"),
        (0.0, math.nextafter(0.2, 0), "more probable in B"),
        (math.nextafter(0.2, 0), 0.0, "less probable in B"),
        (0.0, 0.02, "more probable in B"),
        (0.02, 0.0, "less probable in B"),
        (0.0, math.nextafter(0.02, 0), "hardly different"),
        (math.nextafter(0.02, 0), 0.0, "hardly different"),
    ],
)
def test_a_change_is_named_from_its_threshold_on(before: float, after: float, words: str) -> None:
    assert of_two(before, after).partition(": ")[2] == words


def test_a_small_change_is_called_one() -> None:
    same = compare(analysis(WEAK, ("a", "b")), analysis(WEAK, ("a", "b")))
    assert change_words(same.differences[0], same).endswith("hardly different")


def test_meanings_are_said_in_another_language_and_figures_stay() -> None:
    said = translated(correlation_words(0.83), Marked())
    assert said == "«correlation 0.83, «evidence in the same places»»"
    assert translated(of_two(0.9, 0.1), Marked()) == "««A 90.0 %, B 10.0 %»: «much less probable in B»»"


def test_a_signed_figure_has_a_true_minus_sign() -> None:
    assert (signed(1.2), signed(-0.02)) == ("+1.20", "−0.02")


@pytest.mark.parametrize(
    ("value", "words"), [(0.834, "0.83"), (-0.12, "−0.12"), (-0.004, "0.00"), (0.004, "0.00"), (-0.006, "−0.01")]
)
def test_a_figure_has_a_true_minus_sign_and_zero_has_none(value: float, words: str) -> None:
    assert figure(value) == words


def test_a_signed_figure_has_as_many_digits_as_asked_for() -> None:
    assert (signed(1.26, 1), signed(-1.26, 1)) == ("+1.3", "−1.3")
