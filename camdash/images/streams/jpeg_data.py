"""Whether a JPEG's data is whole: its decoders draw what they did not get in grey, and keep silent about it."""

import re
from typing import Any

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from camdash.images.streams.headers import EOI, RESTARTS, describe, without_comments
from camdash.words.sentence import say, say_many

DAMAGED_DATA = say("The JPEG data is damaged. Parts of the picture may be wrong.")

COLORS = {1: "GRAY", 3: "GRAY", 4: "CMYK"}
"""What a JPEG of so many components is decoded to when only its data is looked at."""

MIDDLE = 128
"""What a block that is missing becomes, in eight bits."""

EARLY, CORRUPT = "premature end of data segment", "Corrupt JPEG data"
"""What libjpeg warns of (jerror.h: JWRN_HIT_MARKER, and how its other warnings of damage begin)."""

EXTRANEOUS = re.compile(r"(\d+) extraneous bytes before marker 0x(\w\w)")
"""What it warns of where bytes are left over (JWRN_EXTRANEOUS_DATA)."""

PADDING = 16
"""Bytes that some encoders leave before the end marker; more are padding if they are all the same."""


def jpeg_data_notes(stream: bytes) -> tuple[str, ...]:
    """Return notes on damage in the data of a JPEG of 8 bits that could be decoded; none where it is whole.

    It is decoded to an eighth of its size, which takes half of the time of a decoding. What libjpeg-turbo cannot
    decode, or does not warn of, gets no note; nor does a missing end marker behind data that is whole.

    Raises:
        ValueError: the data ends before the picture does.
    """
    found = describe(stream)
    if found is None or found.samples not in COLORS or found.precision != 8:
        return ()
    stream = without_comments(stream)  # whose own faults would be the first warning
    try:
        _small(stream, COLORS[found.samples], strict=True)
    except ValueError as error:
        # The first warning alone is told, and may hide that the data ends early.
        if EARLY in str(error) or _ends_in_grey(stream, COLORS[found.samples]):
            raise
        return (DAMAGED_DATA,) if _tells_of_damage(str(error), stream) else ()
    return ()


def _small(stream: bytes, color: str, *, strict: bool) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
        stream, colorspace=color, min_height=1, min_width=1, min_factor=8, strict=strict
    )
    return pixels


def _ends_in_grey(stream: bytes, color: str) -> bool:
    try:
        return bool((_small(stream, color, strict=False)[-1] == MIDDLE).all())
    except ValueError:  # more than a warning: others may decode it
        return False


def _tells_of_damage(warning: str, stream: bytes) -> bool:
    """Return whether pixels may be wrong: not for padding or for bytes between segments."""
    left = EXTRANEOUS.search(warning)
    if left is None:
        return CORRUPT in warning
    count, marker = int(left[1]), int(left[2], 16)
    if marker != EOI:
        return marker in RESTARTS
    end = stream.rfind(bytes((0xFF, EOI)))
    return count > PADDING and len(set(stream[max(end - count, 0) : end])) > 1


def grey_end_notes(values: NDArray[Any], precision: int) -> tuple[str, ...]:
    """Return a note where the last rows are nothing but the middle of the range.

    That is how libjpeg fills what is missing at the end of a sequential or lossless JPEG. For those that
    `jpeg_data_notes` cannot look at: of more than 8 bits, and lossless ones.

    Args:
        values: (rows, columns) or (rows, columns, samples), as they were decoded, of either sign.
        precision: the bits of a sample in the JPEG.
    """
    filled = 0
    for row in values[::-1]:
        if not ((row.astype(np.int64) & (2**precision - 1)) == 2 ** (precision - 1)).all():
            break
        filled += 1
    if not filled:
        return ()
    note = say_many(
        "The last row is one grey. The JPEG data may end before the picture does.",
        "The last {count} rows are one grey. The JPEG data may end before the picture does.",
        filled,
    )
    return (note,)
