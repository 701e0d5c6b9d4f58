"""TIFF files: every depth, layout, color and compression that is read, and wrong ones with their sentence."""

import io
import struct
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from tests.images.seeds import seeds
from tests.images.table.case import Case
from tests.images.table.dicom_syntaxes import BT_601, smooth
from tests.pictures import image_bytes, opencv_bytes, speckle

GREY, DEEP = speckle(11, 13), speckle(11, 13, np.uint16)
COLOR = np.dstack([GREY, GREY[::-1], GREY[:, ::-1]])
DEEP_COLOR = np.dstack([DEEP, DEEP[::-1], DEEP[:, ::-1]])
LUMA_16 = np.rint(DEEP_COLOR.astype(np.float32) @ BT_601.astype(np.float32))
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
DAMAGED = r"The image is damaged or cut short\. Export it again\."
LARGE = r"The image has (more than 100 million pixels|4295 million pixels; at most 100 million are read)\."


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield from depths()
    yield from layouts()
    yield from samples()
    yield from compressions()
    yield from colors()
    yield from numbers()
    yield from pages()
    for name, build, sentence in wrong_files():
        yield Case("TIFF, wrong", name, build, sentence=sentence)


def written(pixels: NDArray[Any], **options: Any) -> bytes:
    """Return a file as tifffile writes it."""
    content = io.BytesIO()
    tifffile.imwrite(content, pixels, **{"photometric": "minisblack", "metadata": None} | options)
    return content.getvalue()


