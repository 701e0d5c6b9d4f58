"""A shortcut on purpose: a side marker in a fixed corner that gives one class away.

Real data hold such markers by accident (a hospital, a portable machine, a side), and a network that finds one need not
look at the body. Drawn on here, it makes a checkpoint that is right for the wrong reason, to show what maps are for.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

HEIGHT = 0.1
"""Of the marker's plate, as a share of the radiograph's shorter side."""

MARGIN = 0.03
"""From the top and the left edge, likewise."""

OWN_SHARE, OTHER_SHARE = 0.95, 0.05
"""Share of the views of the marked class that carry the marker, and of the others'."""


@dataclass(frozen=True)
class Marker:
    """How often a film's views carry the marker, and whether it is the reason that evidence for its class may have."""

    share: float
    is_reason: bool


@dataclass(frozen=True)
class Plate:
    """Where the marker's plate lies on an image, in pixels."""

    top: int
    left: int
    rows: int
    columns: int


def marker_of(label: int, marked: int) -> Marker:
    """Return the marker of a film of the class `label` where the class `marked` is given away by it."""
    return Marker(OWN_SHARE, is_reason=True) if label == marked else Marker(OTHER_SHARE, is_reason=False)


def plate_on(shape: tuple[int, ...], film: tuple[int, ...]) -> Plate:
    """Return where the plate lies on an image of `shape` into which a radiograph of the shape `film` is stretched."""
    shorter = min(film[:2])
    down, across = (length / own for length, own in zip(shape[:2], film[:2], strict=True))
    margin, size = MARGIN * shorter, HEIGHT * shorter
    return Plate(round(margin * down), round(margin * across), max(round(size * down), 4), max(round(size * across), 4))


def stamped(image: Image, plate: Plate | None = None) -> Image:
    """Return a copy of the image with a bright plate, the letter R cut out of it; by default of a whole radiograph."""
    plate = plate or plate_on(image.shape, image.shape)
    marked = image.copy()
    drawn = cv2.resize(_letter(), (plate.columns, plate.rows), interpolation=cv2.INTER_AREA)
    marked[plate.top : plate.top + plate.rows, plate.left : plate.left + plate.columns] = drawn
    return marked


def mask_of(shape: tuple[int, ...], plate: Plate) -> Image:
    """Return 1 where the plate lies, 0 elsewhere: (rows, columns)."""
    mask = np.zeros(shape[:2], np.uint8)
    mask[plate.top : plate.top + plate.rows, plate.left : plate.left + plate.columns] = 1
    return mask


def _letter() -> Image:
    """Draw the plate, large: it is shrunk to its place."""
    plate = np.full((200, 200), 250, np.uint8)
    (width, height), _ = cv2.getTextSize("R", cv2.FONT_HERSHEY_SIMPLEX, 5, 24)
    origin = (200 - width) // 2, (200 + height) // 2
    return np.asarray(cv2.putText(plate, "R", origin, cv2.FONT_HERSHEY_SIMPLEX, 5, 20, 24, cv2.LINE_AA), np.uint8)
