"""The words and the chart of each kind of answer."""

import numpy as np
import pytest

from camdash.networks.cards.output import Output, OutputKind
from camdash.rendering.charts import OTHER_COLOR, PREDICTED_COLOR, answer_chart
from camdash.rendering.wording import answers
from tests.evidence.test_prediction import LN3, binary, of, ordinal, sigmoid

AGE = Output(OutputKind.REGRESSION, unit="months", scale=40, offset=120)
NOBODY = Output(OutputKind.UNKNOWN, assumed="Nobody says.")


def said(text: str) -> str:
    """Return a text with plain spaces."""
    return text.replace("\u00a0", " ")


def test_every_kind_of_output_has_its_words() -> None:
    assert set(answers.WORDS) == set(OutputKind)


def test_findings_above_their_thresholds_are_counted_and_named() -> None:
    found = sigmoid(-LN3, LN3, 0.0, thresholds=(0.2, 0.7, 0.6))
    assert answers.headline(found) == "2 of 3 findings above their threshold: Nodule, Mass"
    assert said(answers.remark(found)) == "Closest to its threshold: Nodule, 75.0 % (threshold 70 %)"
    assert answers.choice(found) == "3 findings, each judged on its own: several can be right, or none."
    assert [answers.mark(found, k) for k in range(3)] == ["above its threshold", "above its threshold", ""]
    one = sigmoid(LN3, -LN3, thresholds=(0.5, 0.5))
    assert answers.headline(one) == "1 of 2 findings above its threshold: Mass"


def test_of_many_findings_the_first_are_named_and_the_others_counted() -> None:
    names = tuple(f"Finding {k}" for k in range(14))
    found = of(names, Output(OutputKind.SIGMOID, thresholds=(0.5,) * 14), *np.linspace(3, 0.1, 14))
    assert answers.headline(found) == (
        "14 of 14 findings above their threshold: Finding 0, Finding 1, Finding 2, Finding 3, Finding 4 and 9 more"
    )


def test_a_single_finding_is_above_or_below_its_threshold() -> None:
    assert said(answers.headline(sigmoid(LN3, thresholds=(0.5,)))) == "Mass, 75.0 %: above its threshold"
    assert said(answers.headline(sigmoid(-LN3, thresholds=(0.5,)))) == "Mass, 25.0 %: below its threshold"


def test_a_threshold_is_said_as_it_is_however_small() -> None:
    assert "from 0.05\u00a0% on" in answers.remark(binary(LN3, thresholds=(0.0005,)))


def test_a_temperature_is_named_where_the_total_is_not_the_log_odds_itself() -> None:
    assert answers.totals(sigmoid(LN3)).startswith("The total is the log-odds")
    assert answers.totals(sigmoid(LN3, temperature=2)).startswith(
        "The total, divided by 2 (temperature), is the log-odds"
    )


def test_what_is_found_has_a_bar_however_improbable_it_is() -> None:
    names = tuple(f"Finding {k}" for k in range(14))
    thresholds = (*[0.99] * 13, 0.001)
    found = of(names, Output(OutputKind.SIGMOID, thresholds=thresholds), *np.linspace(3, -4, 14))
    assert answers.headline(found) == "1 of 14 findings above its threshold: Finding 13"
    assert next(iter(answer_chart(found).data[0].y)) == "<b>▸ Finding 13</b>"


def test_no_finding_above_its_threshold_is_said_so() -> None:
    assert answers.headline(sigmoid(-LN3, -1, thresholds=(0.5, 0.5))) == "None of 2 findings is above its threshold"


def test_without_thresholds_the_three_most_probable_stand_there_and_that_none_is_known() -> None:
    found = sigmoid(-LN3, LN3, 0.0)
    assert said(answers.headline(found)) == "Most probable: Nodule 75.0 %, Effusion 50.0 %, Mass 25.0 %"
    assert answers.remark(found) == "No thresholds are known, so nothing says which findings count as found."
    assert [answers.mark(found, k) for k in range(3)] == ["", "", ""]


