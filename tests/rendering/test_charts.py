import numpy as np
import pytest

from camdash.evidence.analysis import Prediction
from camdash.rendering.charts import PREDICTED_COLOR, percent, softmax_chart


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
