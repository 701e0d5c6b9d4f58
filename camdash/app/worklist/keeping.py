"""A table that keeps its place while another page is looked at."""

from pathlib import Path

import streamlit as st

from camdash.app import widget_keys


def keep_place(table: str, about: str) -> None:
    """Keep where the table of this key is scrolled to, and take it up when it is drawn again.

    Args:
        table: its key.
        about: what it lists; another list begins at its top.
    """
    _keeping(key=widget_keys.PLACE_IN_TABLE.format(table), data={"table": table, "token": about})


_keeping = st.components.v2.component(
    "camdash_keeping",
    html="<span></span>",
    js=(Path(__file__).parent / "keeping.js").read_text(encoding="utf-8"),
)
