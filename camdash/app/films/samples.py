"""The samples that ship: phantoms drawn by camdash itself, so that the page shows something before any upload."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from camdash.app.films.files import ImageFile
from camdash.images.decoding import decode
from camdash.words.sentence import say

FOLDER = Path(__file__).parents[1] / "samples"
TITLES = {
    "chest_frontal": say("Chest frontal"),
    "chest_lateral": say("Chest lateral"),
    "hip": say("Hip"),
    "hand": say("Hand"),
    "foot": say("Foot"),
}
MARKED = {"hand_marked": say("Hand with a marker"), "foot_marked": say("Foot with a marker")}
"""The same hand and foot with a side marker, offered where a checkpoint named `SHORTCUT` is there to fall for it."""

FIRST = "hand"
SHORTCUT = "shortcut"
"""The name of a checkpoint that was trained to look at the marker (`tools/training/marker.py`)."""

THUMBNAIL = 96
"""Pixels a side."""


@cache
def sample(name: str) -> ImageFile:
    """Return a sample by its name in `TITLES` or `MARKED`."""
    return ImageFile.of(f"{name}.png", (FOLDER / f"{name}.png").read_bytes())


@cache
def thumbnail(name: str) -> np.ndarray:
    """Return a small grey picture of a sample: (THUMBNAIL, THUMBNAIL), 0 to 255."""
    return cv2.resize(decode(sample(name).data).display(), (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
