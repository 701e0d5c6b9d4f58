"""The dashboard: `streamlit run streamlit_app.py`.

Streamlit imports this file once for the server (`app`), and runs it as a script whenever somebody opens the page or
clicks on it.
"""

import streamlit as st
from starlette.middleware import Middleware

from camdash.app.frame.page_frame import ICON, about, frame
from camdash.app.frame.starting import starting
from camdash.app.memory.expiry import watching_tabs
from camdash.app.memory.limit import UploadLimit
from camdash.app.server import prepare_server


def page() -> None:
    """Draw the page. Nothing of a visitor may become a global: Streamlit keeps the last script's."""
    st.set_page_config(
        page_title="camdash",
        page_icon=ICON,
        layout="wide",
        initial_sidebar_state=280,
        menu_items={"About": about()},
    )
    frame()
    with starting():  # torch comes after the first paint
        from camdash.networks.preparation import prepare

        prepare()
        from camdash.app.pages import draw_chosen_page
    draw_chosen_page()


if __name__ == "__main__":
    page()
else:
    prepare_server()
    app = st.App(__file__, lifespan=watching_tabs, middleware=[Middleware(UploadLimit)])
