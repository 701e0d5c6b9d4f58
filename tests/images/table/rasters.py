"""Raster files: every depth, color and packing that is read, and wrong ones with their sentence."""

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.images.seeds import archive, seeds
from tests.images.table.case import Case
from tests.images.table.dicom_syntaxes import BT_601, smooth
from tests.pictures import image_bytes, opencv_bytes, speckle

GREY, DEEP = speckle(11, 13), speckle(11, 13, np.uint16)
COLOR = np.dstack([GREY, GREY[::-1], GREY[:, ::-1]])
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
DAMAGED = r"The image is damaged or cut short\. Export it again\."
NO_IMAGE = r"This is not an image file\. Use DICOM, PNG, JPEG, TIFF, BMP or WebP\."
CORNERS = np.array([[10, 20, 30], [40, 50, 60]], np.uint8)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield from pngs()
    yield from jpegs()
    yield from tiffs()
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
    yield Case(
        kind, "with rubbish behind", lambda: image_bytes(ramp, "JPEG", quality=94) + bytes(99), ramp, tolerance=5
    )


def tiffs() -> Iterator[Case]:
    kind = "TIFF"
    single = DEEP.astype(np.float32) / 7 - 300
    arrays: dict[str, NDArray[Any]] = {"8 bits": GREY, "16 bits": DEEP, "float": single}
    for packing in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        for name, pixels in arrays.items():
            build = partial(image_bytes, pixels, "TIFF", compression=packing)
            yield Case(kind, f"{name}, {packing}", build, pixels)
    for name, pixels in (
        ("16 bits signed", DEEP.view(np.int16)),
        ("32 bits signed", DEEP.astype(np.int32) - 9),
        ("double", DEEP / 4),
    ):
        yield Case(kind, name, partial(opencv_bytes, pixels, ".tiff"), pixels)
    for pixels in (GREY, DEEP):
        build = partial(tiff, pixels, "<", photometric=(262, 0))
        yield Case(kind, f"{8 * pixels.itemsize} bits, white is 0", build, grey=turned(pixels))
    yield Case(kind, "a tile said to have no bytes", partial(tiff, DEEP, "<", count=(325, 0)), DEEP)
    bilevel = Image.fromarray(GREY > 127)
    for packing in ("raw", "group4", "group3"):
        build = partial(image_bytes, bilevel, "TIFF", compression=packing)
        yield Case(kind, f"1 bit, {packing}", build, (GREY > 127) * 255)
    for pixels, name in ((GREY, "8 bits"), (DEEP, "16 bits"), (single, "float")):
        for order in "<>":
            build = partial(tiff, pixels, order)
            yield Case(kind, f"{name}, in tiles, {'little' if order == '<' else 'big'} endian", build, pixels)
    yield Case(kind, "16 bits, big file", partial(image_bytes, DEEP, "TIFF", big_tiff=True), DEEP)
    yield Case(kind, "color, 8 bits", partial(image_bytes, COLOR, "TIFF"), np.rint(COLOR @ BT_601), tolerance=1)
    deep = np.array([[[0, 0, 60000], [0, 60000, 0], [60000, 0, 0]]], np.uint16)
    yield Case(kind, "color, 16 bits", partial(opencv_bytes, deep, ".tiff"), [[17940, 35220, 6840]])
    palette = Image.fromarray(np.array([[0, 1, 2]], np.uint8))
    palette.putpalette([*RED, *BLUE, 7, 7, 7])
    yield Case(kind, "palette", partial(image_bytes, palette, "TIFF"), [[76, 29, 7]])
    pages = [Image.fromarray(page) for page in (DEEP, DEEP[::-1], DEEP)]
    build = partial(image_bytes, pages[0], "TIFF", save_all=True, append_images=pages[1:])
    yield Case(kind, "three pages, of which the first", build, DEEP, has={"notes": ("The first of 3 pages.",)})
    yield Case(kind, "pages that bite their tail", cyclic_pages, DEEP, has={"notes": ()})


def turned(pixels: NDArray[Any]) -> NDArray[Any]:
    high, low = (255, 0) if pixels.dtype == np.uint8 else (int(pixels.max()), int(pixels.min()))
    found: NDArray[Any] = (high - pixels.astype(float)) / (high - low)
    return found


