"""The rows of a worklist: made as the radiographs are analysed, kept for the session, without the radiographs."""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from camdash.app.results.in_list import note_refusal
from camdash.app.session.caches import ImageFile, known, pass_over_many
from camdash.app.session.inversion import inversions, is_inverted
from camdash.app.session.retries import failure_of, note_failure, offer_retry
from camdash.app.session.turns import line
from camdash.errors import CamdashError, DecoderError
from camdash.evidence.analysis import Analysis
from camdash.evidence.worklist import Line, line_of
from camdash.images.radiograph import Radiograph
from camdash.images.sandbox.pool import shared_pool
from camdash.networks.cards.card import Checkpoint
from camdash.networks.loading import preferred_device
from camdash.rendering.progress import Progress
from camdash.rendering.thumbnail import data_uri, small, thumbnail
from camdash.running.pipeline import Explained, Item, Pace, explain_many

ROWS, SECOND_ROWS, STOPPED, CLOCK = "worklist_rows", "worklist_second_rows", "worklist_stopped", "worklist_clock"
THUMBNAIL, SQUARE = 96, 48
"""Pixels of a thumbnail's longer side, and of the grey square that is all that is kept of a radiograph beside it."""


@dataclass(frozen=True, eq=False)
class Row:
    """A radiograph in the list.

    Attributes:
        line: what the checkpoint says of it.
        picture: its thumbnail with the overlay of the predicted class, as a data URI; empty where there is none.
        square: its grey levels brought to the unit square, (SQUARE, SQUARE); None where there are none.
    """

    line: Line
    picture: str = ""
    square: NDArray[np.uint8] | None = None


@dataclass
class _Clock:
    """How many radiographs of a task were analysed in how many seconds."""

    task: object
    here: int = 0
    seconds: float = 0.0


def rows_of(files: Sequence[ImageFile], checkpoint: Checkpoint, slot: str = ROWS) -> list[Row | None]:
    """Return the row of each file under its present name; None where there is none yet.

    The rows of one checkpoint are kept in each `slot` of the session's state.
    """
    kept = _kept(files, checkpoint, slot)
    found = [kept.get(file.sha256) for file in files]
    return [
        row and replace(row, line=replace(row.line, file=file.name)) for file, row in zip(files, found, strict=True)
    ]


def go_on(
    place: DeltaGenerator, files: Sequence[ImageFile], checkpoint: Checkpoint, seconds: float, slot: str = ROWS
) -> bool:
    """Analyse what is missing for about so many seconds, but one radiograph at first; return whether it did anything.

    A click on Stop, as any other, begins the page anew between two radiographs; what is done stays.
    """
    kept = _kept(files, checkpoint, slot)
    missing = list({file.sha256: file for file in files if file.sha256 not in kept}.values())
    if not missing:
        failed = [digest for digest, row in kept.items() if row.line.can_retry]
        if failed and slot == ROWS:  # it is the same file's failure, whichever checkpoint asks
            with place.container():
                offer_retry(failed, key="worklist-try-again")
        return False
    task = (checkpoint, frozenset(file.sha256 for file in files))
    with place.container(horizontal=True, vertical_alignment="center"):
        if st.session_state.get(STOPPED) == task:
            st.markdown(f"Stopped: {len(kept)} of {len(kept) + len(missing)} radiographs are analysed.")
            st.button("Go on", key="worklist-go-on", on_click=_stop, args=(None,))
            return False
        bar = st.progress(0.0)
        st.button("Stop analysing", key="worklist-stop", on_click=_stop, args=(task,))
    _work(missing, checkpoint, _Shown(bar, _clock(task), kept, len(kept) + len(missing)), seconds if kept else 0)
    return True


@dataclass(frozen=True, eq=False)
class _Shown:
    """What is done, and where the progress is shown."""

    bar: DeltaGenerator
    clock: _Clock
    kept: dict[str, Row]
    of: int

    def show(self, ahead: int = 0) -> None:
        """Show how far the task is, and how many pieces of work of others come before the next batch."""
        progress = Progress(len(self.kept), self.of, self.clock.here, self.clock.seconds)
        self.bar.progress(progress.done / self.of, text=" · ".join(filter(None, (progress.words, line(ahead)))))


def _work(missing: Sequence[ImageFile], checkpoint: Checkpoint, shown: _Shown, seconds: float) -> None:
    items = [_item(file, checkpoint, inverted=is_inverted(file)) for file in missing]
    shown.show()
    begun = last = time.monotonic()
    run = pass_over_many(checkpoint, shown.show)
    with closing(explain_many(items, run, Pace.on(str(preferred_device())), shared_pool().decode)) as found:
        for file, one in zip(missing, found, strict=True):
            shown.kept[file.sha256] = _row(file, one)
            if isinstance(one.result, DecoderError):
                note_failure(file.sha256, str(one.result))
            elif isinstance(one.result, CamdashError):
                note_refusal(file.sha256, checkpoint, one.result)
            now = time.monotonic()
            shown.clock.here += 1
            shown.clock.seconds += now - last
            last = now
            shown.show()
            if now - begun >= seconds:
                return


def _item(file: ImageFile, checkpoint: Checkpoint, *, inverted: bool) -> Item:
    return Item(file.name, partial(_content, file), known(file, checkpoint, inverted=inverted), inverted)


def _content(file: ImageFile) -> bytes:
    return file.data


def _row(file: ImageFile, one: Explained) -> Row:
    line = line_of(file.name, file.sha256, one.result)
    radiograph = one.decoded.radiograph
    if not isinstance(radiograph, Radiograph):
        return Row(line)
    analysis = one.result if isinstance(one.result, Analysis) else None
    return Row(
        line,
        data_uri(thumbnail(radiograph, analysis, THUMBNAIL)),
        small(radiograph, (SQUARE, SQUARE)),
    )


def _kept(files: Sequence[ImageFile], checkpoint: Checkpoint, slot: str) -> dict[str, Row]:
    """Return the rows by digest: of this checkpoint, and of files that are still there and inverted as they were.

    A file whose decoder failed has its row as long as it is not tried again. A file that was removed in between has
    lost its analysis, and its row with it.
    """
    now = checkpoint, inversions()
    of, rows = st.session_state.get(slot, (None, {}))
    kept: dict[str, Row] = {}
    for file in files:
        row = rows.get(file.sha256) if of == now else None
        if row is not None and not row.line.can_retry and (row.line.error or _is_known(file, checkpoint)):
            kept[file.sha256] = row
        elif failure := failure_of(file.sha256):
            kept[file.sha256] = Row(Line(file.name, file.sha256, error=failure, can_retry=True))
    st.session_state[slot] = (now, kept)
    return kept


def _is_known(file: ImageFile, checkpoint: Checkpoint) -> bool:
    return known(file, checkpoint, inverted=is_inverted(file)) is not None


def _clock(task: object) -> _Clock:
    clock: _Clock | None = st.session_state.get(CLOCK)
    if clock is None or clock.task != task:
        clock = st.session_state[CLOCK] = _Clock(task)
    return clock


def _stop(task: object) -> None:
    st.session_state[STOPPED] = task
