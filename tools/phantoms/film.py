"""From line integrals to a film: quantum noise, the look of processed computed radiography, collimation, marker.

Film values are shown as radiologists read them: bone bright, air dark.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tools.phantoms.solids import Array

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Exposure:
    """How the film is exposed and processed.

    Attributes:
        quanta: mean count per pixel behind the densest twentieth of the body; sets the noise.
        blur: standard deviation of the detector's blur, as a fraction of the film's side.
        detail: how much of what is finer than an eighth of the film is added again, as a film processor does.
        gamma: exponent of the tone curve; above 1 darkens the middle.
        black: darkest gray value, in [0, 255].
        white: brightest gray value of the body, in [0, 255].
    """

    quanta: float
    blur: float
    detail: float
    gamma: float
    black: float
    white: float


@dataclass(frozen=True, eq=False)
class Collimation:
    """The straight-edged part of the film that the beam reaches: corners (x, y) in [0, 1]; the gray outside it."""

    corners: Array
    outside: float

    def field(self, size: int) -> NDArray[np.bool_]:
        """Return True where the beam reaches the film, shape (size, size)."""
        field = np.zeros((size, size), np.uint8)
        cv2.fillConvexPoly(field, np.round(self.corners * size).astype(np.int32), 1)
        return field.astype(bool)


@dataclass(frozen=True)
class Marker:
    """A lead side marker: its letter, the center (x, y) and the height as fractions of the film's side."""

    letter: str
    x: float
    y: float
    height: float

    def stamp(self, image: Image) -> Image:
        """Return a copy of the image with the letter on it, in lead white."""
        size = image.shape[0]
        thickness = max(1, round(self.height * size * 0.14))
        scale = cv2.getFontScaleFromHeight(cv2.FONT_HERSHEY_SIMPLEX, max(4, round(self.height * size)), thickness)
        (width, height), _ = cv2.getTextSize(self.letter, cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)
        origin = round(self.x * size - width / 2), round(self.y * size + height / 2)
        stamped = image.copy()
        cv2.putText(stamped, self.letter, origin, cv2.FONT_HERSHEY_SIMPLEX, scale, 250, thickness, cv2.LINE_AA)
        return stamped


def detect(integral: Array, exposure: Exposure, rng: Generator) -> Array:
    """Return the noisy line integral: Beer-Lambert's law I = I0 exp(-integral), blurred, counted, and -log(I / I0)."""
    size = integral.shape[0]
    densest = float(np.percentile(integral[integral > 0], 95)) if (integral > 0).any() else 0.0
    unattenuated = exposure.quanta * np.exp(densest)
    beam = cv2.GaussianBlur(np.exp(-integral), (0, 0), max(exposure.blur * size, 0.3))
    counts = unattenuated * beam
    noisy = counts + np.sqrt(counts) * rng.standard_normal(counts.shape)
    return np.asarray(-np.log(np.maximum(noisy, 1.0) / unattenuated))


def develop(density: Array, body: NDArray[np.bool_], exposure: Exposure) -> Image:
    """Return the gray film, 0 to 255: detail raised, windowed to the body, toned."""
    size = density.shape[0]
    small = cv2.resize(density, (128, 128), interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(cv2.GaussianBlur(small, (0, 0), 12), (size, size), interpolation=cv2.INTER_LINEAR)
    sharp = density + exposure.detail * (density - coarse)
    inside = sharp[body] if body.any() else sharp.ravel()
    low, high = np.percentile(inside, (1.5, 99.7))
    low = min(low, 0.55 * low) if low > 0 else low
    tone = np.clip((sharp - low) / max(high - low, 1e-6), 0, 1.06) ** exposure.gamma
    gray = exposure.black + (exposure.white - exposure.black) * tone
    return np.asarray(np.clip(gray, 0, 255), dtype=np.uint8)


def collimate(image: Image, collimation: Collimation) -> Image:
    """Return the film with the collimator's border at its gray, its edge softened by a pixel or two."""
    inside = cv2.GaussianBlur(collimation.field(image.shape[0]).astype(np.float64), (0, 0), image.shape[0] / 700)
    return np.asarray(image * inside + collimation.outside * (1 - inside), dtype=np.uint8)
