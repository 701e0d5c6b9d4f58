"""DICOM files whose hints on display are not as the standard says: none refuses a film, none changes it in silence."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tests.images import dicom_files as files
from tests.images.dicom_files import dicom, raw_element
from tests.images.picture import film, picture
from tests.images.table.case import Case
from tests.images.table.dicom_stages import float_file
from tests.images.table.dicom_syntaxes import described

FILM = film()
FULL = FILM / 4095
TWELVE: dict[str, Any] = described(FILM, 12)
WINDOW = "DICOM, window"
UNREAD = "Ignored a window that cannot be read."
INVALID = "Ignored a window with an invalid width."
ONE_GREY = "Ignored a window that shows the whole radiograph in one grey."


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield from numbers()
    yield from bad_windows()
    yield from several()
    yield from spoiling()
    yield from faint()
    yield from narrow()
    yield from rescale()
    yield from frames()
    yield from padding()
    yield from shapes()


def linear(centre: float, width: float, values: ArrayLike = FILM) -> NDArray[Any]:
    """Return grey by the formula of PS3.3, C.11.2.1.2.1."""
    return np.clip((np.asarray(values) - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)


def exact(centre: float, width: float, values: ArrayLike) -> NDArray[Any]:
    """Return grey by the formula of C.11.2.1.3.2."""
    return np.clip((np.asarray(values) - centre) / width + 0.5, 0, 1)


def window(name: str, centre: Any, width: Any, grey: ArrayLike, *notes: str, **more: Any) -> Case:
    build = partial(dicom, FILM, **TWELVE | {"WindowCenter": centre, "WindowWidth": width} | more)
    return Case(WINDOW, name, build, FILM, grey, has={"notes": notes})


def read_as(centre: float, width: float) -> str:
    return f"A window is not written as DICOM requires. It was read as {centre:g} / {width:g}."


def numbers() -> Iterator[Case]:
    """Numbers as people and other programs write them."""
    for syntax, name in ((files.EXPLICIT, "explicit"), (files.IMPLICIT, "implicit"), (files.BIG, "big endian")):
        grey = linear(1000.5, 2000)
        yield window(f"decimal commas, {name}", "1000,5", "2000,0", grey, read_as(1000.5, 2000), syntax=syntax)
    written: dict[str, tuple[str, str, float, float]] = {
        "a decimal comma in the width alone": ("1000", "2000,5", 1000, 2000.5),
        "a decimal comma before nothing": ("1000,", "2000,", 1000, 2000),
        "a decimal comma and an exponent": ("1,0005e3", "2E3", 1000.5, 2000),
        "points between thousands, and a decimal comma": ("1.000,5", "2.000,0", 1000.5, 2000),
        "commas between thousands, and a decimal point": ("1,000.5", "2,000.0", 1000.5, 2000),
        "blanks between thousands": ("1 000,5", "2 000", 1000.5, 2000),
        "a unit": ("1000.5 HU", "2000 HU", 1000.5, 2000),
        "a unit without a blank": ("1000HU", "2000HU", 1000, 2000),
        "a comma where a backslash should be": ("1000,3000", "2000,4000", 1000.3, 2000.4),
    }
    for name, (centre_text, width_text, centre, width) in written.items():
        yield window(name, centre_text, width_text, linear(centre, width), read_as(centre, width))
    plain: dict[str, tuple[Any, Any]] = {
        "blanks around": ("  1000.5 ", " 2000  "), "NULs behind": (b"1000.5\0\0", b"2000\0\0\0\0"),
        "exponents and signs": ("+1.0005E3", "2e+3"), "a point before nothing": ("1000.5", "2000."),
    }  # fmt: skip
    for name, (centre_bytes, width_bytes) in plain.items():
        yield window(name, centre_bytes, width_bytes, linear(1000.5, 2000))
    for vr, code in (("FD", "<f8"), ("FL", "<f4")):
        build = partial(_binary_window, vr, code)
        yield Case(WINDOW, f"in VR {vr}", build, FILM, linear(1000.5, 2000), has={"notes": ()})


def _binary_window(vr: str, code: str) -> bytes:
    head = dicom(None, **TWELVE)
    numbers = ((0x00281050, 1000.5), (0x00281051, 2000))
    body = b"".join(raw_element(tag, vr, np.array(number, code).tobytes()) for tag, number in numbers)
    return head + body + files.pixel_data(FILM.tobytes())


def bad_windows() -> Iterator[Case]:
    """Windows that are left out; the full range is shown."""
    unread: dict[str, tuple[Any, Any]] = {
        "words": ("wide", "open"), "no number for a centre": ("nan", "2000"), "infinite": ("inf", "2000"),
        "infinitely wide": ("1000", "infinity"), "a width beyond all numbers": ("1000", "1e400"),
        "a centre beyond single precision": ("1e300", "2000"), "a width beyond single precision": ("1000", "1e300"),
        "a centre alone": ("1000", None), "a width alone": (None, "2000"), "an empty width": ("1000", ""),
        "a width of blanks": ("1000", "   "), "three parts": ("1,2,3", "2000"), "hexadecimal": ("0x3E8", "2000"),
        "underscores": ("1_000", "2000"), "bytes that are no text": (b"\xff\xfe\x80\x81", "2000"),
    }  # fmt: skip
    for name, (centre, width) in unread.items():
        yield window(f"{name}: the full range", centre, width, FULL, UNREAD)
    for name, width in {"a negative width": "-2000", "a width of 0.5": "0.5", "a width of -0": "-0"}.items():
        yield window(f"{name}: the full range", "1000", width, FULL, INVALID)
    for function in ("LINEAR_EXACT", "SIGMOID"):
        yield window(f"no width, {function}", "1000", "0", FULL, INVALID, VOILUTFunction=function)
    yield window("a width that is nearly none", "1000", "1e-320", FULL, INVALID, VOILUTFunction="SIGMOID")
    yield window("blanks alone: the full range", "  ", "  ", FULL)
    absent = partial(dicom, FILM, VOILUTFunction="MAGIC", **TWELVE)
    yield Case(WINDOW, "none, and an unknown function", absent, FILM, FULL, has={"notes": ()})


def several() -> Iterator[Case]:
    """Several windows, of which some are bad: the first good one is shown."""
    grey = linear(1000, 2000)
    two = ["1000", "3000"], ["2000", "500"]
    yield window("several, the first without a number", ["wide", *two[0]], ["9", *two[1]], grey, UNREAD)
    yield window("several, the first without a width", ["7", *two[0]], ["0", *two[1]], grey, INVALID)
    yield window("several, the first empty", ["", *two[0]], ["", *two[1]], grey)
    yield window("several, the first beyond the film", ["-9000", *two[0]], ["10", *two[1]], grey, ONE_GREY)
    yield window("several, the last bad", [*two[0], "x"], [*two[1], "y"], grey, UNREAD)
    yield window("more centres than widths", two[0], "2000", grey, UNREAD)
    yield window("more widths than centres", "1000", two[1], grey, UNREAD)
    yield window("bad in three ways", ["x", "7", "-9000"], ["9", "0", "10"], FULL, UNREAD, INVALID, ONE_GREY)
    many = [str(1000 + k) for k in range(3000)]
    build = partial(dicom, FILM, **TWELVE, WindowCenter=many, WindowWidth=["2000"] * 3000)
    yield Case(WINDOW, "three thousand", build, FILM, grey, has={"notes": ()})


def spoiling() -> Iterator[Case]:
    """Windows through which nothing would be seen."""
    for name, centre, width in (
        ("above all values, which would be black", "9000", "1000"), ("below all, which would be white", "-9000", "10"),
        ("so wide that all would be mid-grey", "2000", "9e9"), ("a threshold beyond the values", "5000", "1"),
    ):  # fmt: skip
        yield window(f"{name}: the full range", centre, width, FULL, ONE_GREY)
    for function in ("LINEAR_EXACT", "SIGMOID"):
        yield window(f"{function}, above all values", "90000", "1000", FULL, ONE_GREY, VOILUTFunction=function)
    rescaled: dict[str, Any] = {"RescaleSlope": "1", "RescaleIntercept": "20000"}
    yield Case(
        WINDOW, "of the stored values, where they are rescaled", partial(
            dicom, FILM, WindowCenter="2048", WindowWidth="4096", **TWELVE, **rescaled
        ), FILM + 20000.0, FULL, has={"notes": (ONE_GREY,)},
    )  # fmt: skip
    almost = "The file's window shows almost the whole radiograph as black or white."
    yield window("that shows a few pixels alone", "4094", "2", linear(4094, 2), almost)
    padded = FILM.copy()
    padded[:, :5] = 0
    padded[:, 5:] = np.maximum(padded[:, 5:], 1000)
    low = partial(dicom, padded, PixelPaddingValue=0, WindowCenter="50", WindowWidth="100", **TWELVE)
    shown = np.where(padded == 0, 0, (padded - 1000) / 3095)
    yield Case(WINDOW, "of the padding alone: the full range", low, padded, shown, has={"notes": (ONE_GREY,)})
    constant = np.full((4, 5), 77, np.uint16)
    build = partial(dicom, constant, WindowCenter="9000", WindowWidth="10")
    yield Case(WINDOW, "above a film of one value", build, constant, np.zeros((4, 5)), has={"notes": ()})


def faint() -> Iterator[Case]:
    """The film takes a small part of the grey scale; the window is kept, and a note says so from a tenth on."""
    note = "The file's window shows the whole radiograph in less than 10 % of the grey scale."
    wide: dict[str, Any] = {"WindowCenter": "2048", "WindowWidth": "4096"}
    for most, dim in ((63, True), (255, True), (409, True), (410, False), (4095, False)):
        pixels, has = film(most), {"notes": (note,) * dim}  # 0.1 of 4095 is 409.5
        build = partial(dicom, pixels, **TWELVE, **wide)
        yield Case(WINDOW, f"for 12 bits, values to {most}", build, pixels, pixels / 4095, has=has)
    dark, has = film(63), {"notes": (note,)}
    bright = dark + np.uint16(4000)
    build = partial(dicom, bright, **TWELVE, **wide)
    yield Case(WINDOW, "for 12 bits, values from 4000 to 4063", build, bright, bright / 4095, has=has)
    build = partial(dicom, dark, **TWELVE | {"PhotometricInterpretation": "MONOCHROME1"}, **wide)
    yield Case(WINDOW, "for 12 bits, values to 63, MONOCHROME1", build, dark, 1 - dark / 4095, has=has)
    several: dict[str, Any] = {"WindowCenter": ["2048", "32"], "WindowWidth": ["4096", "64"]}
    yield Case(
        WINDOW, "two, the first far too wide", partial(dicom, dark, **TWELVE, **several), dark, dark / 4095, has=has
    )
    several = {"WindowCenter": ["32", "2048"], "WindowWidth": ["64", "4096"]}
    build = partial(dicom, dark, **TWELVE, **several)
    yield Case(WINDOW, "two, the second far too wide", build, dark, dark / 63, has={"notes": ()})
    table = {"LUTDescriptor": [4096, 0, 12], "LUTData": np.arange(4096, dtype=np.uint16)}
    build = partial(dicom, dark, **TWELVE, VOILUTSequence=[table])
    yield Case(WINDOW, "a table for 12 bits, values to 63", build, dark, dark / 4095, has=has)


def narrow() -> Iterator[Case]:
    """Widths below 1 make sense where the values span no more than 1."""
    fine: dict[str, Any] = {"RescaleSlope": "0.00001", "RescaleIntercept": "0"}
    values = (FILM * 1e-5).astype(np.float32)

    def shown(name: str, centre: str, width: str, grey: ArrayLike, *notes: str, **more: Any) -> Case:
        build = partial(dicom, FILM, **TWELVE | fine | {"WindowCenter": centre, "WindowWidth": width} | more)
        return Case(WINDOW, name, build, values, grey, has={"notes": notes})

    yield shown("of 0.02, of fine values", "0.02", "0.02", exact(0.02, 0.02, values))
    yield shown("of 0,02, of fine values", "0,02", "0,02", exact(0.02, 0.02, values), read_as(0.02, 0.02))
    yield shown(
        "of 0.02, of fine values, SIGMOID", "0.02", "0.02", 1 / (1 + np.exp(-4 * (values - 0.02) / 0.02)),
        VOILUTFunction="SIGMOID",
    )  # fmt: skip
    yield shown("of 0, of fine values: the full range", "0.02", "0", FULL, INVALID)
    yield shown("of 0.02, beyond fine values: the full range", "7", "0.02", FULL, ONE_GREY)
    unit = picture().astype(np.float32)
    exactly = "The values span no more than 1, so a LINEAR window was read as LINEAR_EXACT."
    for name, width, notes in (("0.5", "0.5", ()), ("1", "1", (exactly,))):
        build = partial(_float_film, unit, WindowCenter="0.5", WindowWidth=width)
        grey = exact(0.5, float(width), unit)
        yield Case(WINDOW, f"of {name}, of values from 0 to 1", build, unit, grey, has={"notes": notes})
    coarse = (FILM * 1e-3).astype(np.float32)
    build = partial(dicom, FILM, **TWELVE, RescaleSlope="0.001", WindowCenter="2", WindowWidth="0.5")
    yield Case(WINDOW, "of 0.5, of values from 0 to 4.095", build, coarse, FULL, has={"notes": (INVALID,)})


def _float_film(values: NDArray[Any], **hints: Any) -> bytes:
    whole = float_file("FloatPixelData", values, "OF")
    head, pixels = whole[: -values.nbytes - 12], whole[-values.nbytes - 12 :]
    return head + b"".join(files.element(keyword, value, "<") for keyword, value in hints.items()) + pixels


def rescale() -> Iterator[Case]:
    """Slope and intercept are the values: read as they are written, or the film is refused."""
    kind = "DICOM, modality"
    note = "The {} is not written as DICOM requires. It was read as {}."
    comma = partial(dicom, FILM, RescaleSlope="0,5", RescaleIntercept="-1024", **TWELVE)
    said = (note.format("rescale slope", "0.5"),)
    yield Case(kind, "a slope with a decimal comma", comma, FILM * 0.5 - 1024, FULL, has={"notes": said})
    unit = partial(dicom, FILM, RescaleSlope="1", RescaleIntercept="-1024,5 HU", **TWELVE)
    said = (note.format("rescale intercept", "-1024.5"),)
    yield Case(kind, "an intercept with a unit", unit, FILM - 1024.5, FULL, has={"notes": said})
    empty = partial(dicom, FILM, RescaleSlope="", RescaleIntercept="  ", **TWELVE)
    yield Case(kind, "an empty slope and intercept", empty, FILM, FULL, has={"notes": ()})
    unread = r"The DICOM file's {} cannot be read, so its values are unknown\. Export it again\."
    for text in ("one", "nan", "1e400", "1,2,3"):
        for keyword, words in (("RescaleSlope", "Rescale Slope"), ("RescaleIntercept", "Rescale Intercept")):
            wrong: dict[str, Any] = {keyword: text}
            build = partial(dicom, FILM, **TWELVE, **wrong)
            yield Case("DICOM, wrong layout", f"{keyword} {text!r}", build, sentence=unread.format(words))


def frames() -> Iterator[Case]:
    """A number of frames that cannot be so, of one frame."""
    kind = "DICOM, frames"
    for said in ("0", "", "many", "-1", "1 ", "1.5", b"\xff\xfe", "1\\2"):
        yield Case(kind, f"{said!r}", partial(dicom, FILM, NumberOfFrames=said, **TWELVE), FILM)
    longer = FILM.tobytes() + bytes(100)
    yield Case(kind, "'0', with bytes behind", partial(dicom, longer, NumberOfFrames="0", **TWELVE), FILM)


def padding() -> Iterator[Case]:
    """Padding that would hide the film, or cannot be read."""
    kind = "DICOM, padding"
    hidden = ("The pixel padding value would make the whole radiograph black and was ignored.",)
    for name, ends in (("a range that holds all values", (0, 4095)), ("a range from above", (4095, 0))):
        hints: dict[str, Any] = dict(zip(("PixelPaddingValue", "PixelPaddingRangeLimit"), ends, strict=True))
        yield Case(kind, name, partial(dicom, FILM, **TWELVE, **hints), FILM, FULL, has={"notes": hidden})
    unread = "The pixel padding {} in the file cannot be read and was ignored."
    odd = partial(dicom, FILM, PixelPaddingValue=b"\x01", **TWELVE)
    yield Case(kind, "an odd byte", odd, FILM, FULL, has={"notes": (unread.format("value"),)})
    text = partial(_padding_in_text, "none")
    yield Case(kind, "a word", text, FILM, FULL, has={"notes": (unread.format("value"),)})
    empty = partial(dicom, FILM, PixelPaddingValue=b"", **TWELVE)
    yield Case(kind, "an empty value", empty, FILM, FULL, has={"notes": ()})
    limit = partial(dicom, FILM, PixelPaddingValue=7, PixelPaddingRangeLimit=b"\x01", **TWELVE)
    grey = np.where(FILM == 7, 0, FULL)
    yield Case(kind, "a limit of an odd byte", limit, FILM, grey, has={"notes": (unread.format("range limit"),)})


def _padding_in_text(text: str) -> bytes:
    return dicom(FILM, PixelPaddingValue=text.encode(), **TWELVE).replace(b"\x28\0\x20\1US", b"\x28\0\x20\1LO", 1)


def shapes() -> Iterator[Case]:
    """Spacings, and the shape of the presentation."""
    kind = "DICOM, pixel shape"
    pixels = np.array([[0, 40], [80, 120]], np.uint8)
    tall = [[0, 40], [20, 60], [60, 100], [80, 120]]
    resampled = "Resampled from 2 x 2 to square pixels."
    comma = "The pixel spacing is not written as DICOM requires. It was read as 0.4 and 0.2."
    build = partial(dicom, pixels, PixelSpacing=["0,4", "0,2"])
    yield Case(kind, "spacing with decimal commas", build, tall, has={"notes": (comma, resampled)})
    build = partial(dicom, pixels, PixelAspectRatio=["2,0", "1"])
    comma = "The pixel aspect ratio is not written as DICOM requires. It was read as 2 and 1."
    yield Case(kind, "aspect ratio with a decimal comma", build, tall, has={"notes": (comma, resampled)})
    invalid = "The {} in the file is invalid and was ignored."
    for told in (["0", "0.2"], ["-0.2", "0.2"], ["nan", "0.2"], ["wide", "0.2"], ["0.2"], ["1", "2", "3"], ["", "1"]):
        build = partial(dicom, pixels, PixelSpacing=told)
        yield Case(kind, f"spacing {told}", build, pixels, has={"notes": (invalid.format("pixel spacing"),)})
    build = partial(dicom, pixels, PixelSpacing="x", ImagerPixelSpacing=["0.4", "0.2"])
    notes = (invalid.format("pixel spacing"), resampled)
    yield Case(kind, "invalid spacing before a good one", build, tall, has={"notes": notes})
    absurd = ("The pixel aspect ratio in the file is implausible and was ignored.",)
    for told in (["1e300", "1e-300"], ["1e-300", "1e300"], ["1000", "1"], ["1", "21"]):
        build = partial(dicom, pixels, PixelAspectRatio=told)
        yield Case(kind, f"aspect ratio {told}", build, pixels, has={"notes": absurd})
    unknown = "Ignored a presentation LUT shape that DICOM does not have."
    for said, known in (("DOE^JANE", False), (b"\xff\xff", False), ("LIN OD", True), ("identity ", True)):
        build = partial(dicom, FILM, PresentationLUTShape=said, **TWELVE)
        has = {"inverted": False, "notes": () if known else (unknown,)}
        yield Case("DICOM, polarity", f"the shape {said!r}", build, FILM, FULL, has=has)
