"""The page: a radiograph in, a prediction and its maps out; of one checkpoint, or of two side by side."""

from collections.abc import Sequence

import streamlit as st

from camdash.app import link, selection
from camdash.app.arrows import show_arrows
from camdash.app.caches import ImageFile, without_map
from camdash.app.checkpoint_choice import say_engine, take_another
from camdash.app.compared import show_comparison
from camdash.app.comparison_table import compare_all
from camdash.app.facts import about_image
from camdash.app.inversion import say_inverted
from camdash.app.maps import show_maps
from camdash.app.outcomes import Outcome, Refusal, outcome, show_all, show_refusal
from camdash.app.result import show_answer
from camdash.app.retries import begin_run
from camdash.app.sidebar import Controls
from camdash.app.text import plain
from camdash.app.turns import Waiting, line
from camdash.errors import CamdashError, CheckpointError
from camdash.evidence.analysis import Analysis
from camdash.evidence.comparison import compare
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
    place = st.empty()

    def waiting(ahead: int) -> None:
        place.caption(line(ahead))

    try:
        with st.spinner("Loading and checking the checkpoint …"):
            alone = _load(checkpoint, waiting)
            second = None if alone else _ready(second, waiting)
        link.say_missing(one.sha256 for one in files)
        with st.spinner("Analysing …"):
            results = [outcome(file, one, waiting) for one in (checkpoint, second) if one is not None]
        place.empty()
        show_arrows()
        _show(file, results)
        if isinstance(results[0], Analysis):
            say_engine(controls.engine, results[0])
        if second is None:
            show_all(controls.results, files, checkpoint)
        else:
            compare_all(files, (checkpoint, second))
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


def _ready(second: Checkpoint | None, waiting: Waiting) -> Checkpoint | None:
    """Load the second checkpoint; one that cannot be used or has no maps is named, and the first is shown alone."""
    if second is None:
        return None
    try:
        reason = without_map(second, waiting)
    except CamdashError as error:
        st.warning(f"There is nothing to compare with: {plain(str(error))}")
        return None
    if reason:
        st.warning(f"There are no maps to compare with. {plain(reason)}")
        return None
    return second


def _show(file: ImageFile, results: Sequence[Outcome]) -> None:
    analyses = [one for one in results if isinstance(one, Analysis)]
    if len(analyses) < len(results):
        _show_without_maps(file, results)
        return
    say_inverted(file)
    if len(analyses) == 1:
        show_answer(analyses[0])
    else:
        show_comparison(compare(analyses[0], analyses[1]))
    show_maps(file, tuple(analyses))


def _show_without_maps(file: ImageFile, results: Sequence[Outcome]) -> None:
    """Show why there is no analysis, or the prediction of a network that has no exact map, and why."""
    for result in results:
        if isinstance(result, Refusal):
            show_refusal(file, result)
            return
        if not isinstance(result, Analysis):
            say_inverted(file)
            show_answer(result)
            st.info(plain(result.reason))
            about_image(file)
            return
