"""The probabilities of all classes in a table, on request: for checkpoints with more classes than the chart shows.

What is looked for in the viewer narrows the table too.
"""

from typing import Any

import streamlit as st

from camdash.app import widget_keys
from camdash.app.language import tr, tr_many
from camdash.app.markdown import plain
from camdash.evidence.comparison import Comparison
from camdash.evidence.prediction import Prediction
from camdash.rendering.ranks import MOST_BARS, logit_in, ranked_rows, share_in
from camdash.shapes import PerClass

HEIGHT = 420
"""Pixels at most; longer tables scroll."""
ROW_HEIGHT = 35


def has_table(count: int) -> bool:
    """Return whether a chart leaves out some of so many classes, so that there is a table of all."""
    return count > MOST_BARS


def offer_probabilities(prediction: Prediction, sought: str = "", spread: PerClass | None = None) -> None:
    """Offer the classes of one checkpoint, the most probable first, where the chart does not show them all.

    Args:
        prediction: whose classes.
        sought: only those with it, in small letters, in their names.
        spread: of an ensemble's members, by class.
    """
    count = len(prediction.class_names)
    if not has_table(count):
        return
    order, values = [k for k in prediction.ranking if sought in prediction.class_names[k].casefold()], prediction.values
    figures: dict[str, list[object]] = {"probability": [_share(prediction, k) for k in order]}
    if values is not None:
        figures = {"value": [float(values[k]) for k in order]}
    columns: dict[str, list[object]] = {
        "class": [prediction.class_names[k] for k in order],
        **figures,
        "logit": [float(prediction.logits[k]) for k in order],
    }
    numbers = ("logit",) if values is None else ("value", "logit")
    if spread is not None:
        columns["spread"], numbers = [float(spread[k]) for k in order], (*numbers, "spread")
    _table(columns, count, sought, ("probability",) if values is None else (), numbers)


def offer_both_probabilities(comparison: Comparison, sought: str = "") -> None:
    """Offer the classes of two checkpoints that are compared, both answers first, in the same way."""
    rows = ranked_rows(comparison)
    count = len(rows)
    if not has_table(count):
        return
    rows = [row for row in rows if sought in row[0].casefold()]
    first, second = comparison.first.prediction, comparison.second.prediction
    columns: dict[str, list[object]] = {
        "class": [name for name, _, _ in rows],
        "A": [_share(first, k) for _, k, _ in rows],
        "B": [_share(second, k) for _, _, k in rows],
        "logit of A": [logit_in(first, k) for _, k, _ in rows],
        "logit of B": [logit_in(second, k) for _, _, k in rows],
    }
    _table(columns, count, sought, ("A", "B"), ("logit of A", "logit of B"))


def _table(
    columns: dict[str, list[object]], count: int, sought: str, shares: tuple[str, ...], logits: tuple[str, ...]
) -> None:
    """Offer a table of those of `count` classes that were looked for."""
    found = len(columns["class"])
    titles = {
        "class": tr("class"),
        "probability": tr("probability"),
        "value": tr("value"),
        "logit": tr("logit"),
        "spread": tr("spread of the members"),
        "logit of A": tr("logit of A"),
        "logit of B": tr("logit of B"),
    }
    config: dict[str, Any] = {"class": titles["class"]}
    config |= {name: st.column_config.NumberColumn(titles.get(name), format="%.3f %%") for name in shares}
    config |= {name: st.column_config.NumberColumn(titles.get(name), format="%.2f") for name in logits}
    label = tr_many("All {count} probabilities", "All {count} probabilities", count)
    with st.container(key="all-probabilities"), st.popover(label, type="tertiary"):
        if sought:
            st.caption(
                tr(
                    "{found} of {count} classes have “{sought}” in their names.",
                    found=f"{found:,}",
                    count=f"{count:,}",
                    sought=plain(sought),
                )
            )
        st.dataframe(
            columns,
            column_config=config,
            hide_index=True,
            height=min(ROW_HEIGHT * (found + 1) + 3, HEIGHT),
            alt=tr_many("The probabilities of all {count} classes", "The probabilities of all {count} classes", count),
            key=widget_keys.PROBABILITIES,
        )


def _share(prediction: Prediction, place: int | None) -> float | None:
    """Return the probability of a class as a percentage."""
    share = share_in(prediction, place)
    return None if share is None else 100 * share
