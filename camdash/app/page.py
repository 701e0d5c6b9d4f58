"""The page: a radiograph in, a prediction and its maps out; of one checkpoint, or of two side by side."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import link, selection
from camdash.app.arrows import show_arrows
from camdash.app.caches import ImageFile, without_map
from camdash.app.checkpoint_choice import say_engine, take_another
from camdash.app.compared import show_comparison
from camdash.app.comparison_table import compare_all
from camdash.app.inversion import say_inverted
from camdash.app.maps import Prepared, prepare_maps, show_maps
from camdash.app.outcomes import Refusal, outcome, show_all, show_refusal
from camdash.app.result import show_answer
from camdash.app.retries import begin_run
from camdash.app.sidebar import Controls
from camdash.app.text import plain
from camdash.app.together import answer_place
from camdash.app.turns import Waiting, line
from camdash.errors import CamdashError, CheckpointError
from camdash.evidence.analysis import Analysis, PredictionAlone
from camdash.evidence.comparison import compare
from camdash.evidence.pipeline import Result
from camdash.networks.card import Checkpoint


def page(controls: Controls) -> None:
    """Draw the page; what a user can do something about is shown as a sentence."""
    checkpoint, second, files = controls.checkpoint, controls.second, controls.files
    if checkpoint is None:
        return
    begin_run()
    file = selection.chosen(files)
    compared = {link.CHECKPOINT: checkpoint.name, link.SECOND: second.name if second else None}
    link.write({**compared, **link.of_image(selection.chosen_sample(), file.sha256)})
    link.say_ignored()
    busy = st.container(key="busy")
    place = busy.empty()

    def waiting(ahead: int) -> None:
        place.caption(line(ahead))

    try:
        with busy, st.spinner("Loading and checking the checkpoint …"):
            mapped = not _load(checkpoint, waiting)
        second, second_mapped = _ready(second, waiting, busy)
        link.say_missing(one.sha256 for one in files)
        with busy, st.spinner("Analysing …"):
            results = [outcome(file, one, waiting) for one in (checkpoint, second) if one is not None]
            shown = tuple(one for one in results if not isinstance(one, Refusal))
            prepared = prepare_maps(file, shown) if len(shown) == len(results) else None
        place.empty()
        show_arrows()
        if prepared is None:
            show_refusal(file, next(one for one in results if isinstance(one, Refusal)))
        else:
            _show(file, shown, prepared)
        if isinstance(results[0], Analysis):
            say_engine(controls.engine, results[0])
        if second is None:
            show_all(controls.results, files, checkpoint)
        else:
            compare_all(files, (checkpoint, second), mapped=mapped and second_mapped)
    except CamdashError as error:
        st.error(plain(str(error)))


def _load(checkpoint: Checkpoint, waiting: Waiting) -> str:
    """Return why the checkpoint has no maps, empty where it has; one that fails and nobody chose gives way to another.

    Raises:
        CheckpointError: it cannot be loaded, and was chosen, or is the last.
    """
    try:
        return without_map(checkpoint, waiting)
    except CheckpointError as error:
        if take_another(checkpoint, error):
            st.rerun()
        raise


def _ready(second: Checkpoint | None, waiting: Waiting, busy: DeltaGenerator) -> tuple[Checkpoint | None, bool]:
    """Load the second checkpoint; return it and whether it has maps.

    One that cannot be used is named, and the first is shown alone.
    """
    if second is None:
        return None, False
    try:
        with busy, st.spinner("Loading and checking the checkpoint …"):
            return second, not without_map(second, waiting)
    except CamdashError as error:
        st.warning(f"There is nothing to compare with: {plain(str(error))}")
        return None, False


def _show(file: ImageFile, results: tuple[Result, ...], prepared: Prepared) -> None:
    """Show the answers, and the radiograph with the maps that there are."""
    with answer_place(prepared.data.answer):
        say_inverted(file)
        if len(results) > 1:
            show_comparison(compare(results[0], results[1]))
        else:
            show_answer(results[0])
            if isinstance(results[0], PredictionAlone):
                st.info(plain(results[0].reason))
    show_maps(file, results, prepared)
