"""The pages, the choice among them at the top, and the sidebar that they share."""

import streamlit as st

from camdash.app.checkpoints_page import checkpoints_page
from camdash.app.page import page
from camdash.app.sidebar import controls
from camdash.app.worklist import worklist_page


def draw_chosen_page() -> None:
    """Draw the sidebar, and the page that was chosen."""

    def explain() -> None:
        """Explain radiographs."""
        page(shared)

    def worklist() -> None:
        """List all uploads."""
        worklist_page(shared, first)

    def checkpoints() -> None:
        """List the checkpoints and what was found in them."""
        checkpoints_page()

    first = st.Page(explain, title="Radiographs", icon=":material/radiology:", default=True)
    chosen = st.navigation(
        [
            first,
            st.Page(worklist, title="Worklist", icon=":material/list:", url_path="worklist"),
            st.Page(checkpoints, title="Checkpoints", icon=":material/inventory_2:", url_path="checkpoints"),
        ],
        position="top",
    )
    shared = controls()
    chosen.run()
