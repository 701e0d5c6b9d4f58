"""DICOM files in every transfer syntax that is read."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import imagecodecs
import jpeg_ls
import numpy as np
from numpy.typing import NDArray
from openjpeg.utils import encode_array

from tests.images import dicom_files as files
from tests.images.dicom_files import dicom, element, layout_of
from tests.images.rle import rle
from tests.images.streams import empty_htj2k, jpeg_12_bits, jpeg_lossless
from tests.images.table import oracle
from tests.images.table.case import Case
from tests.pictures import image_bytes, speckle

GREY, DEEP = speckle(13, 17), speckle(13, 17, np.uint16)
SIGNED = DEEP.view(np.int16)
TWELVE = DEEP >> 4
WIDE_GREY, WIDE_DEEP = speckle(33, 41), speckle(33, 41, np.uint16)
BLOCKS = speckle(2, 3, np.uint16) >> 4
COLOR = np.dstack([GREY, GREY[::-1], GREY[:, ::-1]])
BT_601 = np.array([0.299, 0.587, 0.114])


def described(pixels: NDArray[Any], bits: int, **more: Any) -> dict[str, Any]:
    """Return the layout of pixels of which so many bits are stored."""
    return layout_of(pixels) | {"BitsStored": bits, "HighBit": bits - 1} | more


def smooth(rows: int, columns: int) -> NDArray[np.uint8]:
    """Return a slow ramp, which lossy compression keeps well."""
    return np.add.outer(np.arange(rows), 2 * np.arange(columns)).astype(np.uint8)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield from plain()
    yield from run_lengths()
    yield from jpegs()
    yield from jpeg_ls_files()
    yield from jpeg_2000_files()


def plain() -> Iterator[Case]:
    names = {
        "implicit": files.IMPLICIT,
        "explicit": files.EXPLICIT,
        "big endian": files.BIG,
        "deflated": files.DEFLATED,
    }
    arrays: dict[str, NDArray[Any]] = {"8 bits": GREY, "16 bits": DEEP, "16 bits signed": SIGNED}
    for name, syntax in names.items():
        for depth, pixels in arrays.items():
            yield Case("DICOM, plain", f"{name}, {depth}", partial(dicom, pixels, syntax=syntax), pixels)
        if syntax != files.DEFLATED:
            bare = partial(dicom, TWELVE, syntax=syntax, preamble=False, meta=False)
            yield Case("DICOM, plain", f"{name}, neither preamble nor meta", bare, TWELVE)
            start = partial(dicom, TWELVE, syntax=syntax, preamble=False)
            yield Case("DICOM, plain", f"{name}, without preamble", start, TWELVE)
    yield Case("DICOM, plain", "a wrong length of the meta information", wrong_group_length, DEEP)


def wrong_group_length() -> bytes:
    whole = dicom(DEEP)
    return whole[:132] + element("FileMetaInformationGroupLength", 4000, "<") + whole[144:]


def run_lengths() -> Iterator[Case]:
    arrays: dict[str, NDArray[Any]] = {"8 bits": GREY, "16 bits": DEEP, "16 bits signed": SIGNED, "runs": DEEP // 9000}
    for depth, pixels in arrays.items():
        build = partial(dicom, [rle(pixels)], syntax=files.RLE, **layout_of(pixels))
        yield Case("DICOM, RLE", depth, build, pixels)
    build = partial(dicom, [rle(COLOR)], syntax=files.RLE, **layout_of(COLOR))
    yield Case("DICOM, RLE", "color", build, np.rint(COLOR @ BT_601), tolerance=1)


def jpegs() -> Iterator[Case]:
    ramp = smooth(32, 40)
    coded = image_bytes(ramp, "JPEG", quality=95)
    yield Case(
        "DICOM, JPEG", "baseline", partial(dicom, [coded], syntax=files.BASELINE, **layout_of(ramp)), ramp, tolerance=4
    )
    parted = partial(dicom, [coded[:200], coded[200:]], syntax=files.BASELINE, **layout_of(ramp))
    yield Case("DICOM, JPEG", "baseline in two fragments", parted, ramp, tolerance=4)
    color = np.dstack([ramp, ramp, ramp])
    for space in ("YBR_FULL_422", "YBR_FULL", "RGB"):
        layout = layout_of(color) | {"PhotometricInterpretation": space}
        build = partial(dicom, [image_bytes(color, "JPEG", quality=95)], syntax=files.BASELINE, **layout)
        yield Case("DICOM, JPEG", f"baseline in color, said to be {space}", build, ramp, tolerance=4)
    extended = coded.replace(b"\xff\xc0", b"\xff\xc1", 1)
    build = partial(dicom, [extended], syntax=files.EXTENDED, **layout_of(ramp))
    yield Case("DICOM, JPEG", "extended, 8 bits", build, ramp, tolerance=4)
    large = np.kron(BLOCKS, np.ones((8, 8), np.uint16))
    for bits in (12, 10):
        layout = described(large, bits)
        build = partial(dicom, [jpeg_12_bits(BLOCKS >> (12 - bits))], syntax=files.EXTENDED, **layout)
        yield Case("DICOM, JPEG", f"extended, 12 bits, {bits} stored", build, large >> (12 - bits))
    yield from lossless()


def lossless() -> Iterator[Case]:
    for predictor in range(1, 8):
        build = partial(lossless_file, TWELVE, 12, predictor, files.LOSSLESS)
        yield Case("DICOM, JPEG lossless", f"predictor {predictor}", build, TWELVE)
    arrays: list[tuple[NDArray[Any], int]] = [(GREY, 8), (TWELVE >> 2, 10), (TWELVE, 12), (DEEP, 16)]
    for pixels, bits in arrays:
        build = partial(lossless_file, pixels, bits, 1, files.LOSSLESS_1)
        yield Case("DICOM, JPEG lossless", f"selection value 1, {bits} bits", build, pixels)


def lossless_file(pixels: NDArray[Any], bits: int, predictor: int, syntax: str) -> bytes:
    return dicom([jpeg_lossless(pixels, bits, predictor)], syntax=syntax, **described(pixels, bits))


def jpeg_ls_files() -> Iterator[Case]:
    arrays: list[tuple[NDArray[Any], int]] = [(GREY, 8), (TWELVE, 12), (DEEP, 16)]
    for pixels, bits in arrays:
        for error, syntax in ((0, files.LS), (2, files.LS_NEAR)):
            build = partial(jpeg_ls_file, pixels, bits, error, syntax)
            name = f"{bits} bits, {'near ' if error else ''}lossless"
            yield Case("DICOM, JPEG-LS", name, build, pixels, tolerance=error)


def jpeg_ls_file(pixels: NDArray[Any], bits: int, error: int, syntax: str) -> bytes:
    stream = jpeg_ls.encode_buffer(pixels.tobytes(), *pixels.shape, 1, bits, lossy_error=error)
    return dicom([bytes(stream)], syntax=syntax, **described(pixels, bits))


def jpeg_2000_files() -> Iterator[Case]:
    signed = WIDE_DEEP.view(np.int16)
    arrays: list[tuple[str, NDArray[Any], int]] = [
        ("8 bits", WIDE_GREY, 8), ("12 bits", WIDE_DEEP >> 4, 12), ("16 bits", WIDE_DEEP, 16), ("signed", signed, 16),
    ]  # fmt: skip
    for name, pixels, bits in arrays:
        build = partial(jpeg_2000_file, pixels, bits, files.J2K)
        yield Case("DICOM, JPEG 2000", f"lossless, {name}", build, pixels)
    yield Case(
        "DICOM, JPEG 2000", "lossy", partial(jpeg_2000_file, smooth(64, 64), 8, files.J2K_LOSSY, [4]), oracle.values
    )
    color = np.dstack([WIDE_GREY, WIDE_GREY[::-1], WIDE_GREY])
    layout = layout_of(color) | {"PhotometricInterpretation": "YBR_RCT"}
    build = partial(jpeg_2000_file, color, 8, files.J2K, photometric=1, layout=layout)
    yield Case("DICOM, JPEG 2000", "lossless, color", build, np.rint(color @ BT_601), tolerance=1)
    for name, pixels, bits, syntax in (
        ("8 bits", WIDE_GREY, 8, files.HTJ2K_LOSSLESS),
        ("16 bits", WIDE_DEEP, 16, files.HTJ2K_LOSSLESS),
        ("16 bits, by resolution", WIDE_DEEP, 16, files.HTJ2K_RPCL),
        ("16 bits, of the general syntax", WIDE_DEEP, 16, files.HTJ2K),
        ("signed", signed, 16, files.HTJ2K),
    ):
        build = partial(htj2k_file, pixels, bits, syntax)
        yield Case("DICOM, JPEG 2000", f"high-throughput, {name}", build, pixels)
    lossy = partial(htj2k_file, smooth(64, 64), 8, files.HTJ2K, reversible=False)
    yield Case("DICOM, JPEG 2000", "high-throughput, lossy", lossy, smooth(64, 64), tolerance=2)
    flat = np.full((13, 17), 1 << 11, np.uint16)
    build = partial(dicom, [empty_htj2k(13, 17, 12)], syntax=files.HTJ2K, **described(flat, 12))
    yield Case("DICOM, JPEG 2000", "high-throughput, 12 bits, mid-grey", build, flat)


def htj2k_file(pixels: NDArray[Any], bits: int, syntax: str, *, reversible: bool = True) -> bytes:
    """Return a film in high-throughput JPEG 2000, written by OpenJPH."""
    stream = bytes(imagecodecs.htj2k_encode(pixels, reversible=reversible))
    return dicom([stream], syntax=syntax, **described(pixels, bits))


def jpeg_2000_file(
    pixels: NDArray[Any],
    bits: int,
    syntax: str,
    ratios: list[float] | None = None,
    photometric: int = 2,
    layout: dict[str, Any] | None = None,
) -> bytes:
    stream = encode_array(pixels, bits_stored=bits, photometric_interpretation=photometric, compression_ratios=ratios)
    return dicom([stream], syntax=syntax, **(layout or described(pixels, bits)))
