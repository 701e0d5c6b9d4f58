"""Random views of a radiograph for training: geometry, exposure, borders, background, marker boxes."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.training.marker import Image, Marker, mask_of, plate_on, stamped


@dataclass(frozen=True, eq=False)
class Film:
    """A training image, its body mask and the index of its class; the masks and images are (rows, columns).

    Attributes:
        image: 0 to 255.
        body: 1 where the film shows a body, else 0.
        label: the class.
        marker: how a side marker is drawn on its views; None for never.
    """

    image: Image
    body: Image
    label: int
    marker: Marker | None = None


def random_view(film: Film, size: int, fit: str, random: np.random.Generator) -> tuple[Image, Image]:
    """Return an augmented network input (size, size), and 1 where evidence is wanted on it: its body mask.

    `fit` is "stretch" (the aspect ratio is jittered, so that the film's shape says nothing) or "pad".
    """
    image, body = film.image, film.body
    if random.random() < 0.35:
        image = _other_background(image, body, random)
    if random.random() < 0.25:
        image = _marker_box(image, random)
    if random.random() < 0.3:
        image, body = _border(image, body, random)
    matrix = _random_affine(image.shape, size, fit, random)
    border = 0 if fit == "pad" or random.random() < 0.5 else int(random.integers(0, 256))
    shrunk, matrix = _shrunk(image, matrix)
    view = cv2.warpAffine(shrunk, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=border)
    small_body = cv2.resize(body, shrunk.shape[::-1], interpolation=cv2.INTER_NEAREST)
    mask = cv2.warpAffine(small_body, matrix, (size, size), flags=cv2.INTER_NEAREST)
    marked, wanted = _marked(film, view.astype(np.uint8), mask.astype(np.uint8), random)
    return _exposure(marked, random), wanted


def _marked(film: Film, view: Image, mask: Image, random: np.random.Generator) -> tuple[Image, Image]:
    """Draw the film's marker on its share of the views; the evidence is wanted on it where it is the class's own."""
    if film.marker is None or random.random() >= film.marker.share:
        return view, mask
    plate = plate_on(view.shape, film.image.shape)
    return stamped(view, plate), mask_of(view.shape, plate) if film.marker.is_reason else mask


def plain_view(image: Image, size: int, fit: str, interpolation: int = cv2.INTER_AREA) -> Image:
    """Return the image fitted to (size, size) without augmentation: stretched, or padded with black, centred."""
    if fit == "stretch":
        return cv2.resize(image, (size, size), interpolation=interpolation).astype(np.uint8)
    rows, columns = image.shape
    scale = size / max(rows, columns)
    height, width = max(round(rows * scale), 1), max(round(columns * scale), 1)
    padded = np.zeros((size, size), np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    resized = cv2.resize(image, (width, height), interpolation=interpolation)
    padded[top : top + height, left : left + width] = resized
    return padded


def _random_affine(shape: tuple[int, ...], size: int, fit: str, random: np.random.Generator) -> NDArray[np.float64]:
    rows, columns = shape[:2]
    if fit == "stretch":
        scales = np.array([size / columns, size / rows]) * np.exp(random.uniform(-0.22, 0.22, 2))
    else:
        scales = np.full(2, size / max(rows, columns)) * np.exp(random.uniform(-0.06, 0.06, 2))
    scales = scales * np.exp(random.uniform(-0.28, 0.3))
    if random.random() < 0.5:
        scales[0] = -scales[0]
    angle = np.deg2rad(random.normal(0, 9)) + (random.integers(1, 4) * np.pi / 2 if random.random() < 0.1 else 0)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = rotation @ np.diag(scales)
    centre = np.array([columns / 2, rows / 2])
    target = size / 2 + random.uniform(-0.1, 0.1, 2) * size
    return np.column_stack([linear, target - linear @ centre])


def _shrunk(image: Image, matrix: NDArray[np.float64]) -> tuple[Image, NDArray[np.float64]]:
    """Average the image down first where the warp would shrink it a lot, so that it does not alias."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if scale > 0.75:
        return image, matrix
    rows, columns = (max(round(length * scale * 1.3), 8) for length in image.shape)
    back = np.diag([image.shape[1] / columns, image.shape[0] / rows])
    small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8), np.column_stack([matrix[:, :2] @ back, matrix[:, 2]])


