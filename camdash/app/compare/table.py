"""Two checkpoints over all uploads: a table, different answers first, totals, progress that can be stopped, a CSV."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import cv2
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app.compare.going_up import ask_to_go_up, go_up_if_asked
from camdash.app.results.outcomes import Refusal, outcome
from camdash.app.session import selection
from camdash.app.session.caches import ImageFile
from camdash.app.session.inversion import inversions, radiograph_of
from camdash.app.session.retries import failure_of, offer_retry
from camdash.app.session.turns import Waiting, line
from camdash.app.worklist.clicks import ANYWHERE, clicked_row
from camdash.app.worklist.table import DIFFER, with_percentages
from camdash.evidence.comparison import compare
from camdash.evidence.overview import Line, flips_first, line_of, totals
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.agreement import figure
from camdash.rendering.files.comparison_csv import comparison_csv

THUMBNAIL = 64
"""Pixels of the longer side."""
TABLE, ORDER = "comparison", "comparison_order"
DONE, STOPPED = "compared", "comparing_stopped"
Pair = tuple[Checkpoint, Checkpoint]


@dataclass(frozen=True)
class Row:
    """A line of the table with its picture, as a data URI; empty where there is none."""

    line: Line
    thumbnail: str


def compare_all(files: Sequence[ImageFile], pair: Pair, *, mapped: bool = True) -> None:
    """Compare all uploads and list them; what is done stays when it is stopped.

    Where not both are `mapped`, that is have maps, there is no agreement to list.
    """
    if len(files) < 2:
        return
    done = _done(files, pair)
    if st.session_state.get(STOPPED) != _task(files, pair):
        _work(files, pair, done)
    here = [file for file in files if file.sha256 in done]
    if len(here) < len(files):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Stopped: {len(here)} of {len(files)} radiographs are compared.")
            st.button("Go on", key="go-on", on_click=_go_on)
    rows = [replace(done[file.sha256], line=replace(done[file.sha256].line, file=file.name)) for file in here]
    offer_retry([row.line.sha256 for row in rows if row.line.can_retry], key="comparison-try-again")
    if rows:
        _show(rows, [files.index(file) for file in here], pair, mapped=mapped)


def _work(files: Sequence[ImageFile], pair: Pair, done: dict[str, Row]) -> None:
    """Compare what is missing. A click on Stop begins the page anew, between two radiographs."""
    missing = [file for file in files if file.sha256 not in done]
    if not missing:
        return
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0)
        st.button("Stop comparing", key="stop", on_click=_stop, args=(_task(files, pair),))
    for count, file in enumerate(missing, len(files) - len(missing)):
        waiting = partial(_progress, bar, count, len(files))
        waiting()
        done[file.sha256] = _row(file, pair, waiting)
    place.empty()


def _progress(bar: DeltaGenerator, done: int, of: int, ahead: int = 0) -> None:
    bar.progress(done / of, text=" · ".join(filter(None, (f"Compared {done} of {of} radiographs", line(ahead)))))


def _stop(task: object) -> None:
    st.session_state[STOPPED] = task


def _go_on() -> None:
    st.session_state[STOPPED] = None


def _task(files: Sequence[ImageFile], pair: Pair) -> object:
    """Return what a click on Stop stops: other files or checkpoints are another task."""
    return pair, frozenset(file.sha256 for file in files)


def _done(files: Sequence[ImageFile], pair: Pair) -> dict[str, Row]:
    """Return what is done, by digest: of these two checkpoints and of files that are still there.

    Not of those whose decoder failed, once they may be tried again.
    """
    now = pair, inversions()
    known, rows = st.session_state.get(DONE, (None, {}))
    found = {file.sha256: rows[file.sha256] for file in files if file.sha256 in rows} if known == now else {}
    kept = {digest: row for digest, row in found.items() if not row.line.can_retry or failure_of(digest)}
    st.session_state[DONE] = (now, kept)
    return kept


def _row(file: ImageFile, pair: Pair, waiting: Waiting) -> Row:
    results = [outcome(file, checkpoint, waiting) for checkpoint in pair]
    for result in results:
        if isinstance(result, Refusal):
            return Row(Line(file.name, file.sha256, error=result.sentence, can_retry=result.can_retry), "")
    first, second = (result for result in results if not isinstance(result, Refusal))
    return Row(line_of(file.name, file.sha256, compare(first, second)), _thumbnail(file))


def _thumbnail(file: ImageFile) -> str:
    grey = radiograph_of(file).display()
    scale = THUMBNAIL / max(grey.shape)
    size = (max(round(grey.shape[1] * scale), 1), max(round(grey.shape[0] * scale), 1))  # OpenCV: columns, rows
    _, encoded = cv2.imencode(".jpg", cv2.resize(grey, size, interpolation=cv2.INTER_AREA))
    return f"data:image/jpeg;base64,{base64.b64encode(encoded.tobytes()).decode()}"


def _show(rows: Sequence[Row], places: Sequence[int], pair: Pair, *, mapped: bool) -> None:
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
        key=TABLE,
        on_select=_opened,
        selection_mode=ANYWHERE,
        row_height=48,
        height=min(38 + 48 * len(rows), 420),
        alt="Both answers for every uploaded radiograph, different ones first",
    )
    st.session_state[ORDER] = [places[place] for place in order]
    go_up_if_asked()


def _opened() -> None:
    row = clicked_row(TABLE)
    if row is not None:
        selection.choose_file(st.session_state[ORDER][row])
        ask_to_go_up()


def _totals(lines: Sequence[Line]) -> str:
    found = totals(lines)
    words = [f"{found.flips} of {found.compared} answers differ"]
    if found.agreement is not None:
        words.append(f"mean agreement {figure(found.agreement)}")
    if found.failed:
        words.append(f"{found.failed} not read")
    return " · ".join(words)


def _columns(rows: Sequence[Row], pair: Pair, *, mapped: bool) -> dict[str, list[object]]:
    lines = [row.line for row in rows]
    first, second = (f"{letter} · {one.name}" for letter, one in zip("AB", pair, strict=True))
    columns: dict[str, list[object]] = {
        "picture": [row.thumbnail or None for row in rows],
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
