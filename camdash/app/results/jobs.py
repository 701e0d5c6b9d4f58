"""A long job over the films of a session: rows are made as batches are analysed, a few in each run of a page."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app.films.caches import Answers, cached_analysis, pass_over_many
from camdash.app.films.device_turn import Waiting, line
from camdash.app.films.files import Film, FilmKey
from camdash.app.films.rows import ComparedRow, ListedRow
from camdash.app.language import localized, tr
from camdash.app.results.in_list import note_failed
from camdash.app.session.retries import failure_of, offer_retry
from camdash.evidence.analysis import Failed
from camdash.images.radiograph import Radiograph
from camdash.images.sandbox.pool import shared_pool
from camdash.networks.cards.card import Checkpoint
from camdash.networks.loading import preferred_device
from camdash.running.pipeline import Item, Pace, explain_many
from camdash.running.progress import progress_words
from camdash.running.task import Task

RowT = TypeVar("RowT", ListedRow, ComparedRow)


@dataclass(frozen=True)
class Buttons:
    """The words and the keys of a job's buttons.

    Attributes:
        stop_words: what stands on the button that stops it.
        stopped_words: makes the sentence that says how many of how many radiographs are done.
        stop: the key of that button.
        go_on: the key of the button that goes on.
        try_again: the key of the button that tries files again; empty where another job offers that.
    """

    stop_words: str
    stopped_words: Callable[[int, int], str]
    stop: str
    go_on: str
    try_again: str = ""


@dataclass(frozen=True, eq=False)
class Job(Generic[RowT]):
    """A kind of long job.

    Attributes:
        task: what is done of it.
        checkpoints: the checkpoints that it asks.
        make: makes the row of a film from its radiograph and what the checkpoints say of it.
        fail: makes the row of a film without answers; its radiograph is None where it was not read.
        buttons: its buttons.
    """

    task: Task[FilmKey, RowT]
    checkpoints: tuple[Checkpoint, ...]
    make: Callable[[Film, Radiograph | None, Answers], RowT]
    fail: Callable[[Film, Radiograph | None, Failed], RowT]
    buttons: Buttons


def rows_of(job: Job[RowT], films: Sequence[Film]) -> list[RowT | None]:
    """Return the row of each film under its present name; None where there is none yet."""
    _take_up(job, films)
    found = [job.task.rows.get(film.key) for film in films]
    return [row and replace(row, line=row.line.renamed(film.name)) for film, row in zip(films, found, strict=True)]


def go_on(job: Job[RowT], place: DeltaGenerator, films: Sequence[Film], seconds: float) -> bool:
    """Do what is missing for about so many seconds, but one film at first; return whether it did anything.

    A click on Stop, as any other, begins the page anew between two films; what is done stays.
    """
    _take_up(job, films)
    task, buttons = job.task, job.buttons
    missing = list({film.key: film for film in films if film.key not in task.rows}.values())
    if not missing:
        failed = [row.line.sha256 for row in task.rows.values() if row.line.can_retry]
        if failed and buttons.try_again:
            with place.container():
                offer_retry(failed, key=buttons.try_again)
        return False
    with place.container(horizontal=True, vertical_alignment="center"):
        if task.is_stopped:
            st.markdown(localized(buttons.stopped_words(len(task.rows), len(task.items))))
            st.button(tr("Go on"), key=buttons.go_on, on_click=task.resume)
            return False
        bar = st.progress(0.0)
        st.button(localized(buttons.stop_words), key=buttons.stop, on_click=task.stop)

    def tell(ahead: int = 0) -> None:
        words = " · ".join(filter(None, (localized(progress_words(task.progress)), line(ahead))))
        bar.progress(task.progress.done / task.progress.of, text=words)

    tell()
    with closing(_made(job, missing, tell)) as made:
        task.go_on(made, seconds if task.rows else 0, tell)
    return True


def _made(job: Job[RowT], films: Sequence[Film], waiting: Waiting) -> Generator[tuple[FilmKey, RowT]]:
    items = [Item(film.name, partial(_content, film), film.inverted) for film in films]
    run = pass_over_many(job.checkpoints, waiting)
    with closing(explain_many(items, run, Pace.on(str(preferred_device())), shared_pool().decode)) as found:
        for film, one in zip(films, found, strict=True):
            radiograph = one.decoded.radiograph
            if one.failed:
                note_failed(film.sha256, _failing(film, job.checkpoints), one.failed)
                yield film.key, job.fail(film, radiograph, one.failed)
            else:
                yield film.key, job.make(film, radiograph, one.answer)


def _content(film: Film) -> bytes:
    return film.file.data


def _failing(film: Film, checkpoints: Sequence[Checkpoint]) -> Checkpoint:
    """Return which checkpoint has failed on a film: the first that has not answered."""
    return next((one for one in checkpoints if cached_analysis(film, one) is None), checkpoints[-1])


def _take_up(job: Job[RowT], films: Sequence[Film]) -> None:
    """Take up the rows of these films by these checkpoints.

    A file whose decoder failed has its row as long as it is not tried again. A file that was removed in between has
    lost its analyses, and its row with them.
    """
    here = {film.key: film for film in films}

    def is_kept(key: FilmKey, row: RowT) -> bool:
        answered = all(cached_analysis(here[key], one) for one in job.checkpoints)
        return not row.line.can_retry and (bool(row.line.error) or answered)

    job.task.take_up(job.checkpoints, here, is_kept)
    for film in here.values():
        if film.key not in job.task.rows and (reason := failure_of(film.sha256)):
            job.task.rows[film.key] = job.fail(film, None, Failed(reason, can_retry=True))
