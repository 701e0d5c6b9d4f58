"""The worklist's table: which rows are listed, in which order, and the one that was clicked."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from camdash.app import widget_keys
from camdash.app.films.rows import ListedRow
from camdash.app.films.samples import TITLES
from camdash.app.language import localized, tr
from camdash.app.session import selection
from camdash.app.session.state import session
from camdash.app.worklist.clicks import ANYWHERE, clicked_row
from camdash.app.worklist.keeping import keep_place
from camdash.evidence.worklist import Line, Order, is_same_answer, listed
from camdash.rendering.wording.answers import percent
from camdash.words.names import shortened
from camdash.words.sentence import say

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

ABOUT_MARGIN = say("How far the answer is from another one, in logits: from the runner-up, or the nearest threshold.")
NOT_READ, SAME, DIFFER = say("not read"), say("same"), say("differ")
"""What tables say of two answers to one radiograph."""
ROW, HEAD, HIGHEST = 64, 38, 422
"""Pixels of a row, of the head, and of the whole table at most."""


def choose_rows(rows: Sequence[ListedRow], others: Sequence[ListedRow | None] = ()) -> list[int]:
    """Let the user filter and sort; return the places of the rows that are listed, in their order.

    Args:
        rows: what the checkpoint says of the radiographs.
        others: what the checkpoint says that it is compared with; none where it is not.
    """
    lines = [row.line for row in rows]
    compared = [other.line if other else None for other in others]
    names = list(dict.fromkeys(name for line in lines for name in line.classes))
    chosen = st.session_state.get(widget_keys.CLASSES, [])
    st.session_state[widget_keys.CLASSES] = [name for name in chosen if name in names]
    classes = st.multiselect(
        tr("Class"),
        names,
        key=widget_keys.CLASSES,
        placeholder=tr("All classes"),
        width=300,
        persist_state="session",
    )
    about_margin = tr("Below 0.7 the top class is less than twice as likely as the runner-up.")
    below = st.number_input(
        tr("Margin below"),
        min_value=0.0,
        value=None,
        step=0.5,
        key=widget_keys.BELOW,
        placeholder=tr("Any"),
        width=130,
        persist_state="session",
        help=f"{localized(ABOUT_MARGIN)} {about_margin}",
    )
    order = st.selectbox(
        tr("Sorted"),
        list(Order),
        format_func=_order_words,
        key=widget_keys.ORDER,
        width=260,
        persist_state="session",
        help=tr(
            "The arrows on the Radiographs page follow this order. Clicking a column header sorts only this table."
        ),
    )
    only_unlike = any(line is not None and line.familiar is not None for line in [*lines, *compared]) and st.checkbox(
        tr("Only unlike the training images"), key=widget_keys.ONLY_UNLIKE, persist_state="session"
    )
    return listed(lines, classes, below, order or Order.GIVEN, only_unlike=only_unlike, others=compared)


def _order_words(order: Order) -> str:
    return localized(order.value)


def choose_flips() -> bool:
    """Let the user narrow the list to radiographs on which two checkpoints differ; return whether they did."""
    return bool(st.checkbox(tr("Only where A and B differ"), key=widget_keys.ONLY_DIFFERENT, persist_state="session"))


def show_table(
    rows: Sequence[ListedRow], places: Sequence[int], others: Sequence[ListedRow | None] = (), *, are_uploads: bool
) -> None:
    """Show the rows, of the files at these places; the arrows on the first page follow them.

    Args:
        rows: what the checkpoint says of them.
        places: their places among the files.
        others: what the checkpoint says that it is compared with; none where it is not.
        are_uploads: whether they are uploads, and not samples.
    """
    selection.set_order(places if are_uploads else [])
    session().listed_places = (tuple(places), are_uploads)
    columns = _columns(rows)
    if others:
        columns |= _other_columns(rows, others)
        columns = {name: columns[name] for name in COMPARED}
    st.dataframe(
        as_shown(_with_values(columns, rows), NAME_BESIDE_ANOTHER if others else NAME),
        column_config=_config() | (_compared_config() if others else {}),
        hide_index=True,
        key=widget_keys.WORKLIST,
        on_select=_opened,
        selection_mode=ANYWHERE,
        row_height=ROW,
        height=min(HEAD + ROW * max(len(rows), 1), HIGHEST),
        alt=tr("Every radiograph with its predicted class, probability, margin and evidence"),
    )
    keep_place(widget_keys.WORKLIST, f"{st.session_state.get(widget_keys.ORDER)} {are_uploads}")


def _opened() -> None:
    """Look at the radiograph of the row that was clicked."""
    row = clicked_row(widget_keys.WORKLIST)
    if row is None:
        return
    places, are_uploads = session().listed_places
    place = places[row]
    if are_uploads:
        selection.open_file(place)
    else:
        selection.open_sample(list(TITLES)[place])
    session().is_row_opened = True


def is_hint_needed() -> bool:
    """Return whether the page has still to say that a row can be clicked: not once that was done."""
    return not session().is_row_opened


def _columns(rows: Sequence[ListedRow]) -> dict[str, list[object]]:
    lines = [row.line for row in rows]
    return {
        "picture": [row.picture or None for row in rows],
        "file": [line.file for line in lines],
        "predicted": [localized(line.predicted or _unread(line)) for line in lines],
        "probability": [line.probability for line in lines],
        "runner-up": [line.runner_up for line in lines],
        "margin": [line.margin for line in lines],
        "evidence": [line.evidence for line in lines],
        "familiar": [_familiar(line) for line in lines],
    }


def _other_columns(rows: Sequence[ListedRow], others: Sequence[ListedRow | None]) -> dict[str, list[object]]:
    lines = [other.line if other else None for other in others]
    return {
        "answers": [localized(same_or_differ(row.line, line)) for row, line in zip(rows, lines, strict=True)],
        "B predicted": [localized(line.predicted or NOT_READ) if line else "…" for line in lines],
        "B probability": [line.probability if line else None for line in lines],
        "B margin": [line.margin if line else None for line in lines],
        "B familiar": [_familiar(line) for line in lines],
    }


def _familiar(line: Line | None) -> str:
    return localized(FAMILIAR[line.familiar]) if line and line.predicted else ""


def same_or_differ(first: Line, second: Line | None) -> str:
    """Return whether two checkpoints give the same answer, in a word; empty where one has none yet."""
    same = is_same_answer(first, second) if second else None
    return "" if same is None else SAME if same else DIFFER


def _unread(line: Line) -> str:
    return say("not read: {reason}", reason=line.error)


def _with_values(columns: dict[str, list[object]], rows: Sequence[ListedRow]) -> dict[str, list[object]]:
    """Return the columns but those that no answer has anything for: a value has neither probability nor runner-up."""
    if all(row.line.error for row in rows):
        return columns
    return {
        name: values
        for name, values in columns.items()
        if name not in MAY_LACK or any(value is not None for value in values)
    }


def as_shown(columns: dict[str, list[object]], longest: int) -> "Styler":
    """Return a table with probabilities as everywhere and names of so many signs; both sort as what they stand for."""
    from pandas import DataFrame  # Streamlit has imported it by now: it is slow

    table = DataFrame(columns)
    shares = [name for name in PROBABILITIES if name in columns]
    table[shares] = table[shares].astype(float)
    names = partial(shortened, longest=longest)
    return table.style.format(percent, subset=shares, na_rep="").format(names, subset=["file"])


FAMILIAR = {True: say("yes"), False: say("no"), None: say("not checked")}
COMPARED = (
    *("picture", "file", "predicted", "B predicted", "probability", "B probability", "answers", "margin", "B margin"),
    *("evidence", "runner-up", "familiar", "B familiar"),
)
"""The columns of two checkpoints in their order: first what tells their answers apart."""
MAY_LACK = ("probability", "runner-up", "margin")
"""Columns that not every kind of output has."""
NAME, NAME_BESIDE_ANOTHER = 48, 22
"""Signs of a file's name that a table has room for, with the answer of one checkpoint and of two."""
PROBABILITIES = ("probability", "B probability", "p of A", "p of B")


