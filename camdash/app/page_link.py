"""To another page by its link, in the browser.

`st.switch_page` would forget every widget of the sidebar, the uploads among them; a click on a link does not.
"""

from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import streamlit as st
from streamlit.navigation.page import Page

from camdash.app import widget_keys

KEY = "opened-page"


def open_page(page: Page, label: str, address: Mapping[str, str]) -> None:
    """Draw a link to a page at what its `address` will say, follow it in the browser, and end the run.

    An address that came later would be another step: the browser's Back would first lead to the same page.
    """
    with st.container(key=KEY):
        st.page_link(page, label=label, query_params=dict(address))
    _opener(key=widget_keys.OPENER, data={"key": KEY, "token": uuid4().hex})
    st.stop()


_opener = st.components.v2.component(
    "camdash_opener", html="<span></span>", js=(Path(__file__).parent / "page_link.js").read_text(encoding="utf-8")
)
