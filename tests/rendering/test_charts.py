import numpy as np
import pytest

from camdash.evidence.analysis import Prediction
from camdash.evidence.comparison import Comparison, compare
from camdash.rendering.charts import PREDICTED_COLOR, comparison_chart, percent, softmax_chart
from tests.evidence.test_comparison import analysis


def prediction() -> Prediction:
    return Prediction(("Hip", "Hand", "Foot"), np.array([0.5, 3.0, -1.0]), np.array([0.0745, 0.9088, 0.0167]))


def test_the_bars_are_all_classes_in_the_heads_order_with_logits_to_hover() -> None:
    bars = softmax_chart(prediction()).data[0]
    assert [name.replace("<b>▸ ", "").replace("</b>", "") for name in bars.y] == ["Hip", "Hand", "Foot"]
    assert list(bars.x) == pytest.approx([0.0745, 0.9088, 0.0167])
    assert list(bars.customdata) == pytest.approx([0.5, 3.0, -1.0])
    assert "logit" in bars.hovertemplate


def test_the_predicted_class_is_marked_by_a_sign_and_by_color() -> None:
    bars = softmax_chart(prediction()).data[0]
    assert ["▸" in name for name in bars.y] == [False, True, False]
    assert [color == PREDICTED_COLOR for color in bars.marker.color] == [False, True, False]


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.987, "98.7 %"), (0.5, "50.0 %"), (0.99995, "> 99.9 %"), (0.00001, "< 0.1 %"), (0.999, "99.9 %")],
)
def test_probabilities_in_words_never_claim_certainty(probability: float, words: str) -> None:
    assert percent(probability) == words


def test_class_names_cannot_bring_markup_into_the_chart() -> None:
    odd = Prediction(("<b>x</b>", "y"), np.array([0.0, 1.0]), np.array([0.3, 0.7]))
    assert softmax_chart(odd).data[0].y[0] == "&lt;b&gt;x&lt;/b&gt;"


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
