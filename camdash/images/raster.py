"""Raster files (PNG, JPEG, TIFF, BMP, WebP) to radiographs, recognised by their content."""

import io
import struct
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from camdash.errors import ImageError
from camdash.images.limits import MOST_PIXELS, check_pixels
from camdash.images.luma import LUMA
from camdash.images.radiograph import Radiograph, Values, Window
from camdash.images.tiff import first_page, is_tiff

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")
DAMAGED = (OSError, SyntaxError, ValueError, EOFError, TypeError, LookupError, RuntimeError, struct.error, cv2.error)
"""What Pillow and OpenCV raise of broken files."""


def decode_raster(data: bytes) -> Radiograph:
    """Decode a file's content to a radiograph.

    Sixteen-bit and float values are kept exact and shown over their own range; eight-bit values are shown from 0
    to 255. Color becomes brightness (BT.601), transparency black. EXIF orientation is applied. Of a file with
    several pages the first is read, and a note says so.

    Raises:
        ImageError: the content is no image that can be read; the sentence says why.
    """
    try:
        return _decoded(data)
    except UnidentifiedImageError as error:
        raise ImageError("This is not an image file. Use DICOM, PNG, JPEG, TIFF, BMP or WebP.") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"The image has more than {MOST_PIXELS / 1e6:.0f} million pixels.") from error
    except DAMAGED as error:
        raise ImageError("The image is damaged or cut short. Export it again.") from error


def _decoded(data: bytes) -> Radiograph:
    if is_tiff(data):
        page = first_page(data)
        check_pixels(page.rows, page.columns)
        if page.deep:  # Pillow would cut it to eight bits, or not read it at all
            return _radiograph(_deep(data), "TIFF", page.pages, inverted=page.white_is_zero)
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        kind = "JPEG" if image.format == "MPO" else str(image.format)  # a JPEG with others behind it
        check_pixels(image.height, image.width)
        pages = getattr(image, "n_frames", 1)
        image.load()
        if kind == "PNG" and data[24] == 16:  # the bit depth of IHDR (W3C PNG, clause 11.2.1)
            return _radiograph(_upright(_deep(data), image), kind, pages)
        return _radiograph(_eight_bits(image), kind, pages)


def _deep(data: bytes) -> Values:
    """Return the values as OpenCV reads them, exact: 16 bits with or without sign, or in single precision."""
    values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None:
        raise ImageError("The image is damaged or cut short. Export it again.")
    if values.dtype == np.uint8:
        return values.astype(np.uint8, copy=False)
    if values.ndim == 3:
        values = _brightness(values)
    if values.dtype == np.uint16:
        return values.astype(np.uint16, copy=False)
    if values.dtype == np.int16:
        return values.astype(np.int16, copy=False)
    if not np.isfinite(values).all():
        raise ImageError("The image holds values that are not finite numbers.")
    if np.abs(values).max() > np.finfo(np.float32).max:
        raise ImageError("The image holds values that are too large to be shown.")
    return values.astype(np.float32)


def _brightness(values: NDArray[Any]) -> NDArray[Any]:
    """Return the brightness of deep colors as OpenCV orders them: blue, green, red, opacity."""
    colors = values.astype(np.float32)
    grey = colors[:, :, 2::-1] @ LUMA if values.shape[2] >= 3 else colors[:, :, 0]
    if values.dtype != np.uint16:
        return grey
    opacity = colors[:, :, 3] / 65535 if values.shape[2] == 4 else 1
    return np.round(grey * opacity).astype(np.uint16)


def _upright(values: Values, image: Image.Image) -> Values:
    """Apply a PNG's orientation, which OpenCV leaves to the reader."""
    orientation = image.getexif().get(ExifTags.Base.Orientation)
    turned = values.T if orientation in (5, 6, 7, 8) else values
    down, across = -1 if orientation in (3, 4, 7, 8) else 1, -1 if orientation in (2, 3, 6, 7) else 1
    upright: Values = turned[::down, ::across].copy()
    return upright


def _eight_bits(image: Image.Image) -> NDArray[np.uint8]:
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("1", "L") and "transparency" not in upright.info:
        return np.asarray(upright.convert("L"), np.uint8)
    colors = upright.convert("RGBA")
    brightness = np.asarray(colors.convert("L"), np.uint16)  # Pillow's L is BT.601, rounded, in one byte a pixel
    opacity = np.asarray(colors.getchannel("A"), np.uint16)
    return ((brightness * opacity + 127) // 255).astype(np.uint8)


def _radiograph(values: Values, kind: str, pages: int, *, inverted: bool = False) -> Radiograph:
    bits = {"uint8": "8 bits", "uint16": "16 bits", "int16": "16 bits, signed", "float32": "float"}[str(values.dtype)]
    rows, columns = values.shape
    plain = Radiograph(
        values,
        Window.between(0, 255),
        f"{kind}, {bits}",
        inverted=inverted,
        facts=(("Rows", str(rows)), ("Columns", str(columns)), ("Bits", bits)),
        notes=(f"The first of {pages} pages.",) if pages > 1 else (),
    )
    return plain if values.dtype == np.uint8 else replace(plain, window=Window.between(*plain.full_range))
