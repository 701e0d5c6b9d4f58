"""Raster files: every depth, color and packing that is read, and wrong ones with their sentence."""

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial

import cv2
import imagecodecs
import numpy as np
from PIL import Image

from tests.images.seeds import archive, seeds
from tests.images.streams import jpeg_lossless
from tests.images.table.case import Case
from tests.images.table.dicom_syntaxes import BT_601, smooth
from tests.pictures import image_bytes, opencv_bytes, speckle

GREY, DEEP = speckle(11, 13), speckle(11, 13, np.uint16)
COLOR = np.dstack([GREY, GREY[::-1], GREY[:, ::-1]])
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
DAMAGED = r"The image is damaged or cut short\. Export it again\."
CORNERS = np.array([[10, 20, 30], [40, 50, 60]], np.uint8)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield from pngs()
    yield from jpegs()
    yield from webps_and_bmps()
    for name, build, sentence in wrong_files():
        yield Case("raster, wrong", name, build, sentence=sentence)


def png(rows: int, columns: int, depth: int, color: int, scanlines: bytes, *more: tuple[bytes, bytes]) -> bytes:
    """Return a PNG put together by hand (W3C PNG, clause 11.2)."""
    header = struct.pack(">IIBBBBB", columns, rows, depth, color, 0, 0, 0)
    chunks = [(b"IHDR", header), *more, (b"IDAT", zlib.compress(scanlines)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


def pngs() -> Iterator[Case]:
    kind = "PNG"
    for depth, line in ((1, b"\0\x50"), (2, b"\0\x1b"), (4, b"\0\x01\x2f"), (8, b"\0\0\1\2\xff")):
        levels = {1: [0, 1, 0, 1], 2: [0, 1, 2, 3], 4: [0, 1, 2, 15], 8: [0, 1, 2, 255]}[depth]
        values = [level * 255 // (2**depth - 1) for level in levels]
        yield Case(kind, f"grey, {depth} bits", partial(png, 1, 4, depth, 0, line), [values])
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    yield Case(kind, "grey, 16 bits, every value", partial(opencv_bytes, ramp, ".png"), ramp, ramp / 65535)
    colors = (b"PLTE", bytes([*RED, *BLUE, 7, 7, 7, *GREEN]))
    lines = {1: b"\0\x50", 2: b"\0\x1b", 4: b"\0\x01\x23", 8: b"\0\0\1\2\3"}
    for depth, line in lines.items():
        expected = [76, 29, 76, 29] if depth == 1 else [76, 29, 7, 150]
        yield Case(kind, f"palette, {depth} bits", partial(png, 1, 4, depth, 3, line, colors), [expected])
    clear = (b"tRNS", bytes([255, 0, 255, 51]))
    yield Case(kind, "palette with opacity", partial(png, 1, 4, 8, 3, b"\0\0\1\2\3", colors, clear), [[76, 0, 7, 30]])
    hidden = (b"tRNS", struct.pack(">H", 200))
    yield Case(kind, "grey with one clear value", partial(png, 1, 3, 8, 0, b"\0\xc8\1\xc7", hidden), [[0, 1, 199]])
    luma = np.rint(COLOR @ BT_601)
    yield Case(kind, "color, 8 bits", partial(image_bytes, COLOR), luma, tolerance=1)
    deep = np.array([[[0, 0, 60000], [0, 60000, 0], [60000, 0, 0]]], np.uint16)
    yield Case(kind, "color, 16 bits", partial(opencv_bytes, deep, ".png"), [[17940, 35220, 6840]])
    pixels = struct.pack(">HHHH", 40000, 65535, 20000, 0)
    yield Case(kind, "grey and opacity, 16 bits", partial(png, 1, 2, 16, 4, b"\0" + pixels), [[40000, 0]])
    yield Case(kind, "grey and opacity, 8 bits", partial(png, 1, 2, 8, 4, b"\0\x64\xff\x64\0"), [[100, 0]])
    opaque = np.dstack([GREY, GREY, GREY, np.full_like(GREY, 255)])
    yield Case(kind, "color and opacity, 8 bits", partial(image_bytes, opaque), GREY)
    half = struct.pack(">HHHH", 60000, 60000, 60000, 32768)
    yield Case(kind, "color and opacity, 16 bits", partial(png, 1, 1, 16, 6, b"\0" + half), [[30000]])
    for orientation, turned in ((3, CORNERS[::-1, ::-1]), (6, np.rot90(CORNERS, -1)), (8, np.rot90(CORNERS))):
        build = partial(image_bytes, CORNERS, exif=oriented(orientation))
        yield Case(kind, f"orientation {orientation}", build, turned)
        deep_build = partial(image_bytes, CORNERS.astype(np.uint16) * 9, exif=oriented(orientation))
        yield Case(kind, f"orientation {orientation}, 16 bits", deep_build, turned.astype(int) * 9)
    frames = [Image.fromarray(GREY), Image.fromarray(GREY[::-1])]
    moving = partial(image_bytes, frames[0], save_all=True, append_images=frames[1:])
    yield Case(kind, "moving, of which the first", moving, GREY, has={"notes": ("The first of 2 pages.",)})


def oriented(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def jpegs() -> Iterator[Case]:
    kind = "JPEG"
    ramp = smooth(48, 40)
    color = np.dstack([ramp] * 3)
    yield Case(kind, "grey", partial(image_bytes, ramp, "JPEG", quality=95), ramp, tolerance=4)
    yield Case(
        kind, "grey, progressive", partial(image_bytes, ramp, "JPEG", quality=95, progressive=True), ramp, tolerance=4
    )
    for name, sampling in (("4:4:4", 0), ("4:2:2", 1), ("4:2:0", 2)):
        build = partial(image_bytes, color, "JPEG", quality=95, subsampling=sampling)
        yield Case(kind, f"color, {name}", build, ramp, tolerance=5)
    build = partial(image_bytes, color, "JPEG", quality=95, progressive=True)
    yield Case(kind, "color, progressive", build, ramp, tolerance=5)
    inks = np.zeros((16, 16, 4), np.uint8)
    inks[..., 3] = 100
    yield Case(
        kind,
        "four inks",
        partial(image_bytes, Image.fromarray(inks, "CMYK"), "JPEG", quality=100),
        np.full((16, 16), 155),
        tolerance=3,
    )
    blocks = np.kron(CORNERS, np.ones((16, 16))).astype(np.uint8)
    for orientation, turned in ((3, blocks[::-1, ::-1]), (6, np.rot90(blocks, -1)), (8, np.rot90(blocks))):
        build = partial(image_bytes, blocks, "JPEG", quality=100, exif=oriented(orientation))
        yield Case(kind, f"orientation {orientation}", build, turned, tolerance=2)
    frames = [Image.fromarray(ramp), Image.fromarray(ramp[::-1])]
    several = partial(image_bytes, frames[0], "MPO", save_all=True, append_images=frames[1:], quality=95)
    has = {"notes": ("The first of 2 pages.",), "encoding": "JPEG, 8 bits"}
    yield Case(kind, "several in a file", several, ramp, tolerance=4, has=has)
    deep = ramp.astype(np.uint16) * 16
    twelve = partial(imagecodecs.jpeg8_encode, deep, level=98, bitspersample=12)
    yield Case(kind, "12 bits", lambda: bytes(twelve()), deep, tolerance=40, has={"encoding": "JPEG, 12 bits"})
    yield Case(
        kind, "with rubbish behind", lambda: image_bytes(ramp, "JPEG", quality=94) + bytes(99), ramp, tolerance=5
    )


def webps_and_bmps() -> Iterator[Case]:
    ramp = smooth(48, 40)
    color = np.dstack([ramp] * 3)
    yield Case("WebP", "lossy", partial(image_bytes, color, "WEBP", quality=95), ramp, tolerance=6)
    yield Case("WebP", "lossless", partial(image_bytes, color, "WEBP", lossless=True), ramp)
    clear = np.dstack([color, np.full_like(ramp, 51)])
    expected = (ramp.astype(int) * 51 + 127) // 255
    yield Case(
        "WebP",
        "lossless with opacity",
        partial(image_bytes, clear, "WEBP", lossless=True, exact=True),
        expected,
        tolerance=1,
    )
    frames = [Image.fromarray(color), Image.fromarray(color[::-1])]
    moving = partial(image_bytes, frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    yield Case("WebP", "moving, of which the first", moving, ramp, has={"notes": ("The first of 2 pages.",)})
    yield Case("BMP", "8 bits", partial(image_bytes, GREY, "BMP"), GREY)
    yield Case("BMP", "1 bit", partial(image_bytes, Image.fromarray(GREY > 127), "BMP"), (GREY > 127) * 255)
    yield Case("BMP", "24 bits", partial(image_bytes, np.dstack([GREY] * 3), "BMP"), GREY)
    yield Case("BMP", "32 bits", partial(opencv_bytes, cv2.cvtColor(GREY, cv2.COLOR_GRAY2BGRA), ".bmp"), GREY)
    palette = Image.fromarray(np.array([[0, 1, 2]], np.uint8))
    palette.putpalette([*RED, *BLUE, 7, 7, 7])
    yield Case("BMP", "palette", partial(image_bytes, palette, "BMP"), [[76, 29, 7]])


def wrong_files() -> Iterator[tuple[str, Callable[[], bytes], str]]:
    yield "nothing", lambda: b"", r"The file is empty\. Export the radiograph again\."
    for name, start in (("PNG", b"\x89PNG\r\n\x1a\n"), ("JPEG", b"\xff\xd8\xff"), ("WebP", b"RIFF\0\0\0\0WEBP")):
        yield f"{name}: its first bytes alone", lambda start=start: start, DAMAGED  # type: ignore[misc]
    yield "a ZIP file", archive, r"This is a ZIP file\. Unpack it first\."
    yield "PNG: no rows", partial(png, 0, 5, 8, 0, b""), f"{DAMAGED}|The image has 0 rows .*"
    yield "PNG: no picture", partial(png, 5, 5, 8, 0, b""), DAMAGED
    large = r"The image has (more than 100 million pixels|4295 million pixels; at most 100 million are read)\."
    yield "PNG: 65,535 by 65,535", partial(png, 65535, 65535, 8, 0, b""), large
    yield "PNG: 110 million pixels", partial(png, 10000, 11000, 8, 0, b""), r"The image has 110 million pixels; .*"
    yield "PNG: 110 million pixels, deep", partial(png, 10000, 11000, 16, 0, b""), r"The image has 110 million .*"
    yield "PNG: 3 bits", partial(png, 1, 4, 3, 0, b"\0\0\0"), DAMAGED
    yield "PNG: rubbish for a picture", partial(replaced, "png 8", -30, b"\x55" * 10), DAMAGED
    yield "PNG: a wrong check sum", partial(replaced, "png 8", 29, b"\0\0\0\0"), DAMAGED
    yield "JPEG: 65,535 by 65,535", huge_jpeg, large
    yield "JPEG: no rows", no_rows, f"{DAMAGED}|The image has 0 rows .*"
    lossless = r"This is a lossless JPEG outside of a DICOM file, which is not supported\. Export it as PNG\."
    yield "JPEG: lossless", partial(jpeg_lossless, DEEP >> 4, 12), lossless
    for seed in ("png 16", "png 16 color", "jpeg", "bmp", "webp"):
        yield f"half of {seed}", partial(half, seed), DAMAGED


def replaced(seed: str, place: int, content: bytes) -> bytes:
    whole = bytearray(seeds()[seed])
    place = place % len(whole)
    whole[place : place + len(content)] = content
    return bytes(whole)


def half(seed: str) -> bytes:
    whole = seeds()[seed]
    return whole[: len(whole) // 2]


def huge_jpeg() -> bytes:
    return seeds()["jpeg"].replace(struct.pack(">HH", 24, 32), b"\xff\xff\xff\xff", 1)


def no_rows() -> bytes:
    return seeds()["jpeg"].replace(struct.pack(">HH", 24, 32), b"\0\0\0\x20", 1)
