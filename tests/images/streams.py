"""Compressed pictures for what no library at hand writes: JPEG lossless, JPEG of 12 bits, an empty HTJ2K picture."""

import itertools
import struct
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

CODE_LENGTH = 5
"""Each of the 17 categories of differences gets a Huffman code of five bits: its own number."""


def jpeg_lossless(values: NDArray[Any], bits: int, predictor: int = 1) -> bytes:
    """Return a lossless JPEG (ITU-T T.81, annex H), process 14 with any of the seven predictors.

    Of colors, (rows, columns, 3), the components are numbered from 1 and come pixel by pixel, in one scan.
    """
    rows, columns = values.shape[:2]
    planes = [values] if values.ndim == 2 else [values[..., k] for k in range(values.shape[2])]
    numbers = range(1, len(planes) + 1)
    by_plane = [_differences(plane.astype(int), bits, predictor) for plane in planes]
    by_pixel = itertools.chain.from_iterable(zip(*by_plane, strict=True))
    frame = struct.pack(">BHHB", bits, rows, columns, len(planes))
    scan = bytes([len(planes)]) + b"".join(bytes([number, 0]) for number in numbers)
    return b"".join([
        b"\xff\xd8",
        _segment(0xC3, frame + b"".join(bytes([number, 0x11, 0]) for number in numbers)),
        _segment(0xC4, _huffman_table(0x00, range(17), CODE_LENGTH)),
        _segment(0xDA, scan + bytes([predictor, 0, 0])),
        _entropy_coded(by_pixel, ac=False),
        b"\xff\xd9",
    ])  # fmt: skip


def marked(stream: bytes, *segments: bytes, names: bytes = b"", without: bytes = b"") -> bytes:
    """Return a JPEG of three components with other markers.

    Args:
        stream: the JPEG.
        segments: what is put at its beginning, such as `ADOBE_RGB`.
        names: of the components, in its frame header and its scans.
        without: how the segments begin that are taken away, such as `b"JFIF"`.
    """
    found, place = [b"\xff\xd8", *segments], 2
    while place < len(stream):
        marker = stream[place + 1]
        (length,) = struct.unpack_from(">H", stream, place + 2)
        content = stream[place + 4 : place + 2 + length]
        place += 2 + length
        if without and content.startswith(without):
            continue
        if names and marker in (0xC0, 0xC1, 0xC3):
            parts = b"".join(names[k : k + 1] + content[7 + 3 * k : 9 + 3 * k] for k in range(3))
            content = content[:6] + parts
        if names and marker == 0xDA:
            parts = b"".join(names[k : k + 1] + content[2 + 2 * k : 3 + 2 * k] for k in range(3))
            content = content[:1] + parts + content[7:]
        found.append(_segment(marker, content))
        if marker == 0xDA:
            return b"".join(found) + stream[place:]
    raise ValueError


def adobe(transform: int) -> bytes:
    """Return Adobe's segment, which says whether colors are YCbCr (1) or RGB (0)."""
    return _segment(0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform))


def jfif() -> bytes:
    """Return JFIF's segment, by which colors are YCbCr (ITU-T T.871)."""
    return _segment(0xE0, b"JFIF\0" + struct.pack(">HBHHBB", 0x0102, 0, 1, 1, 0, 0))


def jpeg_12_bits(blocks: NDArray[Any]) -> bytes:
    """Return a sequential JPEG of 12 bits (T.81, process 4) of 8 x 8 pixels for each value, all of them that value.

    The first coefficient of a flat block is 8 times its value less 2048; with a quantiser of 8 it is coded exactly.
    """
    rows, columns = blocks.shape
    coefficients = blocks.astype(int).ravel() - 2048
    coded = _entropy_coded(np.diff(coefficients, prepend=0).tolist(), ac=True)
    return b"".join([
        b"\xff\xd8",
        _segment(0xDB, b"\x00" + bytes([8] * 64)),
        _segment(0xC1, struct.pack(">BHHBBBB", 12, 8 * rows, 8 * columns, 1, 1, 0x11, 0)),
        _segment(0xC4, _huffman_table(0x00, range(17), CODE_LENGTH)),
        _segment(0xC4, _huffman_table(0x10, [0], 1)),  # the one code: end of block
        _segment(0xDA, struct.pack(">BBBBBB", 1, 1, 0x00, 0, 63, 0)),
        coded,
        b"\xff\xd9",
    ])  # fmt: skip


def empty_htj2k(rows: int, columns: int, bits: int) -> bytes:
    """Return a high-throughput JPEG 2000 codestream (ITU-T T.814) with no code-block in it: all pixels are mid-grey."""
    size = struct.pack(">HIIIIIIIIHBBB", 0x4000, columns, rows, 0, 0, columns, rows, 0, 0, 1, bits - 1, 1, 1)
    capabilities = struct.pack(">IH", 1 << (32 - 15), 0)
    style = struct.pack(">BBHBBBBBB", 0, 0, 1, 0, 0, 4, 4, 0x40, 1)  # no levels, blocks of 64 x 64, HT, reversible
    steps = struct.pack(">BB", 0x20, bits << 3)  # no quantisation
    packet = b"\x00"
    tile = _segment(0x90, struct.pack(">HIBB", 0, 12 + 2 + len(packet), 0, 1)) + b"\xff\x93" + packet
    segments = _segment(0x51, size) + _segment(0x50, capabilities) + _segment(0x52, style) + _segment(0x5C, steps)
    return b"\xff\x4f" + segments + tile + b"\xff\xd9"


def _differences(values: NDArray[Any], bits: int, predictor: int) -> Iterator[int]:
    """Yield each sample less its prediction, modulo 2**16 (T.81, table H.1)."""
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            left = int(values[row, column - 1]) if column else 0
            above = int(values[row - 1, column]) if row else 0
            corner = int(values[row - 1, column - 1]) if row and column else 0
            if row and column:
                predicted = {
                    1: left, 2: above, 3: corner, 4: left + above - corner, 5: left + ((above - corner) >> 1),
                    6: above + ((left - corner) >> 1), 7: (left + above) >> 1,
                }[predictor]  # fmt: skip
            else:
                predicted = left if column else above if row else 1 << (bits - 1)
            difference = (int(values[row, column]) - predicted) & 0xFFFF
            yield difference - 65536 if difference > 32768 else difference


def _entropy_coded(differences: Iterable[int], *, ac: bool) -> bytes:
    """Code the differences (T.81, F.1.2.1 and H.1.2.2), each followed by an end of block if there are coefficients."""
    bits = []
    for difference in differences:
        category = abs(difference).bit_length()
        bits.append(f"{category:0{CODE_LENGTH}b}")
        if 0 < category < 16:
            low = difference if difference > 0 else difference + (1 << category) - 1
            bits.append(f"{low:0{category}b}")
        if ac:
            bits.append("0")
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\x00")


def _huffman_table(place: int, symbols: Iterable[int], length: int) -> bytes:
    values = bytes(symbols)
    counts = bytes(len(values) if k == length else 0 for k in range(1, 17))
    return bytes([place]) + counts + values


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content
