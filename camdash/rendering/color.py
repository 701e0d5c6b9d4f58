"""Colors from a look's table, the one source of color for pictures, color bars and the browser."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from camdash.rendering.scale import Look

#: How many steps the range of a blend table has; so fine that rounding to a step stays below one grey level.
STEPS = 4096


def colors(look: Look, positions: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the color at each of `positions` in [0, 1] of the table, linear between rows: (n, 3), 0 to 255."""
    rows = np.arange(256) / 255
    columns = [np.interp(positions, rows, channel) for channel in look.table.T]
    return np.stack(columns, axis=1).astype(np.float32)


def opacities(look: Look, positions: NDArray[np.float32], opacity: float) -> NDArray[np.float32]:
    """Return how opaque each of `positions` in [0, 1] of the table is drawn: (n,), in [0, opacity].

    Where it fades with the evidence, none leaves the radiograph untouched.
    """
    if not look.fades:
        return np.full_like(positions, opacity)
    strength: NDArray[np.float32] = np.abs(2 * positions - 1) if look.rule.diverges else positions
    return strength * np.float32(opacity)


def blend_table(look: Look, opacity: float) -> NDArray[np.float32]:
    """Return color times opacity, and what is left of the grey: (STEPS + 1, 4).

    Row i belongs to position i / STEPS; a grey level g becomes `row[:3] + g * row[3]`.
    """
    positions = (np.arange(STEPS + 1) / STEPS).astype(np.float32)
    share = opacities(look, positions, opacity)
    return np.column_stack([colors(look, positions) * share[:, None], 1 - share]).astype(np.float32)


@lru_cache(maxsize=4)
def pixel_table(look: Look, opacity: float) -> NDArray[np.uint8]:
    """Return the blended pixel of each step and each grey level: ((STEPS + 1) * 256, 4), RGB and a byte of nothing.

    Row 256 * i + g belongs to row i of the blend table and grey level g. Do not change it: it is kept, since the
    panels of one radiograph share it.
    """
    rows = blend_table(look, opacity)
    levels = np.arange(256, dtype=np.float32)
    pixels = np.zeros((len(rows), 256, 4), np.uint8)
    for channel in range(3):
        mixed = rows[:, channel, None] + levels * rows[:, 3:]
        pixels[..., channel] = mixed + np.float32(0.5)
    return pixels.reshape(-1, 4)


def ramp(*anchors: tuple[float, tuple[int, int, int]], rows: int = 256) -> NDArray[np.uint8]:
    """Return colors between anchors, each a place in [0, 1] and its RGB: (rows, 3)."""
    at = np.linspace(0, 1, rows)
    places = [place for place, _ in anchors]
    channels = [np.interp(at, places, [color[channel] for _, color in anchors]) for channel in range(3)]
    return np.round(np.stack(channels, axis=1)).astype(np.uint8)


def opencv_table(name: str) -> NDArray[np.uint8]:
    """Return one of OpenCV's color maps by its name there, "jet" or "viridis": (256, 3), RGB.

    Its perceptually uniform ones (viridis, magma, inferno, plasma, cividis) are matplotlib's, which gave them to the
    public domain (CC0).

    Raises:
        AttributeError: OpenCV has no color map of this name.
    """
    levels = np.arange(256, dtype=np.uint8)[:, None]
    bgr = np.asarray(cv2.applyColorMap(levels, getattr(cv2, f"COLORMAP_{name.upper()}")), np.uint8)
    return np.ascontiguousarray(bgr[:, 0, ::-1])
