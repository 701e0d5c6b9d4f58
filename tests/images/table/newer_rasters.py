"""GIF, JPEG 2000, JPEG XL, AVIF and PGM: every depth and color that is read, and wrong ones with their sentence."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.images.seeds import seeds
from tests.images.table.case import Case
from tests.images.table.dicom_syntaxes import BT_601, smooth
from tests.pictures import image_bytes, speckle

GREY, DEEP = speckle(37, 41), speckle(37, 41, np.uint16)
COLOR = np.dstack([GREY, GREY[::-1], GREY[:, ::-1]])
DEEP_COLOR = np.dstack([DEEP, DEEP[::-1], DEEP[:, ::-1]])
LUMA, LUMA_16 = np.rint(COLOR @ BT_601), np.rint(DEEP_COLOR.astype(np.float32) @ BT_601.astype(np.float32))
CLEAR = np.full_like(GREY, 51)
FIFTH = (GREY.astype(int) * 51 + 127) // 255
DAMAGED = r"The image is damaged or cut short\. Export it again\."
SEEDS = ("gif", "jpeg 2000", "jpeg 2000 16", "jpeg xl 16", "avif", "pgm 16")


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield from gifs()
    yield from jpeg_2000()
    yield from jpeg_xl()
    yield from avif()
    yield from netpbm()
    for seed in SEEDS:
        yield Case("newer rasters, wrong", f"half of {seed}", partial(half, seed), sentence=DAMAGED)
    yield Case("newer rasters, wrong", "PGM: white is 0", partial(bytes, b"P5 2 1 0\n\1\2"), sentence=DAMAGED)
    large = r"The image has 10000 million pixels; at most 100 million are read\."
    for name, start in (("PGM", b"P5 100000 100000 255\n"), ("PBM", b"P4 100000 100000\n")):
        yield Case("newer rasters, wrong", f"{name}: too large", partial(bytes, start + bytes(99)), sentence=large)
    yield Case("newer rasters, wrong", "JPEG XL: too large", huge_jpeg_xl, sentence=r"The image has .* million .*")


def gifs() -> Iterator[Case]:
    kind = "GIF"
    yield Case(kind, "grey", partial(image_bytes, GREY, "GIF"), GREY, has={"encoding": "GIF, 8 bits"})
    palette = Image.fromarray(np.array([[0, 1, 2]], np.uint8))
    palette.putpalette([255, 0, 0, 0, 0, 255, 7, 7, 7])
    yield Case(kind, "palette", partial(image_bytes, palette, "GIF"), [[76, 29, 7]])
    yield Case(kind, "one clear color", partial(image_bytes, palette, "GIF", transparency=0), [[0, 29, 7]])
    frames = [Image.fromarray(page) for page in (GREY, GREY[::-1], GREY)]
    build = partial(image_bytes, frames[0], "GIF", save_all=True, append_images=frames[1:])
    yield Case(kind, "moving, of which the first", build, GREY, has={"notes": ("The first of 3 pages.",)})


def jpeg_2000() -> Iterator[Case]:
    kind = "JPEG 2000"

    def built(name: str, pixels: NDArray[Any], expected: Any, tolerance: float = 0, **options: Any) -> Case:
        build = partial(imagecodecs.jpeg2k_encode, pixels, level=0, reversible=True, **options)
        return Case(kind, name, partial(_bytes, build), expected, tolerance=tolerance)

    yield built("8 bits", GREY, GREY)
    yield built("16 bits", DEEP, DEEP)
    yield built("12 bits", DEEP >> 4, DEEP >> 4, bitspersample=12)
    yield built("16 bits, signed", DEEP.view(np.int16), DEEP.view(np.int16))
    yield built("16 bits, bare stream", DEEP, DEEP, codecformat="j2k")
    yield built("color", COLOR, LUMA, 1)
    yield built("color, 16 bits", DEEP_COLOR, LUMA_16, 1)
    twelve = np.dstack([DEEP >> 4, np.full_like(DEEP, 4095)])
    yield built("12 bits and opacity", twelve, DEEP >> 4, bitspersample=12)
    yield built("color and opacity", np.dstack([GREY, GREY, GREY, CLEAR]), FIFTH, 1)


def jpeg_xl() -> Iterator[Case]:
    kind = "JPEG XL"

    def built(name: str, pixels: NDArray[Any], expected: Any, tolerance: float = 0, **options: Any) -> Case:
        build = partial(imagecodecs.jpegxl_encode, pixels, lossless=True, **options)
        return Case(kind, name, partial(_bytes, build), expected, tolerance=tolerance)

    yield built("8 bits", GREY, GREY)
    yield built("8 bits, in boxes", GREY, GREY, usecontainer=True)
    yield built("8 by 8 pixels, a small header", GREY[:8, :8], GREY[:8, :8])
    yield built("16 bits", DEEP, DEEP)
    yield built("float", DEEP.astype(np.float32) / 65535, DEEP.astype(np.float32) / 65535)
    yield built("color", COLOR, LUMA, 1)
    yield built("color, 16 bits", DEEP_COLOR, LUMA_16, 1)
    yield built("16 bits and opacity", np.dstack([DEEP, np.full_like(DEEP, 65535)]), DEEP)
    yield built("color and opacity", np.dstack([GREY, GREY, GREY, CLEAR]), FIFTH, 1)


def avif() -> Iterator[Case]:
    kind = "AVIF"
    ramp = smooth(48, 40)
    yield Case(kind, "8 bits", partial(image_bytes, ramp, "AVIF", quality=95), ramp, tolerance=4)
    color = partial(image_bytes, np.dstack([ramp] * 3), "AVIF", quality=95)
    yield Case(kind, "color", color, ramp, tolerance=5)
    opaque = np.dstack([ramp] * 3 + [np.full_like(ramp, 51)])
    fifth = (ramp.astype(int) * 51 + 127) // 255
    yield Case(kind, "color and opacity", partial(image_bytes, opaque, "AVIF", quality=95), fifth, tolerance=3)
    for bits in (10, 12):
        deep = ramp.astype(np.uint16) << (bits - 8)
        encode = partial(imagecodecs.avif_encode, deep, bitspersample=bits, pixelformat="400", speed=8)
        yield Case(kind, f"{bits} bits", partial(_bytes, encode), deep, tolerance=2**bits / 64)
    blocks = np.kron(np.array([[10, 90, 170], [50, 130, 250]]), np.ones((16, 16))).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    build = partial(image_bytes, np.dstack([blocks] * 3), "AVIF", quality=95, exif=exif)
    yield Case(kind, "orientation 6", build, np.rot90(blocks, -1), tolerance=9)


def netpbm() -> Iterator[Case]:
    kind = "PGM"
    rows, columns = GREY.shape
    head = f"{columns} {rows}".encode()
    words = b" ".join(str(value).encode() for value in GREY.ravel().tolist())
    bits = np.packbits(GREY > 127, axis=1).tobytes()
    files: dict[str, tuple[bytes, Any]] = {
        "8 bits": (b"P5\n" + head + b"\n255\n" + GREY.tobytes(), GREY),
        "8 bits, with a comment": (b"P5\n# film\n" + head + b"\n255\n" + GREY.tobytes(), GREY),
        "16 bits": (b"P5 " + head + b" 65535\n" + DEEP.astype(">u2").tobytes(), DEEP),
        "12 bits": (b"P5 " + head + b" 4095\n" + (DEEP >> 4).astype(">u2").tobytes(), DEEP >> 4),
        "white is 100": (b"P5 2 1 100\n" + bytes([40, 100]), [[102, 255]]),
        "in text": (b"P2 " + head + b" 255\n" + words, GREY),
        "1 bit": (b"P4 " + head + b"\n" + bits, np.where(GREY > 127, 0, 255)),
        "color": (b"P6 " + head + b" 255\n" + COLOR.tobytes(), LUMA),
        "color, 16 bits": (b"P6 " + head + b" 65535\n" + DEEP_COLOR.astype(">u2").tobytes(), LUMA_16),
        "any map": (pam(np.dstack([GREY, CLEAR]), 255, "GRAYSCALE_ALPHA"), FIFTH),
        "any map, 16 bits": (pam(DEEP[..., None], 65535, "GRAYSCALE"), DEEP),
    }
    for name, (content, expected) in files.items():
        yield Case(kind, name, partial(bytes, content), expected, tolerance=1 if "color" in name else 0)
    yield from beyond_white()
    two = b"P5 " + head + b" 255\n" + GREY.tobytes()
    has = {"notes": ("The first of 2 pages.",)}
    yield Case(kind, "two pictures", partial(bytes, two + GREY[::-1].tobytes()), GREY, has=has)


def beyond_white() -> Iterator[Case]:
    """Yield files whose values go beyond what they say is white: the highest is white, and a note says so."""

    def has(most: int, reached: int) -> dict[str, Any]:
        return {"notes": (f"The file says that white is {most}, but its values reach {reached}. White is {reached}.",)}

    levels = bytes([40, 100, 150, 250])
    expected = [[41, 102, 153, 255]]  # 40, 100 and 150 times 255 / 250: 40.8, 102, 153
    color = b"".join(bytes([level]) * 3 for level in levels)
    files: dict[str, tuple[bytes, Any, dict[str, Any]]] = {
        "in bytes": (b"P5 4 1 100\n" + levels, expected, has(100, 250)),
        "in text": (b"P2 4 1 100\n40 100 150 250\n", expected, has(100, 250)),
        "in color": (b"P6 4 1 100\n" + color, expected, has(100, 250)),
        "any map": (pam(np.frombuffer(levels, np.uint8)[None, :, None], 100, "GRAYSCALE"), expected, has(100, 250)),
        "by one": (b"P5 2 1 254\n" + bytes([0, 255]), [[0, 255]], has(254, 255)),
        "white is 1": (b"P5 3 1 1\n" + bytes([0, 1, 255]), [[0, 1, 255]], has(1, 255)),
    }
    for name, (content, values, notes) in files.items():
        yield Case("PGM", f"values beyond white, {name}", partial(bytes, content), values, has=notes)
    clear = np.array([[[40, 255], [100, 40], [100, 0]]], np.uint8)
    built = partial(pam, clear, 100, "GRAYSCALE_ALPHA")  # 40 of 100 is 102, as color and as opacity
    yield Case("PGM", "opacity beyond its highest", built, [[102, 102, 0]], has={"notes": ()})


def pam(pixels: NDArray[Any], most: int, kind: str) -> bytes:
    rows, columns, depth = pixels.shape
    head = f"P7\nWIDTH {columns}\nHEIGHT {rows}\nDEPTH {depth}\nMAXVAL {most}\nTUPLTYPE {kind}\nENDHDR\n"
    return head.encode() + pixels.astype(f">u{pixels.itemsize}").tobytes()


def half(seed: str) -> bytes:
    whole = seeds()[seed]
    return whole[: len(whole) // 2]


def huge_jpeg_xl() -> bytes:
    """Return a header of 65,536 by 65,536 pixels (ISO/IEC 18181-1: not small, 18 bits of rows, ratio 1)."""
    bits = 0 | 2 << 1 | 65535 << 3 | 1 << 21
    return b"\xff\x0a" + bits.to_bytes(12, "little") + bytes(50)


def _bytes(build: Any) -> bytes:
    return bytes(build())
