"""The viewer component: all panels in one, painted in the browser."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from camdash.app.viewer.settings import ViewerSettings, parse_settings

_HERE = Path(__file__).parent


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
    return isinstance(state.get("settings"), Mapping)


def _read(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


def _nothing() -> None:
    """Streamlit names a component's state only if there is a callback for it."""


SCRIPTS = (
    "js/data/store.js",
    "js/data/unpack.js",
    "js/data/values.js",
    "js/data/window.js",
    "js/data/film.js",
    "js/painting/paint.js",
    "js/painting/painter.js",
    "js/painting/scales.js",
    "js/painting/sight.js",
    "js/words/legend.js",
    "js/painting/view.js",
    "js/words/words.js",
    "js/words/captions.js",
    "js/panels/layout.js",
    "js/words/ranking.js",
    "js/panels/panels.js",
    "js/panels/panel.js",
    "js/panels/hover.js",
    "js/input/gestures.js",
    "js/input/link.js",
    "js/input/toolbar.js",
    "js/input/dials.js",
    "js/panels/stage.js",
    "js/input/together.js",
    "js/input/viewer.js",
)
"""Joined to one module, in this order."""

HTML, CSS, JAVASCRIPT = _read("viewer.html"), _read("viewer.css"), _read(*SCRIPTS)

_viewer = st.components.v2.component("camdash_viewer", html=HTML, css=CSS, js=JAVASCRIPT)
