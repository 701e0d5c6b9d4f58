"""The steps from stored values to grey, in the standard's order (PS3.4, N.2), each with its clause of PS3.3."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from camdash.errors import ImageError
from camdash.images.dicom.header import LookupTable, Meaning
from camdash.images.limits import MOST_PIXELS
from camdash.images.luma import LUMA
from camdash.images.window import Preset, VoiFunction, VoiLut, Window

EXPLAINED = {
    "NORMAL": "Normal", "HARDER": "Harder", "SOFTER": "Softer", "BONE": "Bone", "BONES": "Bone",
    "SOFT TISSUE": "Soft tissue", "SOFT_TISSUE": "Soft tissue", "LUNG": "Lung", "MEDIASTINUM": "Mediastinum",
}  # fmt: skip
"""The explanations of windows that are shown. Any other is free text, which may hold a name."""

MOST_STRETCHED = 20
"""The greatest ratio of a pixel's sides that is believed."""


def padding_of(stored: NDArray[Any], meaning: Meaning) -> NDArray[np.bool_] | None:
    """Return the pixels whose stored value is padding (C.7.5.1.1.2), or None if there are none."""
    if meaning.padding is None:
        return None
    low, high = meaning.padding
    padding: NDArray[np.bool_] = (stored >= low) & (stored <= high)
    return padding if padding.any() else None


def modality_values(stored: NDArray[Any], meaning: Meaning) -> NDArray[Any]:
    """Apply the modality lookup table or, where there is none, Rescale Slope and Intercept (C.11.1.1)."""
    if meaning.modality is not None:
        return looked_up(stored, meaning.modality)
    if (meaning.slope, meaning.intercept) == (1, 0):
        return stored
    if meaning.slope == 0:
        raise ImageError("The DICOM file's rescale slope is 0, which would make every pixel the same.")
    scaled: NDArray[Any] = stored * np.float64(meaning.slope) + meaning.intercept
    return scaled


def looked_up(values: NDArray[Any], table: LookupTable) -> NDArray[np.uint16]:
    """Return a table's entries for values; those beyond its ends take the entries there (C.11.1.1)."""
    places = np.clip(values.astype(np.int64) - table.first, 0, len(table.entries) - 1)
    return table.entries[places]


def narrowed(values: NDArray[Any]) -> NDArray[Any]:
    """Return the values in the smallest of uint8, uint16, int16 that holds them all exactly, else as float32."""
    if not np.isfinite(low := values.min()) or not np.isfinite(high := values.max()):
        raise ImageError("The image holds values that are not finite numbers.")
    if values.dtype.kind == "f" and not (abs(low) < 65536 and abs(high) < 65536 and (values == np.rint(values)).all()):
        if max(abs(low), abs(high)) > np.finfo(np.float32).max:
            raise ImageError("The image holds values that are too large to be shown.")
        return values.astype(np.float32)
    kinds: tuple[type[np.integer[Any]], ...] = (np.uint8, np.uint16, np.int16)
    fits = [kind for kind in kinds if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max]
    return values.astype(fits[0] if fits else np.float32)


def brightness(stored: NDArray[Any], photometric: str, palette: Sequence[LookupTable]) -> NDArray[Any]:
    """Return color as brightness: Y of YBR, the weighted sum of RGB (C.7.6.3.1.2), a palette looked up (C.7.9)."""
    if photometric == "PALETTE COLOR":
        stored = np.stack([looked_up(stored, table) for table in palette], axis=-1)
    elif photometric != "RGB":
        luma: NDArray[Any] = stored[..., 0]
        return luma
    grey: NDArray[Any] = np.rint(stored.astype(np.float32) @ LUMA).astype(stored.dtype)
    return grey


def presets_of(meaning: Meaning) -> tuple[tuple[Preset, ...], tuple[str, ...]]:
    """Return the file's VOI lookup tables, then its windows (C.11.2.1), and what of them could not be used."""
    tables = [VoiLut(table.first, table.entries, 2**table.bits - 1) for table in meaning.tables]
    known = {function.value: function for function in VoiFunction}
    function = known.get(meaning.function, VoiFunction.LINEAR)
    least = 1.0 if function is VoiFunction.LINEAR else np.finfo(np.float32).tiny
    good = [window for window in meaning.windows if window[1] >= least]
    presets = [Preset(_named("Table", k, len(tables)), table.window, table) for k, table in enumerate(tables, 1)]
    for k, (centre, width, explanation) in enumerate(good, 1):
        name = EXPLAINED.get(explanation) or _named("Window", k, len(good))
        presets.append(Preset(name, Window(centre, width, function)))
    notes = []
    if len(good) < len(meaning.windows):
        notes.append("A window in the file is too narrow to be one, and was left out.")
    if meaning.function not in known:
        notes.append("The file's VOI LUT function is unknown; LINEAR was used.")
    return tuple(presets), tuple(notes)


def _named(kind: str, place: int, count: int) -> str:
    return f"{kind} {place}" if count > 1 else kind


def turned_over(photometric: str, shape: str) -> tuple[bool, tuple[str, ...]]:
    """Return whether grey is turned over, last of all: MONOCHROME1 (C.7.6.3.1.2) or the shape INVERSE (C.11.6.1.2)."""
    inverted = photometric == "MONOCHROME1" or (photometric == "MONOCHROME2" and shape == "INVERSE")
    expected = {"MONOCHROME1": "IDENTITY", "MONOCHROME2": "INVERSE"}
    if shape and shape == expected.get(photometric):
        return inverted, ("The file contradicts itself on which way its grey is turned; see that bone is bright.",)
    return inverted, ()


def squared(
    values: NDArray[Any], padding: NDArray[np.bool_] | None, spacing: tuple[float, float] | None
) -> tuple[NDArray[Any], NDArray[np.bool_] | None, tuple[str, ...]]:
    """Resample to square pixels (C.7.6.3.1.7) by enlarging the side with the longer pixels; a note says so.

    Interpolation is linear; a difference of less than half a pixel over the image is left alone.
    """
    rows, columns = values.shape
    down, across = spacing or (1.0, 1.0)
    ratio = down / across
    wanted = (round(rows * max(ratio, 1)), round(columns * max(1 / ratio, 1)))
    if wanted == (rows, columns):
        return values, padding, ()
    if not 1 / MOST_STRETCHED <= ratio <= MOST_STRETCHED or wanted[0] * wanted[1] > MOST_PIXELS:
        return values, padding, ("The file's pixels are said to be too long to be true; they are shown as squares.",)
    resized = _resized(values, wanted, padding)
    if values.dtype.kind in "iu":
        resized = np.rint(resized)
    if padding is not None:
        padding = cv2.resize(padding.astype(np.uint8), wanted[::-1], interpolation=cv2.INTER_NEAREST) > 0
    return resized.astype(values.dtype), padding, (f"Resampled from {rows} x {columns} to square pixels.",)


def _resized(values: NDArray[Any], size: tuple[int, int], padding: NDArray[np.bool_] | None) -> NDArray[Any]:
    """Interpolate linearly; padding has no weight, lest it darken or brighten the edge of the image."""
    if padding is None:
        return cv2.resize(values.astype(np.float32), size[::-1], interpolation=cv2.INTER_LINEAR)
    weights = (~padding).astype(np.float32)
    weighted = cv2.resize(values * weights, size[::-1], interpolation=cv2.INTER_LINEAR)
    return weighted / np.maximum(cv2.resize(weights, size[::-1], interpolation=cv2.INTER_LINEAR), 1e-6)
