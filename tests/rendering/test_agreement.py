import pytest

from camdash.evidence.comparison import compare
from camdash.rendering.agreement import change_words, correlation_words, probabilities, signed
from tests.evidence.test_comparison import analysis

WEAK = [[[0, 0], [0, 0]], [[4, 4], [4, 8]]]
STRONG = [[[0, 0], [0, 0]], [[0, 0], [0, 4]]]


@pytest.mark.parametrize(
    ("correlation", "words"),
    [
        (0.83, "correlation 0.83, evidence in the same places"),
        (0.5, "correlation 0.50, evidence in largely the same places"),
        (0.2, "correlation 0.20, evidence in partly the same places"),
        (-0.001, "correlation 0.00, evidence in different places"),
        (-0.6, "correlation −0.60, rather opposite evidence"),
        (None, "no correlation: one of the maps is the same everywhere"),
    ],
)
def test_a_correlation_comes_with_its_meaning(correlation: float | None, words: str) -> None:
    assert correlation_words(correlation) == words


def test_a_change_of_probability_comes_with_its_meaning() -> None:
    # Evidence 5 and 1 with biases 0 and 1: the logits differ by 6 and by 2, so p is 99.75 % and 88.08 %.
    found = compare(analysis(WEAK, ("a", "b")), analysis(STRONG, ("a", "b")))
    assert probabilities(found.differences[1], found) == pytest.approx((0.99753, 0.88080), abs=1e-5)
    assert change_words(found.differences[1], found) == "99.8 % → 88.1 %, less probable in B"
    assert change_words(found.differences[0], found) == "0.2 % → 11.9 %, more probable in B"


def test_a_small_change_is_called_one() -> None:
    same = compare(analysis(WEAK, ("a", "b")), analysis(WEAK, ("a", "b")))
    assert change_words(same.differences[0], same).endswith("hardly changed")


def test_a_signed_figure_has_a_true_minus_sign() -> None:
    assert (signed(1.2), signed(-0.02)) == ("+1.20", "−0.02")
