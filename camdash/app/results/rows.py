"""The rows of a worklist: made as the radiographs are analysed, kept for the session, without the radiographs."""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import widget_keys
from camdash.app.results.in_list import note_failed
from camdash.app.session.caches import known, pass_over_many
from camdash.app.session.files import Film, FilmKey
from camdash.app.session.retries import failure_of, offer_retry
from camdash.app.session.rows import ListedRow
from camdash.app.session.state import session
from camdash.app.session.turns import line
from camdash.evidence.analysis import analysis_in, failure_in
from camdash.evidence.worklist import Line, line_of
from camdash.images.sandbox.pool import shared_pool
from camdash.networks.cards.card import Checkpoint
from camdash.networks.loading import preferred_device
from camdash.rendering.progress import Progress
from camdash.rendering.thumbnail import data_uri, small, thumbnail
from camdash.running.pipeline import Explained, Item, Pace, explain_many
from camdash.running.task import Task

THUMBNAIL, SQUARE = 96, 48
"""Pixels of a thumbnail's longer side, and of the grey square that is all that is kept of a radiograph beside it."""


def rows_of(films: Sequence[Film], checkpoint: Checkpoint, task: Task[FilmKey, ListedRow]) -> list[ListedRow | None]:
    """Return the row of each film under its present name; None where there is none yet."""
    _take_up(task, films, checkpoint)
    found = [task.rows.get(film.key) for film in films]
    return [
        row and replace(row, line=replace(row.line, file=film.name)) for film, row in zip(films, found, strict=True)
    ]


def go_on(
    place: DeltaGenerator, films: Sequence[Film], checkpoint: Checkpoint, seconds: float, task: Task[FilmKey, ListedRow]
) -> bool:
    """Analyse what is missing for about so many seconds, but one radiograph at first; return whether it did anything.

    A click on Stop, as any other, begins the page anew between two radiographs; what is done stays.
    """
    _take_up(task, films, checkpoint)
    missing = list({film.key: film for film in films if film.key not in task.rows}.values())
    if not missing:
        failed = [row.line.sha256 for row in task.rows.values() if row.line.can_retry]
        if failed and task is session().analysing:  # it is the same file's failure, whichever checkpoint asks
            with place.container():
                offer_retry(failed, key=widget_keys.TRY_ANALYSING_AGAIN)
        return False
    with place.container(horizontal=True, vertical_alignment="center"):
        if task.stopped == task.work:
            st.markdown(f"Stopped: {len(task.rows)} of {len(task.items)} radiographs are analysed.")
            st.button("Go on", key=widget_keys.GO_ON_ANALYSING, on_click=_stop, args=(task, None))
            return False
        bar = st.progress(0.0)
        st.button("Stop analysing", key=widget_keys.STOP_ANALYSING, on_click=_stop, args=(task, task.work))
    _work(missing, checkpoint, _Shown(bar, task, task.rows), seconds if task.rows else 0)
    return True


@dataclass(frozen=True, eq=False)
class _Shown:
    """What is done, and where the progress is shown."""

    bar: DeltaGenerator
    task: Task[FilmKey, ListedRow]
    rows: dict[FilmKey, ListedRow]

    def show(self, ahead: int = 0) -> None:
        """Show how far the task is, and how many pieces of work of others come before the next batch."""
        progress = Progress(len(self.rows), len(self.task.items), self.task.made, self.task.seconds)
        self.bar.progress(progress.done / progress.of, text=" · ".join(filter(None, (progress.words, line(ahead)))))


def _work(missing: Sequence[Film], checkpoint: Checkpoint, shown: _Shown, seconds: float) -> None:
    items = [_item(film, checkpoint) for film in missing]
    shown.show()
    begun = last = time.monotonic()
    run = pass_over_many(checkpoint, shown.show)
    with closing(explain_many(items, run, Pace.on(str(preferred_device())), shared_pool().decode)) as found:
        for film, one in zip(missing, found, strict=True):
            shown.rows[film.key] = _row(film, one)
            if failed := failure_in(one.result):
                note_failed(film.sha256, checkpoint, failed)
            now = time.monotonic()
            shown.task.made += 1
            shown.task.seconds += now - last
            last = now
            shown.show()
            if now - begun >= seconds:
                return


def _item(film: Film, checkpoint: Checkpoint) -> Item:
    return Item(film.name, partial(_content, film), known(film, checkpoint), film.inverted)


def _content(film: Film) -> bytes:
    return film.file.data


def _row(film: Film, one: Explained) -> ListedRow:
    line = line_of(film.name, film.sha256, one.result)
    radiograph = one.decoded.radiograph
    if radiograph is None:
        return ListedRow(line)
    analysis = analysis_in(one.result)
    return ListedRow(
        line,
        data_uri(thumbnail(radiograph, analysis if analysis and analysis.has_maps else None, THUMBNAIL)),
        small(radiograph, (SQUARE, SQUARE)),
    )


def _take_up(task: Task[FilmKey, ListedRow], films: Sequence[Film], checkpoint: Checkpoint) -> None:
    """Take up the rows of these films by this checkpoint.

    A file whose decoder failed has its row as long as it is not tried again. A file that was removed in between has
    lost its analysis, and its row with it.
    """
    here = {film.key: film for film in films}

    def keep(key: FilmKey, row: ListedRow) -> bool:
        return not row.line.can_retry and bool(row.line.error or known(here[key], checkpoint))

    task.take_up(checkpoint, here, keep)
    for film in here.values():
        if film.key not in task.rows and (failure := failure_of(film.sha256)):
            task.rows[film.key] = ListedRow(Line(film.name, film.sha256, error=failure, can_retry=True))


def _stop(task: Task[FilmKey, ListedRow], work: object) -> None:
    task.stopped = work
