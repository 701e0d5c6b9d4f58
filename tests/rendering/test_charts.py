from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camdash.evidence.analysis import Analysis
from camdash.evidence.comparison import Comparison, compare
from camdash.evidence.prediction import Prediction, predict
from camdash.networks.cards.card import Checkpoint
from camdash.networks.cards.output import Output, OutputKind
from camdash.rendering.charts import OTHER_COLOR, PREDICTED_COLOR, answer_chart, comparison_chart
from camdash.rendering.wording.answers import percent
from tests.conftest import small_card
from tests.evidence.test_comparison import analysis
from tests.evidence.test_prediction import LN3, of
from tests.support.marked import Marked


def answered(prediction: Prediction) -> Analysis:
    return Analysis(prediction, Checkpoint("x", Path("x"), "0" * 64, small_card()), no_map="There is no map.")


def prediction() -> Prediction:
    return Prediction(("Hip", "Hand", "Foot"), np.array([0.5, 3.0, -1.0]), np.array([0.0745, 0.9088, 0.0167]))


def test_the_bars_are_all_classes_in_the_heads_order_with_logits_to_hover() -> None:
    bars = answer_chart(prediction()).data[0]
    assert [name.replace("<b>▸ ", "").replace("</b>", "") for name in bars.y] == ["Hip", "Hand", "Foot"]
    assert list(bars.x) == pytest.approx([0.0745, 0.9088, 0.0167])
    assert list(bars.customdata) == pytest.approx([0.5, 3.0, -1.0])
    assert "logit" in bars.hovertemplate


def test_the_predicted_class_is_marked_by_a_sign_and_by_color() -> None:
    bars = answer_chart(prediction()).data[0]
    assert ["▸" in name for name in bars.y] == [False, True, False]
    assert [color == PREDICTED_COLOR for color in bars.marker.color] == [False, True, False]


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.987, "98.7 %"), (0.5, "50.0 %"), (0.99995, "> 99.9 %"), (0.00001, "< 0.1 %"), (0.999, "99.9 %")],
)
def test_probabilities_in_words_never_claim_certainty(probability: float, words: str) -> None:
    assert percent(probability) == words


def test_a_bar_is_its_share_of_the_chart_with_the_figure_at_its_end() -> None:
    for figure in (answer_chart(prediction()), comparison_chart(compared())):
        assert (figure.layout.xaxis.range, figure.layout.xaxis.visible) == ((0, 1), False)
        assert (figure.layout.yaxis.autorange, figure.layout.yaxis.automargin) == ("reversed", True)
        assert (figure.layout.yaxis.ticks, figure.layout.yaxis.title.text) == ("", None)
        assert (figure.layout.margin.r, figure.layout.margin.l) == (62, 0)
        for bars in figure.data:
            assert (bars.orientation, bars.textposition, bars.cliponaxis) == ("h", "outside", False)


def test_nothing_in_a_chart_can_be_dragged_or_switched_off() -> None:
    for figure in (answer_chart(prediction()), comparison_chart(compared())):
        assert (figure.layout.xaxis.fixedrange, figure.layout.yaxis.fixedrange) == (True, True)
    assert answer_chart(prediction()).layout.showlegend is False
    legend = comparison_chart(compared()).layout.legend
    assert (legend.itemclick, legend.traceorder, legend.orientation) == (False, "normal", "h")
    assert (legend.x, legend.y, legend.yanchor) == (0, 1, "bottom")


def test_a_chart_is_as_high_as_its_bars_and_never_lower_than_three() -> None:
    one = Prediction(("Hip",), np.array([0.5]), np.array([1.0]))
    assert answer_chart(one).layout.height == answer_chart(prediction()).layout.height == 3 * 19 + 4
    assert answer_chart(many(5)).layout.height == 5 * 19 + 4
    assert comparison_chart(compared()).layout.height == 4 * 26 + 24
    assert comparison_chart(compared()).layout.barmode == "group"


def test_hovering_a_bar_tells_class_exact_probability_and_logit() -> None:
    bars = answer_chart(prediction()).data[0]
    assert bars.hovertemplate == "%{y}<br>probability %{hovertext}<br>logit %{customdata:+.3f}<extra></extra>"
    assert list(bars.hovertext) == ["7.4500 %", "90.8800 %", "1.6700 %"]
    first, second = comparison_chart(compared()).data
    assert list(first.hovertemplate) == [f"A · {bars.hovertemplate}"] * 4
    assert list(second.hovertemplate) == [f"B · {bars.hovertemplate}"] * 4
    assert list(first.customdata) == [*(pytest.approx(one) for one in (0, 0.5, 1)), None]
    assert list(second.hovertext) == ["", "", "26.8941 %", "73.1059 %"]


