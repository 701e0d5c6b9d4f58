"""Builders of pictures and of the files that hold them."""

import io
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image


def speckle(rows: int, columns: int, dtype: type[np.unsignedinteger[Any]] = np.uint8) -> NDArray[Any]:
    """Return seeded random values over the whole range of an unsigned type."""
    random = np.random.default_rng(rows * 1000 + columns)
    values: NDArray[Any] = random.integers(0, np.iinfo(dtype).max, (rows, columns), dtype=dtype, endpoint=True)
    return values


def image_bytes(values: NDArray[Any] | Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return a file as Pillow writes it, from an array or from a Pillow image."""
    picture = values if isinstance(values, Image.Image) else Image.fromarray(values)
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def opencv_bytes(values: NDArray[Any], suffix: str) -> bytes:
    """Return a file as OpenCV writes it: exact for 16 bits and for floats; colors in the order blue, green, red."""
    written, content = cv2.imencode(suffix, values)
    assert written
    return content.tobytes()
