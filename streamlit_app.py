"""The dashboard: `streamlit run streamlit_app.py`."""

import streamlit as st

from camdash.app.frame import DISCLAIMER, frame

st.set_page_config(
    page_title="camdash",
    page_icon="camdash/app/icon.png",
    layout="wide",
    initial_sidebar_state=280,
    menu_items={"About": f"camdash shows what an X-ray classifier looks at. {DISCLAIMER}"},
)
frame()

with st.spinner("Starting: loading the libraries …"), st.skeleton(height=480):  # torch: after the first paint
    from camdash.app.checkpoints_page import checkpoints_page
    from camdash.app.page import page
    from camdash.app.sidebar import controls
    from camdash.app.worklist import worklist_page


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