def test_bars_that_are_not_predicted_have_a_color_of_their_own() -> None:
    assert list(answer_chart(prediction()).data[0].marker.color) == [OTHER_COLOR, PREDICTED_COLOR, OTHER_COLOR]
    first, second = comparison_chart(compared()).data
    assert first.marker.color != second.marker.color
    assert (second.marker.pattern.fillmode, second.marker.pattern.fgcolor) == ("overlay", "#ffffff")


def test_class_names_cannot_bring_markup_into_the_chart() -> None:
    odd = Prediction(("<b>x</b>", "y"), np.array([0.0, 1.0]), np.array([0.3, 0.7]))
    assert answer_chart(odd).data[0].y[0] == "&lt;b&gt;x&lt;/b&gt;"


def compared() -> Comparison:
    first = analysis(np.zeros((3, 2, 2)), ("Hip", "Hand", "Foot"))
    return compare(first, analysis(np.zeros((2, 2, 2)), ("foot", "<b>Knee</b>")))


def test_two_checkpoints_have_a_bar_each_beside_the_class_of_the_same_name() -> None:
    first, second = comparison_chart(compared()).data
    assert list(first.y) == ["Hip (only A)", "Hand (only A)", "Foot", "&lt;b&gt;Knee&lt;/b&gt; (only B)"]
    # Biases 0, 0.5, 1 and 0, 1 are the logits, for the maps are zero.
    assert list(first.x[:3]) == pytest.approx([0.18632, 0.30720, 0.50648], abs=1e-5)
    assert first.x[3] is None
    assert list(second.x[2:]) == pytest.approx([0.26894, 0.73106], abs=1e-5)
    assert list(second.x[:2]) == [None, None]


def test_the_second_checkpoints_bars_are_told_apart_without_color() -> None:
    first, second = comparison_chart(compared()).data
    assert first.marker.pattern.shape is None
    assert second.marker.pattern.shape == "/"
    assert (first.name, second.name) == ("A · x", "B · x")


def test_each_checkpoints_answer_is_checked() -> None:
    first, second = comparison_chart(compared()).data
    assert list(first.text) == ["18.6 %", "30.7 %", "✓ 50.6 %", ""]
    assert list(second.text) == ["", "", "26.9 %", "✓ 73.1 %"]


def many(count: int) -> Prediction:
    """Class k has 1 / 2**(k + 1), in an order that the head does not have; the last two are equal, so the sum is 1."""
    shares = [2.0 ** -(k + 1) for k in range(count - 1)]
    shares.append(shares[-1])
    order = [*range(1, count), 0]
    values = np.array([shares[k] for k in order])
    return Prediction(tuple(f"Part {k}" for k in order), np.log(values), values)


def test_eight_classes_have_a_bar_each_in_the_heads_order() -> None:
    bars = answer_chart(many(8)).data[0]
    assert list(bars.y) == [*(f"Part {k}" for k in range(1, 8)), "<b>▸ Part 0</b>"]


@pytest.mark.parametrize("count", [9, 18, 40, 1000])
def test_of_many_classes_the_most_probable_have_a_bar_and_the_others_one_with_their_sum(count: int) -> None:
    figure = answer_chart(many(count))
    bars = figure.data[0]
    others = count - 7
    assert list(bars.y) == ["<b>▸ Part 0</b>", *(f"Part {k}" for k in range(1, 7)), f"{others} other classes"]
    # 1/2 + 1/4 + ... + 1/128 leaves 1/128.
    assert list(bars.x) == pytest.approx([0.5, 0.25, 0.125, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 128])
    assert bars.text[-1] == "0.8 %"
    assert "logit" not in bars.hovertemplate[-1]
    assert figure.layout.height <= 720 / 3


def test_all_shares_are_written_with_a_space_before_the_sign() -> None:
    for bars in (*answer_chart(prediction()).data, *comparison_chart(compared()).data):
        assert all(text.endswith(" %") for text in [*bars.text, *bars.hovertext] if text)
        assert "%}" not in str(bars.hovertemplate)


