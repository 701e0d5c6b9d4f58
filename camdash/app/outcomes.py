"""What became of each upload: an analysis, or a sentence; one bad file never spoils the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import selection
from camdash.app.caches import ImageFile, analysed
from camdash.app.text import named, plain
from camdash.app.turns import Waiting, line
from camdash.errors import BusyError, CamdashError
from camdash.evidence.analysis import Analysis, PredictionAlone
from camdash.networks.card import Checkpoint
from camdash.rendering.charts import percent


@dataclass(frozen=True)
class Refusal:
    """Why a file has no analysis, as a sentence."""

    sentence: str


Outcome = Analysis | PredictionAlone | Refusal


def outcome(file: ImageFile, checkpoint: Checkpoint, waiting: Waiting) -> Outcome:
    """Return the analysis of a file, or why there is none.

    Raises:
        BusyError: the device has no time for it; that is no fault of the file.
    """
    try:
        return analysed(file, checkpoint, waiting)
    except BusyError:
        raise
    except CamdashError as error:
        return Refusal(str(error))


def show_refusal(file: ImageFile, refusal: Refusal) -> None:
    """Say why a file could not be analysed."""
    st.error(f"{named(file.name)} was not analysed. {plain(refusal.sentence)}", icon=":material/broken_image:")


def show_all(place: DeltaGenerator, files: Sequence[ImageFile], checkpoint: Checkpoint) -> None:
    """Analyse all uploads with a progress bar, then list them; the files that failed carry their sentence."""
    with place:
        bar = st.empty()
        outcomes = []
        for index, file in enumerate(files):
            waiting = partial(_progress, bar, index, len(files))
            if len(files) > 1:
                waiting()
            outcomes.append(outcome(file, checkpoint, waiting))
        bar.empty()
        if len(files) > 1:
            _table(files, outcomes)


def _progress(bar: DeltaGenerator, done: int, of: int, ahead: int = 0) -> None:
    bar.progress(done / of, text=" · ".join(filter(None, (f"Analysed {done} of {of}", line(ahead)))))


def _table(files: Sequence[ImageFile], outcomes: Sequence[Outcome]) -> None:
    rows = {
        "#": list(range(1, len(files) + 1)),
        "file": [file.name for file in files],
        "predicted": [_predicted(one) for one in outcomes],
    }
    st.dataframe(
        rows,
        hide_index=True,
        key="results",
        on_select=_opened,
        selection_mode="single-row",
        height=min(38 + 35 * len(files), 250),
    )
    failed = sum(isinstance(one, Refusal) for one in outcomes)
    if failed:
        st.caption(f"{failed} of {len(files)} files could not be read; choose one to see why.")


def _opened() -> None:
    rows = st.session_state["results"]["selection"]["rows"]
    if rows:
        selection.choose_file(rows[0])


def _predicted(one: Outcome) -> str:
    if isinstance(one, Refusal):
        return "not read"
    prediction = one.prediction
    return f"{prediction.predicted_name} {percent(float(prediction.probabilities[prediction.predicted]))}"
