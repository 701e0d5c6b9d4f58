"""DICOM files whose compressed picture has other colors than they say: the picture is followed, with a note."""

import io
from collections.abc import Iterator
from functools import partial
from typing import Any

import jpeg_ls
import numpy as np
from numpy.typing import NDArray
from openjpeg.utils import encode_array
from PIL import Image

from tests.images import dicom_files as files
from tests.images.dicom_files import dicom, layout_of
from tests.images.picture import picture
from tests.images.rle import rle
from tests.images.streams import adobe, jfif, jpeg_lossless, marked
from tests.images.table.case import Case
from tests.images.table.dicom_syntaxes import BT_601
from tests.pictures import image_bytes

KIND = "DICOM, color of streams"
GREY = np.rint(picture(40, 48) * 255).astype(np.uint8)
COLOR = np.dstack([GREY, 255 - GREY, np.full_like(GREY, 128)])
LUMA = np.rint(COLOR @ BT_601)
TAGS = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
SHOWN = "Color, shown as brightness."


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield from jpegs()
    yield from other_samples()
    yield from lossless()
    yield from jpegs_2000()
    yield from unsaid()


def of(tag: str) -> dict[str, Any]:
    return layout_of(COLOR) | {"PhotometricInterpretation": tag}


def notes_of(tag: str, space: str) -> tuple[str, ...]:
    """Return the notes of a file that says one thing, and whose picture is in another space."""
    if tag.startswith("YBR") == (space == "YCbCr"):
        return (SHOWN,)
    return SHOWN, f"The file says {tag}, but its compressed picture is in {space}. The picture was followed."


def as_pillow_reads(stream: bytes) -> NDArray[Any]:
    with Image.open(io.BytesIO(stream)) as image:
        return np.asarray(image.convert("RGB").convert("L"))


def jpegs() -> Iterator[Case]:
    """Lossy JPEG is what libjpeg takes it for: by JFIF's marker, by Adobe's, by the names of its components."""
    stream = image_bytes(COLOR, "JPEG", quality=95, subsampling=0)
    bare = marked(stream, without=b"JFIF")
    variants: dict[str, tuple[bytes, str]] = {
        "JFIF": (stream, "YCbCr"),
        "no marker": (bare, "YCbCr"),
        "no marker, components RGB": (marked(bare, names=b"RGB"), "RGB"),
        "no marker, components 0, 1, 2": (marked(bare, names=b"\0\1\2"), "YCbCr"),
        "Adobe, not transformed": (marked(bare, adobe(0)), "RGB"),
        "Adobe, transformed": (marked(bare, adobe(1)), "YCbCr"),
        "Adobe, transformed, components RGB": (marked(bare, adobe(1), names=b"RGB"), "YCbCr"),
        "JFIF before Adobe, not transformed": (marked(bare, jfif(), adobe(0)), "YCbCr"),
    }
    for name, (content, space) in variants.items():
        grey = as_pillow_reads(content)
        for tag in TAGS[:4]:
            build = partial(dicom, [content], syntax=files.BASELINE, **of(tag))
            has = {"notes": notes_of(tag, space)}
            yield Case(KIND, f"JPEG, {name}, said to be {tag}", build, grey, grey / 255, has=has)
    kept = image_bytes(COLOR, "JPEG", quality=95, subsampling=0, keep_rgb=True)
    build = partial(dicom, [kept], syntax=files.BASELINE, **of("YBR_FULL_422"))
    has = {"notes": notes_of("YBR_FULL_422", "RGB")}
    yield Case(KIND, "JPEG in RGB, said to be YBR_FULL_422", build, LUMA, tolerance=4, has=has)
    half = image_bytes(COLOR, "JPEG", quality=95, subsampling=2)
    build = partial(dicom, [half[:300], half[300:]], syntax=files.BASELINE, **of("RGB"))
    has = {"notes": notes_of("RGB", "YCbCr")}
    yield Case(KIND, "JPEG, colors halved, in two fragments", build, as_pillow_reads(half), has=has)
    extended = stream.replace(b"\xff\xc0", b"\xff\xc1", 1)
    build = partial(dicom, [extended], syntax=files.EXTENDED, **of("RGB"))
    yield Case(KIND, "JPEG extended, 8 bits, JFIF, said to be RGB", build, as_pillow_reads(stream), has=has)