def depths() -> Iterator[Case]:
    kind = "TIFF, depth"
    single = DEEP.astype(np.float32) / 7 - 300
    arrays: dict[str, NDArray[Any]] = {"8 bits": GREY, "16 bits": DEEP, "float": single}
    for packing in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        for name, pixels in arrays.items():
            build = partial(image_bytes, pixels, "TIFF", compression=packing)
            yield Case(kind, f"{name}, {packing}", build, pixels, has={"encoding": f"TIFF, {name}"})
    for name, pixels in (
        ("16 bits signed", DEEP.view(np.int16)),
        ("32 bits signed", DEEP.astype(np.int32) - 9),
        ("double", DEEP / 4),
    ):
        yield Case(kind, name, partial(opencv_bytes, pixels, ".tiff"), pixels)
    yield Case(kind, "8 bits signed", partial(written, GREY.view(np.int8)), GREY.view(np.int8))
    yield Case(kind, "32 bits", partial(written, DEEP.astype(np.uint32) * 3), DEEP.astype(int) * 3)
    yield Case(kind, "64 bits", partial(written, DEEP.astype(np.uint64) * 3), DEEP.astype(int) * 3)
    half = (DEEP / 65535).astype(np.float16)
    yield Case(kind, "half precision", partial(written, half), half, has={"encoding": "TIFF, float"})
    for bits in (2, 4):
        levels = GREY >> (8 - bits)
        build = partial(written, levels, bitspersample=bits)
        yield Case(kind, f"{bits} bits", build, levels * (255 // (2**bits - 1)))
    for bits in (10, 12, 14):
        values = DEEP >> (16 - bits)
        build = partial(written, values, bitspersample=bits)
        yield Case(kind, f"{bits} bits in a row", build, values, has={"encoding": f"TIFF, {bits} bits"})
    bilevel = Image.fromarray(GREY > 127)
    for packing in ("raw", "group4", "group3"):
        build = partial(image_bytes, bilevel, "TIFF", compression=packing)
        yield Case(kind, f"1 bit, {packing}", build, (GREY > 127) * 255)
    for pixels in (GREY, DEEP):
        build = partial(tiff, pixels, "<", photometric=(262, 0))
        yield Case(kind, f"{8 * pixels.itemsize} bits, white is 0", build, grey=turned(pixels))
    wide = partial(written, DEEP, photometric="miniswhite")
    yield Case(kind, "16 bits, white is 0, in strips", wide, DEEP, turned(DEEP), has={"inverted": True})


def layouts() -> Iterator[Case]:
    kind = "TIFF, layout"
    yield Case(kind, "a tile said to have no bytes", partial(tiff, DEEP, "<", count=(325, 0)), DEEP)
    for pixels, name in ((GREY, "8 bits"), (DEEP, "16 bits"), (DEEP.astype(np.float32), "float")):
        for order in "<>":
            build = partial(tiff, pixels, order)
            yield Case(kind, f"{name}, in tiles, {'little' if order == '<' else 'big'} endian", build, pixels)
    yield Case(kind, "16 bits, big file", partial(image_bytes, DEEP, "TIFF", big_tiff=True), DEEP)
    yield Case(kind, "16 bits, big endian", partial(written, DEEP, byteorder=">"), DEEP)
    yield Case(kind, "16 bits, strips of two rows", partial(written, DEEP, rowsperstrip=2), DEEP)
    large = speckle(40, 52, np.uint16)
    for predictor, values in ((2, large), (3, large.astype(np.float32) / 9)):
        build = partial(written, values, compression="zlib", predictor=predictor, tile=(16, 16))
        yield Case(kind, f"predictor {predictor}, in tiles", build, values)
    for orientation, seen in ((2, DEEP[:, ::-1]), (3, DEEP[::-1, ::-1]), (6, np.rot90(DEEP, -1)), (8, np.rot90(DEEP))):
        build = partial(image_bytes, DEEP, "TIFF", tiffinfo={274: orientation})
        yield Case(kind, f"orientation {orientation}", build, seen)


def samples() -> Iterator[Case]:
    """Yield files whose samples lie pixel by pixel, and in planes of their own (tag 284)."""
    kind = "TIFF, samples"
    single = DEEP_COLOR.astype(np.float32) / 9
    triples: tuple[tuple[str, NDArray[Any], NDArray[Any]], ...] = (
        ("8 bits", COLOR, np.rint(COLOR @ BT_601)),
        ("16 bits", DEEP_COLOR, LUMA_16),
        ("32 bits", DEEP_COLOR.astype(np.uint32), LUMA_16),
        ("float", single, single @ BT_601),
    )
    for name, pixels, expected in triples:
        tolerance = 1 if name != "float" else 0.01
        for planar in ("contig", "separate"):
            lying = np.ascontiguousarray(np.moveaxis(pixels, 2, 0)) if planar == "separate" else pixels
            for tile in (None, (16, 16)):
                build = partial(written, lying, photometric="rgb", planarconfig=planar, tile=tile)
                said = f"color, {name}, {planar}, {'tiles' if tile else 'strips'}"
                yield Case(kind, said, build, expected, tolerance=tolerance)
    full = np.full_like(DEEP, 65535)
    for planar in ("contig", "separate"):
        two = np.stack([DEEP, full], axis=0 if planar == "separate" else 2)
        for extra in ("unassalpha", "assocalpha", "unspecified"):
            build = partial(written, two, planarconfig=planar, extrasamples=[extra])
            yield Case(kind, f"grey and {extra}, {planar}", build, DEEP)
        four = np.stack([DEEP, DEEP, DEEP, full], axis=0 if planar == "separate" else 2)
        build = partial(written, four, photometric="rgb", planarconfig=planar, extrasamples=["unassalpha"])
        yield Case(kind, f"color and opacity, {planar}", build, DEEP, tolerance=1)
    half = np.dstack([np.full((2, 3), 60000), np.full((2, 3), 32768)]).astype(np.uint16)
    sides = {"unassalpha": 30000, "assocalpha": 60000, "unspecified": 60000}  # 60000 x 32768 / 65535 = 30000.5
    for extra, value in sides.items():
        build = partial(written, half, planarconfig="contig", extrasamples=[extra])
        yield Case(kind, f"half opaque, {extra}", build, np.full((2, 3), value), tolerance=1)
    yield from white_is_zero_with_opacity(kind)
    seven = np.stack([DEEP, *[DEEP[::-1]] * 6])
    note = {"notes": ("The first of 7 channels.",)}
    yield Case(kind, "seven", partial(written, seven, planarconfig="separate"), DEEP, has=note)
    shallow = np.dstack([GREY, GREY[::-1]])
    build = partial(written, shallow, planarconfig="contig", extrasamples=["unspecified"])
    yield Case(kind, "two of 8 bits", build, GREY, has={"notes": ("The first of 2 channels.",)})


def white_is_zero_with_opacity(kind: str) -> Iterator[Case]:
    """Clear pixels are black, whichever end of the values is white; opaque ones keep their values."""
    seen = np.array([[1, 1, 1], [0.2, 0, 0]])  # how opaque
    dark = np.array([[0, 0.2, 1], [0, 0.6, 0]])  # from white on
    grey = (1 - dark) * seen  # 1, 0.8, 0 and 0.2, 0, 0
    for dtype, most in ((np.uint8, 255), (np.uint16, 65535), (np.uint32, 2**32 - 1), (np.float32, 1)):
        for extra, stored in (("unassalpha", dark), ("assocalpha", dark * seen)):
            for planar in ("contig", "separate"):
                pixels = np.stack([stored * most, seen * most], axis=0 if planar == "separate" else 2).astype(dtype)
                build = partial(written, pixels, photometric="miniswhite", planarconfig=planar, extrasamples=[extra])
                yield Case(kind, f"{dtype.__name__}, white is 0, {extra}, {planar}", build, grey=grey)
    opaque = np.dstack([DEEP, np.full_like(DEEP, 65535)])
    for extra in ("unassalpha", "assocalpha"):
        build = partial(written, opaque, photometric="miniswhite", planarconfig="contig", extrasamples=[extra])
        yield Case(kind, f"white is 0, opaque, {extra}", build, DEEP, turned(DEEP), has={"inverted": True})


def compressions() -> Iterator[Case]:
    kind = "TIFF, compression"
    deep, single = smooth(48, 40).astype(np.uint16) * 257, smooth(48, 40).astype(np.float32) / 7
    exact: dict[str, tuple[NDArray[Any], ...]] = {
        "zstd": (GREY, DEEP, single), "lzma": (GREY, DEEP, single), "lerc": (GREY, DEEP, single),
        "jpeg2000": (GREY, deep), "jpegxl": (GREY, deep), "zlib": (deep, single), "lzw": (deep, single),
    }  # fmt: skip
    for name, arrays in exact.items():
        for pixels in arrays:
            for tile in (None, (16, 16)):
                options: dict[str, Any] = {"compression": name, "tile": tile}
                if name == "jpeg2000":
                    options["compressionargs"] = {"reversible": True, "level": 0}
                said = f"{name}, {pixels.dtype}, {'tiles' if tile else 'strips'}"
                yield Case(kind, said, partial(written, pixels, **options), pixels)
    ramp = smooth(48, 40)
    yield Case(kind, "JPEG", partial(written, ramp, compression="jpeg"), ramp, tolerance=6)
    rgb = np.dstack([ramp] * 3)
    for tile in (None, (16, 16)):
        options = {"photometric": "rgb", "tile": tile}
        said = "tiles" if tile else "strips"
        yield Case(
            kind, f"JPEG, color, {said}", partial(written, rgb, compression="jpeg", **options), ramp, tolerance=6
        )
        webp = partial(written, rgb, compression="webp", compressionargs={"level": -1}, **options)
        yield Case(kind, f"WebP, {said}", webp, ramp, tolerance=1)
    four = written(ramp, compression="jpeg").replace(
        struct.pack("<HHIH", 258, 3, 1, 8), struct.pack("<HHIH", 258, 3, 1, 4)
    )
    yield Case(kind, "JPEG, said to have 4 bits", partial(bytes, four), ramp, tolerance=6)
    sub = partial(image_bytes, Image.fromarray(rgb).convert("YCbCr"), "TIFF", compression="jpeg")
    yield Case(kind, "JPEG, brightness and color apart", sub, ramp, tolerance=6)


def colors() -> Iterator[Case]:
    kind = "TIFF, color"
    yield Case(kind, "8 bits", partial(image_bytes, COLOR, "TIFF"), np.rint(COLOR @ BT_601), tolerance=1)
    deep = np.array([[[0, 0, 60000], [0, 60000, 0], [60000, 0, 0]]], np.uint16)
    yield Case(kind, "16 bits", partial(opencv_bytes, deep, ".tiff"), [[17940, 35220, 6840]])
    for dtype in (np.uint32, np.uint64):
        most = np.iinfo(dtype).max
        whole = np.array([[[most] * 3, [0] * 3, [most // 2] * 3]], dtype)
        build = partial(written, whole, photometric="rgb")
        yield Case(kind, f"white of {8 * whole.itemsize} bits", build, grey=[[1, 0, 0.5]])
    palette = Image.fromarray(np.array([[0, 1, 2]], np.uint8))
    palette.putpalette([*RED, *BLUE, 7, 7, 7])
    yield Case(kind, "palette", partial(image_bytes, palette, "TIFF"), [[76, 29, 7]])
    yield Case(kind, "palette, 4 bits", small_palette, [[76, 29, 7, 150]])
    wide = np.zeros((3, 65536), np.uint16)
    wide[:, [0, 300, 65535]] = np.array([RED, BLUE, (7, 7, 7)], np.uint16).T * 257
    build = partial(written, np.array([[0, 300, 65535]], np.uint16), photometric="palette", colormap=wide)
    yield Case(kind, "palette, 16 bits", build, [[76, 29, 7]])
    inks = np.zeros((4, 5, 4), np.uint8)
    inks[..., 3] = 100
    yield Case(kind, "four inks", partial(image_bytes, Image.fromarray(inks, "CMYK"), "TIFF"), np.full((4, 5), 155))
    yield from four_inks(kind)
    opaque = np.dstack([GREY, GREY, GREY, np.full_like(GREY, 51)])
    expected = (GREY.astype(int) * 51 + 127) // 255
    build = partial(image_bytes, opaque, "TIFF")
    yield Case(kind, "8 bits and opacity", build, expected, tolerance=1)
    luma = Image.fromarray(np.dstack([GREY, np.full_like(GREY, 128), np.full_like(GREY, 128)]), "YCbCr")
    yield Case(kind, "brightness and color, uncompressed", partial(image_bytes, luma, "TIFF"), GREY, tolerance=1)


def four_inks(kind: str) -> Iterator[Case]:
    """No ink is white, one takes away its color, and black takes away all."""
    inks = np.array(
        [
            [[0, 0, 0, 0], [0, 0, 0, 1], [1, 1, 1, 0], [0, 0, 0, 0.4]],
            [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0.4]],
        ]
    )
    grey = np.array([[1, 0, 0, 0.6], [0.701, 0.413, 0.886, 0.4206]])  # 1 less 0.299, 0.587, 0.114; 0.6 times 0.701
    for dtype, most in ((np.uint8, 255), (np.uint16, 65535), (np.uint32, 2**32 - 1), (np.float32, 1)):
        for planar in ("contig", "separate"):
            pixels = np.rint(inks * most).astype(dtype) if dtype is not np.float32 else inks.astype(dtype)
            lying = np.moveaxis(pixels, 2, 0) if planar == "separate" else pixels
            build = partial(written, np.ascontiguousarray(lying), photometric="separated", planarconfig=planar)
            name = f"four inks, {dtype.__name__}, {planar}"
            yield Case(kind, name, build, grey * most, tolerance=2 * most / 255 if most == 255 else most * 1e-4)


def small_palette() -> bytes:
    """Return four colors, told apart by four bits a pixel; tifffile writes none, so grey is made color."""
    table = np.zeros((3, 16), np.uint16)
    table[:, :4] = np.array([RED, BLUE, (7, 7, 7), GREEN], np.uint16).T * 257
    tag = (320, 3, 48, table.ravel().tolist(), True)
    whole = written(np.array([[0, 1, 2, 3]], np.uint8), bitspersample=4, extratags=[tag])
    return whole.replace(struct.pack("<HHIH", 262, 3, 1, 1), struct.pack("<HHIH", 262, 3, 1, 3))


def numbers() -> Iterator[Case]:
    """Yield files with values that are no finite numbers: black, out of ranges, and said."""
    kind = "TIFF, numbers"
    note = ("25 % of the pixels hold no finite number; they are shown black.",)
    for value in (np.nan, np.inf, -np.inf):
        for dtype in (np.float16, np.float32, np.float64):
            pixels = np.array([[value, 2], [4, 3]], dtype)
            has = {"notes": note, "full_range": (2.0, 4.0)}
            build = partial(written, pixels)
            yield Case(kind, f"{value}, {dtype.__name__}", build, grey=np.array([[0, 0], [1, 0.5]]), has=has)
    dark = partial(written, np.array([[np.nan, 2], [4, 3]], np.float32), photometric="miniswhite")
    yield Case(kind, "none, where white is 0", dark, grey=np.array([[0, 1], [0, 0.5]]), has={"notes": note})


def pages() -> Iterator[Case]:
    kind = "TIFF, pages"
    three = [Image.fromarray(page) for page in (DEEP, DEEP[::-1], DEEP)]
    build = partial(image_bytes, three[0], "TIFF", save_all=True, append_images=three[1:])
    yield Case(kind, "three, of which the first", build, DEEP, has={"notes": ("The first of 3 pages.",)})
    yield Case(kind, "one that bites its tail", cyclic_pages, DEEP, has={"notes": ()})
    yield Case(kind, "one, and an offset beyond the end", wild_page, DEEP)


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


def wild_page() -> bytes:
    return tiff(DEEP, "<")[:-4] + struct.pack("<I", 2**31)


def wrong_files() -> Iterator[tuple[str, Callable[[], bytes], str]]:
    yield "its first bytes alone", lambda: b"II*\0", DAMAGED
    for seed in sorted(name for name in seeds() if name.startswith("tiff") and "pages" not in name):
        yield f"half of {seed}", partial(half, seed), DAMAGED
    unknown = r"The TIFF file's compression \({}\) is not supported\. Save it with LZW or without any\."
    tiles: dict[str, tuple[dict[str, tuple[int, int]], str]] = {
        "no columns": ({"width": (256, 0)}, r"The image has 11 rows and 0 columns, .*"),
        "65,535 by 65,535": ({"width": (256, 65535), "length": (257, 65535)}, LARGE),
        "60,000 samples a pixel": ({"samples": (277, 60_000), "side": (257, 10_000)}, rf"{DAMAGED}|The image has .*"),
        "a tile beyond the end": ({"offset": (324, 2**31)}, DAMAGED),
        "a tile that is cut": ({"offset": (324, 500)}, DAMAGED),
        "a tile at the beginning": ({"offset": (324, 0)}, DAMAGED),
        "a tile said to be empty, compressed": ({"packing": (259, 8), "count": (325, 0)}, DAMAGED),
        "packed in a way of its own": ({"packing": (259, 47_000)}, unknown.format(r"number 47000")),
        "packed by a scanner": ({"packing": (259, 32809)}, unknown.format("THUNDERSCAN")),
        "tiles of no width": ({"tile": (322, 0)}, DAMAGED),
        "complex numbers": ({"format": (339, 6), "bits": (258, 64)}, rf"{DAMAGED}|The TIFF file holds complex .*"),
    }
    for name, (changed, sentence) in tiles.items():
        yield name, partial(tiff, DEEP, "<", **changed), sentence
    yield "a directory beyond the end", lambda: b"II*\0" + struct.pack("<I", 2**31) + bytes(99), DAMAGED
    finite = r"The image holds values that are not finite numbers\."
    for name, value in (("no number", np.nan), ("infinity", np.inf)):
        yield f"{name} anywhere", partial(written, np.full((4, 5), value, np.float32)), finite
    large = r"The image holds values that are too large .*"
    yield "beyond single precision", partial(opencv_bytes, np.array([[0, 1e300]]), ".tiff"), large
    for inks in (1, 2, 3):
        sentence = rf"The TIFF file holds {inks} inks; only cyan, magenta, yellow and black together are .*"
        for pixels in (GREY, DEEP):
            yield f"{inks} inks of {8 * pixels.itemsize} bits", partial(few_inks, np.dstack([pixels] * inks)), sentence
    lossless = r"The TIFF file holds lossless JPEG, which is not supported\. Save it with LZW\."
    yield "lossless JPEG", lossless_jpeg, lossless


def few_inks(pixels: NDArray[Any]) -> bytes:
    """Return a file of fewer than four inks, which tifffile does not write: grey is said to be ink."""
    grey = written(pixels, planarconfig="contig", extrasamples=["unspecified"] * (pixels.shape[2] - 1))
    return grey.replace(struct.pack("<HHIH", 262, 3, 1, 1), struct.pack("<HHIH", 262, 3, 1, 5))


def lossless_jpeg() -> bytes:
    return written(DEEP, compression="jpeg", compressionargs={"lossless": True}, bitspersample=16)


def half(seed: str) -> bytes:
    whole = seeds()[seed]
    return whole[: len(whole) // 2]
