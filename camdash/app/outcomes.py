"""What became of each upload: an analysis, or a sentence; one bad file never spoils the others."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import selection
from camdash.app.caches import ImageFile, analysed
from camdash.app.clicks import ANYWHERE, clicked_row
from camdash.app.inversion import is_inverted
from camdash.app.retries import failure_of, go_on_by_itself, note_failure, offer_retry
from camdash.app.text import named, plain
from camdash.app.turns import Waiting
from camdash.app.worklist_rows import Row, go_on, rows_of
from camdash.errors import BusyError, CamdashError, DecoderError
from camdash.evidence.analysis import Analysis, PredictionAlone
from camdash.networks.card import Checkpoint
from camdash.rendering.charts import percent

SECONDS = 5.0
"""How long uploads that wait are analysed before their list is drawn again."""


@dataclass(frozen=True)
class Refusal:
    """Why a file has no analysis, as a sentence; and whether only its decoder failed, so that it may be tried again."""

    sentence: str
    can_retry: bool = False


Outcome = Analysis | PredictionAlone | Refusal


def outcome(file: ImageFile, checkpoint: Checkpoint, waiting: Waiting) -> Outcome:
    """Return the analysis of a file, or why there is none.

    Raises:
        BusyError: the device has no time for it; that is no fault of the file.
    """
    if failure := failure_of(file.sha256):
        return Refusal(failure, can_retry=True)
    try:
        return analysed(file, checkpoint, waiting, inverted=is_inverted(file))
    except BusyError:
        raise
    except DecoderError as error:
        note_failure(file.sha256, str(error))
        return Refusal(str(error), can_retry=True)
    except CamdashError as error:
        return Refusal(str(error))


def show_refusal(file: ImageFile, refusal: Refusal) -> None:
    """Say why a file could not be analysed."""
    st.error(f"{named(file.name)} was not analysed. {plain(refusal.sentence)}", icon=":material/broken_image:")
    offer_retry([file.sha256] if refusal.can_retry else [], key="try-again")


def show_all(place: DeltaGenerator, files: Sequence[ImageFile], checkpoint: Checkpoint) -> None:
    """List all uploads, and analyse those that wait while the one that was chosen is looked at."""
    if len(files) < 2:
        return
    with place:
        _table(rows_of(files, checkpoint), files)
        more = go_on(st.empty(), files, checkpoint, SECONDS)
    if more:
        go_on_by_itself()


def _table(rows: Sequence[Row | None], files: Sequence[ImageFile]) -> None:
    columns = {
        "#": list(range(1, len(files) + 1)),
        "file": [file.name for file in files],
        "predicted": [_predicted(row) for row in rows],
    }
    st.dataframe(
        columns,
        hide_index=True,
        key="results",
        on_select=_opened,
        selection_mode=ANYWHERE,
        height=min(38 + 35 * len(files), 250),
    )
    failed = sum(bool(row and row.line.error) for row in rows)
    if failed:
        st.caption(f"{failed} of {len(files)} files failed. Select one to see why.")


def _opened() -> None:
    row = clicked_row("results")
    if row is not None:
        selection.choose_file(row)


def _predicted(row: Row | None) -> str:
    if row is None:
        return "…"
    line = row.line
    return "not read" if line.probability is None else f"{line.predicted} {percent(line.probability)}"
