"""From a picture's samples, of any depth, to one channel of values."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from camdash.errors import ImageError
from camdash.images.luma import LUMA
from camdash.images.radiograph import Values
from camdash.shapes import Grey, Mask, Plane
from camdash.words.sentence import say


class Opacity(Enum):
    """What a last sample beside grey or color says."""

    STRAIGHT = "straight"
    """How opaque the pixel is; its color is as it would be if it were opaque."""

    MULTIPLIED = "multiplied"
    """How opaque the pixel is; its color is multiplied by that already, as if it lay on black."""


@dataclass(frozen=True, eq=False)
class Channel:
    """One channel of a picture.

    Attributes:
        values: (rows, columns), finite.
        missing: (rows, columns), the pixels without a value, black; None where every pixel has one.
        notes: what was done that a reader should know.
    """

    values: Values
    missing: Mask | None = None
    notes: tuple[str, ...] = ()


def eight_bits(image: Image.Image) -> Grey:
    """Return a picture of eight bits as brightness (BT.601), on black where it is not opaque: (rows, columns)."""
    if image.mode in ("1", "L") and "transparency" not in image.info:
        return np.asarray(image.convert("L"), np.uint8)
    colors = image.convert("RGBA")
    brightness = np.asarray(colors.convert("L"), np.uint16)  # Pillow's L is BT.601, rounded, in one byte a pixel
    opacity = np.asarray(colors.getchannel("A"), np.uint16)
    return ((brightness * opacity + 127) // 255).astype(np.uint8)


def stretched(
    samples: NDArray[Any], most: int, opacity: Opacity | None = None
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Return samples from 0 to `most` as such from 0 to 255, and a note if there are higher ones.

    The highest is white then, so that bright never becomes dark; opacity, the last sample if there is one, is full.
    """
    parts = [samples] if opacity is None else [samples[..., :-1], samples[..., -1:].clip(0, most)]
    whites = [max(most, int(part.max())) for part in parts]
    scaled = [np.rint(part * (255 / white)).astype(np.uint8) for part, white in zip(parts, whites, strict=True)]
    note = say(
        "The file says that white is {said}, but its values reach {found}. White is {found}.",
        said=most,
        found=whites[0],
    )
    return scaled[0] if opacity is None else np.concatenate(scaled, axis=-1), (note,) if whites[0] > most else ()


def last_is_opacity(samples: NDArray[Any]) -> Opacity | None:
    """Return what the last sample is in formats that have grey or color, with straight opacity or without."""
    return Opacity.STRAIGHT if samples.ndim == 3 and samples.shape[2] in (2, 4) else None


def brightness(samples: NDArray[Any], opacity: Opacity | None = None, opaque: float = 1) -> Plane:
    """Return one number a pixel, rounded where the samples are whole numbers.

    Args:
        samples: (rows, columns) or (rows, columns, n): grey, or red, green and blue, then opacity if there is one;
            what comes after them is left out.
        opacity: what the sample after grey or color says; None where it is no opacity, or there is none.
        opaque: the opacity of a pixel that hides what is behind it.
    """
    if samples.ndim == 2:
        return samples
    colors = samples.shape[2] - (opacity is not None)
    if colors < 3 and opacity is not Opacity.STRAIGHT:
        grey: NDArray[Any] = samples[:, :, 0]
        return grey
    exact = np.float32 if samples.dtype.itemsize <= 2 else np.float64
    level = samples[:, :, :3].astype(exact) @ LUMA.astype(exact) if colors >= 3 else samples[:, :, 0].astype(exact)
    if opacity is Opacity.STRAIGHT:
        level *= np.clip(samples[:, :, 3 if colors >= 3 else 1] / exact(opaque), 0, 1)
    return _rounded(level, samples.dtype)


def _rounded(level: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return floats as whole numbers where the samples are such; the highest must not wrap by a rounding error."""
    if dtype.kind not in "iu":
        return level
    most = level.dtype.type(np.iinfo(dtype).max)
    most = np.nextafter(most, level.dtype.type(0)) if int(most) > np.iinfo(dtype).max else most
    whole: NDArray[Any] = np.minimum(np.rint(level), most).astype(dtype)
    return whole


def without_inks(samples: NDArray[Any], full: float) -> NDArray[Any]:
    """Return the red, green and blue that cyan, magenta, yellow and black leave: (rows, columns, 3).

    Args:
        samples: (rows, columns, 4 or more), the four inks first.
        full: the amount of an ink that leaves none of its color.
    """
    exact: Any = np.float32 if samples.dtype.itemsize <= 2 else np.float64
    left = samples[:, :, 3:4] / exact(full)
    np.subtract(1, left, out=left)
    colors = (1 - samples[:, :, :3] / exact(full)) * (left * exact(full))
    return _rounded(colors, samples.dtype)


def on_high_black(samples: NDArray[Any], opacity: Opacity, opaque: float) -> NDArray[Any]:
    """Return grey that counts from white, laid on black by its opacity: (rows, columns), still counted from white.

    Black is the highest value that the samples can have; of floats, 1 or the highest that there is.

    Args:
        samples: (rows, columns, 2): grey, and opacity.
        opacity: what the second sample says.
        opaque: the opacity of a pixel that hides what is behind it.
    """
    exact: Any = np.float32 if samples.dtype.itemsize <= 2 else np.float64
    grey = samples[:, :, 0].astype(exact)
    seen = np.clip(samples[:, :, 1] / exact(opaque), 0, 1)
    whole = samples.dtype.kind in "iu"
    black: Any = exact(opaque if whole else max(1, grey.max(where=np.isfinite(grey), initial=1)))
    level: NDArray[Any]
    if opacity is Opacity.STRAIGHT:
        level = black - (black - grey) * seen
    else:
        level = np.minimum(grey + black * (1 - seen), black)
    return _rounded(level, samples.dtype)


def channel_of(values: Plane) -> Channel:
    """Return deep values in a type that radiographs have: 16 bits where they fit exactly, else single precision.

    Pixels that are not finite numbers are black and left out of ranges; a note says how many they are.

    Raises:
        ImageError: no value is a finite number, or one is beyond single precision.
    """
    if values.dtype.kind in "iub":
        return Channel(_whole(values))
    known = np.isfinite(values)
    if not known.any():
        raise ImageError(say("The image holds values that are not finite numbers."))
    if float(np.abs(values, where=known, out=np.zeros(values.shape, np.float64)).max()) > np.finfo(np.float32).max:
        raise ImageError(say("The image holds values that are too large to be shown."))
    if known.all():
        return Channel(values.astype(np.float32, copy=False))
    filled = np.where(known, values, values[known].min()).astype(np.float32)
    share = f"{100 * (1 - known.mean()):.2g} %"
    note = say("{share} of the pixels hold no finite number; they are shown black.", share=share)
    return Channel(filled, ~known, (note,))


def _whole(values: Plane) -> Values:
    low, high = int(values.min()), int(values.max())
    if low >= 0 and high < 65536:
        return values.astype(np.uint16, copy=False)
    fits = low >= -32768 and high < 32768
    return values.astype(np.int16, copy=False) if fits else values.astype(np.float32)
