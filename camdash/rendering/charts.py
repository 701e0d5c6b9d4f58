"""Charts as Plotly figures."""

import html

import plotly.graph_objects as go

from camdash.evidence.analysis import Prediction

PREDICTED_COLOR = "#e8833a"
OTHER_COLOR = "#6b8cae"
BAR_HEIGHT = 20
"""Pixels a class."""


def softmax_chart(prediction: Prediction) -> go.Figure:
    """Return the softmax as horizontal bars, all classes in the checkpoint's order, the predicted one marked.

    Hovering a bar shows its logit.
    """
    predicted = prediction.predicted
    names = [_label(name, marked=k == predicted) for k, name in enumerate(prediction.class_names)]
    figure = go.Figure(
        go.Bar(
            x=[float(p) for p in prediction.probabilities],
            y=names,
            orientation="h",
            marker_color=[PREDICTED_COLOR if k == predicted else OTHER_COLOR for k in range(len(names))],
            text=[percent(float(p)) for p in prediction.probabilities],
            textposition="outside",
            cliponaxis=False,
            customdata=[float(logit) for logit in prediction.logits],
            hovertemplate="%{y}<br>probability %{x:.4%}<br>logit %{customdata:+.3f}<extra></extra>",
        )
    )
    figure.update_xaxes(range=[0, 1.12], visible=False, fixedrange=True)
    figure.update_yaxes(autorange="reversed", fixedrange=True, title=None, ticks="", automargin=True)
    figure.update_layout(
        height=BAR_HEIGHT * max(len(names), 3) + 4,
        margin={"l": 0, "r": 8, "t": 2, "b": 2},
        bargap=0.25,
        showlegend=False,
    )
    return figure


def _label(name: str, *, marked: bool) -> str:
    text = html.escape(name)
    return f"<b>▸ {text}</b>" if marked else text


def percent(probability: float) -> str:
    """Return a probability in words that never claim certainty: "98.7 %", "> 99.9 %", "< 0.1 %"."""
    if probability > 0.999:
        return "> 99.9 %"
    if probability < 0.001:
        return "< 0.1 %"
    return f"{100 * probability:.1f} %"
