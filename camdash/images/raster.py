"""Raster files (PNG, JPEG, TIFF, BMP, WebP) to radiographs, recognised by their content."""

import io
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, TiffImagePlugin, UnidentifiedImageError

from camdash.errors import ImageError
from camdash.images.radiograph import Radiograph, Window

LARGEST_FILE = 64 * 2**20
"""Bytes. A radiograph of 16 bits and 5000 x 6000 pixels takes 60 MB uncompressed."""

MOST_PIXELS = 80_000_000
"""Less than the number at which Pillow warns, so that the sentence is ours."""

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue in brightness: ITU-R BT.601, section 2.5.1."""


def decode(data: bytes) -> Radiograph:
    """Decode a file's content to a radiograph.

    Sixteen-bit and float values are kept exact and shown over their own range; eight-bit values are shown from 0
    to 255. Color becomes brightness (BT.601), transparency black. EXIF orientation is applied. Of a file with
    several pages the first is read.

    Raises:
        ImageError: the content is no image that can be read; the sentence says why.
    """
    if not data:
        raise ImageError("The file is empty. Export the radiograph again.")
    if len(data) > LARGEST_FILE:
        raise ImageError(f"The file is {len(data) / 2**20:.0f} MB; at most {LARGEST_FILE // 2**20} MB are read.")
    try:
        return _decoded(data)
    except UnidentifiedImageError as error:
        raise ImageError("This is not an image file. Use PNG, JPEG, TIFF, BMP or WebP.") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"The image has more than {MOST_PIXELS / 1e6:.0f} million pixels.") from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, cv2.error) as error:
        raise ImageError("The image is damaged or cut short. Export it again.") from error


def _decoded(data: bytes) -> Radiograph:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        kind = str(image.format)
        if image.width * image.height > MOST_PIXELS:
            raise ImageError(
                f"The image has {image.width * image.height / 1e6:.0f} million pixels; "
                f"at most {MOST_PIXELS / 1e6:.0f} million are read."
            )
        image.load()
        if kind in ("PNG", "TIFF") and (deep := _deep(data)) is not None:
            return _radiograph(_as_tagged(deep, image), kind)
        return _radiograph(_eight_bits(image), kind)


def _deep(data: bytes) -> NDArray[np.uint16] | NDArray[np.float32] | None:
    """Return the values of a 16-bit or float file, which Pillow would cut to eight bits; None for any other."""
    values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype == np.uint8:
        return None
    if values.ndim == 3:
        values = _brightness(values)
    if values.dtype == np.uint16:
        return values.astype(np.uint16)
    single = values.astype(np.float32)
    if not np.isfinite(single).all():
        raise ImageError("The image holds values that are not finite numbers.")
    return single


def _brightness(values: NDArray[Any]) -> NDArray[Any]:
    """Return the brightness of deep colors as OpenCV orders them: blue, green, red, opacity."""
    colors = values.astype(np.float32)
    grey = colors[:, :, 2::-1] @ LUMA if values.shape[2] >= 3 else colors[:, :, 0]
    if values.dtype != np.uint16:
        return grey
    opacity = colors[:, :, 3] / 65535 if values.shape[2] == 4 else 1
    return np.round(grey * opacity).astype(np.uint16)


def _as_tagged(
    values: NDArray[np.uint16] | NDArray[np.float32], image: Image.Image
) -> NDArray[np.uint16] | NDArray[np.float32]:
    """Apply what OpenCV leaves to the reader: a PNG's orientation, and a TIFF whose white is zero (TIFF 6.0, p. 37)."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        white_is_zero = image.tag_v2.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0
        return np.uint16(65535) - values if white_is_zero and values.dtype == np.uint16 else values
    orientation = image.getexif().get(ExifTags.Base.Orientation)
    turned = values.T if orientation in (5, 6, 7, 8) else values
    down, across = -1 if orientation in (3, 4, 7, 8) else 1, -1 if orientation in (2, 3, 6, 7) else 1
    upright: NDArray[np.uint16] | NDArray[np.float32] = turned[::down, ::across].copy()
    return upright


def _eight_bits(image: Image.Image) -> NDArray[np.uint8]:
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("1", "L"):
        return np.asarray(upright.convert("L"), np.uint8)
    colors = upright.convert("RGBA")
    brightness = np.asarray(colors.convert("L"), np.uint16)  # Pillow's L is BT.601, rounded, in one byte a pixel
    opacity = np.asarray(colors.getchannel("A"), np.uint16)
    return ((brightness * opacity + 127) // 255).astype(np.uint8)


def _radiograph(values: NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32], kind: str) -> Radiograph:
    if values.dtype == np.uint8:
        return Radiograph(values, Window.between(0, 255), f"{kind}, 8 bits")
    low, high = float(values.min()), float(values.max())
    bits = "16 bits" if values.dtype == np.uint16 else "float"
    return Radiograph(values, Window.between(low, high if high > low else low + max(1, abs(low))), f"{kind}, {bits}")
