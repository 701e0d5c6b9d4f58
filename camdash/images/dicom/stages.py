"""The steps from stored values to grey, in the standard's order (PS3.4, N.2), each with its clause of PS3.3."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from camdash.errors import ImageError
from camdash.images.dicom.dataset.header import Interpretation
from camdash.images.dicom.dataset.tables import BITS, LookupTable, looked_up, placed
from camdash.images.limits import MOST_PIXELS
from camdash.shapes import Bool, Mask, Plane, Shaped
from camdash.words.sentence import say

Squared = Shaped[NDArray[Any], "square_rows square_columns"]
SquaredMask = Bool[NDArray[np.bool_], "square_rows square_columns"]
"""At pixels that are squares, of which there may be more."""

MOST_STRETCHED = 20
"""The greatest ratio of a pixel's sides that is believed."""

SHAPES = ("", "IDENTITY", "INVERSE", "LIN OD")
"""Of Presentation LUT Shape; the last is for films, whose grey is not turned (PS3.3, C.11.6.1.2 and C.13.6)."""


def padding_of(stored: Plane, meaning: Interpretation) -> tuple[Mask | None, tuple[str, ...]]:
    """Return the pixels whose stored value is padding (C.7.5.1.1.2), or None if there are none."""
    if meaning.padding is None:
        return None, ()
    low, high = meaning.padding
    padding: NDArray[np.bool_] = (stored >= low) & (stored <= high)
    if padding.all():
        return None, (say("The pixel padding value would make the whole radiograph black and was ignored."),)
    return (padding if padding.any() else None), ()


def modality_values(stored: Plane, meaning: Interpretation) -> tuple[Plane, tuple[str, ...]]:
    """Apply the modality lookup table or, where there is none, Rescale Slope and Intercept (C.11.1.1)."""
    if meaning.modality is not None:
        return _through_table(stored, meaning.modality)
    if (meaning.slope, meaning.intercept) == (1, 0):
        return stored, ()
    if meaning.slope == 0:
        raise ImageError(say("The DICOM file's rescale slope is 0, which would make every pixel the same."))
    scaled: NDArray[Any] = stored * np.float64(meaning.slope) + meaning.intercept
    if stored.dtype.kind in "iu" and abs(meaning.slope) < _coarsest_step(scaled):
        raise ImageError(
            say(
                "The DICOM file's rescale slope and intercept lie so far apart that grey levels would be lost. "
                "Export it again."
            )
        )
    return scaled, ()


def _coarsest_step(values: NDArray[Any]) -> float:
    """Return how far apart neighbouring numbers of single precision are, where the values are largest."""
    most = np.float32(min(max(abs(values.min()), abs(values.max())), np.finfo(np.float32).max))
    return float(np.spacing(most))


def _through_table(stored: Plane, table: LookupTable) -> tuple[Plane, tuple[str, ...]]:
    """Apply a modality table. Its entries are values, so that how many bits it declares for them changes nothing.

    One with fewer entries than it declares is used if the film needs none of those that are missing.
    """
    low, high = stored.min(), stored.max()
    values = looked_up(stored, placed(table, float(low), float(high)))
    if low < high and values.min() == values.max():
        raise ImageError(say("The DICOM file's modality table makes every pixel the same. Export it again."))
    notes = []
    if table.bits not in BITS:
        notes.append(
            say(
                "The modality table declares {bits} bits for an entry; its entries were used as they are.",
                bits=table.bits,
            )
        )
    if table.missing:
        notes.append(
            say("The modality table has fewer entries than it declares; this radiograph needs none of the others.")
        )
    if table.further:
        notes.append(say("The modality table has more entries than it declares; the others were ignored."))
    return values, tuple(notes)


def narrowed(values: Plane) -> Plane:
    """Return the values in the smallest of uint8, uint16, int16 that holds them all exactly, else as float32."""
    if not np.isfinite(low := values.min()) or not np.isfinite(high := values.max()):
        raise ImageError(say("The image holds values that are not finite numbers."))
    if values.dtype.kind == "f" and not (abs(low) < 65536 and abs(high) < 65536 and (values == np.rint(values)).all()):
        if max(abs(low), abs(high)) > np.finfo(np.float32).max:
            raise ImageError(say("The image holds values that are too large to be shown."))
        return values.astype(np.float32)
    kinds: tuple[type[np.integer[Any]], ...] = (np.uint8, np.uint16, np.int16)
    fits = [kind for kind in kinds if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max]
    return values.astype(fits[0] if fits else np.float32)


def turned_over(photometric: str, shape: str) -> tuple[bool, tuple[str, ...]]:
    """Return whether grey is turned over, last of all: MONOCHROME1 (C.7.6.3.1.2) or the shape INVERSE (C.11.6.1.2)."""
    inverted = photometric == "MONOCHROME1" or (photometric == "MONOCHROME2" and shape == "INVERSE")
    expected = {"MONOCHROME1": "IDENTITY", "MONOCHROME2": "INVERSE"}
    if shape and shape == expected.get(photometric):
        return inverted, (say("The file's polarity tags disagree. Check that bone appears bright."),)
    return inverted, () if shape in SHAPES else (say("Ignored a presentation LUT shape that DICOM does not have."),)


def squared(
    values: Plane, padding: Mask | None, spacing: tuple[float, float] | None
) -> tuple[Squared, SquaredMask | None, tuple[str, ...]]:
    """Resample to square pixels (C.7.6.3.1.7) by enlarging the side with the longer pixels; a note says so.

    Interpolation is linear; a difference of less than half a pixel over the image is left alone.
    """
    rows, columns = values.shape
    down, across = spacing or (1.0, 1.0)
    if not across / MOST_STRETCHED <= down <= across * MOST_STRETCHED:
        return values, padding, (say("The pixel aspect ratio in the file is implausible and was ignored."),)
    ratio = down / across
    wanted = (round(rows * max(ratio, 1)), round(columns * max(1 / ratio, 1)))
    if wanted == (rows, columns):
        return values, padding, ()
    if wanted[0] * wanted[1] > MOST_PIXELS:
        kept = say(
            "The pixels are not square. Square ones would be over {limit:.0f} million, so they were kept.",
            limit=MOST_PIXELS / 1e6,
        )
        return values, padding, (kept,)
    resized = _resized(values, wanted, padding)
    if values.dtype.kind in "iu":
        resized = np.rint(resized)
    if padding is not None:
        padding = cv2.resize(padding.astype(np.uint8), wanted[::-1], interpolation=cv2.INTER_NEAREST) > 0
    note = say("Resampled from {rows} x {columns} to square pixels.", rows=rows, columns=columns)
    return resized.astype(values.dtype), padding, (note,)


def _resized(values: Plane, size: tuple[int, int], padding: Mask | None) -> Squared:
    """Interpolate linearly; padding has no weight, lest it darken or brighten the edge of the image."""
    if padding is None:
        return cv2.resize(values.astype(np.float32), size[::-1], interpolation=cv2.INTER_LINEAR)
    weights = (~padding).astype(np.float32)
    weighted = cv2.resize(values * weights, size[::-1], interpolation=cv2.INTER_LINEAR)
    return weighted / np.maximum(cv2.resize(weights, size[::-1], interpolation=cv2.INTER_LINEAR), 1e-6)
