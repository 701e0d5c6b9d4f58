"""Two checkpoints over all uploads: a table, different answers first, totals, progress that can be stopped, a CSV."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import cv2
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import widget_keys
from camdash.app.compare.going_up import ask_to_go_up, go_up_if_asked
from camdash.app.results.outcomes import outcome
from camdash.app.session import selection
from camdash.app.session.caches import radiograph_of
from camdash.app.session.files import Film, FilmKey
from camdash.app.session.retries import failure_of, offer_retry
from camdash.app.session.rows import ComparedRow
from camdash.app.session.state import session
from camdash.app.session.turns import Waiting, line
from camdash.app.worklist.clicks import ANYWHERE, clicked_row
from camdash.app.worklist.table import DIFFER, with_percentages
from camdash.evidence.analysis import analysis_in, failure_in
from camdash.evidence.comparison import compare
from camdash.evidence.overview import Line, flips_first, line_of, totals
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.agreement import figure
from camdash.rendering.files.comparison_csv import comparison_csv
from camdash.running.task import Task

THUMBNAIL = 64
"""Pixels of the longer side."""
Pair = tuple[Checkpoint, Checkpoint]


def compare_all(films: Sequence[Film], pair: Pair, *, mapped: bool = True) -> None:
    """Compare all uploads and list them; what is done stays when it is stopped.

    Where not both are `mapped`, that is have maps, there is no agreement to list.
    """
    if len(films) < 2:
        return
    task = session().comparing
    task.take_up(pair, (film.key for film in films), _is_kept)
    if task.stopped != task.work:
        _work(films, pair, task)
    rows = task.rows
    here = [film for film in films if film.key in rows]
    if len(here) < len(films):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Stopped: {len(here)} of {len(films)} radiographs are compared.")
            st.button("Go on", key=widget_keys.GO_ON_COMPARING, on_click=_stop, args=(task, None))
    shown = [replace(rows[film.key], line=replace(rows[film.key].line, file=film.name)) for film in here]
    offer_retry([row.line.sha256 for row in shown if row.line.can_retry], key=widget_keys.TRY_COMPARING_AGAIN)
    if shown:
        _show(shown, [films.index(film) for film in here], pair, mapped=mapped)


def _work(films: Sequence[Film], pair: Pair, task: Task[FilmKey, ComparedRow]) -> None:
    """Compare what is missing. A click on Stop begins the page anew, between two radiographs."""
    rows = task.rows
    missing = [film for film in films if film.key not in rows]
    if not missing:
        return
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0)
        st.button("Stop comparing", key=widget_keys.STOP_COMPARING, on_click=_stop, args=(task, task.work))
    for count, film in enumerate(missing, len(films) - len(missing)):
        waiting = partial(_progress, bar, count, len(films))
        waiting()
        rows[film.key] = _row(film, pair, waiting)
    place.empty()


def _progress(bar: DeltaGenerator, done: int, of: int, ahead: int = 0) -> None:
    bar.progress(done / of, text=" · ".join(filter(None, (f"Compared {done} of {of} radiographs", line(ahead)))))


def _stop(task: Task[FilmKey, ComparedRow], work: object) -> None:
    task.stopped = work


def _is_kept(_: object, row: ComparedRow) -> bool:
    """Return whether a row stays: not that of a file whose decoder failed, once it may be tried again."""
    return not row.line.can_retry or bool(failure_of(row.line.sha256))


def _row(film: Film, pair: Pair, waiting: Waiting) -> ComparedRow:
    results = [outcome(film, checkpoint, waiting) for checkpoint in pair]
    if failed := next(filter(None, map(failure_in, results)), None):
        return ComparedRow(Line(film.name, film.sha256, error=failed.sentence, can_retry=failed.can_retry))
    first, second = filter(None, map(analysis_in, results))
    return ComparedRow(line_of(film.name, film.sha256, compare(first, second)), _thumbnail(film))


def _thumbnail(film: Film) -> str:
    grey = radiograph_of(film).display()
    scale = THUMBNAIL / max(grey.shape)
    size = (max(round(grey.shape[1] * scale), 1), max(round(grey.shape[0] * scale), 1))  # OpenCV: columns, rows
    _, encoded = cv2.imencode(".jpg", cv2.resize(grey, size, interpolation=cv2.INTER_AREA))
    return f"data:image/jpeg;base64,{base64.b64encode(encoded.tobytes()).decode()}"


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
        with_percentages(_columns([rows[place] for place in order], pair, mapped=mapped)),
        column_config=_config(),
        hide_index=True,
        key=widget_keys.COMPARISON,
        on_select=_opened,
        selection_mode=ANYWHERE,
        row_height=48,
        height=min(38 + 48 * len(rows), 420),
        alt="Both answers for every uploaded radiograph, different ones first",
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
    words = [f"{found.flips} of {found.compared} answers differ"]
    if found.agreement is not None:
        words.append(f"mean agreement {figure(found.agreement)}")
    if found.failed:
        words.append(f"{found.failed} not read")
    return " · ".join(words)


def _columns(rows: Sequence[ComparedRow], pair: Pair, *, mapped: bool) -> dict[str, list[object]]:
    lines = [row.line for row in rows]
    first, second = (f"{letter} · {one.name}" for letter, one in zip("AB", pair, strict=True))
    columns: dict[str, list[object]] = {
        "picture": [row.picture or None for row in rows],
        "file": [line.file for line in lines],
        "answers": ["not read" if line.error else DIFFER if line.flips else "same" for line in lines],
        first: [line.first or line.error for line in lines],
        "p of A": [line.first_probability for line in lines],
        second: [line.second for line in lines],
        "p of B": [line.second_probability for line in lines],
    }
    if any(familiar is not None for line in lines for familiar in (line.first_familiar, line.second_familiar)):
        columns["unlike"] = [_unlike(line) for line in lines]
    return columns | ({"agreement": [line.agreement for line in lines]} if mapped else {})


def _unlike(line: Line) -> str:
    """Return whose training images a radiograph is unlike: "A", "B", "A and B"; empty where neither is known to be."""
    both = zip("AB", (line.first_familiar, line.second_familiar), strict=True)
    return " and ".join(letter for letter, familiar in both if familiar is False)


def _config() -> dict[str, Any]:
    share = st.column_config.NumberColumn(help="Probability of the class beside it")
    return {
        "picture": st.column_config.ImageColumn("", width=60),
        "p of A": share,
        "p of B": share,
        "unlike": st.column_config.TextColumn(
            "unlike training images of", help="Do not rely on the prediction of a checkpoint that is named here."
        ),
        "agreement": st.column_config.NumberColumn(
            format="%.2f", help="Correlation of the two maps of A's predicted class: 1 = same places, 0 = unrelated"
        ),
    }
