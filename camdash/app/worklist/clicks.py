"""Clicks on a row of a table: anywhere in it, for a row is what people aim at."""

from typing import Literal

import streamlit as st

ANYWHERE: Literal["single-cell"] = "single-cell"
"""The selection of Streamlit's tables that notices a click on any cell; that of rows notices their boxes alone."""


def clicked_row(key: str) -> int | None:
    """Return the place of the row in which a cell of the table `key` was clicked; None after a click that undid it."""
    cells = st.session_state[key]["selection"]["cells"]
    return int(cells[0][0]) if cells else None
