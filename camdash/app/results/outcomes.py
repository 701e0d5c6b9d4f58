"""The result of each upload: an analysis, or a sentence; one bad file never spoils the others."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import widget_keys
from camdash.app.films.caches import analysed
from camdash.app.films.device_turn import Waiting
from camdash.app.films.files import Film
from camdash.app.language import tr
from camdash.app.markdown import named, plain
from camdash.app.results.analysing import analysing
from camdash.app.results.in_list import answers, note_failed
from camdash.app.results.jobs import go_on
from camdash.app.session.retries import failure_of, go_on_by_itself, offer_retry
from camdash.app.uploads.listing import show_uploads
from camdash.errors import BusyError, CamdashError
from camdash.evidence.analysis import Failed, Outcome
from camdash.networks.cards.card import Checkpoint

SECONDS = 5.0
"""How long uploads that wait are analysed before their list is drawn again."""


def outcome(film: Film, checkpoint: Checkpoint, waiting: Waiting) -> Outcome:
    """Return the analysis of a file, or why there is none.

    Raises:
        BusyError: the device has no time for it; that is no fault of the file.
    """
    if failure := failure_of(film.sha256):
        return Failed(failure, can_retry=True)
    try:
        return analysed(film, checkpoint, waiting)
    except BusyError:
        raise
    except CamdashError as error:
        failed = Failed.of(error)
        note_failed(film.sha256, checkpoint, failed)
        return failed


def show_failed(film: Film, failed: Failed) -> None:
    """Say why a file could not be analysed."""
    said = tr("{file} was not analysed. {reason}", file=named(film.name), reason=plain(failed.sentence))
    st.error(said, icon=":material/broken_image:")
    offer_retry([film.sha256] if failed.can_retry else [], key=widget_keys.TRY_AGAIN)


def show_all(place: DeltaGenerator, films: Sequence[Film], checkpoint: Checkpoint) -> None:
    """List all uploads, and analyse those that wait while the one that was chosen is looked at."""
    show_uploads(place, answers(films, checkpoint))
    if len(films) < 2:
        return
    with place:
        more = go_on(analysing(checkpoint), st.empty(), films, SECONDS)
    if more:
        go_on_by_itself()
