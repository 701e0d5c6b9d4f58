"""The viewer component: all panels in one, painted in the browser."""

from pathlib import Path
from typing import Any

import streamlit as st

from camdash.app.component import component
from camdash.app.viewer.modules import joined
from camdash.app.viewer.settings import ViewerSettings, parse_settings

HERE = Path(__file__).parent


def viewer(data: bytes, *, key: str) -> ViewerSettings:
    """Mount the viewer with what `payload.pack` made, and return the settings the browser last told of."""
    result: Any = _viewer(key=key, data=data, on_settings_change=_nothing)
    return parse_settings(result.settings)


def saved_settings(key: str) -> ViewerSettings:
    """Return the settings that the browser told in an earlier run, before the viewer is mounted in this one."""
    state: Any = st.session_state.get(key) or {}
    return parse_settings(state.get("settings"))


def has_told(key: str) -> bool:
    """Return whether the browser has told anything yet; until then its settings are only the defaults."""
    state: Any = st.session_state.get(key) or {}
    return bool(state.get("settings"))


def _nothing() -> None:
    """Streamlit names a component's state only if there is a callback for it."""


HTML, CSS = ((HERE / "html" / name).read_text(encoding="utf-8") for name in ("viewer.html", "viewer.css"))
JAVASCRIPT = joined(HERE / "js" / "input" / "viewer.js")

_viewer = component("viewer", html=HTML, css=CSS, js=JAVASCRIPT)
