"""Charts as Plotly figures."""

import html
from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from camdash.evidence.analysis import Analysis
from camdash.evidence.comparison import Comparison
from camdash.evidence.prediction import EVEN, Prediction
from camdash.rendering.ranks import (
    AGAINST,
    all_rows,
    is_answer_in,
    logit_in,
    rest_of,
    share_in,
    shown_classes,
    shown_rows,
)
from camdash.rendering.wording.answers import beside, mark, percent, threshold_words
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
AXIS = 24
"""Pixels for the figures of an axis."""
THRESHOLD_COLOR, THRESHOLD_EDGE = "#1f2430", "#ffffff"
PROBABILITY = say("probability {probability}", probability="%{hovertext}")
LOGIT = say("logit {logit}", logit="%{customdata:+.3f}")
NOT_MORE = "<extra></extra>"
"""Hides the name that Plotly writes beside what it says of a bar."""
HOVER_REST = joined("", ["%{y}<br>", PROBABILITY, NOT_MORE])
HOVER_BAR = joined("", [PROBABILITY, "<br>", LOGIT, NOT_MORE])
HOVER = joined("", ["%{y}<br>", PROBABILITY, "<br>", LOGIT, NOT_MORE])
HOVER_VALUE = joined("", ["%{y}: %{text}<br>", LOGIT, NOT_MORE])
THRESHOLD = say("threshold {threshold}", threshold="%{hovertext}")


def answer_chart(prediction: Prediction, language: Language | None = None) -> go.Figure:
    """Return the figures of one answer as horizontal bars, what is part of the answer marked.

    Probabilities stand on an axis from 0 to 1, with a line at the threshold of each label that has one; one logit
    between two classes is one bar between their names; values and bare logits have an axis with figures. Of more than
    `MOST_BARS` classes the most probable ones stand there; where classes exclude each other, the sum of all others
    stands beneath them, named as what it is. Hovering a bar shows its logit.

    Args:
        prediction: whose figures.
        language: in which its words are drawn; None for English. Names stay as they are.
    """
    language = language or catalog(ENGLISH)
    if prediction.probabilities is None:
        return _value_chart(prediction, language)
    if prediction.negative_name:
        return _between_two(prediction, language)
    return _probability_chart(prediction, language)


def _probability_chart(prediction: Prediction, language: Language) -> go.Figure:
    shown = shown_classes(prediction)
    values = [prediction.probability(k) or 0.0 for k in shown]
    marked = {k for k in shown if mark(prediction, k)}
    names = [_label(prediction.class_names[k], marked=k in marked) for k in shown]
    colors = [PREDICTED_COLOR if k in marked else OTHER_COLOR for k in shown]
    hover = translated(HOVER, language)
    templates = [hover] * len(shown)
    thresholds = [_threshold(prediction, k) for k in shown] if prediction.output.thresholds or prediction.grades else []
    others = len(prediction.class_names) - len(shown)
    rest = rest_of(prediction, shown) if others else None
    if rest is not None:
        values.append(rest)
        names.append(_rest_label(others, language))
        colors.append(REST_COLOR)
        templates.append(translated(HOVER_REST, language))
    figure = go.Figure(
        go.Bar(
            x=values,
            y=names,
            orientation="h",
            marker_color=colors,
            text=None if thresholds else [percent(value) for value in values],
            textposition="outside",
            cliponaxis=False,
            customdata=[float(prediction.logits[k]) for k in shown],
            hovertext=[exact_percent(value) for value in values],
            hovertemplate=hover if rest is None else templates,
        )
    )
    _bare_axes(figure)
    _size(figure, len(names))
    if thresholds:
        _mark_thresholds(figure, dict(zip(names, zip(thresholds, thresholds, strict=True), strict=True)), language)
        _write_at_the_right(figure, names, [percent(value) for value in values])
    return figure


def _threshold(prediction: Prediction, place: int) -> float:
    """Return from which probability a label, or a step between two grades, counts as found."""
    return prediction.output.thresholds[place] if prediction.output.thresholds else EVEN


def _between_two(prediction: Prediction, language: Language) -> go.Figure:
    """Return one bar between two names: as long as the probability of the class at its right end."""
    positive = prediction.probability(0) or 0.0
    names = (prediction.negative_name, prediction.class_names[0])
    shares = (1 - positive, positive)
    is_answer = [name == prediction.predicted_name for name in names]
    hover = translated(HOVER_BAR, language)
    bars = [
        go.Bar(
            x=[share],
            y=[0],
            width=0.6,
            orientation="h",
            marker_color=PREDICTED_COLOR if answer else OTHER_COLOR,
            customdata=[float(prediction.logits[0])],
            hovertext=[exact_percent(share)],
            hovertemplate=f"{html.escape(name)}<br>{hover}",
        )
        for name, share, answer in zip(names, shares, is_answer, strict=True)
    ]
    figure = go.Figure(bars)
    for name, share, answer, x, side in zip(names, shares, is_answer, (0, 1), ("left", "right"), strict=True):
        figure.add_annotation(
            x=x,
            y=0.4,
            text=f"{_label(name, marked=answer)} {percent(share)}",
            showarrow=False,
            xanchor=side,
            yanchor="bottom",
        )
    threshold = (*prediction.output.thresholds, EVEN)[0]
    _mark_thresholds(figure, {0: (1 - threshold, threshold)}, language)
    _bare_axes(figure)
    _size(figure, 3)
    figure.update_yaxes(autorange=False, range=[-0.6, 1.6], visible=False)
    figure.update_layout(barmode="stack")
    return figure


