"""The radiograph as it is sent to the browser."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_JPEG_QUALITY = 90
# Level 1 takes a quarter of the time of level 6, for a few percent more bytes.
_PNG_LEVEL = 1


@dataclass(frozen=True)
class Picture:
    """The radiograph as it is sent.

    Attributes:
        data: the encoded picture; its pixels are those of every panel.
        mime: "image/png" (lossless) or "image/jpeg".
        shape: rows and columns.
        label: what to call it, a file's name; shown as text, never as HTML.
    """

    data: bytes
    mime: str
    shape: tuple[int, int]
    label: str


def encode_picture(grey: NDArray[np.uint8], lossless: bool) -> tuple[bytes, str]:
    """Return a radiograph's grey levels, (rows, columns), as (bytes, MIME type): PNG, or JPEG of quality 90."""
    suffix, options = (".jpg", [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if lossless:
        suffix, options = (".png", [cv2.IMWRITE_PNG_COMPRESSION, _PNG_LEVEL])
    _, encoded = cv2.imencode(suffix, grey, options)
    return encoded.tobytes(), "image/png" if lossless else "image/jpeg"
