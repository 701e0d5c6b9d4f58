"""The page: a radiograph in, a prediction and its maps out; of one checkpoint, or of two side by side."""

from collections.abc import Sequence

import streamlit as st

from camdash.app import link, selection
from camdash.app.caches import ImageFile, loaded
from camdash.app.compared import show_comparison
from camdash.app.comparison_table import compare_all
from camdash.app.maps import show_maps
from camdash.app.outcomes import Outcome, Refusal, outcome, show_all, show_refusal
from camdash.app.result import show_answer
from camdash.app.sidebar import Controls, say_engine
from camdash.app.text import plain
from camdash.errors import CamdashError
from camdash.evidence.analysis import Analysis
from camdash.evidence.comparison import compare
from camdash.networks.card import Checkpoint
from camdash.networks.loading import LoadedPredictor, preferred_device


def page(controls: Controls) -> None:
    """Draw the page; what a user can do something about is shown as a sentence."""
    checkpoint, second, files = controls.checkpoint, controls.second, controls.files
    if checkpoint is None:
        return
    link.write({link.CHECKPOINT: checkpoint.name, link.SECOND: second.name if second else None})
    link.say_ignored()
    try:
        first = loaded(checkpoint, str(preferred_device()))
        second = None if second and isinstance(first, LoadedPredictor) else _ready(second)
        _show(selection.chosen(files), checkpoint, second)
        if not isinstance(first, LoadedPredictor):
            say_engine(controls.engine, first.engine, first.slot.remark)
        if second is None:
            show_all(controls.results, files, checkpoint)
        else:
            compare_all(files, (checkpoint, second))
    except CamdashError as error:
        st.error(plain(str(error)))


def _ready(second: Checkpoint | None) -> Checkpoint | None:
    """Load the second checkpoint; one that cannot be used or has no maps is named, and the first is shown alone."""
    if second is None:
        return None
    try:
        network = loaded(second, str(preferred_device()))
    except CamdashError as error:
        st.warning(f"There is nothing to compare with: {plain(str(error))}")
        return None
    if isinstance(network, LoadedPredictor):
        st.warning(f"There are no maps to compare with. {plain(network.network.sentence)}")
        return None
    return second


def _show(file: ImageFile, checkpoint: Checkpoint, second: Checkpoint | None) -> None:
    with st.spinner("Analysing …"):
        results = [outcome(file, one) for one in (checkpoint, second) if one is not None]
    analyses = [one for one in results if isinstance(one, Analysis)]
    if len(analyses) < len(results):
        _show_without_maps(file, results)
        return
    if second is None:
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
            show_answer(result)
            st.info(plain(result.reason))
            return
