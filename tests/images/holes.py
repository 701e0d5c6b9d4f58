"""Files whose compressed picture ends, or has gaps, before every pixel has a value, and is sound in every other way.

A decoder that does not notice leaves those pixels as they lay in memory.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any

import imagecodecs
import jpeg_ls
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from tests.images import dicom_files as files
from tests.images.dicom_files import dicom, layout_of
from tests.images.rle import rle
from tests.images.seeds import TWELVE_BITS
from tests.images.streams import jpeg_12_bits, jpeg_lossless
from tests.images.table.rasters import png
from tests.images.table.tiffs import tiff
from tests.pictures import image_bytes, speckle

ROWS, COLUMNS = 64, 96
GREY, DEEP = speckle(ROWS, COLUMNS), speckle(ROWS, COLUMNS, np.uint16)


@cache
def holes() -> dict[str, bytes]:
    """Return the files by name."""
    return {f"holes: {name}": data for make in (_pngs, _jpegs, _others, _tiffs, _dicom) for name, data in make()}


def _pngs() -> Iterator[tuple[str, bytes]]:
    line = b"\0" + bytes(range(COLUMNS))
    for depth, color, size in ((8, 0, 1), (8, 2, 3), (16, 0, 2), (16, 2, 6), (16, 4, 4), (16, 6, 8)):
        scanlines = (b"\0" + (line[1:] * size)) * (ROWS // 2)
        yield f"png {depth} {color}, half of its rows", png(ROWS, COLUMNS, depth, color, scanlines)
        yield f"png {depth} {color}, interlaced, first pass", interlaced(depth, color, size)
    frames = [Image.fromarray(GREY), Image.fromarray(GREY[:8, :8])]
    yield "png moving", image_bytes(frames[0], save_all=True, append_images=frames[1:])


def interlaced(depth: int, color: int, size: int) -> bytes:
    """Return a PNG whose Adam7 passes end after the first (W3C PNG, clause 8.2)."""
    header = struct.pack(">IIBBBBB", COLUMNS, ROWS, depth, color, 0, 0, 1)
    first = (b"\0" + bytes(size * COLUMNS // 8)) * (ROWS // 8)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(first)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )


def _jpegs() -> Iterator[tuple[str, bytes]]:
    color = np.dstack([GREY, GREY[::-1], GREY])
    twelve = bytes(imagecodecs.jpeg8_encode(DEEP >> 4, level=95, bitspersample=12))
    streams = {
        "grey": image_bytes(GREY, "JPEG"),
        "color": image_bytes(color, "JPEG"),
        "progressive": image_bytes(color, "JPEG", progressive=True),
        "12 bits": twelve,
    }
    for name, whole in streams.items():
        for part in (0.3, 0.6, 0.9):
            yield f"jpeg {name}, ended at {part}", ended(whole, part)
    scans = streams["progressive"].split(b"\xff\xda")
    for count in (1, 2, 4):
        yield f"jpeg of {count} scans", b"\xff\xda".join(scans[: 1 + count]) + b"\xff\xd9"


def ended(jpeg: bytes, part: float) -> bytes:
    """Return a JPEG whose entropy-coded data ends early, with the marker of its end behind."""
    return jpeg[: int(part * len(jpeg))].rstrip(b"\xff") + b"\xff\xd9"


def _others() -> Iterator[tuple[str, bytes]]:
    gif = image_bytes(GREY, "GIF")
    yield "gif, a smaller picture", gif.replace(struct.pack("<HH", COLUMNS, ROWS), struct.pack("<HH", 300, 200), 1)
    for part in (0.4, 0.8):
        yield f"gif, ended at {part}", gif[: int(part * len(gif))] + b"\0;"
    for compressed in (b"\0\1", b"\0\2\x30\x30" + b"\5\7" * 20 + b"\0\1", b"\x10\7\0\0\0\1"):
        yield f"bmp, runs {compressed[:4].hex()}", bmp(compressed)
    moving = [Image.fromarray(np.dstack([GREY] * 3)), Image.fromarray(np.dstack([GREY[::-1]] * 3))]
    yield "webp moving", image_bytes(moving[0], "WEBP", save_all=True, append_images=moving[1:])
    for depth in (8, 16):
        samples = GREY if depth == 8 else DEEP
        tiles = image_bytes(samples, "JPEG2000", tile_size=(32, 32), no_jp2=True).split(b"\xff\x90\0\x0a")
        yield f"jpeg 2000 {depth}, without a tile", b"\xff\x90\0\x0a".join([*tiles[:2], *tiles[3:]])
        yield f"jpeg 2000 {depth}, one tile", b"\xff\x90\0\x0a".join(tiles[:2]) + b"\xff\xd9"
    yield "pgm, half", b"P5 96 64 65535\n" + DEEP.astype(">u2").tobytes()[: ROWS * COLUMNS]
    yield "pgm, text, half", b"P2 96 64 255\n" + b" 7" * (ROWS * COLUMNS // 2)
    yield "pbm, half", b"P4 96 64\n" + bytes(ROWS * COLUMNS // 16)


def bmp(compressed: bytes) -> bytes:
    """Return a bitmap of runs (BI_RLE8), in which pixels may be skipped over."""
    colors = bytes(range(256)) * 4
    place = 14 + 40 + len(colors)
    second = struct.pack("<IiiHHIIiiII", 40, COLUMNS, ROWS, 1, 8, 1, len(compressed), 0, 0, 256, 0)
    return struct.pack("<2sIHHI", b"BM", place + len(compressed), 0, 0, place) + second + colors + compressed


def _tiffs() -> Iterator[tuple[str, bytes]]:
    half = DEEP[: ROWS // 2]
    for name in ("zlib", "lzw", "packbits", "zstd", "lzma", "lerc", "jpeg2000", "jpegxl"):
        short = written(half, compression=name, rowsperstrip=ROWS)
        yield f"tiff {name}, half of its rows", taller(short)
    for name in ("jpeg", "webp"):
        pixels = np.dstack([GREY[: ROWS // 2]] * 3)
        short = written(pixels, compression=name, photometric="rgb", rowsperstrip=ROWS)
        yield f"tiff {name}, half of its rows", taller(short)
    for name in ("group3", "group4", "tiff_ccitt"):
        yield f"tiff {name}", taller(image_bytes(Image.fromarray(GREY[: ROWS // 2] > 127), "TIFF", compression=name))
    planes = written(np.stack([DEEP, DEEP, DEEP]), photometric="rgb", planarconfig="separate")
    yield "tiff planes, one strip", planes.replace(struct.pack("<HHI", 273, 4, 3), struct.pack("<HHI", 273, 4, 1))
    yield "tiff planes, no lengths", planes.replace(struct.pack("<HHI", 279, 4, 3), struct.pack("<HHI", 279, 4, 1))
    yield "tiff, one tile of four", tiff(DEEP[:11, :13], "<", width=(256, 32), length=(257, 32))
    luma = Image.fromarray(np.dstack([GREY] * 3)).convert("YCbCr")
    for packing in ("raw", "tiff_lzw", "jpeg"):
        yield f"tiff luma {packing}", taller(image_bytes(luma, "TIFF", compression=packing))


def written(pixels: NDArray[Any], **options: Any) -> bytes:
    content = io.BytesIO()
    tifffile.imwrite(content, pixels, **{"photometric": "minisblack", "metadata": None} | options)
    return content.getvalue()


def taller(content: bytes) -> bytes:
    """Return a TIFF that is said to have twice as many rows, all in the same strip (tags 257 and 278)."""
    for tag in (257, 278):
        for kind, letter in ((3, "HH"), (4, "I")):
            for rows in (ROWS // 2, ROWS):
                old = struct.pack(f"<HHI{letter}", tag, kind, 1, *((rows, 0) if kind == 3 else (rows,)))
                new = struct.pack(f"<HHI{letter}", tag, kind, 1, *((2 * rows, 0) if kind == 3 else (2 * rows,)))
                content = content.replace(old, new)
    return content


def _dicom() -> Iterator[tuple[str, bytes]]:
    twelve = layout_of(DEEP) | TWELVE_BITS
    whole = rle(DEEP)
    yield "dicom rle, half of its rows", dicom([rle(DEEP[: ROWS // 2])], syntax=files.RLE, **layout_of(DEEP))
    yield "dicom rle, cut", dicom([whole[: len(whole) // 2]], syntax=files.RLE, **layout_of(DEEP))
    for part in (0.3, 0.6, 0.9):
        lossless = ended(jpeg_lossless(DEEP >> 4, 12), part)
        yield f"dicom jpeg lossless, ended at {part}", dicom([lossless], syntax=files.LOSSLESS_1, **twelve)
        sequential = ended(jpeg_12_bits((DEEP >> 4)[: ROWS // 8, : COLUMNS // 8]), part)
        yield f"dicom jpeg 12, ended at {part}", dicom([sequential], syntax=files.EXTENDED, **twelve)
        baseline = ended(image_bytes(GREY, "JPEG"), part)
        yield f"dicom jpeg, ended at {part}", dicom([baseline], syntax=files.BASELINE, **layout_of(GREY))
        near = ended(bytes(jpeg_ls.encode_array(DEEP >> 4)), part)
        yield f"dicom jpeg-ls, ended at {part}", dicom([near], syntax=files.LS, **twelve)
        coded = bytes(imagecodecs.jpeg2k_encode(DEEP, level=0, reversible=True, codecformat="j2k"))
        yield f"dicom jpeg 2000, ended at {part}", dicom([ended(coded, part)], syntax=files.J2K, **layout_of(DEEP))
        fast = ended(bytes(imagecodecs.htj2k_encode(DEEP)), part)
        yield f"dicom htj2k, ended at {part}", dicom([fast], syntax=files.HTJ2K, **layout_of(DEEP))
    parts = image_bytes(DEEP, "JPEG2000", tile_size=(32, 32), no_jp2=True).split(b"\xff\x90\0\x0a")
    gap = b"\xff\x90\0\x0a".join([*parts[:2], *parts[3:]])
    yield "dicom jpeg 2000, without a tile", dicom([gap], syntax=files.J2K, **layout_of(DEEP))
