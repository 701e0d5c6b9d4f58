"""An array of numbers to a radiograph."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from camdash.errors import ImageError
from camdash.images.limits import check_pixels
from camdash.images.radiograph import FLOAT, Radiograph, depth_of, size_facts
from camdash.images.rasters.samples import Channel, brightness, channel_of
from camdash.images.window import Window
from camdash.words.sentence import joined, say

MODES = ("1", "L", "I", "I;16", "I;16L", "I;16B", "F", "RGB")
"""Of Pillow's images, those whose numbers are brightness, or red, green and blue."""


def pixels_of(source: object) -> NDArray[Any]:
    """Return what NumPy makes of lists of numbers, an image of Pillow, or a tensor.

    Raises:
        ImageError: it makes no array of it, or one whose numbers are not brightness or red, green and blue.
    """
    if isinstance(source, Image.Image) and source.mode not in MODES:
        raise ImageError(say("This image of Pillow has the mode {mode}. Convert it to L or RGB.", mode=source.mode))
    kind, failure = type(source).__name__, None
    try:
        array = np.asarray(source)
    except (TypeError, ValueError, RuntimeError) as error:  # uneven rows, a tensor on a GPU or that requires gradients
        failure = error
    else:
        if array.dtype.kind != "O":
            return array
    raise ImageError(
        say(
            "No pixels can be read from this {kind}. Give a file's name, its content as bytes, or a NumPy array.",
            kind=kind,
        )
    ) from failure


def radiograph_of(pixels: NDArray[Any]) -> Radiograph:
    """Return an array of pixels as a radiograph, as if it came from a file.

    uint8 is shown from 0 to 255; all else is exact (to 16 bits or single precision) and shown over its own range.

    Args:
        pixels: (rows, columns) grey, or (rows, columns, 3) red, green and blue; whole numbers, truth values or floats.

    Raises:
        ImageError: it is not such an array, is empty or too large, or holds no finite number.
    """
    array = np.asarray(pixels)
    if array.dtype.kind not in "biuf" or array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] != 3):
        raise ImageError(
            say(
                "This array is {kind} of shape {shape}. Give grey pixels (rows, columns), or red, green and "
                "blue ones (rows, columns, 3), as numbers.",
                kind=str(array.dtype),
                shape=str(array.shape),
            )
        )
    rows, columns = array.shape[:2]
    if not array.size:
        raise ImageError(say("This array has no pixels."))
    check_pixels(rows, columns)
    if array.dtype.kind == "b":
        array = array * np.uint8(255)
    grey = brightness(array)
    bits = FLOAT if grey.dtype.kind == "f" else depth_of(8 * grey.dtype.itemsize)
    words, facts = joined(", ", [say("array"), bits]), size_facts(rows, columns, bits)
    channel = Channel(grey) if grey.dtype == np.uint8 else channel_of(grey)
    values = channel.values.copy(order="C")
    plain = Radiograph(values, Window.between(0, 255), words, padding=channel.missing, facts=facts, notes=channel.notes)
    return plain if values.dtype == np.uint8 else replace(plain, window=Window.between(*plain.full_range))