def _value_chart(prediction: Prediction, language: Language) -> go.Figure:
    """Return values, or logits of which nobody says what they mean, as bars from zero on an axis with figures."""
    shown = shown_classes(prediction)
    values = prediction.logits if prediction.values is None else prediction.values
    names = [_label(prediction.class_names[k], marked=False) for k in shown]
    figure = go.Figure(
        go.Bar(
            x=[float(values[k]) for k in shown],
            y=names,
            orientation="h",
            marker_color=OTHER_COLOR,
            text=[translated(beside(prediction, k), language) for k in shown],
            textposition="outside",
            cliponaxis=False,
            customdata=[float(prediction.logits[k]) for k in shown],
            hovertemplate=translated(HOVER_VALUE, language),
        )
    )
    largest = 1.1 * max(float(np.abs(values[shown]).max()), 1e-12)
    low = -largest if float(values[shown].min()) < 0 else 0.0
    _bare_axes(figure)
    _size(figure, len(names))
    figure.update_xaxes(
        range=[low, largest if float(values[shown].max()) > 0 else 0.0],
        visible=True,
        title=None,
        zeroline=True,
        ticksuffix=f" {html.escape(prediction.output.unit)}".rstrip(),
        nticks=5,
    )
    figure.update_layout(height=figure.layout.height + AXIS, margin_b=AXIS)
    return figure


def _write_at_the_right(figure: go.Figure, names: list[str], figures: list[str]) -> None:
    """Write the figure of each bar at the end of the axis, where no threshold's line crosses it."""
    figure.add_trace(
        go.Scatter(
            x=[1] * len(names),
            y=names,
            mode="text",
            text=figures,
            textposition="middle right",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    figure.update_yaxes(autorange=False, range=[len(names) - 0.5, -0.5])


def _mark_thresholds(figure: go.Figure, at: Mapping[Any, tuple[float, float]], language: Language) -> None:
    """Draw a line across the bar of each name, at a place on the axis that stands for a threshold."""
    places = [place for place, _ in at.values()]
    edge = {"width": 6, "color": THRESHOLD_EDGE}  # a dark line is seen on bright bars, its edge on a dark page
    marker = {"symbol": "line-ns", "size": BAR_HEIGHT // 2, "line": edge}
    figure.add_trace(
        go.Scatter(x=places, y=list(at), mode="markers", marker=marker, hoverinfo="skip", cliponaxis=False)
    )
    figure.add_trace(
        go.Scatter(
            x=places,
            y=list(at),
            mode="markers",
            marker=marker | {"line": {"width": 2, "color": THRESHOLD_COLOR}},
            hovertext=[threshold_words(threshold) for _, threshold in at.values()],
            hovertemplate=joined("", [translated(THRESHOLD, language), NOT_MORE]),
            cliponaxis=False,
        )
    )


def _size(figure: go.Figure, rows: int) -> None:
    figure.update_layout(
        height=BAR_HEIGHT * max(rows, 3) + 4,
        margin={"l": 0, "r": FIGURES, "t": 2, "b": 2},
        bargap=0.25,
        showlegend=False,
    )


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
    if rest and (comparison.first.prediction.excludes or comparison.second.prediction.excludes):
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
    values = [share_in(prediction, k) for k in classes]
    checks = ["✓ " if k is not None and _is_marked(prediction, k) else "" for k in classes]
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
        customdata=[logit_in(prediction, k) for k in classes],
        hovertext=["" if value is None else exact_percent(value) for value in values],
        hovertemplate=[f"{letter} · {hover}" for hover in hovers],
    )


def _is_marked(prediction: Prediction, place: int) -> bool:
    return is_answer_in(prediction, place) if place == AGAINST else bool(mark(prediction, place))


def _bare_axes(figure: go.Figure) -> None:
    figure.update_xaxes(range=[0, 1], visible=False, fixedrange=True)
    figure.update_yaxes(autorange="reversed", fixedrange=True, title=None, ticks="", automargin=True)


def _label(name: str, *, marked: bool) -> str:
    text = html.escape(name)
    return f"<b>▸ {text}</b>" if marked else text


def exact_percent(probability: float) -> str:
    """Return a probability with four decimals, in the one style of all shares: "98.7012 %"."""
    return f"{100 * probability:.4f} %"
