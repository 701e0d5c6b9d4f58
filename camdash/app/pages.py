"""The pages, the choice among them at the top, and the sidebar that they share."""

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from camdash.app.checkpoints.page import checkpoints_page
from camdash.app.language import tr
from camdash.app.markdown import plain
from camdash.app.page_link import open_page
from camdash.app.radiograph.page import page
from camdash.app.results.in_list import answers
from camdash.app.session import address, link, selection, stage
from camdash.app.sidebar import Controls, controls
from camdash.app.uploads.listing import show_uploads
from camdash.app.worklist.page import worklist_page


def draw_chosen_page() -> None:
    """Draw the sidebar, and the page that was chosen."""

    def explain() -> None:
        """Draw the page of radiographs."""
        selection.was_opened()
        page(shared)

    def worklist() -> None:
        """List all uploads."""
        _list_uploads(shared)
        open_chosen(shared, first)
        worklist_page(shared)

    def checkpoints() -> None:
        """List the checkpoints and what was found in them."""
        _list_uploads(shared)
        open_chosen(shared, first)
        checkpoints_page()

    first = st.Page(explain, title=tr("Radiographs"), icon=":material/radiology:", default=True)
    chosen = st.navigation(
        [
            first,
            st.Page(worklist, title=tr("Worklist"), icon=":material/list:", url_path="worklist"),
            st.Page(checkpoints, title=tr("Checkpoints"), icon=":material/inventory_2:", url_path="checkpoints"),
        ],
        position="top",
    )
    link.note_page(is_first=chosen.url_path == first.url_path)
    shared = controls()
    chosen.run()


def open_chosen(controls: Controls, first: StreamlitPage) -> None:
    """Go to the first page if an image was pressed on another one."""
    if selection.was_opened():
        film = selection.chosen(controls.films)
        link.note(address.of_checkpoints(controls.checkpoint, controls.second))
        link.note(selection.for_address(film.sha256))
        link.note(stage.for_address(None if controls.second else controls.checkpoint))
        open_page(first, plain(tr("Open {file}", file=film.name)), link.shown())


def _list_uploads(controls: Controls) -> None:
    found = answers(controls.films, controls.checkpoint, controls.second) if controls.checkpoint else []
    show_uploads(controls.results, found)