def _config() -> dict[str, Any]:
    return {
        "picture": st.column_config.ImageColumn(
            "", width=80, help=tr("The evidence of the predicted class, on the scale of all maps of that radiograph")
        ),
        "file": tr("file"),
        "predicted": tr("predicted"),
        "probability": tr("probability"),
        "runner-up": tr("runner-up"),
        "margin": st.column_config.NumberColumn(tr("margin"), format="%.2f", help=localized(ABOUT_MARGIN)),
        "evidence": st.column_config.NumberColumn(
            tr("evidence"),
            format="%+.2f",
            help=tr("Mean of the map of the class that is shown first, in logits; of a value in its unit"),
        ),
        "familiar": st.column_config.TextColumn(
            tr("resembles training images"),
            help=tr(
                "Does the image resemble the training images? If not, do not rely on the prediction. If so, that does "
                "not make it right."
            ),
        ),
    }


def _compared_config() -> dict[str, Any]:
    """Return the columns of two checkpoints, so narrow that both answers are seen without scrolling."""
    about = tr(
        "Does the image resemble the training images of this checkpoint? If not, do not rely on its prediction. If so, "
        "that does not make it right."
    )
    margin = localized(ABOUT_MARGIN)
    return {
        "file": st.column_config.TextColumn(tr("file"), width=170),
        "predicted": st.column_config.TextColumn(tr("A predicted"), width=120),
        "B predicted": st.column_config.TextColumn(tr("B predicted"), width=120),
        "probability": st.column_config.NumberColumn(tr("p of A"), width=68),
        "B probability": st.column_config.NumberColumn(tr("p of B"), width=68),
        "answers": st.column_config.TextColumn(tr("answers"), width=76),
        "margin": st.column_config.NumberColumn(tr("A margin"), format="%.2f", width=82, help=margin),
        "B margin": st.column_config.NumberColumn(tr("B margin"), format="%.2f", width=82, help=margin),
        "runner-up": st.column_config.TextColumn(tr("A runner-up"), width=120),
        "evidence": st.column_config.NumberColumn(
            tr("A evidence"),
            format="%+.2f",
            width=90,
            help=tr("Mean of the map of the class that is shown first, in logits; of a value in its unit"),
        ),
        "familiar": st.column_config.TextColumn(tr("A resembles training images"), width=110, help=about),
        "B familiar": st.column_config.TextColumn(tr("B resembles training images"), width=110, help=about),
    }
