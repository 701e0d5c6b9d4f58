"""Color pictures as brightness (PS3.3, C.7.6.3.1.2), and what of it is white."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from camdash.images.dicom.dataset.tables import LookupTable, looked_up, white_of
from camdash.images.dicom.picture.pixels import Stored
from camdash.images.luma import LUMA
from camdash.words.sentence import say


def brightness_of(stored: Stored, palette: Sequence[LookupTable]) -> tuple[NDArray[Any], int, tuple[str, ...]]:
    """Return the brightness of each pixel, the value that is white, and a note if the file's palette says otherwise.

    It is Y of YBR, and the weighted sum of RGB, also of that which a palette stands for (C.7.9).
    """
    if stored.photometric == "PALETTE COLOR":
        colors = np.stack([looked_up(stored.values, table) for table in palette], axis=-1)
        white = max(white_of(np.concatenate([table.entries for table in palette]), palette[0].bits), 1)
        return _weighted(colors), white, _note(white, palette[0].bits)
    needed = _bits_in_use(stored)
    white = 2**needed - 1
    notes: tuple[str, ...] = ()
    if needed < stored.bits:
        note = say(
            "The file declares {said} bits, but its colors need only {needed}. White is {white}.",
            said=stored.bits,
            needed=needed,
            white=white,
        )
        notes = (note,)
    if stored.values.ndim == 2:
        return stored.values, white, notes
    if stored.photometric != "RGB":
        luma: NDArray[Any] = stored.values[..., 0]
        return luma, white, notes
    return _weighted(stored.values), white, notes


def _bits_in_use(stored: Stored) -> int:
    """Return how many bits the values need, at least 8; of a file that declares 8 or fewer, those that it declares.

    Files declare 16 bits for colors of 10 or 12, as they do for tables. One of 8 bits that needs fewer is dark.
    """
    return max(min(stored.bits, 8), min(stored.bits, int(stored.values.max()).bit_length()))


def _weighted(colors: NDArray[Any]) -> NDArray[Any]:
    grey: NDArray[Any] = np.rint(colors.astype(np.float32) @ LUMA).astype(colors.dtype)
    return grey


def _note(white: int, bits: int) -> tuple[str, ...]:
    if white == 2**bits - 1:
        return ()
    note = say(
        "The palette declares {bits} bits, but its largest entry is {largest}. It was scaled by that entry.",
        bits=bits,
        largest=white,
    )
    return (note,)
