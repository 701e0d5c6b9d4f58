"""Whether a JPEG stream is built as ITU-T T.81 says: gdcm ends the whole process over some that are not."""

import struct

from camdash.images.streams.headers import COMMENTS, EOI, RESTARTS, SOS

SEQUENTIAL, LOSSLESS = 0xC1, 0xC3
"""SOF1 and SOF3, the two kinds of frame that are left to gdcm."""

DHT, DQT, DRI = 0xC4, 0xDB, 0xDD


class MalformedJPEGError(ValueError):
    """A JPEG stream is not built as the standard says; the message says where."""


def check_structure(stream: bytes, samples: int) -> None:
    """Raise MalformedJPEGError unless this is one frame, sequential or lossless, of one scan, with sound tables."""
    try:
        _Frame(stream, samples).check()
    except (struct.error, IndexError) as error:
        raise MalformedJPEGError("it ends too early") from error


def without_applications(stream: bytes) -> bytes:
    """Return a sound stream without comments and applications' segments, its components numbered from 1.

    gdcm goes by those markers and names, and ends the process over some (Adobe's segment with a number of its own).
    """
    found, place, marker = [stream[:2]], 2, 0
    while marker != SOS:
        while stream[place + 1] == 0xFF:
            place += 1
        marker = stream[place + 1]
        (length,) = struct.unpack_from(">H", stream, place + 2)
        content = bytearray(stream[place + 4 : place + 2 + length])
        if marker in (SEQUENTIAL, LOSSLESS):
            content[6::3] = bytes(range(1, content[5] + 1))
        if marker == SOS:
            content[1 : 1 + 2 * content[0] : 2] = bytes(range(1, content[0] + 1))
        if marker not in COMMENTS:
            found.append(stream[place : place + 4] + content)
        place += 2 + length
    return b"".join((*found, stream[place:]))


class _Frame:
    def __init__(self, stream: bytes, samples: int) -> None:
        self.stream = stream
        self.samples = samples
        self.kind = 0
        self.precision = 0
        self.components: list[int] = []
        self.huffman: set[int] = set()
        self.quantisers: set[int] = set()

    def check(self) -> None:
        _demand(self.stream.startswith(b"\xff\xd8"), "start")
        place = 2
        while True:
            while self.stream[place : place + 2] == b"\xff\xff":  # fill bytes (B.1.1.2)
                place += 1
            _demand(self.stream[place] == 0xFF, "marker")
            marker = self.stream[place + 1]
            (length,) = struct.unpack_from(">H", self.stream, place + 2)
            content = self.stream[place + 4 : place + 2 + length]
            _demand(length >= 2 and len(content) == length - 2, "segment")
            self._segment(marker, content)
            place += 2 + length
            if marker == SOS:
                return self._entropy_coded(place)

    def _segment(self, marker: int, content: bytes) -> None:
        if marker in (SEQUENTIAL, LOSSLESS):
            self._frame_header(marker, content)
        elif marker == DHT:
            self._huffman_tables(content)
        elif marker == DQT:
            self._quantisers(content)
        elif marker == SOS:
            self._scan_header(content)
        else:
            _demand(marker in COMMENTS or (marker == DRI and len(content) == 2), "marker")

    def _frame_header(self, marker: int, content: bytes) -> None:
        """B.2.2."""
        _demand(not self.kind, "second frame")
        self.kind = marker
        self.precision, rows, columns, count = struct.unpack_from(">BHHB", content)
        _demand(rows > 0 and columns > 0 and count == self.samples and len(content) == 6 + 3 * count, "frame")
        _demand(2 <= self.precision <= 16 if marker == LOSSLESS else self.precision in (8, 12), "precision")
        self.components = list(content[6::3])
        _demand(len(set(self.components)) == count, "components")
        _demand(all(sampling == 0x11 for sampling in content[7::3]), "sampling")
        _demand(all(table < 4 for table in content[8::3]), "quantiser")

    def _huffman_tables(self, content: bytes) -> None:
        """B.2.4.2: each with its place, the number of codes of each length, and their symbols."""
        while content:
            place, counts = content[0], content[1:17]
            symbols = content[17 : 17 + sum(counts)]
            _demand(len(counts) == 16 and len(symbols) == sum(counts) and 0 < len(symbols) <= 256, "codes")
            _demand(place >> 4 < 2 and place & 0xF < 4, "place of codes")
            _demand(sum(count << (16 - k) for k, count in enumerate(counts, 1)) < 65536, "too many codes")
            _demand(place >> 4 == 1 or max(symbols) <= 16, "category")
            self.huffman.add(place)
            content = content[17 + len(symbols) :]

    def _quantisers(self, content: bytes) -> None:
        """B.2.4.1."""
        while content:
            size = 65 + 64 * (content[0] >> 4)
            _demand(content[0] >> 4 < 2 and content[0] & 0xF < 4 and len(content) >= size, "quantiser")
            self.quantisers.add(content[0] & 0xF)
            content = content[size:]

    def _scan_header(self, content: bytes) -> None:
        """B.2.3; of a lossless scan H.1: the predictor stands where the spectral selection begins."""
        count = content[0]
        _demand(count == len(self.components) > 0 and len(content) == 4 + 2 * count, "scan")
        _demand(list(content[1 : 1 + 2 * count : 2]) == self.components, "components of the scan")
        first, last, shift = content[-3:]
        for tables in content[2 : 2 + 2 * count : 2]:
            wanted = {tables >> 4} if self.kind == LOSSLESS else {tables >> 4, 0x10 | tables & 0xF}
            _demand(wanted <= self.huffman, "tables of the scan")
        if self.kind == LOSSLESS:
            _demand(1 <= first <= 7 and last == 0 and shift < self.precision, "predictor")
        else:
            _demand(bool(self.quantisers), "quantisers")  # the spectral selection is not looked at: real files err

    def _entropy_coded(self, place: int) -> None:
        """B.1.1.5: no markers but restarts until the end of the image."""
        while True:
            place = self.stream.find(b"\xff", place)
            _demand(0 <= place < len(self.stream) - 1, "end")
            marker = self.stream[place + 1]
            if marker == EOI:
                return
            _demand(marker == 0 or marker in RESTARTS, "marker in the picture")
            place += 2


def _demand(holds: bool, where: str) -> None:  # a check, not a switch
    if not holds:
        raise MalformedJPEGError(where)
