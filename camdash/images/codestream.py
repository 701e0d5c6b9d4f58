"""What a compressed picture says of its own size, read before any decoder sees it."""

import struct
from dataclasses import dataclass

STANDALONE = {0x01, *range(0xD0, 0xD9)}
"""JPEG markers without a segment (ITU-T T.81, table B.1): TEM, RST0 to RST7, SOI."""

FRAME_HEADERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
"""JPEG markers that begin a frame header (T.81, B.2.2; JPEG-LS: T.87, C.2.2): SOF0 to SOF15, SOF55."""


@dataclass(frozen=True)
class Codestream:
    """The size of a compressed picture, of one sample in bits, and how many samples a pixel has."""

    rows: int
    columns: int
    samples: int
    precision: int


def describe(stream: bytes) -> Codestream | None:
    """Return what a JPEG, JPEG-LS or JPEG 2000 codestream says of itself; None for anything else, or if it is cut."""
    try:
        if stream.startswith(b"\xff\xd8"):
            return _jpeg(stream)
        start = stream.find(b"\xff\x4f\xff\x51", 0, 4096)  # past the boxes, where some writers put them
        return None if start < 0 else _jpeg_2000(stream, start)
    except (struct.error, IndexError):
        return None


def _jpeg(stream: bytes) -> Codestream | None:
    place = 2
    while stream[place] == 0xFF:
        marker = stream[place + 1]
        if marker == 0xFF or marker in STANDALONE:
            place += 1 if marker == 0xFF else 2
            continue
        if marker in FRAME_HEADERS:
            precision, rows, columns, samples = struct.unpack_from(">BHHB", stream, place + 4)
            return Codestream(rows, columns, samples, precision)
        (length,) = struct.unpack_from(">H", stream, place + 2)
        place += 2 + length
    return None


def _jpeg_2000(stream: bytes, start: int) -> Codestream:
    """Read the SIZ segment (ITU-T T.800, A.5.1)."""
    width, height, left, top = struct.unpack_from(">IIII", stream, start + 8)
    samples, precision = struct.unpack_from(">HB", stream, start + 40)
    return Codestream(height - top, width - left, samples, (precision & 0x7F) + 1)
