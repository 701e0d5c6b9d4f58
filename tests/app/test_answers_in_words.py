"""What is said of one answer and of two: sums that add up, and from where on an answer is uncertain."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from camdash.evidence.analysis import Analysis
from camdash.evidence.comparison import Comparison, compare
from camdash.evidence.prediction import Prediction
from camdash.networks.cards.card import Checkpoint
from tests.app.test_page import texts
from tests.conftest import small_card
from tests.evidence.test_comparison import analysis

CHECKPOINT = Checkpoint("small", Path("small"), "0" * 64, small_card(3))


def agreement(comparison: "Comparison") -> None:
    from camdash.app.compare.answers import show_agreement

    show_agreement(comparison)


def one_answer(result: "Analysis") -> None:
    from camdash.app.results.answer import show_answer

    show_answer(result)


def two_answers(answers: "Comparison") -> None:
    from camdash.app.compare.answers import show_comparison

    show_comparison(answers)


def answer(*probabilities: float) -> Analysis:
    shares = np.array(probabilities)
    names = tuple(f"Part {k}" for k in range(len(shares)))
    return Analysis(Prediction(names, np.log(shares), shares), CHECKPOINT, no_map="No grid.")


def shown(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def test_the_agreement_of_each_class_has_the_change_of_its_logit_as_a_sum() -> None:
    # Evidence 1 and 5 with biases 0 and 1 become 3 and 2.375 with biases 1 and 0: the second knows them the other way
    # round.
    first = analysis([[[0, 4], [0, 0]], [[5, 5], [4, 6]]], ("a", "b"))
    second = analysis([[[2.375, 2.375], [0.75, 4]], [[0, 12], [0, 0]]], ("b", "a"))
    page = shown(AppTest.from_function(agreement, args=(compare(first, second),)))
    table = page.dataframe[0].value
    assert list(table["class"]) == ["a", "b"]
    # -3.625 is rounded to the even digit, and the evidence takes up what rounding leaves.
    assert list(table["logit"]) == ["+2.00 + 1.00 = +3.00", "−2.62 − 1.00 = −3.62"]


@pytest.mark.parametrize("seed", range(5))
def test_the_sums_that_are_shown_add_up_to_the_last_digit(seed: int) -> None:
    generator = np.random.default_rng(seed)
    names = tuple(f"Part {k}" for k in range(5))
    first, second = (analysis(generator.normal(0, 4, (5, 2, 2)), order) for order in (names, names[::-1]))
    comparison = compare(first, second)
    table = shown(AppTest.from_function(agreement, args=(comparison,))).dataframe[0].value
    for line, change in zip(table["logit"], comparison.differences, strict=True):
        terms, total = line.replace("−", "-").split(" = ")
        evidence, sign, bias = terms.split()
        assert round(float(evidence) + float(sign + bias) - float(total), 6) == pytest.approx(0)
        assert float(total) == pytest.approx(change.logit, abs=0.0051)
        assert float(sign + bias) == pytest.approx(change.bias, abs=0.0051)


@pytest.mark.parametrize(
    ("highest", "uncertain"), [(0.04, True), (0.2, True), (0.499, True), (0.5, False), (0.501, False), (0.99, False)]
)
def test_an_answer_is_uncertain_where_no_class_reaches_half(highest: float, uncertain: bool) -> None:
    others = max(2, int(1 / highest) + 1)
    probabilities = [highest, *[(1 - highest) / others] * others]
    words = texts(shown(AppTest.from_function(one_answer, args=(answer(*probabilities),))))
    assert ("Uncertain: no class reaches 50\u00a0%." in words.replace("\\", "")) is uncertain
    words = texts(shown(AppTest.from_function(two_answers, args=(compare(answer(*probabilities), answer(0.9, 0.1)),))))
    assert words.count("uncertain, below 50 %") == uncertain


def test_of_two_answers_each_is_said_to_be_uncertain_by_itself() -> None:
    words = texts(shown(AppTest.from_function(two_answers, args=(compare(answer(0.6, 0.4), answer(0.4, 0.3, 0.3)),))))
    first, second = (words.partition(f"##### {letter} · ")[2].split("#####")[0] for letter in "AB")
    assert "uncertain" not in first
    assert "uncertain, below 50 %" in second
