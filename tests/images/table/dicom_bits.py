"""DICOM files that declare fewer bits than their values have, and such with overlays or rubbish above their values."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import jpeg_ls
import numpy as np
from numpy.typing import NDArray
from openjpeg.utils import encode_array

from tests.images import dicom_files as files
from tests.images.dicom_files import dicom, layout_of, raw_element
from tests.images.picture import film, picture
from tests.images.rle import rle
from tests.images.streams import jpeg_12_bits, jpeg_lossless
from tests.images.table.case import Case
from tests.images.table.dicom_syntaxes import described

KIND = "DICOM, bits"
FILM = film()
FULL = FILM / 4095
ROWS = np.mgrid[: FILM.shape[0], : FILM.shape[1]][0]
LETTERS = (np.indices(FILM.shape).sum(axis=0) // 3 % 7 == 0) & (ROWS > 40)
"""Some strokes, as an overlay has."""


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield from too_few()
    yield from too_few_compressed()
    yield from wrong_places()
    yield from shifted()
    yield from beside_windows()
    yield from overlays()
    yield from rubbish()


def all_used(declared: int, needed: int) -> tuple[str, ...]:
    return (f"The file declares {declared} bits, but its values need {needed}. All were used.",)


def too_few() -> Iterator[Case]:
    """The values' own bits and range, whatever is declared."""
    for declared in (1, 4, 7, 8, 9, 10, 11):
        build = partial(dicom, FILM, **described(FILM, declared))
        name = f"{declared} declared, values to 4095"
        yield Case(KIND, name, build, FILM, FULL, has={"notes": all_used(declared, 12)})
    deep = film(65535)
    for declared in (8, 12, 15):
        build = partial(dicom, deep, **described(deep, declared))
        name = f"{declared} declared, values to 65535"
        yield Case(KIND, name, build, deep, deep / 65535, has={"notes": all_used(declared, 16)})
    slightly = film(4500)
    build = partial(dicom, slightly, **described(slightly, 12))
    yield Case(KIND, "12 declared, values to 4500", build, slightly, slightly / 4500, has={"notes": all_used(12, 13)})
    eight = film(255, np.uint8)
    build = partial(dicom, eight, **described(eight, 7))
    yield Case(KIND, "7 declared of 8, values to 255", build, eight, eight / 255, has={"notes": all_used(7, 8)})
    signed = FILM.astype(np.int16) - 2048
    for declared in (8, 11):
        build = partial(dicom, signed, **described(signed, declared))
        name = f"{declared} declared with a sign, values from -2048 to 2047"
        yield Case(KIND, name, build, signed, FULL, has={"notes": all_used(declared, 12)})
    unsigned = partial(dicom, FILM.astype(np.int16), **described(FILM.astype(np.int16), 12))
    yield Case(KIND, "12 declared with a sign, values from 0 to 4095", unsigned, FILM, FULL)
    inverted = partial(dicom, FILM, **described(FILM, 8) | {"PhotometricInterpretation": "MONOCHROME1"})
    yield Case(KIND, "8 declared, values to 4095, MONOCHROME1", inverted, FILM, 1 - FULL)
    big = partial(dicom, FILM, syntax=files.BIG, **described(FILM, 8))
    yield Case(KIND, "8 declared, values to 4095, big endian", big, FILM, FULL, has={"notes": all_used(8, 12)})
    middle = partial(dicom, FILM << 2, **layout_of(FILM) | {"BitsStored": 8, "HighBit": 9})
    yield Case(KIND, "8 declared from bit 2 on, values to 4095", middle, FILM, FULL, has={"notes": all_used(8, 12)})
    wide = FILM.astype(np.uint32)
    build = partial(dicom, wide, **described(wide, 8))
    yield Case(KIND, "8 declared of 32, values to 4095", build, FILM, FULL, has={"notes": all_used(8, 12)})
    color = np.dstack([FILM, FILM, FILM])
    build = partial(dicom, color, **described(color, 8))
    notes = ("Color, shown as brightness.", *all_used(8, 12))
    yield Case(KIND, "8 declared, colors to 4095", build, FILM, FULL, tolerance=1, has={"notes": notes})


