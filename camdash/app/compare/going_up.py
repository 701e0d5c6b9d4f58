"""Back to the top of the page, where what was just chosen is shown."""

from pathlib import Path
from uuid import uuid4

import streamlit as st

from camdash.app import widget_keys
from camdash.app.session.state import session


def ask_to_go_up() -> None:
    """Let the next run bring the top of the page into view; for callbacks."""
    session().going_up = uuid4().hex


def go_up_if_asked() -> None:
    """Bring the top of the page into view, if a callback asked for it since the last time."""
    _going_up(key=widget_keys.GOING_UP, data={"token": session().going_up})


_going_up = st.components.v2.component(
    "camdash_going_up",
    html="<span></span>",
    js=(Path(__file__).parent / "going_up.js").read_text(encoding="utf-8"),
)
