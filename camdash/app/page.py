"""The page: a radiograph in, a prediction and its maps out; of one checkpoint, or of two side by side."""

import streamlit as st

from camdash.app import link, selection, sidebar
from camdash.app.caches import ImageFile, analysed, loaded, settled
from camdash.app.compared import show_comparison
from camdash.app.comparison_table import compare_all
from camdash.app.maps import show_maps
from camdash.app.outcomes import Refusal, outcome, show_all, show_refusal
from camdash.app.result import show_answer
from camdash.app.text import plain
from camdash.errors import CamdashError
from camdash.evidence.comparison import compare
from camdash.networks.card import Checkpoint
from camdash.networks.loading import preferred_device


def page() -> None:
    """Draw the page; what a user can do something about is shown as a sentence."""
    settled()
    with st.sidebar:
        st.markdown("#### camdash")
        checkpoint = sidebar.choose_checkpoint()
        second = sidebar.choose_second(checkpoint)
        files = sidebar.choose_files()
        results = sidebar.results_place()
        sidebar.choose_sample()
        sidebar.choose_look()
    if checkpoint is None:
        return
    link.write({link.CHECKPOINT: checkpoint.name, link.SECOND: second.name if second else None})
    link.say_ignored()
    try:
        loaded(checkpoint, str(preferred_device()))
        second = _ready(second)
        _show(selection.chosen(files), checkpoint, second)
        if second is None:
            show_all(results, files, checkpoint)
        else:
            compare_all(files, (checkpoint, second))
    except CamdashError as error:
        st.error(plain(str(error)))


def _ready(second: Checkpoint | None) -> Checkpoint | None:
    """Load the second checkpoint; one that cannot be used is named, and the first is shown alone."""
    if second is None:
        return None
    try:
        loaded(second, str(preferred_device()))
    except CamdashError as error:
        st.warning(f"There is nothing to compare with: {plain(str(error))}")
        return None
    return second


def _show(file: ImageFile, checkpoint: Checkpoint, second: Checkpoint | None) -> None:
    with st.spinner("Analysing …"):
        results = [outcome(file, one) for one in (checkpoint, second) if one is not None]
    for result in results:
        if isinstance(result, Refusal):
            show_refusal(file, result)
            return
    if second is None:
        show_answer(analysed(file, checkpoint))
    else:
        show_comparison(compare(analysed(file, checkpoint), analysed(file, second)))
    show_maps(file, checkpoint, second)