def too_few_compressed() -> Iterator[Case]:
    blocks = (np.indices((8, 7)).sum(axis=0) * 300).astype(np.uint16)
    large = np.kron(blocks, np.ones((8, 8), np.uint16))
    streams: dict[str, tuple[str, bytes, NDArray[Any]]] = {
        "RLE": (files.RLE, rle(FILM), FILM),
        "JPEG lossless": (files.LOSSLESS_1, jpeg_lossless(FILM, 12), FILM),
        "JPEG-LS": (files.LS, bytes(jpeg_ls.encode_buffer(FILM.tobytes(), *FILM.shape, 1, 12)), FILM),
        "JPEG 2000": (files.J2K, bytes(encode_array(FILM, bits_stored=12)), FILM),
        "JPEG extended": (files.EXTENDED, jpeg_12_bits(blocks), large),
    }
    for name, (syntax, stream, values) in streams.items():
        build = partial(dicom, [stream], syntax=syntax, **described(values, 8))
        needed = int(values.max()).bit_length()
        yield Case(KIND, f"8 declared, 12 in {name}", build, values, has={"notes": all_used(8, needed)})


def from_bit_0(declared: int, high: int) -> tuple[str, ...]:
    return (f"The file says that its {declared} bits end at bit {high}. They were read from bit 0.",)


def wrong_places() -> Iterator[Case]:
    """The place of the highest bit is wrong: the values lie from bit 0 on, and none of their bits is lost."""
    twelve = {"WindowCenter": "2048", "WindowWidth": "4096"}
    signed = FILM.astype(np.int16) - 2048
    eight = film(127, np.uint8)
    dark = FILM // 8
    noise = np.random.default_rng(6).integers(0, 4096, FILM.shape).astype(np.uint16)
    noise[0, :2] = 0, 4095
    films: dict[str, tuple[NDArray[Any], int, tuple[int, ...]]] = {
        "values to 4095": (FILM, 12, (0, 7, 10, 12, 13, 15)),
        "values to 65535": (film(65535), 16, (0, 3, 11)),
        "noise to 4095": (noise, 12, (7, 13, 15)),
        "values to 511": (dark, 12, (7, 13, 15)),
        "values from -2048 to 2047": (signed, 12, (7, 13, 15)),
        "values to 127 of 8 bits": (eight, 7, (3, 7)),
        "values to 4095 of 32 bits": (FILM.astype(np.uint32), 12, (7, 15, 31)),
    }
    for name, (pixels, stored, places) in films.items():
        for high in places:
            build = partial(dicom, pixels, **layout_of(pixels) | {"BitsStored": stored, "HighBit": high})
            has = {"notes": from_bit_0(stored, high)}
            yield Case(KIND, f"{stored} declared to bit {high}, {name}", build, pixels, has=has)
            if pixels is FILM:
                build = partial(build, **twelve)
                yield Case(KIND, f"{stored} declared to bit {high}, and a window", build, FILM, FULL, has=has)
    fine = np.rint(picture(244, 188) * 4095).astype(np.uint16)
    build = partial(dicom, fine, **layout_of(fine) | {"BitsStored": 8, "HighBit": 15})
    notes = (*from_bit_0(8, 15), *all_used(8, 12))
    yield Case(KIND, "8 declared to bit 15, values to 4095", build, fine, fine / 4095, has={"notes": notes})
    color = np.dstack([FILM, FILM, FILM])
    build = partial(dicom, color, **layout_of(color) | {"BitsStored": 12, "HighBit": 15})
    notes = ("Color, shown as brightness.", *from_bit_0(12, 15))
    yield Case(KIND, "12 declared to bit 15, colors to 4095", build, FILM, FULL, tolerance=1, has={"notes": notes})
    packed = partial(dicom, [rle(FILM)], syntax=files.RLE, **layout_of(FILM) | {"BitsStored": 12, "HighBit": 15})
    yield Case(KIND, "12 declared to bit 15, RLE", packed, FILM, FULL, has={"notes": from_bit_0(12, 15)})
    for planar in (1, 2, 7):
        build = partial(dicom, FILM, **described(FILM, 12) | {"PlanarConfiguration": planar})
        yield Case(KIND, f"grey in planes of kind {planar}", build, FILM, FULL, has={"notes": ()})


