"""DICOM files that are wrong, each in one way, with the sentence that refuses it."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from tests.images import dicom_files as files
from tests.images.dicom_files import dicom, layout_of, pixel_data, raw_element
from tests.images.rle import rle
from tests.images.seeds import seeds
from tests.images.streams import jpeg_12_bits, jpeg_lossless
from tests.images.table.case import Case
from tests.images.table.dicom_syntaxes import BLOCKS, COLOR, DEEP, GREY, TWELVE, described
from tests.pictures import image_bytes

DAMAGED = r"The DICOM file is damaged or cut short\. Export it again\."
NO_PICTURE = r"The DICOM file holds no picture; it may be a report, a directory or cut short\."
BAD_PIXELS = r"The picture in the DICOM file is damaged or cut short( \(.+\))?\. Export it again\."
CONTRADICTION = (
    r"The DICOM file contradicts itself: it says .* rows, .* columns and .* samples; the compressed picture .*"
)
UNREAD = (
    r"The DICOM file's transfer syntax is {}, which no decoder here reads\. Export it uncompressed or as JPEG 2000\."
)
TWO_FRAMES = r"The file holds 2 frames; a radiograph is one\. Export a single frame\."
IN_NO_WAY = r"The DICOM file holds its picture in a way that cannot be read\."
SIXTEEN = layout_of(DEEP)
EIGHT = layout_of(GREY)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    for kind, group in (
        ("DICOM, nothing in it", empty_files()), ("DICOM, wrong layout", wrong_layouts()),
        ("DICOM, wrong syntax", wrong_syntaxes()), ("DICOM, wrong pixels", wrong_pixels()),
        ("DICOM, wrong structure", wrong_structures()),
    ):  # fmt: skip
        for name, build, sentence in group:
            yield Case(kind, name, build, sentence=sentence)


Group = Iterator[tuple[str, Callable[[], bytes], str]]


def empty_files() -> Group:
    yield "header alone", lambda: bytes(128) + b"DICM", NO_PICTURE
    yield "meta information alone", partial(dicom, None), NO_PICTURE
    yield "no pixels", partial(dicom, None, **SIXTEEN), NO_PICTURE
    yield "no rows", partial(dicom, DEEP, Rows=None), NO_PICTURE
    yield "a directory", partial(dicom, None, Modality=None), NO_PICTURE
    yield "pixels of no bytes", partial(dicom, b"", **SIXTEEN), rf"{IN_NO_WAY}|{BAD_PIXELS}"
    yield "an empty Rows", partial(dicom, DEEP, Rows=b""), r"The DICOM file does not say its Rows, without which .*"


def wrong_layouts() -> Group:
    nothing = r"The image has {} rows and {} columns, so there is nothing to show\."
    yield "no rows at all", partial(dicom, DEEP, Rows=0), nothing.format(0, 17)
    yield "no columns at all", partial(dicom, DEEP, Columns=0), nothing.format(13, 0)
    large = r"The image has 4295 million pixels; at most 100 million are read\."
    yield "65,535 by 65,535", partial(dicom, DEEP, Rows=65535, Columns=65535), large
    for frames in (2, 120):
        sentence = rf"The file holds {frames} frames; a radiograph is one\. Export a single frame\."
        yield f"{frames} frames", partial(dicom, DEEP, NumberOfFrames=frames), sentence
    yield from (
        (f"frames {said!r} of two", partial(dicom, np.vstack([DEEP, DEEP]), Rows=13, NumberOfFrames=said), TWO_FRAMES)
        for said in ("0", "", "many")
    )
    yield "no bits", partial(dicom, DEEP, BitsAllocated=None), r"The DICOM file does not say its Bits Allocated, .*"
    yield (
        "12 bits allocated",
        partial(dicom, DEEP, BitsAllocated=12, BitsStored=12),
        r"The file keeps 12 bits a pixel; .*",
    )
    bits = r"The file contradicts itself: {} bits up to bit {} of {}\."
    yield "more stored than allocated", partial(dicom, DEEP, BitsStored=17), bits.format(17, 15, 16)
    yield "high bit beyond", partial(dicom, DEEP, HighBit=40), bits.format(16, 40, 16)
    yield "no bits stored", partial(dicom, DEEP, BitsStored=0), bits.format(0, 15, 16)
    three = r"The file says MONOCHROME2 and 3 samples a pixel, which contradict\."
    yield "three samples of grey", partial(dicom, COLOR, PhotometricInterpretation="MONOCHROME2"), three
    one = r"The file says RGB and 1 samples a pixel, which contradict\."
    yield "one sample of color", partial(dicom, GREY, PhotometricInterpretation="RGB"), one
    unknown = r"The file's photometric interpretation is not one that is read: use MONOCHROME1, 2 or RGB\."
    for photometric in ("HSV", "YBR_PARTIAL_420", "DOE^JANE"):
        yield photometric, partial(dicom, GREY, PhotometricInterpretation=photometric), unknown
    yield (
        "planes in a third way",
        partial(dicom, COLOR, PlanarConfiguration=2),
        r"The file's planar configuration is 2; .*",
    )
    yield "color with a sign", partial(dicom, COLOR, PixelRepresentation=1), r"The file says RGB with a sign, which .*"
    zero = r"The DICOM file's rescale slope is 0, which would make every pixel the same\."
    yield "a slope of 0", partial(dicom, GREY, RescaleSlope="0", RescaleIntercept="1"), zero
    short = r"A lookup table in the DICOM file is shorter than the file says\."
    table = {"LUTDescriptor": [4096, 0, 16], "LUTData": np.arange(9, dtype=np.uint16)}
    yield "a short modality table", partial(dicom, TWELVE, ModalityLUTSequence=[table]), short
    odd = r"A lookup table in the DICOM file is described in a way that cannot be read\."
    yield "a palette without colors", partial(dicom, GREY, PhotometricInterpretation="PALETTE COLOR"), odd


def wrong_syntaxes() -> Group:
    video = UNREAD.format(r"MPEG2 Main Profile / Main Level")
    yield "a video", partial(dicom, [b"\0\0\1\xb3"], syntax="1.2.840.10008.1.2.4.100", **EIGHT), video
    jpip = UNREAD.format("JPIP Referenced")
    yield "a picture elsewhere", partial(dicom, [b"http"], syntax="1.2.840.10008.1.2.4.94", **EIGHT), jpip
    retired = UNREAD.format(r"JPEG Spectral Selection, Non-Hierarchical \(Process 6 and 8\)")
    yield "a retired JPEG", partial(dicom, [b"\xff\xd8"], syntax="1.2.840.10008.1.2.4.53", **EIGHT), retired
    yield (
        "a private number",
        partial(dicom, [b"??"], syntax="1.2.3.4.5", **EIGHT),
        UNREAD.format(r"number 1\.2\.3\.4\.5"),
    )
    yield (
        "a name for a number",
        partial(dicom, [b"??"], syntax="DOE^JANE", **EIGHT),
        UNREAD.format("of no valid number"),
    )
    unsaid = r"The DICOM file's picture is compressed, and the file does not say how\."
    yield "compressed, said to be plain", partial(dicom, [image_bytes(GREY, "JPEG")], **EIGHT), unsaid
    plain = r"The DICOM file says RLE Lossless, but its picture is not compressed\."
    yield "plain, said to be compressed", partial(dicom, DEEP, syntax=files.RLE), plain
    color = r"The DICOM file's picture is JPEG Extended \(Process 2 and 4\) of 12 bits in color, .*"
    stream = jpeg_12_bits(BLOCKS).replace(b"\x01\x01\x11\x00", b"\x03\x01\x11\x00", 1)
    three = layout_of(np.zeros((16, 24, 3), np.uint16))
    yield "12 bits in color", partial(dicom, [stream], syntax=files.EXTENDED, **three), f"{color}|{BAD_PIXELS}"


def wrong_pixels() -> Group:
    yield "half of them", partial(dicom, DEEP.tobytes()[:200], **SIXTEEN), BAD_PIXELS
    for name in ("rle", "jpeg", "jpeg lossless", "jpeg-ls", "jpeg 2000"):
        yield f"{name} of half a file", partial(cut, f"dicom {name}"), f"{BAD_PIXELS}|{DAMAGED}|{NO_PICTURE}"
    streams: dict[str, tuple[str, dict[str, Any]]] = {
        "RLE": (files.RLE, SIXTEEN), "JPEG": (files.BASELINE, EIGHT), "JPEG lossless": (files.LOSSLESS_1, SIXTEEN),
        "JPEG-LS": (files.LS, SIXTEEN), "JPEG 2000": (files.J2K, SIXTEEN), "HTJ2K": (files.HTJ2K, SIXTEEN),
        "JPEG of 12 bits": (files.EXTENDED, described(DEEP, 12)),
    }  # fmt: skip
    for name, (syntax, layout) in streams.items():
        yield f"{name} of rubbish", partial(dicom, [bytes(range(256))], syntax=syntax, **layout), BAD_PIXELS
        yield f"{name} of nothing", partial(dicom, [], syntax=syntax, **layout), BAD_PIXELS
    yield (
        "a smaller JPEG inside",
        partial(dicom, [image_bytes(GREY[:8], "JPEG")], syntax=files.BASELINE, **EIGHT),
        CONTRADICTION,
    )
    huge = image_bytes(GREY, "JPEG").replace(struct.pack(">HH", 13, 17), b"\xff\xff\xff\xff", 1)
    yield "a JPEG inside of 65,535 by 65,535", partial(dicom, [huge], syntax=files.BASELINE, **EIGHT), CONTRADICTION
    offsets = struct.pack("<16I", 2, 64, 0xFFFFFFF0, *[0] * 13) + bytes(40)
    yield "RLE with an offset beyond the end", partial(dicom, [offsets], syntax=files.RLE, **SIXTEEN), BAD_PIXELS
    cyclic = struct.pack("<16I", 2, 64, 64, *[0] * 13) + bytes(40)
    yield "RLE with two segments in one place", partial(dicom, [cyclic], syntax=files.RLE, **SIXTEEN), BAD_PIXELS
    many = struct.pack("<16I", 15, *[64] * 15) + bytes(40)
    yield "RLE with 15 segments", partial(dicom, [many], syntax=files.RLE, **SIXTEEN), BAD_PIXELS
    stream = jpeg_lossless(TWELVE, 12)
    broken = {
        "without end": stream[:-2],
        "with a predictor of 9": stream.replace(b"\x01\x00\x01\x00\x00", b"\x01\x00\x09\x00\x00"),
        "without codes": stream.replace(b"\xff\xc4", b"\xff\xfe"), "with two frames": stream[:15] + stream[2:],
        "with rubbish between": stream[:2] + b"\x07" + stream[2:],
    }  # fmt: skip
    for name, content in broken.items():
        build = partial(dicom, [content], syntax=files.LOSSLESS_1, **described(TWELVE, 12))
        yield f"JPEG lossless {name}", build, BAD_PIXELS
    finite = r"The image holds values that are not finite numbers\."
    for name, value in (("no number", np.nan), ("infinity", np.inf)):
        yield name, partial(float_pixels, np.array([[0, value]], np.float64)), finite
    yield (
        "beyond single precision",
        partial(float_pixels, np.array([[0, 1e300]])),
        r"The image holds values that are too large.*",
    )


def float_pixels(pixels: np.ndarray[Any, Any]) -> bytes:
    size: dict[str, Any] = {
        "Rows": 1,
        "Columns": 2,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 64,
    }
    return dicom(None, **size) + raw_element(0x7FE00009, "OD", pixels.tobytes())


def cut(name: str) -> bytes:
    whole = seeds()[name]
    return whole[: len(whole) // 2]


def wrong_structures() -> Group:
    yield "a deflated data set of rubbish", rubbish_deflated, f"{DAMAGED}|{NO_PICTURE}"
    yield "a deflated data set that is cut", partial(cut, "dicom deflated"), f"{BAD_PIXELS}|{DAMAGED}|{NO_PICTURE}"
    yield "a deflated bomb", deflated_bomb, r"The DICOM file unpacks to over 512 MB, the most that is read\."
    yield "sequences 3,000 deep", nested, f"{DAMAGED}|{NO_PICTURE}"
    yield "an element longer than the file", longer_than_the_file, NO_PICTURE
    yield "an offset table beyond the file", wild_offsets, f"{BAD_PIXELS}|{NO_PICTURE}"
    yield (
        "a sequence for pixels",
        pixels_in_a_sequence,
        r"The DICOM file holds its picture in a way that cannot be read\.|" + NO_PICTURE,
    )
    yield "text for Rows", partial(dicom, DEEP, Rows=b"x"), r"The DICOM file's Rows cannot be read\."


def rubbish_deflated() -> bytes:
    return dicom(None, syntax=files.DEFLATED, Modality=None) + bytes([255] * 50)


def deflated_bomb() -> bytes:
    head = dicom(None, syntax=files.DEFLATED, Modality=None)[:-2]
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    zeros = bytes(2**20)
    return head + b"".join(packer.compress(zeros) for _ in range(513)) + packer.flush()


def nested() -> bytes:
    start = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
        "<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF
    )
    return dicom(None, Modality=None) + start * 3000


def longer_than_the_file() -> bytes:
    return dicom(None) + raw_element(0x00080070, "UT", b"abc", length=0xFFFFFFF0) + dicom(DEEP)[132:]


def wild_offsets() -> bytes:
    content = io.BytesIO()
    content.write(dicom(None, syntax=files.RLE, **SIXTEEN))
    table = struct.pack("<HHI", 0xFFFE, 0xE000, 8) + struct.pack("<II", 0xFFFFFFF0, 7)
    part = struct.pack("<HHI", 0xFFFE, 0xE000, 0x7FFFFFFF) + rle(DEEP)
    content.write(raw_element(0x7FE00010, "OB", table + part, length=0xFFFFFFFF))
    return content.getvalue()


def pixels_in_a_sequence() -> bytes:
    return dicom(None, **SIXTEEN) + raw_element(0x7FE00010, "SQ", pixel_data(DEEP.tobytes()))
