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

with st.spinner("Starting: loading the libraries …"):
    from camdash.app.page import page  # imports torch: after the first paint

page()
