"""The page: a radiograph in, a prediction and its maps out."""

import streamlit as st

from camdash.app import selection, sidebar
from camdash.app.caches import ImageFile, decoded, loaded, settled
from camdash.app.downloads import offer_downloads
from camdash.app.explanation import explain_the_picture
from camdash.app.outcomes import Refusal, outcome, show_all, show_refusal
from camdash.app.panels import viewer_blob
from camdash.app.result import show_answer
from camdash.app.text import plain
from camdash.app.uploads import keep_uploads_in_memory
from camdash.app.viewer import saved_settings, viewer
from camdash.app.viewer.payload import Mode
from camdash.errors import CamdashError
from camdash.evidence.analysis import Analysis, PredictionAlone
from camdash.networks.card import Checkpoint
from camdash.networks.loading import preferred_device
from camdash.rendering.export import Drawing

VIEWER = "viewer"


def page() -> None:
    """Draw the page; what a user can do something about is shown as a sentence."""
    keep_uploads_in_memory()
    settled()
    with st.sidebar:
        st.markdown("#### camdash")
        checkpoint = sidebar.choose_checkpoint()
        files = sidebar.choose_files()
        results = sidebar.results_place()
        sidebar.choose_sample()
        sidebar.choose_look()
    if checkpoint is None:
        return
    try:
        loaded(checkpoint, str(preferred_device()))
        _show(selection.chosen(files), checkpoint)
        show_all(results, files, checkpoint)
    except CamdashError as error:
        st.error(plain(str(error)))


def _show(file: ImageFile, checkpoint: Checkpoint) -> None:
    with st.spinner("Analysing …"):
        result = outcome(file, checkpoint)
    if isinstance(result, Refusal):
        show_refusal(file, result)
        return
    show_answer(result)
    if isinstance(result, PredictionAlone):
        st.info(plain(result.reason))
        return
    _show_maps(file, result)


@st.fragment
def _show_maps(file: ImageFile, analysis: Analysis) -> None:
    """Show viewer and downloads; a fragment, so that a change of look runs nothing else."""
    lossless = saved_settings(VIEWER).lossless
    radiograph = decoded(file)
    settings = viewer(viewer_blob(file.name, radiograph, analysis, lossless=lossless), key=VIEWER)
    drawing = Drawing(settings.look, settings.opacity, settings.mode is Mode.CONTRAST, settings.smooth)
    with st.container(horizontal=True, vertical_alignment="top"):
        explain_the_picture()
        offer_downloads(file, radiograph, analysis, drawing)
