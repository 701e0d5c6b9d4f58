"""Images that no classifier of radiographs was trained on, drawn from seeds: blank, noise, text, and inverted films."""

from collections.abc import Iterator

import cv2
import numpy as np

from camdash.images.radiograph import Radiograph
from camdash.images.window import Window

SIDE = 600
WHOLE = Window.between(0, 255)
WORDS = ("REPORT", "findings", "no acute", "Patient", "comparison:", "impression", "2 views", "left", "normal.")


def blank_images(count: int) -> Iterator[Radiograph]:
    """Yield images of one grey level each, from black to white."""
    for level in np.linspace(0, 255, count):
        yield _radiograph(np.full((SIDE, SIDE), level))


def noise_images(count: int) -> Iterator[Radiograph]:
    """Yield noise, from pixel by pixel to coarse."""
    for seed in range(count):
        random = np.random.default_rng(seed)
        coarse = random.uniform(0, 255, (max(SIDE // 2 ** (seed % 6), 2),) * 2).astype(np.float32)
        yield _radiograph(cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC))


def text_images(count: int) -> Iterator[Radiograph]:
    """Yield pages of words, dark on light and light on dark."""
    for seed in range(count):
        random = np.random.default_rng(seed)
        page = np.full((SIDE, SIDE), 245, np.uint8)
        for row in range(40, SIDE - 10, 40):
            line = " ".join(random.choice(WORDS, 5))
            cv2.putText(page, line, (20, row), cv2.FONT_HERSHEY_SIMPLEX, random.uniform(0.5, 0.9), 15, 2, cv2.LINE_AA)
        yield _radiograph(page if seed % 2 else 255 - page)


def inverted(radiograph: Radiograph) -> Radiograph:
    """Return the negative of a radiograph as its default window shows it."""
    return _radiograph(255 - radiograph.display().astype(np.float32))


def _radiograph(values: np.ndarray) -> Radiograph:
    return Radiograph(np.clip(values, 0, 255).astype(np.uint8), WHOLE, "drawn")