def shifted() -> Iterator[Case]:
    """Values that lie where the file says, above bit 0, over zeros, an overlay, or rubbish."""
    top = layout_of(FILM) | {"BitsStored": 12, "HighBit": 15}
    strokes = LETTERS.astype(np.uint16)
    ignored = ("Ignored what lies below the 12 bits that the file declares.",)
    noise = np.random.default_rng(7).integers(0, 16, FILM.shape).astype(np.uint16)
    copied = FILM >> 8  # as who spreads 12 bits over 16 fills them
    dark = FILM >> 4
    for name, below, notes in (
        ("strokes", strokes, ignored),
        ("noise", noise, ignored),
        ("copies of the highest bits", copied, ignored),
        ("the same rubbish", np.full_like(FILM, 5), ()),
    ):
        build = partial(dicom, FILM << 4 | below, **top)
        yield Case(KIND, f"12 at the top, over {name}", build, FILM, FULL, has={"notes": notes})
    declared = partial(with_overlay, FILM << 4 | strokes << np.uint16(1), 1, **top)
    yield Case(KIND, "12 at the top, over a declared overlay", declared, FILM, FULL, has={"notes": ()})
    build = partial(dicom, dark << 4, **top)
    yield Case(KIND, "12 at the top, dark", build, dark, dark / 255, has={"notes": ()})


def beside_windows() -> Iterator[Case]:
    """A window for the declared bits is none for the values; one for the values is."""
    eight = described(FILM, 8)
    made = "Ignored a window made for fewer bits than the values have."
    build = partial(dicom, FILM, WindowCenter="128", WindowWidth="256", **eight)
    yield Case(KIND, "8 declared, and a window for 8", build, FILM, FULL, has={"notes": (*all_used(8, 12), made)})
    build = partial(dicom, FILM, WindowCenter="2048", WindowWidth="4096", **eight)
    yield Case(KIND, "8 declared, and a window for 12", build, FILM, FULL, has={"notes": all_used(8, 12)})
    rescaled: dict[str, Any] = {"RescaleSlope": "2", "RescaleIntercept": "-100"}
    build = partial(dicom, FILM, WindowCenter="155", WindowWidth="510", **eight, **rescaled)
    notes = (*all_used(8, 12), made)
    yield Case(KIND, "8 declared, rescaled, and a window for 8", build, FILM * 2.0 - 100, FULL, has={"notes": notes})
    table = {"LUTDescriptor": [256, 0, 8], "LUTData": np.arange(256, dtype=np.uint16)}
    build = partial(dicom, FILM, VOILUTSequence=[table], **eight)
    notes = (*all_used(8, 12), "Ignored a VOI table made for fewer bits than the values have.")
    yield Case(KIND, "8 declared, and a table for 8", build, FILM, FULL, has={"notes": notes})


