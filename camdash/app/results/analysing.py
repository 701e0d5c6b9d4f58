"""The rows of the worklist: one checkpoint over all films, kept for the session, without the radiographs."""

from dataclasses import replace

from camdash.app import widget_keys
from camdash.app.films.caches import Answers
from camdash.app.films.files import Film
from camdash.app.films.rows import ListedRow
from camdash.app.results.jobs import Buttons, Job
from camdash.app.session.state import session
from camdash.evidence.analysis import Analysis, Failed
from camdash.evidence.worklist import Line, failed_line, line_of
from camdash.images.radiograph import Radiograph
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.thumbnail import data_uri, small, thumbnail
from camdash.words.sentence import say, say_many

THUMBNAIL, SQUARE = 96, 48
"""Pixels of a thumbnail's longer side, and of the grey square that is all that is kept of a radiograph beside it."""


def _stopped(done: int, count: int) -> str:
    return say_many(
        "Stopped: {done} of {count} radiographs are analysed.",
        "Stopped: {done} of {count} radiographs are analysed.",
        count,
        done=done,
    )


BUTTONS = Buttons(say("Stop analysing"), _stopped, widget_keys.STOP_ANALYSING, widget_keys.GO_ON_ANALYSING)


def analysing(checkpoint: Checkpoint) -> Job[ListedRow]:
    """Return the job of the first checkpoint."""
    buttons = replace(BUTTONS, try_again=widget_keys.TRY_ANALYSING_AGAIN)
    return Job(session().analysing, (checkpoint,), _row, _failed_row, buttons)


def analysing_second(checkpoint: Checkpoint) -> Job[ListedRow]:
    """Return the job of the checkpoint that the first is compared with; the first's offers to try files again."""
    return Job(session().analysing_second, (checkpoint,), _row, _failed_row, BUTTONS)


def _row(film: Film, radiograph: Radiograph | None, answers: Answers) -> ListedRow:
    (analysis,) = answers
    return _with_pictures(line_of(film.name, film.sha256, analysis), radiograph, analysis)


def _failed_row(film: Film, radiograph: Radiograph | None, failed: Failed) -> ListedRow:
    return _with_pictures(failed_line(film.name, film.sha256, failed), radiograph)


def _with_pictures(line: Line, radiograph: Radiograph | None, analysis: Analysis | None = None) -> ListedRow:
    if radiograph is None:
        return ListedRow(line)
    picture = thumbnail(radiograph, analysis, THUMBNAIL)
    return ListedRow(line, data_uri(picture), small(radiograph, (SQUARE, SQUARE)))
