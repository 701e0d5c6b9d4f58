"""What a compressed picture says of its own size, read before any decoder sees it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

STANDALONE = {0x01, *range(0xD0, 0xD9)}
"""JPEG markers without a segment (ITU-T T.81, table B.1): TEM, RST0 to RST7, SOI."""

FRAME_HEADERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
"""JPEG markers that begin a frame header (T.81, B.2.2; JPEG-LS: T.87, C.2.2): SOF0 to SOF15, SOF55."""

JPEG_2000_FILE = b"\0\0\0\x0cjP  \r\n\x87\n"
"""What a JPEG 2000 file with boxes begins with (ITU-T T.800, I.5.1)."""

SOS, EOI = 0xDA, 0xD9
"""The markers of a scan's header (T.81, B.2.3) and of the end."""

RESTARTS = range(0xD0, 0xD8)
"""The markers between parts of a scan: RST0 to RST7."""

COMMENTS = {0xFE, *range(0xE0, 0xF0)}
"""Markers of what a decoder may pass by: COM, APP0 to APP15."""

APP1, EXIF = 0xE1, b"Exif\0\0"
"""The marker of EXIF's segment, and how it begins."""

EXTENDED = 0xC1
"""The marker of a sequential frame of 8 or 12 bits: SOF1."""

LOSSLESS = (0xC3, 0xC7, 0xCB, 0xCF)
"""Those of lossless frames: SOF3, SOF7, SOF11, SOF15."""


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
        within = len(stream) if stream.startswith(JPEG_2000_FILE) else 4096  # past the boxes that may stand before it
        start = stream.find(b"\xff\x4f\xff\x51", 0, within)
        return None if start < 0 else _jpeg_2000(stream, start)
    except (struct.error, IndexError):
        return None


def frame_marker(stream: bytes) -> int | None:
    """Return the marker of a JPEG stream's frame header, one of `FRAME_HEADERS`; None where there is none."""
    try:
        place = _frame_header(stream)
    except (struct.error, IndexError):
        return None
    return None if place is None else stream[place + 1]


def _jpeg(stream: bytes) -> Codestream | None:
    place = _frame_header(stream)
    if place is None:
        return None
    precision, rows, columns, samples = struct.unpack_from(">BHHB", stream, place + 4)
    return Codestream(rows, columns, samples, precision)


def exif_of(stream: bytes) -> bytes:
    """Return a JPEG stream's EXIF, from its name on (JEITA CP-3451, 4.7.2); empty if it has none."""
    try:
        for marker, place in _segments(stream):
            if marker == APP1 and stream.startswith(EXIF, place + 4):
                return stream[place + 4 : place + 2 + struct.unpack_from(">H", stream, place + 2)[0]]
    except (struct.error, IndexError):
        pass
    return b""


def without_comments(stream: bytes) -> bytes:
    """Return a JPEG stream without comments, applications' segments and stray bytes before its first scan.

    As it is if it is cut.
    """
    kept, place, marker = [stream[:2]], 2, 0
    try:
        while marker != SOS:
            place = stream.index(b"\xff", place)
            marker = stream[place + 1]
            if marker in (0, 0xFF) or marker in STANDALONE:
                place += 1
                continue
            end = place + 2 + struct.unpack_from(">H", stream, place + 2)[0]
            if marker not in COMMENTS:
                kept.append(stream[place:end])
            place = end
    except (struct.error, IndexError, ValueError):
        return stream
    return b"".join((*kept, stream[place:]))


def _frame_header(stream: bytes) -> int | None:
    """Return where the first frame header is, in a JPEG stream."""
    return next((place for marker, place in _segments(stream) if marker in FRAME_HEADERS), None)


def _segments(stream: bytes) -> Iterator[tuple[int, int]]:
    """Yield the markers that begin a segment, and their places, up to the first scan's samples."""
    place = 2
    while stream[place] == 0xFF:
        marker = stream[place + 1]
        if marker == 0xFF or marker in STANDALONE:
            place += 1 if marker == 0xFF else 2
            continue
        yield marker, place
        (length,) = struct.unpack_from(">H", stream, place + 2)
        place += 2 + length


def _jpeg_2000(stream: bytes, start: int) -> Codestream:
    """Read the SIZ segment (ITU-T T.800, A.5.1)."""
    width, height, left, top = struct.unpack_from(">IIII", stream, start + 8)
    samples, precision = struct.unpack_from(">HB", stream, start + 40)
    return Codestream(height - top, width - left, samples, (precision & 0x7F) + 1)


JPEG_XL_RATIOS = ((1, 1), (6, 5), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
"""Width to height, by number from 1 on (ISO/IEC 18181-1, table of SizeHeader)."""


def jpeg_xl_size(content: bytes) -> tuple[int, int] | None:
    """Return rows and columns of a JPEG XL file, with or without boxes; None where they cannot be read."""
    start = 0
    if not content.startswith(b"\xff\x0a"):
        box = max(content.find(b"jxlc", 0, 65536), content.find(b"jxlp", 0, 65536))
        start = content.find(b"\xff\x0a", box, box + 10) if box >= 0 else -1
    header = content[start + 2 : start + 14]
    if start < 0 or len(header) < 12:
        return None
    bits = _Bits(int.from_bytes(header, "little"))
    small = bits.take(1)
    rows = _jpeg_xl_side(bits, small)
    ratio = bits.take(3)
    if not ratio:
        return rows, _jpeg_xl_side(bits, small)
    wide, high = JPEG_XL_RATIOS[ratio - 1]
    return rows, rows * wide // high


def _jpeg_xl_side(bits: "_Bits", small: int) -> int:
    if small:
        return 8 * (bits.take(5) + 1)
    return bits.take((9, 13, 18, 30)[bits.take(2)]) + 1


class _Bits:
    """Bits of a number, the lowest first."""

    def __init__(self, left: int) -> None:
        self._left = left

    def take(self, count: int) -> int:
        found = self._left & ((1 << count) - 1)
        self._left >>= count
        return found