def test_two_classes_of_one_logit_are_named_with_the_probability_of_the_answer() -> None:
    assert said(answers.headline(binary(-LN3))) == "Normal, 75.0 %"
    assert answers.remark(binary(LN3)) == "No threshold is known: Fracture is the answer from 50\u00a0% on."
    assert answers.remark(binary(LN3, thresholds=(0.3,))) == "Fracture is the answer from 30\u00a0% on (its threshold)."
    assert answers.reading(binary(LN3)) == "Red speaks for Fracture, blue for Normal."
    assert [answers.mark(binary(logit), 0) for logit in (1.0, -1.0)] == ["predicted", ""]


def test_a_value_has_its_unit_and_no_probability() -> None:
    found = of(("Bone age",), AGE, 0.5)
    assert said(answers.headline(found)) == "Bone age: 140 months"
    assert (answers.unit(found), answers.share_of_answer(found)) == ("months", "")
    assert "%" not in "".join(map(str, (answers.headline(found), answers.remark(found), answers.choice(found))))


@pytest.mark.parametrize(
    ("logits", "grade", "words"),
    [
        (
            (LN3, -LN3, -2 * LN3),
            "Mild",
            "Grade 2 of 4, between None and Moderate. Above None: 75.0 %. Above Mild: 25.0 %",
        ),
        ((-LN3, -2 * LN3, -3.0), "None", "Lowest of 4 grades. Above None: 25.0 %"),
        ((3.0, 2.0, LN3), "Severe", "Highest of 4 grades. Above Moderate: 75.0 %"),
    ],
)
def test_a_grade_stands_between_its_neighbours(logits: tuple[float, ...], grade: str, words: str) -> None:
    found = ordinal(*logits)
    assert (answers.headline(found), said(answers.remark(found))) == (grade, words)
    assert said(answers.choice(found)) == (
        "One of 4 grades in their order. The answer is above as many steps as have more than 50 %."
    )
    assert answers.reading(found) == "Red speaks for a higher grade, blue for a lower one."
    assert answers.totals(found) == (
        "Evidence + the bias of a step is the log-odds that the grade is above that step (sigmoid)."
    )
    assert answers.unit(found) == "logits"


def test_the_highest_step_exceeded_is_marked() -> None:
    assert [answers.mark(ordinal(3.0, 2.0, -1.0), k) for k in range(3)] == ["", "highest step exceeded", ""]


def test_each_step_has_a_bar_with_a_line_at_one_half() -> None:
    bars, _, lines, figures = answer_chart(ordinal(LN3, -LN3, -2 * LN3)).data
    assert list(bars.y) == ["<b>▸ &gt; None</b>", "&gt; Mild", "&gt; Moderate"]
    assert list(bars.x) == pytest.approx([0.75, 0.25, 0.1])
    assert list(figures.text) == ["75.0 %", "25.0 %", "10.0 %"]
    assert list(lines.x) == pytest.approx([0.5] * 3)


def test_of_many_steps_those_around_the_grade_have_bars() -> None:
    names = tuple(f"{age} years" for age in range(51))
    found = of(names, Output(OutputKind.ORDINAL), *np.linspace(5, -4.9, 50))
    assert found.predicted_name == "25 years"  # 25 logits are above zero
    bars = answer_chart(found).data[0]
    plain = [name.removeprefix("<b>▸ ").removesuffix("</b>") for name in bars.y]
    assert plain == [f"&gt; {age} years" for age in range(21, 29)]


def test_a_bare_logit_is_called_one() -> None:
    found = of(("Class 0",), NOBODY, 2.3456)
    assert said(answers.headline(found)) == "Class 0: +2.35"
    assert answers.choice(found) == "This is the network's raw output (logit): no probability is known."
    assert answers.totals(found) == "The card does not say what the totals mean, so no probability is made of them."