def other_samples() -> Iterator[Case]:
    """As many samples as the picture has, whatever the file says."""
    note = "The file says {} and {} sample(s) a pixel, but its compressed picture is in {}. The picture was followed."
    color = image_bytes(COLOR, "JPEG", quality=95, subsampling=0)
    grey = as_pillow_reads(color)
    for tag, samples in (("MONOCHROME2", 1), ("MONOCHROME1", 1), ("MONOCHROME2", 3), ("RGB", 1), ("YBR_FULL_422", 1)):
        build = partial(dicom, [color], syntax=files.BASELINE, **of(tag) | {"SamplesPerPixel": samples})
        said = note.format(tag, samples, "color")
        name = f"JPEG in color, said to be {tag} of {samples} samples"
        kept = tag if tag.startswith("YBR") else "RGB"
        has = {"notes": (SHOWN, said, *notes_of(kept, "YCbCr")[1:]), "inverted": False}
        yield Case(KIND, name, build, grey, grey / 255, has=has)
    plain = image_bytes(GREY, "JPEG", quality=95)
    for tag, samples in (("RGB", 3), ("YBR_FULL_422", 3), ("MONOCHROME2", 3), ("RGB", 1)):
        build = partial(dicom, [plain], syntax=files.BASELINE, **of(tag) | {"SamplesPerPixel": samples})
        has = {"notes": (note.format(tag, samples, "grey"),)}
        name = f"JPEG in grey, said to be {tag} of {samples} samples"
        yield Case(KIND, name, build, GREY, tolerance=4, has=has)
    for name, syntax, stream in (
        ("JPEG-LS", files.LS, _jpeg_ls(2)), ("JPEG 2000", files.J2K, bytes(encode_array(COLOR, use_mct=False))),
    ):  # fmt: skip
        build = partial(dicom, [stream], syntax=syntax, **of("MONOCHROME2") | {"SamplesPerPixel": 1})
        has = {"notes": (SHOWN, note.format("MONOCHROME2", 1, "color"))}
        yield Case(KIND, f"{name} in color, said to be MONOCHROME2", build, LUMA, LUMA / 255, has=has)


def lossless() -> Iterator[Case]:
    """Lossless JPEG says its colors by markers alone, else the file does."""
    stream = jpeg_lossless(COLOR, 8)
    red = COLOR[..., 0]
    for tag, expected in (("RGB", LUMA), ("YBR_FULL", red)):
        build = partial(dicom, [stream], syntax=files.LOSSLESS_1, **of(tag))
        yield Case(KIND, f"JPEG lossless, no marker, {tag}", build, expected, has={"notes": (SHOWN,)})
    variants = {
        "Adobe, not transformed": (marked(stream, adobe(0)), "RGB", LUMA),
        "Adobe, transformed": (marked(stream, adobe(1)), "YCbCr", red),
        "JFIF": (marked(stream, jfif()), "YCbCr", red), "components RGB": (marked(stream, names=b"RGB"), "RGB", LUMA),
    }  # fmt: skip
    variants |= {
        "Adobe, a number of its own": (marked(stream, adobe(193)), "YCbCr", red),
        "Adobe, not transformed, components 7, 9, 8": (marked(stream, adobe(0), names=b"\7\11\10"), "RGB", LUMA),
    }
    for name, (content, space, expected) in variants.items():
        for tag in ("RGB", "YBR_FULL"):
            build = partial(dicom, [content], syntax=files.LOSSLESS, **of(tag))
            has = {"notes": notes_of(tag, space)}
            yield Case(KIND, f"JPEG lossless, {name}, said to be {tag}", build, expected, has=has)


def jpegs_2000() -> Iterator[Case]:
    """A component transform is undone by the decoder; without one only YBR_FULL is not RGB."""
    for transformed, space in ((True, "YCbCr"), (False, "RGB")):
        stream = bytes(encode_array(COLOR, photometric_interpretation=1, use_mct=transformed))
        for tag in TAGS:
            build = partial(dicom, [stream], syntax=files.J2K, **of(tag))
            right = (tag in ("YBR_ICT", "YBR_RCT")) if transformed else tag not in ("YBR_ICT", "YBR_RCT")
            said = f"The file says {tag}, but its compressed picture is in {space}. The picture was followed."
            expected = COLOR[..., 0] if right and tag.startswith("YBR_FULL") else LUMA
            name = f"JPEG 2000, {'' if transformed else 'not '}transformed, said to be {tag}"
            has = {"notes": (SHOWN, *[said] * (not right))}
            yield Case(KIND, name, build, expected, expected / 255, has=has)


def unsaid() -> Iterator[Case]:
    """JPEG-LS and RLE do not say their colors: the file does."""
    for name, mode in (("planes", 0), ("lines", 1), ("pixels", 2)):
        for tag, expected in (("RGB", LUMA), ("YBR_FULL", COLOR[..., 0])):
            build = partial(dicom, [_jpeg_ls(mode)], syntax=files.LS, **of(tag))
            yield Case(KIND, f"JPEG-LS by {name}, {tag}", build, expected, expected / 255, has={"notes": (SHOWN,)})
    for tag, expected in (("RGB", LUMA), ("YBR_FULL", COLOR[..., 0])):
        build = partial(dicom, [rle(COLOR)], syntax=files.RLE, **of(tag))
        yield Case(KIND, f"RLE, {tag}", build, expected, expected / 255, has={"notes": (SHOWN,)})


def _jpeg_ls(mode: int) -> bytes:
    pixels = np.ascontiguousarray(COLOR.transpose(2, 0, 1)) if mode == 0 else COLOR
    return bytes(jpeg_ls.encode_buffer(pixels.tobytes(), *GREY.shape, 3, 8, interleave_mode=mode))
