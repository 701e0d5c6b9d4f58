"""Color tables: 256 RGB rows each, the one source of color for pictures, color bars and the browser."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from camdash.rendering.scale import Look

#: How many steps the range of a blend table has; so fine that rounding to a step stays below one grey level.
STEPS = 4096

# Weak evidence keeps a saturated hue: its opacity fades at zero, so the film shows through instead of a white.
_AGAINST = ((0.0, (30, 70, 250)), (0.5, (34, 136, 252)), (1.0, (92, 206, 255)))
_FOR = ((0.0, (255, 184, 46)), (0.45, (255, 120, 24)), (1.0, (238, 34, 24)))
_POSITIVE = ((0.0, (150, 12, 50)), (0.35, (214, 48, 30)), (0.7, (252, 142, 24)), (1.0, (255, 228, 84)))


def table(look: Look) -> NDArray[np.uint8]:
    """Return the color table of `look`: (256, 3), RGB.

    Raises:
        KeyError: `TABLES` has no entry for the look.
    """
    return TABLES[look]()


def colors(look: Look, positions: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the color at each of `positions` in [0, 1] of the table, linear between rows: (n, 3), 0 to 255."""
    rows = np.arange(256) / 255
    columns = [np.interp(positions, rows, channel) for channel in table(look).T]
    return np.stack(columns, axis=1).astype(np.float32)


def opacities(look: Look, positions: NDArray[np.float32], opacity: float) -> NDArray[np.float32]:
    """Return how opaque each of `positions` in [0, 1] of the table is drawn: (n,), in [0, opacity].

    It follows the strength of the evidence, so that none leaves the radiograph untouched; Classic is constant.
    """
    if look is Look.CLASSIC:
        return np.full_like(positions, opacity)
    strength: NDArray[np.float32] = np.abs(2 * positions - 1) if look.diverges else positions
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


def _ramp(anchors: Sequence[tuple[float, tuple[int, int, int]]], rows: int) -> NDArray[np.uint8]:
    at = np.linspace(0, 1, rows)
    places = [place for place, _ in anchors]
    channels = [np.interp(at, places, [color[channel] for _, color in anchors]) for channel in range(3)]
    return np.round(np.stack(channels, axis=1)).astype(np.uint8)


def _jet() -> NDArray[np.uint8]:
    levels = np.arange(256, dtype=np.uint8)[:, None]
    bgr = np.asarray(cv2.applyColorMap(levels, cv2.COLORMAP_JET), np.uint8)
    return np.ascontiguousarray(bgr[:, 0, ::-1])


def _against_and_for() -> NDArray[np.uint8]:
    return np.concatenate([_ramp(_AGAINST, 128), _ramp(_FOR, 128)])


TABLES: dict[Look, Callable[[], NDArray[np.uint8]]] = {
    Look.EVIDENCE: _against_and_for,
    Look.POSITIVE: lambda: _ramp(_POSITIVE, 256),
    Look.OWN_SCALE: _against_and_for,
    Look.CLASSIC: _jet,
}
"""The table of each look. Evidence and own scale: blue (against) to red (for), told apart with each of the common color
blindnesses. Positive: dark red to yellow, brighter = more. Classic: OpenCV's jet."""