def tiff(pixels: NDArray[Any], order: str, **changed: tuple[int, int]) -> bytes:
    """Return a TIFF of one tile of 16 x 16 pixels, put together by hand (TIFF 6.0, sections 2 and 15)."""
    tile = np.zeros((16, 16), pixels.dtype)
    tile[: pixels.shape[0], : pixels.shape[1]] = pixels
    content = tile.astype(tile.dtype.newbyteorder(order)).tobytes()
    kind = 3 if pixels.dtype.kind == "f" else 1
    fields = {
        256: pixels.shape[1], 257: pixels.shape[0], 258: 8 * pixels.itemsize, 259: 1, 262: 1, 277: 1,
        322: 16, 323: 16, 324: 8, 325: len(content), 339: kind,
    }  # fmt: skip
    fields |= dict(changed.values())
    directory = struct.pack(f"{order}H", len(fields))
    directory += b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in sorted(fields.items()))
    magic = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8 + len(content))
    return magic + content + directory + struct.pack(f"{order}I", 0)


def cyclic_pages() -> bytes:
    whole = tiff(DEEP, "<")
    return whole[:-4] + struct.pack("<I", struct.unpack_from("<I", whole, 4)[0])


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
    yield "one byte", lambda: b"\x89", NO_IMAGE
    for name, start in (("PNG", b"\x89PNG\r\n\x1a\n"), ("JPEG", b"\xff\xd8\xff"), ("BMP", b"BM"), ("WebP", b"RIFF")):
        yield f"{name}: its first bytes alone", lambda start=start: start, NO_IMAGE  # type: ignore[misc]
    yield "TIFF: its first bytes alone", lambda: b"II*\0", DAMAGED
    for name, content in (
        ("text", b"patient,age\n1,70\n"),
        ("HTML", b"<html>"),
        ("SVG", b"<svg/>"),
        ("PDF", b"%PDF-1.7\n"),
        ("zeros", bytes(500)),
    ):
        yield name, lambda content=content: content, NO_IMAGE  # type: ignore[misc]
    yield "GIF", partial(image_bytes, GREY, "GIF"), NO_IMAGE
    yield "a ZIP file", archive, r"This is a ZIP file\. Unpack it first\."
    yield "PNG: no rows", partial(png, 0, 5, 8, 0, b""), f"{NO_IMAGE}|{DAMAGED}|The image has 0 rows .*"
    yield "PNG: no picture", partial(png, 5, 5, 8, 0, b""), DAMAGED
    large = r"The image has (more than 100 million pixels|4295 million pixels; at most 100 million are read)\."
    yield "PNG: 65,535 by 65,535", partial(png, 65535, 65535, 8, 0, b""), large
    yield "PNG: 110 million pixels", partial(png, 10000, 11000, 8, 0, b""), r"The image has 110 million pixels; .*"
    yield "PNG: 3 bits", partial(png, 1, 4, 3, 0, b"\0\0\0"), f"{NO_IMAGE}|{DAMAGED}"
    yield "PNG: rubbish for a picture", partial(replaced, "png 8", -30, b"\x55" * 10), DAMAGED
    yield "PNG: a wrong check sum", partial(replaced, "png 8", 29, b"\0\0\0\0"), f"{NO_IMAGE}|{DAMAGED}"
    yield "JPEG: 65,535 by 65,535", huge_jpeg, large
    yield "JPEG: no rows", no_rows, f"{DAMAGED}|{NO_IMAGE}|The image has 0 rows .*"
    for seed in ("png 16", "jpeg", "tiff 8", "tiff 16 lzw", "tiff float deflate", "bmp", "webp"):
        yield f"half of {seed}", partial(half, seed), f"{DAMAGED}|{NO_IMAGE}"
    tiles: dict[str, tuple[dict[str, tuple[int, int]], str]] = {
        "no columns": ({"width": (256, 0)}, r"The image has 11 rows and 0 columns, .*"),
        "65,535 by 65,535": ({"width": (256, 65535), "length": (257, 65535)}, large),
        "a tile beyond the end": ({"offset": (324, 2**31)}, DAMAGED),
        "packed in a way of its own": ({"packing": (259, 47_000)}, DAMAGED),
        "tiles of no width": ({"tile": (322, 0)}, DAMAGED),
    }
    for name, (changed, sentence) in tiles.items():
        yield f"TIFF: {name}", partial(tiff, DEEP, "<", **changed), sentence
    yield "TIFF: a directory beyond the end", lambda: b"II*\0" + struct.pack("<I", 2**31) + bytes(99), DAMAGED
    yield (
        "TIFF: no number",
        partial(opencv_bytes, np.array([[0, np.nan]], np.float32), ".tiff"),
        r"The image holds values that are not .*",
    )
    yield (
        "TIFF: infinity",
        partial(opencv_bytes, np.array([[0, np.inf]], np.float32), ".tiff"),
        r"The image holds values that are not .*",
    )
    yield (
        "TIFF: beyond single precision",
        partial(opencv_bytes, np.array([[0, 1e300]]), ".tiff"),
        r"The image holds values that are too large .*",
    )


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
