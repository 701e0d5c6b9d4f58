"""Frames of the pixel data: how many there are, where the file does not say it, and the first of compressed ones."""

import io
import struct

from pydicom.encaps import generate_fragments, get_frame, parse_basic_offsets
from pydicom.uid import UID, RLELossless

from camdash.images.dicom.dataset.header import Layout

STARTS = (b"\xff\xd8", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  ")
"""What a picture in JPEG, JPEG-LS or JPEG 2000 begins with; no later fragment of it can."""


def frames_in(pixels: bytes, layout: Layout, *, compressed: bool, syntax: str) -> int:
    """Return how many frames there are: at least 1, for what is broken is found when it is decoded."""
    if not compressed:
        samples = 2 if layout.photometric == "YBR_FULL_422" else layout.samples
        bits = layout.rows * layout.columns * samples * layout.allocated
        return max(len(pixels) // -(-bits // 8), 1)
    try:
        content = io.BytesIO(pixels)
        offsets = parse_basic_offsets(content)
        fragments = list(generate_fragments(content))
    except (ValueError, EOFError, struct.error):
        return 1
    if len(offsets) > 1:
        return len(offsets)
    if UID(syntax) == RLELossless:
        return max(len(fragments), 1)
    return max(sum(fragment.startswith(STARTS) for fragment in fragments), 1)


def first_frame(pixels: bytes) -> bytes:
    """Return the first of the compressed frames.

    Raises:
        ValueError, EOFError, struct.error: the fragments cannot be parsed, or there are none.
    """
    return get_frame(pixels, 0, number_of_frames=1)
