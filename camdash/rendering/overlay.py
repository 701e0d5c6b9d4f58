"""Overlays: a radiograph with a map's values blended in as color. The browser's viewer paints the same formula."""

import cv2
import numpy as np
from numpy.typing import NDArray

from camdash.rendering.color import STEPS, pixel_table
from camdash.rendering.scale import Scale
from camdash.shapes import Drawn, Grey, Picture

_ROWS_AT_A_TIME = 64


def overlay(grey: Grey, values: Drawn, scale: Scale, opacity: float) -> Picture:
    """Return round(grey * (1 - o) + color * o).

    Args:
        grey: the radiograph.
        values: the map at each of its pixels, in logits; NaN leaves the pixel untouched.
        scale: which value gets which color; a flat one leaves the radiograph untouched.
        opacity: the largest opacity o, in [0, 1]; where the look says so, it fades with the evidence.
    """
    if scale.flat:
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
    picture = np.empty((*grey.shape, 3), np.uint8)
    pixels = pixel_table(scale.look, opacity).view(np.uint32)[:, 0]
    # Blocks of rows stay in the processor's cache.
    for start in range(0, len(grey), _ROWS_AT_A_TIME):
        block = slice(start, start + _ROWS_AT_A_TIME)
        picture[block] = _blended(grey[block], scale.steps(values[block], STEPS), pixels)
    return picture


def _blended(grey: Grey, steps: Drawn, pixels: NDArray[np.uint32]) -> Picture:
    unseen = np.isnan(steps)
    steps[unseen] = 0
    places = (steps + np.float32(0.5)).astype(np.intp)
    places <<= 8
    places |= grey
    found = pixels.take(places, mode="clip")  # places are within the table; this mode does not look for errors
    picture = np.asarray(cv2.cvtColor(found.view(np.uint8).reshape(*grey.shape, 4), cv2.COLOR_RGBA2RGB), np.uint8)
    picture[unseen] = grey[unseen][:, None]
    return picture