def test_only_classes_that_exclude_each_other_become_a_softmax() -> None:
    softmax = of(("a", "b"), Output(), 1.0, 0.0)
    others = [sigmoid(1.0), binary(1.0), of(("a",), AGE, 1.0), of(("a",), NOBODY, 1.0)]
    assert answers.totals(softmax) == "The totals (logits) become the probabilities (softmax)."
    assert not any("softmax" in answers.totals(one) or "softmax" in answers.choice(one) for one in others)


def test_each_finding_has_a_bar_from_0_to_1_with_a_line_at_its_threshold() -> None:
    found = sigmoid(-LN3, LN3, 0.0, thresholds=(0.2, 0.7, 0.6))
    bars, edges, lines, figures = answer_chart(found).data
    assert (list(edges.x), list(edges.y)) == (list(lines.x), list(lines.y))
    assert edges.marker.line.width > lines.marker.line.width
    assert list(figures.text) == ["25.0 %", "75.0 %", "50.0 %"]
    assert list(bars.x) == pytest.approx([0.25, 0.75, 0.5])
    assert list(bars.marker.color) == [PREDICTED_COLOR, PREDICTED_COLOR, OTHER_COLOR]
    assert list(lines.x) == pytest.approx([0.2, 0.7, 0.6])
    assert list(lines.y) == list(bars.y)
    assert list(lines.hovertext) == ["20 %", "70 %", "60 %"]
    assert answer_chart(found).layout.xaxis.range == (0, 1)


def test_probabilities_of_findings_are_not_summed_up() -> None:
    names = tuple(f"Finding {k}" for k in range(14))
    bars = answer_chart(of(names, Output(OutputKind.SIGMOID), *np.linspace(3, 0.1, 14))).data[0]
    assert list(bars.y) == [f"Finding {k}" for k in range(7)]


def test_one_bar_stands_between_two_names_with_the_threshold_on_it() -> None:
    figure = answer_chart(binary(LN3, thresholds=(0.3,)))
    negative, positive, _, line = figure.data
    assert [*negative.x, *positive.x] == pytest.approx([0.25, 0.75])
    assert figure.layout.barmode == "stack"
    assert list(line.x) == pytest.approx([0.7])  # what lies right of it is at least 0.3
    assert list(line.hovertext) == ["30 %"]
    assert [one.text for one in figure.layout.annotations] == ["Normal 25.0 %", "<b>▸ Fracture</b> 75.0 %"]


def test_a_value_stands_on_an_axis_with_its_unit() -> None:
    figure = answer_chart(of(("Bone age",), AGE, 0.5))
    assert list(figure.data[0].x) == pytest.approx([140])
    assert (figure.layout.xaxis.visible, figure.layout.xaxis.ticksuffix) == (True, " months")
    low, high = figure.layout.xaxis.range
    assert low <= 0
    assert high > 140
    below = answer_chart(of(("z",), Output(OutputKind.REGRESSION), -2.0)).layout.xaxis.range
    assert (below[0] < -2, below[1]) == (True, 0)


def test_names_in_a_chart_are_no_markup() -> None:
    found = of(("<i>no</i>", "<b>yes</b>"), Output(OutputKind.BINARY), 1.0)
    texts = [one.text for one in answer_chart(found).layout.annotations]
    assert texts == ["&lt;i&gt;no&lt;/i&gt; 26.9 %", "<b>▸ &lt;b&gt;yes&lt;/b&gt;</b> 73.1 %"]


def test_steps_that_contradict_each_other_are_said_to_and_none_is_the_highest() -> None:
    found = ordinal(LN3, -LN3, 2 * LN3)
    assert said(answers.remark(found)).endswith(
        "The steps contradict each other: the grade is above one, and not above a lower one."
    )
    assert [answers.mark(found, k) for k in range(3)] == ["", "", ""]
