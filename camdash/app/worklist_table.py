"""The worklist's table: which rows are listed, in which order, and the one that was clicked."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from camdash.app import selection
from camdash.app.clicks import ANYWHERE, clicked_row
from camdash.app.samples import TITLES
from camdash.app.worklist_rows import Row
from camdash.evidence.worklist import Order, listed

TABLE, OPENED, PLACES = "worklist", "worklist_opened", "worklist_places"
CLASSES, BELOW, ORDER = "worklist_classes", "worklist_below", "worklist_order"
ROW, HEAD, HIGHEST = 64, 38, 422
"""Pixels of a row, of the head, and of the whole table at most."""


def choose_rows(rows: Sequence[Row]) -> list[int]:
    """Let the user filter and sort; return the places of the rows that are listed, in their order."""
    lines = [row.line for row in rows]
    names = list(dict.fromkeys(line.predicted for line in lines if line.predicted))
    st.session_state[CLASSES] = [name for name in st.session_state.get(CLASSES, []) if name in names]
    classes = st.multiselect("Class", names, key=CLASSES, placeholder="All classes", width=300, persist_state="session")
    below = st.number_input(
        "Margin below",
        min_value=0.0,
        value=None,
        step=0.5,
        key=BELOW,
        placeholder="Any",
        width=130,
        persist_state="session",
        help="Difference between the two highest logits. Below 0.7 the top class is less than twice as likely as the "
        "runner-up.",
    )
    order = st.selectbox(
        "Sorted",
        list(Order),
        key=ORDER,
        width=260,
        persist_state="session",
        help="The arrows on the Radiographs page follow this order. Clicking a column header sorts only this table.",
    )
    return listed(lines, classes, below, order or Order.GIVEN)


def show_table(rows: Sequence[Row], places: Sequence[int], *, are_uploads: bool) -> None:
    """Show the rows, of the files at these places; the arrows on the first page follow them."""
    selection.set_order(places if are_uploads else [])
    st.session_state[PLACES] = (list(places), are_uploads)
    st.dataframe(
        _columns(rows),
        column_config=_config(),
        hide_index=True,
        key=TABLE,
        on_select=_opened,
        selection_mode=ANYWHERE,
        row_height=ROW,
        height=min(HEAD + ROW * max(len(rows), 1), HIGHEST),
        alt="Every radiograph with its predicted class, probability, margin and evidence",
    )


def was_opened() -> bool:
    """Return, once, whether a row was clicked."""
    opened: bool = st.session_state.pop(OPENED, False)
    return opened


def _opened() -> None:
    """Look at the radiograph of the row that was clicked."""
    row = clicked_row(TABLE)
    if row is None:
        return
    places, are_uploads = st.session_state[PLACES]
    place = places[row]
    if are_uploads:
        selection.choose_file(place)
    else:
        selection.choose_sample(list(TITLES)[place])
    st.session_state[OPENED] = True


def _columns(rows: Sequence[Row]) -> dict[str, list[object]]:
    lines = [row.line for row in rows]
    return {
        "picture": [row.picture or None for row in rows],
        "file": [line.file for line in lines],
        "predicted": [line.predicted or f"not read: {line.error}" for line in lines],
        "probability": [line.probability for line in lines],
        "runner-up": [line.runner_up for line in lines],
        "margin": [line.margin for line in lines],
        "evidence": [line.evidence for line in lines],
        "familiar": [FAMILIAR[line.familiar] if line.predicted else "" for line in lines],
    }


FAMILIAR = {True: "yes", False: "NO", None: "not checked"}


def _config() -> dict[str, Any]:
    return {
        "picture": st.column_config.ImageColumn(
            "", width=80, help="The evidence of the predicted class, on the scale of all maps of that radiograph"
        ),
        "probability": st.column_config.NumberColumn(format="percent"),
        "margin": st.column_config.NumberColumn(
            format="%.2f", help="Logit of the predicted class less that of the runner-up"
        ),
        "evidence": st.column_config.NumberColumn(
            format="%+.2f", help="Mean of the predicted class's map, in logits; with the bias it is the logit"
        ),
        "familiar": st.column_config.TextColumn(
            help="Does the image resemble the training images? If not, do not rely on the prediction."
        ),
    }
