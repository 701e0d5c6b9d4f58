"""Charts as Plotly figures."""

import html
from typing import Any

import plotly.graph_objects as go

from camdash.evidence.analysis import Analysis, Prediction, PredictionAlone
from camdash.evidence.comparison import Answers

PREDICTED_COLOR = "#e8833a"
OTHER_COLOR = "#6b8cae"
BAR_HEIGHT = 20
"""Pixels a class."""
PAIR_HEIGHT = 28
"""Pixels a class where two checkpoints are compared."""
FIRST_COLOR, SECOND_COLOR = "#3f9e94", "#a284d6"
"""The two checkpoints; neither is a color of evidence, and the second is hatched too."""
HATCHED = {
    "color": SECOND_COLOR,
    "pattern": {"shape": "/", "size": 5, "solidity": 0.25, "fillmode": "overlay", "fgcolor": "#ffffff"},
}


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
    _bare_axes(figure)
    figure.update_layout(
        height=BAR_HEIGHT * max(len(names), 3) + 4,
        margin={"l": 0, "r": 8, "t": 2, "b": 2},
        bargap=0.25,
        showlegend=False,
    )
    return figure


def comparison_chart(comparison: Answers) -> go.Figure:
    """Return the softmax of two checkpoints as grouped bars: "A" above, plain; "B" beneath, hatched.

    Classes are matched by name, in the first checkpoint's order; a class that one of them does not know has one bar,
    and its label says whose. The bar of each checkpoint's own answer carries a check mark.
    """
    rows = _rows(comparison)
    labels = [_row_label(name, one, two) for name, one, two in rows]
    figure = go.Figure(
        [
            _bars("A", comparison.first, [one for _, one, _ in rows], labels, {"color": FIRST_COLOR}),
            _bars("B", comparison.second, [two for _, _, two in rows], labels, HATCHED),
        ]
    )
    _bare_axes(figure)
    figure.update_layout(
        barmode="group",
        height=PAIR_HEIGHT * max(len(rows), 3) + 24,
        margin={"l": 0, "r": 8, "t": 20, "b": 2},
        bargap=0.2,
        bargroupgap=0.05,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal", "itemclick": False},
    )
    return figure


def _rows(comparison: Answers) -> list[tuple[str, int | None, int | None]]:
    """Return each class's name and its index in both heads."""
    twins = {pair.first: pair.second for pair in comparison.pairs}
    names, others = comparison.first.prediction.class_names, comparison.second.prediction.class_names
    known = set(twins.values())
    ours: list[tuple[str, int | None, int | None]] = [(name, k, twins.get(k)) for k, name in enumerate(names)]
    return [*ours, *((name, None, k) for k, name in enumerate(others) if k not in known)]


def _row_label(name: str, first: int | None, second: int | None) -> str:
    whose = " (only A)" if second is None else " (only B)" if first is None else ""
    return html.escape(name) + whose


def _bars(
    letter: str,
    analysis: Analysis | PredictionAlone,
    classes: list[int | None],
    labels: list[str],
    marker: dict[str, Any],
) -> go.Bar:
    prediction = analysis.prediction
    values = [None if k is None else float(prediction.probabilities[k]) for k in classes]
    checks = ["✓ " if k == prediction.predicted else "" for k in classes]
    return go.Bar(
        name=f"{letter} · {html.escape(analysis.checkpoint.name)}",
        x=values,
        y=labels,
        orientation="h",
        marker=marker,
        text=["" if value is None else check + percent(value) for value, check in zip(values, checks, strict=True)],
        textposition="outside",
        textfont={"size": 10},
        constraintext="none",
        cliponaxis=False,
        customdata=[None if k is None else float(prediction.logits[k]) for k in classes],
        hovertemplate=f"{letter} · %{{y}}<br>probability %{{x:.4%}}<br>logit %{{customdata:+.3f}}<extra></extra>",
    )


def _bare_axes(figure: go.Figure) -> None:
    figure.update_xaxes(range=[0, 1.12], visible=False, fixedrange=True)
    figure.update_yaxes(autorange="reversed", fixedrange=True, title=None, ticks="", automargin=True)


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
