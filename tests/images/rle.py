"""DICOM's run-length encoding (PS3.5, annex G), written from the standard."""

import struct
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray


def rle(pixels: NDArray[Any]) -> bytes:
    """Return a frame: 64 bytes of offsets, then a segment for each byte of each sample, the high byte first."""
    samples = pixels.reshape(*pixels.shape[:2], -1)
    segments = []
    for sample in range(samples.shape[2]):
        parts = np.ascontiguousarray(samples[..., sample]).astype(samples.dtype.newbyteorder(">")).view(np.uint8)
        for byte in range(samples.itemsize):
            rows = parts[:, byte :: samples.itemsize]
            segment = b"".join(_packed(row.tobytes()) for row in rows)
            segments.append(segment + b"\0" * (len(segment) % 2))
    offsets = [64 + sum(map(len, segments[:k])) for k in range(len(segments))]
    return struct.pack("<16I", len(segments), *offsets, *[0] * (15 - len(segments))) + b"".join(segments)


def _packed(row: bytes) -> bytes:
    """Code one row: runs of a byte as (257 - count, byte), all other bytes as (count - 1, bytes)."""
    packed, literal = b"", b""
    for value, group in groupby(row):
        count = len(list(group))
        if count < 3:
            literal += bytes([value]) * count
            continue
        packed += _literal(literal)
        literal = b""
        for start in range(0, count, 128):
            length = min(128, count - start)
            packed += bytes([257 - length, value]) if length > 1 else bytes([0, value])
    return packed + _literal(literal)


def _literal(content: bytes) -> bytes:
    return b"".join(
        bytes([len(part) - 1]) + part for part in (content[k : k + 128] for k in range(0, len(content), 128))
    )
