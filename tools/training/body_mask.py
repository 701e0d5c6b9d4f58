"""A foreground mask of a radiograph: where the film shows a body.

It is a rule, not a segmentation: good enough to tell a hand from the dark film around it, and documented so
that figures made with it can be repeated.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

SATURATED = 240
"""Grey level from which a row or column at the border may belong to an unexposed (white) collimator bar."""

LOG_GAIN = 20.0
"""Steepness of the logarithm that brings thin fingers nearer to thick wrists before the threshold is taken."""


def body_mask(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return 1 where the film shows a body, 0 elsewhere.

    Smoothed by a Gaussian of 1 % of the longer side; white collimator bars at the border left out; brightness
    between the 2nd and the 99th percentile taken logarithmically; Otsu's threshold (Otsu 1979); closed by an
    ellipse of 1/40 of the longer side; components under a tenth of the largest dropped (side markers); holes
    filled (lungs).

    Args:
        image: (rows, columns), brighter = denser.

    Returns:
        (rows, columns) of 0 and 1.
    """
    bars = _collimator_bars(image)
    longer = max(image.shape)
    smooth = cv2.GaussianBlur(image, (0, 0), max(longer / 100, 0.5)).astype(np.uint8)
    logarithmic = _logarithmic(smooth, ~bars)
    threshold, _ = cv2.threshold(logarithmic[~bars].reshape(-1, 1), 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask = ((logarithmic > threshold) & ~bars).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (int(longer / 40) | 1,) * 2)
    return _without_holes(_large_components(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel).astype(np.uint8)))


def dilated(mask: NDArray[np.uint8], radius: float) -> NDArray[np.uint8]:
    """Return the mask grown by a disc of `radius` pixels."""
    size = 2 * round(radius) + 1
    return cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))).astype(np.uint8)


def _logarithmic(smooth: NDArray[np.uint8], counted: NDArray[np.bool_]) -> NDArray[np.uint8]:
    low, high = np.percentile(smooth[counted], [2, 99])
    relative = np.clip(smooth.astype(np.float32) - low, 0, None) / max(high - low, 1)
    scaled = np.log1p(relative * LOG_GAIN) / np.log1p(LOG_GAIN)
    levels: NDArray[np.uint8] = (np.clip(scaled, 0, 1) * 255).astype(np.uint8)
    return levels


def _collimator_bars(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Mark border rows and columns that are at least 85 % white, at most a quarter of the film on each side."""
    bars = np.zeros(image.shape, bool)
    white = image >= SATURATED
    for axis in (0, 1):
        open_lines = np.flatnonzero(white.mean(axis=1 - axis) <= 0.85)
        if not len(open_lines):
            continue
        count = image.shape[axis]
        first, last = open_lines[0], open_lines[-1] + 1
        margin = max(count // 100, 1)
        first = min(first + margin if first else 0, count // 4)
        last = max(last - margin if last < count else count, count - count // 4)
        view = bars if axis == 0 else bars.T
        view[:first] = True
        view[last:] = True
    return bars


def _large_components(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return mask
    areas = statistics[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    return np.isin(labels, np.flatnonzero(areas >= 0.1 * areas.max())).astype(np.uint8)


def _without_holes(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(np.zeros_like(mask), outlines, -1, 1, -1).astype(np.uint8)