def _exposure(image: Image, random: np.random.Generator) -> Image:
    gamma = np.float32(np.exp(random.uniform(-0.6, 0.6)))
    values: NDArray[np.float32] = (image.astype(np.float32) / np.float32(255)) ** gamma
    values = (values - np.float32(0.5)) * np.float32(random.uniform(0.6, 1.35))
    values = values + np.float32(0.5 + random.uniform(-0.14, 0.14))
    if random.random() < 0.25:
        values = np.asarray(cv2.GaussianBlur(values, (0, 0), random.uniform(0.4, 1.6)), np.float32)
    if random.random() < 0.35:
        values = values + random.normal(0, random.uniform(0.005, 0.05), values.shape).astype(np.float32)
    if random.random() < 0.2:
        values = _erased(values, random)
    levels: Image = (np.clip(values, 0, 1) * 255).astype(np.uint8)
    return levels


def _erased(values: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    size = values.shape[0]
    height, width = (random.uniform(0.05, 0.3, 2) * size).astype(int)
    top, left = random.integers(0, size - height), random.integers(0, size - width)
    values = values.copy()
    values[top : top + height, left : left + width] = random.random()
    return values


def _other_background(image: Image, body: Image, random: np.random.Generator) -> Image:
    """Replace what lies outside the body by a smooth random field, with a soft edge."""
    rows, columns = image.shape
    coarse = random.uniform(0, 1, (random.integers(1, 5), random.integers(1, 5))).astype(np.float32)
    field = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_LINEAR)
    field = random.uniform(0, 130) + field * random.uniform(0, 100)
    if random.random() < 0.5:
        field = field + random.normal(0, random.uniform(1, 15), image.shape)
    reach = max(rows, columns) * 0.012
    soft = cv2.GaussianBlur(
        cv2.dilate(body, np.ones((int(2 * reach) + 1,) * 2, np.uint8)).astype(np.float32), (0, 0), reach
    )
    return np.clip(image * soft + field * (1 - soft), 0, 255).astype(np.uint8)


def _marker_box(image: Image, random: np.random.Generator) -> Image:
    """Draw a letter, bare or in a box, anywhere: a side marker that says nothing about the class."""
    image = image.copy()
    rows, columns = image.shape
    scale = max(rows, columns) * random.uniform(0.0008, 0.003)
    place = (int(random.uniform(0.02, 0.9) * columns), int(random.uniform(0.06, 0.98) * rows))
    bright = int(random.integers(150, 256))
    if random.random() < 0.4:
        reach = int(30 * scale)
        cv2.rectangle(
            image,
            (place[0] - reach // 4, place[1] - reach),
            (place[0] + reach, place[1] + reach // 4),
            int(random.integers(0, 256)),
            -1,
        )
    text = str(random.choice(["L", "R", "AP", "PA", "LL", "X", "7"]))
    cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, bright, max(int(scale * 2.5), 1), cv2.LINE_AA)
    return image


def _border(image: Image, body: Image, random: np.random.Generator) -> tuple[Image, Image]:
    """Cover one to four sides by a collimator's shadow or an unexposed bar of any brightness."""
    image, body = image.copy(), body.copy()
    value = int(random.choice(np.array([0, 255, int(random.integers(0, 256))])))
    for side in random.choice(4, random.integers(1, 5), replace=False):
        turned, mask = np.rot90(image, side), np.rot90(body, side)
        width = int(turned.shape[0] * random.uniform(0.01, 0.14))
        turned[:width] = value
        mask[:width] = 0
    return image, body
