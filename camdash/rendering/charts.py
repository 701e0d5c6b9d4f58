"""Charts as Plotly figures."""

import html
from typing import Any

import plotly.graph_objects as go

from camdash.evidence.analysis import Analysis, Prediction
from camdash.evidence.comparison import Comparison
from camdash.rendering.ranks import all_rows, rest_of, shown_classes, shown_rows
from camdash.words.catalogs import ENGLISH, catalog
from camdash.words.sentence import Language, joined, say, say_many, translated

PREDICTED_COLOR = "#e8833a"
OTHER_COLOR = "#6b8cae"
REST_COLOR = "#7d838c"
"""Classes that are summed up."""
BAR_HEIGHT = 19
"""Pixels a class."""
PAIR_HEIGHT = 26
"""Pixels a class where two checkpoints are compared."""
FIRST_COLOR, SECOND_COLOR = "#3f9e94", "#a284d6"
"""The two checkpoints; neither is a color of evidence, and the second is hatched too."""
HATCHED = {
    "color": SECOND_COLOR,
    "pattern": {"shape": "/", "size": 5, "solidity": 0.25, "fillmode": "overlay", "fgcolor": "#ffffff"},
}
FIGURES = 62
"""Pixels at the right for the figure beside a full bar, however narrow the chart is."""
PROBABILITY = say("probability {probability}", probability="%{hovertext}")
LOGIT = say("logit {logit}", logit="%{customdata:+.3f}")
NOT_MORE = "<extra></extra>"
"""Hides the name that Plotly writes beside what it says of a bar."""
HOVER_REST = joined("", ["%{y}<br>", PROBABILITY, NOT_MORE])
HOVER = joined("", ["%{y}<br>", PROBABILITY, "<br>", LOGIT, NOT_MORE])


def softmax_chart(prediction: Prediction, language: Language | None = None) -> go.Figure:
    """Return the softmax as horizontal bars, the predicted one marked: all classes in the checkpoint's order.

    Of more than `MOST_BARS` classes the most probable ones stand there, in the order of their probability, and beneath
    them the sum of all others, named as what it is. Hovering a bar shows its logit.

    Args:
        prediction: whose softmax.
        language: in which its words are drawn; None for English. Names stay as they are.
    """
    language = language or catalog(ENGLISH)
    predicted, shown = prediction.predicted, shown_classes(prediction)
    values = [float(prediction.probabilities[k]) for k in shown]
    names = [_label(prediction.class_names[k], marked=k == predicted) for k in shown]
    colors = [PREDICTED_COLOR if k == predicted else OTHER_COLOR for k in shown]
    hover = translated(HOVER, language)
    templates = [hover] * len(shown)
    rest = len(prediction.class_names) - len(shown)
    if rest:
        values.append(rest_of(prediction, shown))
        names.append(_rest_label(rest, language))
        colors.append(REST_COLOR)
        templates.append(translated(HOVER_REST, language))
    figure = go.Figure(
        go.Bar(
            x=values,
            y=names,
            orientation="h",
            marker_color=colors,
            text=[percent(value) for value in values],
            textposition="outside",
            cliponaxis=False,
            customdata=[float(prediction.logits[k]) for k in shown],
            hovertext=[exact_percent(value) for value in values],
            hovertemplate=templates if rest else hover,
        )
    )
    _bare_axes(figure)
    figure.update_layout(
        height=BAR_HEIGHT * max(len(names), 3) + 4,
        margin={"l": 0, "r": FIGURES, "t": 2, "b": 2},
        bargap=0.25,
        showlegend=False,
    )
    return figure


def comparison_chart(comparison: Comparison, language: Language | None = None) -> go.Figure:
    """Return the softmax of two checkpoints as grouped bars: "A" above, plain; "B" beneath, hatched.

    Classes are matched by name, in the first checkpoint's order; a class that one of them does not know has one bar,
    and its label says whose. The bar of each checkpoint's own answer carries a check mark. Of more than `MOST_BARS`
    classes both answers and the most probable others stand there, and beneath them the sums of the rest.

    Args:
        comparison: whose softmax.
        language: in which its words are drawn; None for English. Names stay as they are.
    """
    language = language or catalog(ENGLISH)
    rows = shown_rows(comparison)
    labels = [translated(_row_label(*row), language) for row in rows]
    rest = len(all_rows(comparison)) - len(rows)
    if rest:
        labels.append(_rest_label(rest, language))
    figure = go.Figure(
        [
            _bars("A", comparison.first, [one for _, one, _ in rows], labels, {"color": FIRST_COLOR}, language),
            _bars("B", comparison.second, [two for _, _, two in rows], labels, HATCHED, language),
        ]
    )
    _bare_axes(figure)
    figure.update_layout(
        barmode="group",
        height=PAIR_HEIGHT * max(len(labels), 3) + 24,
        margin={"l": 0, "r": FIGURES, "t": 20, "b": 2},
        bargap=0.2,
        bargroupgap=0.05,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal", "itemclick": False},
    )
    return figure


def _rest_label(count: int, language: Language) -> str:
    return translated(say_many("{count} other class", "{count} other classes", count), language)


def _row_label(name: str, first: int | None, second: int | None) -> str:
    text = html.escape(name)
    if second is None:
        return say("{name} (only A)", name=text)
    return say("{name} (only B)", name=text) if first is None else text


def _bars(
    letter: str,
    analysis: Analysis,
    classes: list[int | None],
    labels: list[str],
    marker: dict[str, Any],
    language: Language,
) -> go.Bar:
    prediction = analysis.prediction
    values = [None if k is None else float(prediction.probabilities[k]) for k in classes]
    checks = ["✓ " if k == prediction.predicted else "" for k in classes]
    hovers = [translated(HOVER, language)] * len(classes)
    if len(labels) > len(classes):
        known = [k for k in classes if k is not None]
        values.append(rest_of(prediction, known) if len(known) < len(prediction.class_names) else None)
        checks.append("")
        hovers.append(translated(HOVER_REST, language))
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
        hovertext=["" if value is None else exact_percent(value) for value in values],
        hovertemplate=[f"{letter} · {hover}" for hover in hovers],
    )


def _bare_axes(figure: go.Figure) -> None:
    figure.update_xaxes(range=[0, 1], visible=False, fixedrange=True)
    figure.update_yaxes(autorange="reversed", fixedrange=True, title=None, ticks="", automargin=True)


def _label(name: str, *, marked: bool) -> str:
    text = html.escape(name)
    return f"<b>▸ {text}</b>" if marked else text


def exact_percent(probability: float) -> str:
    """Return a probability with four decimals, in the one style of all shares: "98.7012 %"."""
    return f"{100 * probability:.4f} %"


def percent(probability: float) -> str:
    """Return a probability in words that never claim certainty: "98.7 %", "> 99.9 %", "< 0.1 %"."""
    if probability > 0.999:
        return "> 99.9 %"
    if probability < 0.001:
        return "< 0.1 %"
    return f"{100 * probability:.1f} %"
