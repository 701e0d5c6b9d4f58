"""Two checkpoints over all uploads: a table, different answers first, totals, progress that can be stopped, a CSV."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from camdash.app import widget_keys
from camdash.app.compare.going_up import ask_to_go_up, go_up_if_asked
from camdash.app.films.caches import Answers
from camdash.app.films.files import Film
from camdash.app.films.rows import ComparedRow
from camdash.app.language import localized, tr, tr_many
from camdash.app.markdown import plain
from camdash.app.results.jobs import Buttons, Job, go_on, rows_of
from camdash.app.session import selection
from camdash.app.session.state import session
from camdash.app.worklist.clicks import ANYWHERE, clicked_row
from camdash.app.worklist.table import DIFFER, NAME_BESIDE_ANOTHER, SAME, as_shown
from camdash.evidence.analysis import Failed
from camdash.evidence.comparison import compare
from camdash.evidence.overview import Line, failed_line, flips_first, line_of, totals
from camdash.images.radiograph import Radiograph
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.files.tables import comparison_csv
from camdash.rendering.thumbnail import data_uri, small, thumbnail_shape
from camdash.rendering.wording.agreement import figure
from camdash.words.sentence import say, say_many

THUMBNAIL = 64
"""Pixels of the longer side."""
SECONDS = 5.0
"""How long uploads are compared before their table is drawn again."""
Pair = tuple[Checkpoint, Checkpoint]


def compare_all(films: Sequence[Film], pair: Pair, *, mapped: bool = True) -> bool:
    """List what is compared of the uploads, and compare more of them for a while; return whether it did anything.

    Where not both are `mapped`, that is have maps, there is no agreement to list.
    """
    if len(films) < 2:
        return False
    job, place = _comparing(pair), st.empty()
    found = list(enumerate(rows_of(job, films)))
    if rows := [row for _, row in found if row]:
        _show(rows, [place for place, row in found if row], pair, mapped=mapped)
    return go_on(job, place, films, SECONDS)


def _comparing(pair: Pair) -> Job[ComparedRow]:
    keys = widget_keys.STOP_COMPARING, widget_keys.GO_ON_COMPARING, widget_keys.TRY_COMPARING_AGAIN
    return Job(session().comparing, pair, _row, _failed_row, Buttons(say("Stop comparing"), _stopped, *keys))


def _stopped(done: int, count: int) -> str:
    return say_many(
        "Stopped: {done} of {count} radiographs are compared.",
        "Stopped: {done} of {count} radiographs are compared.",
        count,
        done=done,
    )


def _row(film: Film, radiograph: Radiograph | None, answers: Answers) -> ComparedRow:
    first, second = answers
    line = line_of(film.name, film.sha256, compare(first, second))
    return ComparedRow(line, _picture(radiograph) if radiograph else "")


def _failed_row(film: Film, _: Radiograph | None, failed: Failed) -> ComparedRow:
    return ComparedRow(failed_line(film.name, film.sha256, failed))


def _picture(radiograph: Radiograph) -> str:
    return data_uri(small(radiograph, thumbnail_shape(radiograph.shape, THUMBNAIL)))


def _show(rows: Sequence[ComparedRow], places: Sequence[int], pair: Pair, *, mapped: bool) -> None:
    lines = [row.line for row in rows]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{_totals(lines)}**")
        st.download_button(
            "CSV",
            comparison_csv(lines, *pair),
            file_name=f"comparison_{pair[0].sha256[:8]}_{pair[1].sha256[:8]}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    order = flips_first(lines)
    st.dataframe(
        as_shown(_columns([rows[place] for place in order], mapped=mapped), NAME_BESIDE_ANOTHER),
        column_config=_config(pair),
        hide_index=True,
        key=widget_keys.COMPARISON,
        on_select=_opened,
        selection_mode=ANYWHERE,
        row_height=48,
        height=min(38 + 48 * len(rows), 420),
        alt=tr("Both answers for every uploaded radiograph, different ones first"),
    )
    session().compared_places = tuple(places[place] for place in order)
    go_up_if_asked()


def _opened() -> None:
    row = clicked_row(widget_keys.COMPARISON)
    if row is not None:
        selection.choose_file(session().compared_places[row])
        ask_to_go_up()


def _totals(lines: Sequence[Line]) -> str:
    found = totals(lines)
    differ = tr_many(
        "{differing} of {count} answers differ",
        "{differing} of {count} answers differ",
        found.compared,
        differing=found.flips,
    )
    words = [differ] if found.compared else []
    if found.agreement is not None:
        words.append(tr("mean agreement {agreement}", agreement=figure(found.agreement)))
    if found.failed:
        words.append(tr_many("{count} not read", "{count} not read", found.failed))
    return " · ".join(words)


def _columns(rows: Sequence[ComparedRow], *, mapped: bool) -> dict[str, list[object]]:
    lines = [row.line for row in rows]
    columns: dict[str, list[object]] = {
        "picture": [row.picture or None for row in rows],
        "file": [line.file for line in lines],
        "A": [localized(line.first.predicted or line.error) for line in lines],
        "B": [localized(line.second.predicted or "") for line in lines],
        "p of A": [line.first.probability for line in lines],
        "p of B": [line.second.probability for line in lines],
        "answers": [_answers(line) for line in lines],
    }
    if any(familiar is not None for line in lines for familiar in (line.first.familiar, line.second.familiar)):
        columns["unlike"] = [_unlike(line) for line in lines]
    return columns | ({"agreement": [line.agreement for line in lines]} if mapped else {})


def _answers(line: Line) -> str:
    if line.error:
        return tr("not read")
    return "" if line.flips is None else localized(DIFFER if line.flips else SAME)


def _unlike(line: Line) -> str:
    """Return whose training images a radiograph is unlike: "A", "B", "A and B"; empty where neither is known to be."""
    both = zip("AB", (line.first.familiar, line.second.familiar), strict=True)
    letters = [letter for letter, familiar in both if familiar is False]
    return tr("A and B") if len(letters) > 1 else "".join(letters)


def _config(pair: Pair) -> dict[str, Any]:
    """Return the columns, so narrow that both answers and what tells them apart are seen without scrolling."""
    shares = {letter: tr("Probability of the class that {letter} predicts", letter=letter) for letter in "AB"}
    return {
        "picture": st.column_config.ImageColumn("", width=60),
        "file": st.column_config.TextColumn(tr("file"), width=176),
        **{letter: _answer_column(letter, one) for letter, one in zip("AB", pair, strict=True)},
        "p of A": st.column_config.NumberColumn(tr("p of A"), width=68, help=shares["A"]),
        "p of B": st.column_config.NumberColumn(tr("p of B"), width=68, help=shares["B"]),
        "answers": st.column_config.TextColumn(tr("answers"), width=76),
        "unlike": st.column_config.TextColumn(
            tr("unlike training images of"),
            width=110,
            help=tr("Do not rely on the prediction of a checkpoint that is named here."),
        ),
        "agreement": st.column_config.NumberColumn(
            tr("agreement"),
            width=96,
            format="%.2f",
            help=tr("Correlation of the two maps of A's predicted class: 1 = same places, 0 = unrelated"),
        ),
    }


def _answer_column(letter: str, checkpoint: Checkpoint) -> Any:
    """Return the column of a checkpoint's classes, headed by its letter and name."""
    title = f"{letter} · {checkpoint.name}"
    return st.column_config.TextColumn(title, width=150, help=plain(title))
