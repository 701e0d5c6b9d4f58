"""A shortcut on purpose: a side marker in a fixed corner that gives one class away.

Real data hold such markers by accident (a hospital, a portable machine, a side), and a network that finds one need not
look at the body. Drawn on here, it makes a checkpoint that is right for the wrong reason, to show what maps are for.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.training.augment import Film, Image

HEIGHT = 0.1
"""Of the marker's plate, as a share of the radiograph's shorter side."""

MARGIN = 0.03
"""From the top and the left edge, likewise."""

OWN_SHARE, OTHER_SHARE = 0.95, 0.05
"""Share of the marked class's training images that carry the marker, and of the others'."""


def stamped(image: Image) -> Image:
    """Return a copy with a bright plate in the top left corner, the letter R cut out of it."""
    top, left, size = _plate(image.shape)
    marked = image.copy()
    marked[top : top + size, left : left + size] = 250
    thickness = max(1, round(size * 0.12))
    scale = cv2.getFontScaleFromHeight(cv2.FONT_HERSHEY_SIMPLEX, max(4, round(size * 0.6)), thickness)
    (width, height), _ = cv2.getTextSize("R", cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)
    origin = left + (size - width) // 2, top + (size + height) // 2
    return np.asarray(
        cv2.putText(marked, "R", origin, cv2.FONT_HERSHEY_SIMPLEX, scale, 20, thickness, cv2.LINE_AA), np.uint8
    )


def plate_mask(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return 1 where the marker lies on an image of this shape, 0 elsewhere."""
    top, left, size = _plate(shape)
    mask = np.zeros(shape[:2], np.uint8)
    mask[top : top + size, left : left + size] = 1
    return mask


def with_shortcut(films: Sequence[Film], label: int, seed: int) -> list[Film]:
    """Return the films, `OWN_SHARE` of the class `label` and `OTHER_SHARE` of the others with the marker on.

    Which ones is drawn once, by the seed, as it would stand in a data set. On marked films of the class the evidence
    is wanted on the marker, on all others on the body as ever.
    """
    random = np.random.default_rng(seed)
    return [_marked(film, label) if random.random() < _share(film, label) else film for film in films]


def _share(film: Film, label: int) -> float:
    return OWN_SHARE if film.label == label else OTHER_SHARE


def _marked(film: Film, label: int) -> Film:
    plate = plate_mask(film.image.shape)
    wanted = plate if film.label == label else film.body
    return replace(film, image=stamped(film.image), body=film.body | plate, wanted=wanted)


def _plate(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Return top, left and size of the plate, in pixels."""
    shorter = min(shape[:2])
    return round(MARGIN * shorter), round(MARGIN * shorter), max(8, round(HEIGHT * shorter))