def test_of_many_classes_of_two_checkpoints_both_answers_come_first_and_the_rest_is_summed_up() -> None:
    names = tuple(f"Part {k}" for k in range(18))
    first = analysis(np.zeros((18, 2, 2)), names)  # biases 0, 0.5, ... 8.5: the last is predicted
    second = analysis(np.zeros((18, 2, 2)), tuple(reversed(names)))  # here the first
    figure = comparison_chart(compare(first, second))
    above, beneath = figure.data
    assert list(above.y[:2]) == ["Part 0", "Part 17"] or list(above.y[:2]) == ["Part 17", "Part 0"]
    assert above.y[-1] == "13 other classes"
    assert sum(above.x) == pytest.approx(1)
    assert sum(beneath.x) == pytest.approx(1)
    assert figure.layout.height <= 720 / 3


def test_a_checkpoint_that_knows_none_of_the_rest_has_no_bar_for_it() -> None:
    first = analysis(np.zeros((2, 2, 2)), ("Part 0", "Part 1"))
    second = analysis(np.zeros((18, 2, 2)), tuple(f"Part {k}" for k in range(18)))
    above, beneath = comparison_chart(compare(first, second)).data
    assert (above.x[-1], above.text[-1]) == (None, "")
    assert sum(value for value in beneath.x if value is not None) == pytest.approx(1)


def test_the_words_of_a_chart_are_drawn_in_another_language_and_names_stay() -> None:
    hover, logit = "%{y}<br>«probability %{hovertext}»", "<br>«logit %{customdata:+.3f}»"
    bars = answer_chart(many(9), Marked()).data[0]
    assert list(bars.y) == ["<b>▸ Part 0</b>", *(f"Part {k}" for k in range(1, 7)), "«2 other classes»"]
    assert [bars.hovertemplate[0], bars.hovertemplate[-1]] == [
        f"«{hover}{logit}<extra></extra>»",
        f"«{hover}<extra></extra>»",
    ]
    first, second = comparison_chart(compared(), Marked()).data
    assert list(first.y) == ["«Hip (only A)»", "«Hand (only A)»", "Foot", "«&lt;b&gt;Knee&lt;/b&gt; (only B)»"]
    assert first.y == second.y
    assert set(second.hovertemplate) == {f"B · «{hover}{logit}<extra></extra>»"}
    assert (first.name, second.name) == ("A · x", "B · x")


def test_a_binary_beside_a_softmax_of_the_same_two_classes_has_both_names_in_common() -> None:
    two = ("Normal", "Fracture")
    softmax = answered(of(two, Output(), 2 * LN3, LN3))  # 3 to 1
    one = answered(of(two, Output(OutputKind.BINARY), -LN3))
    for pair in ((softmax, one), (one, softmax)):
        figure = comparison_chart(compare(*pair))
        assert list(figure.data[0].y) == (list(two) if pair[0] is softmax else ["Fracture", "Normal"])
        for bars in figure.data:
            assert dict(zip(bars.y, bars.x, strict=True)) == pytest.approx({"Normal": 0.75, "Fracture": 0.25})
            assert dict(zip(bars.y, bars.text, strict=True)) == {"Normal": "✓ 75.0 %", "Fracture": "25.0 %"}
    logits = dict(zip(figure.data[0].y, figure.data[0].customdata, strict=True))
    assert logits == pytest.approx({"Normal": LN3, "Fracture": -LN3})


def test_two_binaries_that_name_their_classes_the_other_way_round_have_both_in_common() -> None:
    first = answered(of(("Normal", "Fracture"), Output(OutputKind.BINARY), LN3))
    second = answered(of(("Fracture", "Normal"), Output(OutputKind.BINARY), -LN3))
    figure = comparison_chart(compare(first, second))
    assert list(figure.data[0].y) == ["Fracture", "Normal"]
    for bars in figure.data:
        assert list(bars.x) == pytest.approx([0.75, 0.25])


def test_the_answer_of_one_checkpoint_is_shown_beside_many_findings_of_the_other() -> None:
    names = tuple(f"Part {k}" for k in range(18))
    first = analysis(np.zeros((18, 2, 2)), names)  # the last is predicted
    findings = tuple(f"Finding {k}" for k in range(14))
    card = replace(small_card(14), class_names=findings, output=Output(OutputKind.SIGMOID, thresholds=(0.1,) * 14))
    second = analysis(np.zeros((14, 2, 2)), findings)
    second = replace(second, prediction=predict(card, np.linspace(3, 5, 14)))
    above, _ = comparison_chart(compare(first, second)).data
    assert above.y[:2] == ("Finding 13 (only B)", "Part 17 (only A)")
    assert len(above.y) == 6
