"""What the browser tells of its settings, and what of it makes sense."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from camdash.app.viewer.modes import Mode, mode_of
from camdash.images.window import VoiFunction, Window
from camdash.rendering.looks import LOOKS, look_of
from camdash.rendering.scale import Look

T = TypeVar("T")

LONGEST_SOUGHT = 100
"""Characters of what is looked for."""


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
        show: the name of the viewer's choice of panels; empty until the browser has told.
        token: of the opening that the browser has heeded last.
        apart: whether each of two checkpoints is drawn on its own scale.
        image: which radiograph the rest is about, by `Windowing.image`.
        preset: which of its presets it is shown through, where there is no `window`.
        window: the reader's own window.
        inverted: whether it is shown inverted.
        deep: whether its own values are to be sent.
        sought: the part of a name that all shown classes have, in small letters; empty where nobody looks for one.
    """

    look: Look = LOOKS[0]
    opacity: float = LOOKS[0].opacity
    panels: tuple[str, ...] = ()
    mode: str = Mode.EVIDENCE
    smooth: bool = True
    lossless: bool = False
    focus: str = ""
    show: str = ""
    token: str = ""
    apart: bool = False
    image: str = ""
    preset: int = 0
    window: Window | None = None
    inverted: bool = False
    deep: bool = False
    sought: str = ""

    def about(self, image: str, presets: int) -> "ViewerSettings":
        """Return the settings for a radiograph with so many presets; what was told of another one does not count."""
        if image == self.image and self.preset < presets:
            return self
        return replace(self, image=image, preset=0, window=None, inverted=False, deep=False)


def parse_settings(told: object) -> ViewerSettings:
    """Return the settings in what a browser sent; whatever is missing or makes no sense is the default."""
    return _settings(_of(dict, told) or {})


def _settings(told: Mapping[str, object]) -> ViewerSettings:
    look = look_of(told.get("look")) or LOOKS[0]
    opacity = _number(told.get("opacity"))
    return ViewerSettings(
        look=look,
        opacity=look.opacity if opacity is None or not 0 <= opacity <= 1 else opacity,
        panels=tuple(filter(None, map(_text, _of(list, told.get("panels")) or ()))),
        show=_text(told.get("show")),
        token=_text(told.get("token")),
        mode=mode_of(told.get("mode")) or Mode.EVIDENCE,
        smooth=told.get("smooth") is not False,
        lossless=told.get("lossless") is True,
        focus=_text(told.get("focus")),
        apart=told.get("apart") is True,
        image=_text(told.get("image")),
        preset=_place(told.get("preset")),
        window=_window(told.get("window")),
        inverted=told.get("inverted") is True,
        deep=told.get("deep") is True,
        sought=_text(told.get("sought"))[:LONGEST_SOUGHT].strip().casefold(),
    )


def _window(told: object) -> Window | None:
    """Return the window in [centre, width, VOI function]; None for anything that is none."""
    parts = _of(list, told)
    if parts is None or len(parts) != 3:
        return None
    centre, width = _number(parts[0]), _number(parts[1])
    function = next((function for function in VoiFunction if function.value == parts[2]), None)
    if centre is None or width is None or function is None:
        return None
    try:
        return Window(centre, width, function)
    except ValueError:
        return None


def _place(told: object) -> int:
    return max(_of(int, told) or 0, 0)


def _number(told: object) -> float | None:
    """Return a number that a float can hold."""
    found = _of(float, told)
    return None if found is None or not abs(found) <= sys.float_info.max else found


def _text(told: object) -> str:
    return _of(str, told) or ""


def _of(kind: type[T], told: object) -> T | None:
    """Return what was told if it is of this kind, as JSON has kinds: true and false are no numbers."""
    try:
        return msgspec.convert(told, kind)
    except msgspec.ValidationError:
        return None
