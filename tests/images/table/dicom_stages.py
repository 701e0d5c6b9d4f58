"""DICOM files for every step from stored values to grey, by the standard's clauses."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from openjpeg.utils import encode_array

from tests.images import dicom_files as files
from tests.images.dicom_files import dicom, element, layout_of, raw_element
from tests.images.picture import film
from tests.images.rle import rle
from tests.images.table import oracle
from tests.images.table.case import Case
from tests.images.table.dicom_syntaxes import BT_601, COLOR, DEEP, GREY, SIGNED, TWELVE, described

EVEN = COLOR[:, :16]
WINDOW: dict[str, Any] = {"WindowCenter": "2048", "WindowWidth": "4096"}
RAMP = np.arange(0, 4096, 5).astype(np.uint16).reshape(-1, 20)[:40]
RAMP_12 = described(RAMP, 12)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield from bits()
    yield from modality()
    yield from windows()
    yield from tables()
    yield from polarity()
    yield from padding()
    yield from aspect()
    yield from colors()
    yield from colors_of_fewer_bits()
    yield from annotations()


def bits() -> Iterator[Case]:
    kind = "DICOM, bits"
    rubbish = TWELVE | np.uint16(0xA000)
    yield Case(kind, "12 stored under rubbish", partial(dicom, rubbish, BitsStored=12, HighBit=11), TWELVE)
    yield Case(kind, "12 stored at the top", partial(dicom, TWELVE << 4, BitsStored=12, HighBit=15), TWELVE)
    yield Case(
        kind, "10 stored in the middle", partial(dicom, (TWELVE >> 2) << 3, BitsStored=10, HighBit=12), TWELVE >> 2
    )
    signed = TWELVE.astype(np.int16) - 2048
    under = ((signed.view(np.uint16) & 0x0FFF) | np.uint16(0x3000)).view(np.int16)
    yield Case(kind, "12 stored with a sign under rubbish", partial(dicom, under, BitsStored=12, HighBit=11), signed)
    yield Case(kind, "7 stored of 8", partial(dicom, GREY, BitsStored=7, HighBit=6), GREY & 127)
    yield Case(kind, "8 with a sign", partial(dicom, GREY.view(np.int8)), GREY.view(np.int8))
    packed = np.packbits(GREY.ravel() > 127, bitorder="little").tobytes()
    one = layout_of(GREY) | {"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0}
    yield Case(kind, "1", partial(dicom, packed, **one), GREY > 127)
    yield Case(kind, "32", partial(dicom, DEEP.astype(np.uint32) * 3), DEEP.astype(int) * 3)
    yield Case(kind, "32 with a sign", partial(dicom, SIGNED.astype(np.int32) * 3), SIGNED.astype(int) * 3)
    yield Case(kind, "without Bits Stored and High Bit", partial(dicom, DEEP, BitsStored=None, HighBit=None), DEEP)
    ones = DEEP.astype(np.float32) / 1024 - 7
    yield Case(kind, "float", partial(float_file, "FloatPixelData", ones, "OF"), ones)
    doubles = ones.astype(np.float64)
    yield Case(kind, "double", partial(float_file, "DoubleFloatPixelData", doubles, "OD"), ones)


def float_file(keyword: str, pixels: NDArray[Any], vr: str) -> bytes:
    size: dict[str, Any] = {"Rows": pixels.shape[0], "Columns": pixels.shape[1], "SamplesPerPixel": 1}
    head = dicom(None, PhotometricInterpretation="MONOCHROME2", BitsAllocated=8 * pixels.itemsize, **size)
    return head + raw_element({"OF": 0x7FE00008, "OD": 0x7FE00009}[vr], vr, pixels.tobytes())


def modality() -> Iterator[Case]:
    kind = "DICOM, modality"
    for slope, intercept in (("1", "-1024"), ("0.5", "10.25"), ("-1", "4095"), ("2", "0"), ("1e-3", "0")):
        build = partial(dicom, TWELVE, BitsStored=12, HighBit=11, RescaleSlope=slope, RescaleIntercept=intercept)
        expected = (TWELVE * float(slope) + float(intercept)).astype(np.float32)
        yield Case(kind, f"rescaled by {slope} and {intercept}", build, expected)
    yield Case(kind, "an intercept alone", partial(dicom, TWELVE, RescaleIntercept="-5"), TWELVE.astype(int) - 5)
    yield Case(kind, "a slope alone", partial(dicom, TWELVE, RescaleSlope="3"), TWELVE.astype(int) * 3)
    descending = np.arange(4096, dtype=np.uint16)[::-1] * 16
    for name, vr in (("words", descending.copy()), ("numbers", [int(value) for value in descending])):
        table = {"LUTDescriptor": [4096, 0, 16], "LUTData": vr}
        build = partial(dicom, TWELVE, BitsStored=12, HighBit=11, ModalityLUTSequence=[table])
        yield Case(kind, f"a table of {name}", build, descending[TWELVE], grey=None)
        both = partial(build, RescaleSlope="1", RescaleIntercept="0")
        yield Case(kind, f"a table of {name}, and a rescale", both, oracle.values)
    short = {"LUTDescriptor": [3, 2, 16], "LUTData": np.array([7, 8, 9], np.uint16)}
    few = np.array([[0, 1, 2], [3, 4, 4095]], np.uint16)
    build = partial(dicom, few, ModalityLUTSequence=[short])
    yield Case(kind, "a table with ends", build, [[7, 7, 7], [8, 9, 9]])
    below = {
        "LUTDescriptor": element("LUTDescriptor", [3, 65534, 16], "<")[8:],
        "LUTData": np.array([7, 8, 9], np.uint16),
    }
    build = partial(dicom, few.astype(np.int16) - 2, ModalityLUTSequence=[below])
    yield Case(kind, "a table from a negative value on", build, [[7, 8, 9], [9, 9, 9]])
    bytes_ = {"LUTDescriptor": [4, 0, 8], "LUTData": bytes([9, 8, 7, 6])}
    yield Case(kind, "a table of bytes", partial(dicom, few, ModalityLUTSequence=[bytes_]), [[9, 8, 7], [6, 6, 6]])


def windows() -> Iterator[Case]:
    kind = "DICOM, window"

    def shown(name: str, **elements: Any) -> Case:
        return Case(kind, name, partial(dicom, RAMP, **RAMP_12 | elements), RAMP, oracle.grey)

    yield shown("LINEAR by default", **WINDOW)
    for function in ("LINEAR", "LINEAR_EXACT", "SIGMOID"):
        yield shown(f"{function}, wide", WindowCenter="2048", WindowWidth="4096", VOILUTFunction=function)
        yield shown(f"{function}, narrow", WindowCenter="700.5", WindowWidth="300.25", VOILUTFunction=function)
    yield shown("LINEAR of width 1, a threshold", WindowCenter="2000", WindowWidth="1")
    yield shown("LINEAR_EXACT of width 0.5", WindowCenter="2000", WindowWidth="0.5", VOILUTFunction="LINEAR_EXACT")
    yield shown("beyond the values", WindowCenter="9000", WindowWidth="20000")
    rescaled: dict[str, Any] = {
        "WindowCenter": "0",
        "WindowWidth": "800",
        "RescaleSlope": "0.5",
        "RescaleIntercept": "-1024",
    }
    build = partial(dicom, RAMP, **RAMP_12 | rescaled)
    yield Case(kind, "of rescaled values", build, RAMP * 0.5 - 1024, oracle.grey)
    yield shown("two, of which the first is shown", WindowCenter=["500", "3000"], WindowWidth=["400", "100"])
    implicit = partial(dicom, RAMP, syntax=files.IMPLICIT, **RAMP_12, **WINDOW)
    yield Case(kind, "in implicit VR", implicit, RAMP, oracle.grey)
    full = RAMP / RAMP.max()
    yield Case(kind, "none: the full range", partial(dicom, RAMP, **RAMP_12), RAMP, full)
    yield Case(
        kind, "empty: the full range", partial(dicom, RAMP, WindowCenter="", WindowWidth="", **RAMP_12), RAMP, full
    )
    text = partial(dicom, RAMP, WindowCenter="wide", WindowWidth="open", **RAMP_12)
    yield Case(kind, "no number: the full range", text, RAMP, full)
    narrow = partial(dicom, RAMP, WindowCenter="9", WindowWidth="0", **RAMP_12)
    note = ("Ignored a window with an invalid width.",)
    yield Case(kind, "of no width: the full range", narrow, RAMP, full, has={"notes": note})
    odd = partial(dicom, RAMP, VOILUTFunction="MAGIC", **RAMP_12, **WINDOW)
    note = ("The file's VOI LUT function is unknown; LINEAR was used.",)
    yield Case(kind, "of an unknown function", odd, RAMP, RAMP / 4095, has={"notes": note})
    constant = partial(dicom, np.full((4, 5), 77, np.uint16))
    yield Case(kind, "none, of one value alone", constant, np.full((4, 5), 77), np.zeros((4, 5)))


def tables() -> Iterator[Case]:
    kind = "DICOM, VOI table"
    curve = (np.sqrt(np.arange(4096) / 4095) * 4095).round().astype(np.uint16)
    whole = {"LUTDescriptor": [4096, 0, 12], "LUTData": curve}
    build = partial(dicom, RAMP, VOILUTSequence=[whole], **RAMP_12)
    yield Case(kind, "12 bits", build, RAMP, oracle.grey)
    other = partial(dicom, RAMP[::-1], VOILUTSequence=[whole], **RAMP_12)
    yield Case(kind, "12 bits, worked out", other, RAMP[::-1], curve[RAMP[::-1]] / 4095)
    yield Case(kind, "before a window", partial(build, **WINDOW), RAMP, oracle.grey)
    part = {"LUTDescriptor": [100, 1000, 16], "LUTData": np.arange(0, 60000, 600).astype(np.uint16)}
    yield Case(kind, "of part of the values", partial(dicom, RAMP, VOILUTSequence=[part], **RAMP_12), RAMP, oracle.grey)
    yield Case(
        kind, "two, the first shown", partial(dicom, RAMP, VOILUTSequence=[part, whole], **RAMP_12), RAMP, oracle.grey
    )
    full = {"LUTDescriptor": [0, 0, 16], "LUTData": np.arange(65536, dtype=np.uint16)[::-1].copy()}
    yield Case(kind, "65,536 entries", partial(dicom, DEEP, VOILUTSequence=[full]), DEEP, 1 - DEEP / 65535)
    dark: dict[str, Any] = {"PhotometricInterpretation": "MONOCHROME1"}
    inverted = partial(dicom, RAMP, VOILUTSequence=[whole], **RAMP_12 | dark)
    yield Case(kind, "turned over last", inverted, RAMP, 1 - curve[RAMP] / 4095)
    below = {
        "LUTDescriptor": element("LUTDescriptor", [4, 65534, 16], "<")[8:],
        "LUTData": np.array([0, 1, 2, 65535], np.uint16),
    }
    signed = np.array([[-3, -2, -1, 0, 1, 2]], np.int16)
    build = partial(dicom, signed, VOILUTSequence=[below])
    yield Case(kind, "from a negative value on", build, signed, np.array([[0, 0, 1, 2, 65535, 65535]]) / 65535)


def polarity() -> Iterator[Case]:
    kind = "DICOM, polarity"
    note = ("The file's polarity tags disagree. Check that bone appears bright.",)
    expectations: list[tuple[str, str | None, bool, tuple[str, ...]]] = [
        ("MONOCHROME1", None, True, ()),
        ("MONOCHROME1", "INVERSE", True, ()),
        ("MONOCHROME2", "IDENTITY", False, ()),
        ("MONOCHROME2", "INVERSE", True, note),
        ("MONOCHROME1", "IDENTITY", True, note),
    ]
    for photometric, shape, inverted, notes in expectations:
        layout = RAMP_12 | {"PhotometricInterpretation": photometric, "PresentationLUTShape": shape}
        grey = 1 - RAMP / 4095 if inverted else RAMP / 4095
        build = partial(dicom, RAMP, **layout, **WINDOW)
        yield Case(kind, f"{photometric}, {shape}", build, RAMP, grey, has={"inverted": inverted, "notes": notes})


def padding() -> Iterator[Case]:
    kind = "DICOM, padding"
    pixels = np.array([[0, 0, 100, 300], [0, 65535, 200, 200]], np.uint16)
    build = partial(dicom, pixels[:, [0, 2, 3]], PixelPaddingValue=0)
    yield Case(kind, "one value", build, pixels[:, [0, 2, 3]], np.array([[0, 0, 1], [0, 0.5, 0.5]]))
    build = partial(dicom, pixels, PixelPaddingValue=0, PixelPaddingRangeLimit=50)
    yield Case(kind, "a range", build, pixels, np.array([[0, 0, 0, 200 / 65435], [0, 1, 100 / 65435, 100 / 65435]]))
    build = partial(dicom, pixels, PixelPaddingValue=65535, PixelPaddingRangeLimit=400)
    yield Case(kind, "a range from above", build, pixels, np.array([[0, 0, 1 / 3, 1], [0, 0, 2 / 3, 2 / 3]]))
    signed = np.array([[-2000, 0, 50, 100]], np.int16)
    build = partial(dicom, signed, PixelPaddingValue=-2000)
    yield Case(kind, "a negative value", build, signed, [[0, 0, 0.5, 1]])
    build = partial(dicom, signed, PixelPaddingValue=-2000, syntax=files.IMPLICIT)
    yield Case(kind, "a negative value in implicit VR", build, signed, [[0, 0, 0.5, 1]])
    build = partial(dicom, signed, PixelPaddingValue=-2000, PhotometricInterpretation="MONOCHROME1")
    yield Case(kind, "black though grey is turned over", build, signed, [[0, 1, 0.5, 0]])
    build = partial(dicom, signed, PixelPaddingValue=-2000, RescaleSlope="1", RescaleIntercept="2000")
    yield Case(kind, "of stored values, before the rescale", build, signed + 2000, [[0, 0, 0.5, 1]])
    build = partial(dicom, pixels, PixelPaddingValue=7)
    yield Case(kind, "of which there is none", build, pixels, pixels / 65535, has={"padding": None})


def aspect() -> Iterator[Case]:
    kind = "DICOM, pixel shape"
    pixels = np.array([[0, 40], [80, 120]], np.uint8)
    tall = [[0, 40], [20, 60], [60, 100], [80, 120]]  # linear between the middles of the rows
    note = ("Resampled from 2 x 2 to square pixels.",)
    for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"):
        spacing: dict[str, Any] = {keyword: ["0.4", "0.2"]}
        build = partial(dicom, pixels, **spacing)
        yield Case(kind, f"{keyword} 2 : 1", build, tall, has={"notes": note})
    yield Case(
        kind, "aspect ratio 2 : 1", partial(dicom, pixels, PixelAspectRatio=["2", "1"]), tall, has={"notes": note}
    )
    wide = [[0, 10, 30, 40], [80, 90, 110, 120]]
    yield Case(
        kind, "aspect ratio 1 : 2", partial(dicom, pixels, PixelAspectRatio=["1", "2"]), wide, has={"notes": note}
    )
    for name, told in (("equal", ["0.2", "0.2"]), ("nearly equal", ["0.2", "0.2001"])):
        build = partial(dicom, pixels, PixelSpacing=told)
        yield Case(kind, f"{name} spacing, left alone", build, pixels, has={"notes": ()})
    absurd = ("The pixel aspect ratio in the file is implausible and was ignored.",)
    build = partial(dicom, pixels, PixelSpacing=["1000", "0.001"])
    yield Case(kind, "absurd spacing", build, pixels, has={"notes": absurd})
    ends = partial(dicom, np.array([[0, 1000, 2000]], np.uint16), PixelAspectRatio=["1", "2"], PixelPaddingValue=0)
    yield Case(kind, "with padding, which blends with nothing", ends, grey=[[0, 0, 0, 0.25, 0.75, 1]])


def colors() -> Iterator[Case]:
    kind = "DICOM, color"
    grey = np.rint(COLOR @ BT_601)
    yield Case(kind, "RGB by pixel", partial(dicom, COLOR), grey, tolerance=1)
    planes = np.ascontiguousarray(COLOR.transpose(2, 0, 1)).tobytes()
    yield Case(
        kind, "RGB by plane", partial(dicom, planes, **layout_of(COLOR) | {"PlanarConfiguration": 1}), grey, tolerance=1
    )
    yield Case(kind, "RGB, red alone", partial(dicom, np.full((2, 2, 3), (255, 0, 0), np.uint8)), np.full((2, 2), 76))
    deep = np.full((2, 2, 3), (60000, 0, 0), np.uint16)
    yield Case(kind, "RGB, 16 bits", partial(dicom, deep), np.full((2, 2), 17940), np.full((2, 2), 17940 / 65535))
    yield Case(kind, "YBR_FULL: Y", partial(dicom, COLOR, PhotometricInterpretation="YBR_FULL"), COLOR[..., 0])
    pairs = b"".join(bytes([*row[k : k + 2], 128, 128]) for row in EVEN[..., 0].tolist() for k in range(0, 16, 2))
    half = layout_of(EVEN) | {"PhotometricInterpretation": "YBR_FULL_422"}
    yield Case(kind, "YBR_FULL_422: Y", partial(dicom, pairs, **half), EVEN[..., 0])
    reds = {"Red": [0, 255, 0], "Green": [0, 0, 255], "Blue": [0, 0, 0]}
    eight: dict[str, Any] = {f"{name}PaletteColorLookupTableData": bytes([*levels, 0]) for name, levels in reds.items()}
    sixteen: dict[str, Any] = {
        f"{name}PaletteColorLookupTableData": np.array(levels, np.uint16) * 257 for name, levels in reds.items()
    }
    index = np.array([[0, 1, 2, 3]], np.uint8)
    for bits, data, expected in ((8, eight, [[0, 76, 150, 150]]), (16, sixteen, [[0, 19595, 38469, 38469]])):
        described_: dict[str, Any] = {f"{name}PaletteColorLookupTableDescriptor": [3, 0, bits] for name in reds}
        build = partial(dicom, index, PhotometricInterpretation="PALETTE COLOR", **described_, **data)
        yield Case(kind, f"a palette of {bits} bits", build, expected, np.array(expected) / (2**bits - 1))


def colors_of_fewer_bits() -> Iterator[Case]:
    """More bits are declared than the colors need: white is the highest of those that they need, and a note says so."""
    kind = "DICOM, color"
    shown = "Color, shown as brightness."
    for most, needed, stored in ((255, 8, 16), (1023, 10, 16), (4095, 12, 16), (32767, 15, 16), (1023, 10, 12)):
        levels = np.repeat(np.array([[0, most // 5, most]], np.uint16), 2, axis=0)
        pixels = np.dstack([levels] * 3)
        has = {
            "notes": (shown, f"The file declares {stored} bits, but its colors need only {needed}. White is {most}.")
        }
        build = partial(dicom, pixels, **described(pixels, stored))
        yield Case(kind, f"values to {most} of {stored} bits", build, levels, levels / most, has=has)
    deep = np.dstack([film()] * 3)
    has = {"notes": (shown, "The file declares 16 bits, but its colors need only 12. White is 4095.")}
    sixteen = described(deep, 16)
    planes = np.ascontiguousarray(deep.transpose(2, 0, 1)).tobytes()
    ybr = np.dstack([film(), np.full_like(film(), 2048), np.full_like(film(), 2048)])
    untransformed = bytes(encode_array(deep, bits_stored=16, photometric_interpretation=1, use_mct=False))
    files_of_16: dict[str, Any] = {
        "by plane": partial(dicom, planes, **sixteen | {"PlanarConfiguration": 1}),
        "YBR_FULL": partial(dicom, ybr, **sixteen | {"PhotometricInterpretation": "YBR_FULL"}),
        "RLE": partial(dicom, [rle(deep)], syntax=files.RLE, **sixteen),
        "JPEG 2000": partial(dicom, [untransformed], syntax=files.J2K, **sixteen),
        "big endian": partial(dicom, deep, syntax=files.BIG, **sixteen),
    }
    for name, build in files_of_16.items():
        said = f"values to 4095 of 16 bits, {name}"
        yield Case(kind, said, build, film(), film() / 4095, tolerance=1, has=has)
    dark = np.full((2, 3, 3), 9, np.uint8)
    yield Case(kind, "8 bits, dark", partial(dicom, dark), grey=np.full((2, 3), 9 / 255), has={"notes": (shown,)})
    black = np.zeros((2, 3, 3), np.uint16)
    yield Case(kind, "16 bits, all black", partial(dicom, black), grey=np.zeros((2, 3)))


def annotations() -> Iterator[Case]:
    for said, may in (("YES", True), ("NO", False), (None, True), ("PERHAPS", True)):
        build = partial(dicom, GREY[::-1], BurnedInAnnotation=said)
        yield Case("DICOM, burned-in names", str(said), build, GREY[::-1], has={"may_hold_names": may})
    after = partial(_and_more, 0xFFFCFFFC, bytes(300))
    yield Case("DICOM, burned-in names", "nothing said, and padding behind the pixels", after, GREY)


def _and_more(tag: int, content: bytes) -> bytes:
    return dicom(GREY) + raw_element(tag, "OB", content)
