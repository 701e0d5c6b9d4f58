"""The viewer component: all panels in one, painted in the browser; and the look control that stands in the sidebar."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from camdash.app.viewer.payload import Mode
from camdash.rendering.scale import Look

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class ViewerSettings:
    """What the browser last told of its settings; a move of a control arrives 0.3 s later.

    Attributes:
        look: how values become color.
        opacity: the look's present opacity, in [0, 1].
        panels: the slots of the panels that are shown; empty until the browser has told.
        mode: which maps are shown.
        smooth: whether maps are drawn bilinear between cells; else as the grid.
        lossless: whether the radiograph is to be sent without losses.
        focus: the slot that is enlarged beside the radiograph; empty for none.
    """

    look: Look = Look.EVIDENCE
    opacity: float = Look.EVIDENCE.default_opacity
    panels: tuple[str, ...] = ()
    mode: Mode = Mode.EVIDENCE
    smooth: bool = True
    lossless: bool = False
    focus: str = ""


def parse_settings(told: object) -> ViewerSettings:
    """Return the settings in what a browser sent; whatever is missing or makes no sense is the default."""
    if not isinstance(told, Mapping):
        return ViewerSettings()
    look = Look(told["look"]) if told.get("look") in tuple(Look) else Look.EVIDENCE
    opacity, panels, focus = told.get("opacity"), told.get("panels"), told.get("focus")
    return ViewerSettings(
        look=look,
        opacity=_share(opacity, look.default_opacity),
        panels=tuple(slot for slot in panels if isinstance(slot, str)) if isinstance(panels, list) else (),
        mode=Mode(told["mode"]) if told.get("mode") in tuple(Mode) else Mode.EVIDENCE,
        smooth=told.get("smooth") is not False,
        lossless=told.get("lossless") is True,
        focus=focus if isinstance(focus, str) else "",
    )


def _share(told: object, default: float) -> float:
    sound = isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told <= 1
    return float(told) if sound else default  # type: ignore[arg-type]


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


def look_control(*, key: str) -> None:
    """Mount the choice of the look; the viewer follows it in the browser, without a round trip."""
    _look(key=key)


def _read(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


def _nothing() -> None:
    """Streamlit names a component's state only if there is a callback for it."""


_viewer = st.components.v2.component(
    "camdash_viewer",
    html=_read("viewer.html"),
    css=_read("viewer.css"),
    js=_read(
        *("store.js", "unpack.js", "paint.js", "painter.js", "legend.js", "view.js", "words.js", "layout.js"),
        *("panels.js", "hover.js", "gestures.js", "toolbar.js", "viewer.js"),
    ),
)
_look = st.components.v2.component(
    "camdash_look",
    html='<div class="camdash-look"></div>',
    css=_read("look.css"),
    js=_read("store.js", "look.js"),
)