def overlays() -> Iterator[Case]:
    """Overlays in the bits above, declared or not, are no part of the values."""
    twelve = described(FILM, 12)
    strokes = LETTERS.astype(np.uint16)
    ignored = ("Ignored what lies above the 12 bits that the file declares.",)
    for place in (12, 15):
        pixels = FILM | strokes << np.uint16(place)
        yield Case(KIND, f"12, and strokes in bit {place}", partial(dicom, pixels, **twelve), FILM, FULL)
        declared = partial(with_overlay, pixels, place)
        yield Case(KIND, f"12, and a declared overlay in bit {place}", declared, FILM, FULL, has={"notes": ()})
    four = FILM | strokes << np.uint16(12) | strokes[::-1] << np.uint16(14)
    yield Case(KIND, "12, and strokes in two bits", partial(dicom, four, **twelve), FILM, FULL, has={"notes": ignored})
    mask = FILM | (FILM > 1500).astype(np.uint16) << np.uint16(12)
    yield Case(KIND, "12, and a mask of the bright parts", partial(dicom, mask, **twelve), FILM, FULL)
    both = partial(with_overlay, FILM | strokes << np.uint16(15), 15, **described(FILM, 8))
    yield Case(KIND, "8 declared, values to 4095, and a declared overlay", both, FILM, FULL)
    signed = FILM.astype(np.int16) - 2048
    written = ((signed.view(np.uint16) & 0x0FFF) | strokes << np.uint16(13)).view(np.int16)
    build = partial(dicom, written, **described(signed, 12))
    yield Case(KIND, "12 with a sign, and strokes in bit 13", build, signed, FULL, has={"notes": ignored})


def with_overlay(pixels: NDArray[Any], place: int, **layout: Any) -> bytes:
    """Return a file that declares an overlay in a bit of its pixels (PS3.5, 8.1.2; PS3.3, C.9.2)."""
    head = dicom(None, **layout or described(pixels, 12))
    words = {0x0010: pixels.shape[0], 0x0011: pixels.shape[1], 0x0100: 16, 0x0102: place}
    group = b"".join(raw_element(0x6002_0000 | tag, "US", np.uint16(value).tobytes()) for tag, value in words.items())
    return head + group + files.pixel_data(pixels.tobytes())


def rubbish() -> Iterator[Case]:
    """Rubbish in the bits above: the same everywhere, or noise; and copies of the sign, which are none."""
    twelve = described(FILM, 12)
    noise = np.random.default_rng(5).integers(0, 16, FILM.shape).astype(np.uint16) << np.uint16(12)
    ignored = ("Ignored what lies above the 12 bits that the file declares.",)
    yield Case(KIND, "12 under noise", partial(dicom, FILM | noise, **twelve), FILM, FULL, has={"notes": ignored})
    same = partial(dicom, FILM | np.uint16(0x5000), **twelve)
    yield Case(KIND, "12 of a film under the same rubbish", same, FILM, FULL, has={"notes": ()})
    lines = FILM | (ROWS % 2).astype(np.uint16) << np.uint16(13)
    yield Case(KIND, "12, and every other line marked", partial(dicom, lines, **twelve), FILM, FULL)
    signed = FILM.astype(np.int16) - 2048
    build = partial(dicom, signed, **described(signed, 12))
    yield Case(KIND, "12 with a sign that goes on above", build, signed, FULL, has={"notes": ()})
    zeros = partial(dicom, (signed.view(np.uint16) & 0x0FFF).view(np.int16), **described(signed, 12))
    yield Case(KIND, "12 with a sign under zeros", zeros, signed, FULL)
    packed = partial(dicom, [rle(FILM | noise)], syntax=files.RLE, **twelve)
    yield Case(KIND, "12 under noise, RLE", packed, FILM, FULL, has={"notes": ignored})
    stream = bytes(encode_array(FILM | noise, bits_stored=16))
    build = partial(dicom, [stream], syntax=files.J2K, **twelve)
    yield Case(KIND, "12 under noise, JPEG 2000", build, FILM, FULL, has={"notes": ignored})
    few = partial(dicom, np.array([[0, 4096, 300], [5, 6, 4095]], np.uint16), BitsStored=12, HighBit=11)
    yield Case(KIND, "12, one stray bit in six pixels", few, [[0, 0, 300], [5, 6, 4095]])
