"""What a compressed picture says of its own colors, whatever the file says (Photometric Interpretation).

Decoders go by the stream: a JPEG is YCbCr or RGB by its markers and the names of its components (ITU-T T.871, 6; as
libjpeg reads them), JPEG 2000 by the flag of its component transform (T.800, A.6.1). JPEG-LS and RLE do not say it.
"""

import struct
from dataclasses import replace
from enum import Enum

from camdash.images.dicom.dataset.header import COLOR, MONOCHROME, Layout
from camdash.images.streams.headers import FRAME_HEADERS, STANDALONE, describe
from camdash.words.sentence import say

TRANSFORMED, UNTRANSFORMED = ("YBR_ICT", "YBR_RCT"), ("RGB", "YBR_FULL", "YBR_FULL_422")
"""What DICOM says of JPEG 2000 with a component transform, and without (PS3.5, 8.2.4)."""


class Space(Enum):
    """The color space of a stream, before its decoder turns it into RGB."""

    RGB = "RGB"
    YCC = "YCbCr"
    UNSAID = ""


LOSSLESS, JPEG_LS = 0xC3, 0xF7
APP0, APP8, APP14 = 0xE0, 0xE8, 0xEE
COD, SOT = 0xFF52, 0xFF90


def space_of(stream: bytes) -> Space:
    """Return what a JPEG, JPEG-LS or JPEG 2000 stream with three components says of its colors."""
    try:
        if stream.startswith(b"\xff\xd8"):
            return _of_jpeg(stream)
        start = stream.find(b"\xff\x4f\xff\x51", 0, 4096)
        return Space.UNSAID if start < 0 else _of_jpeg_2000(stream, start + 2)
    except (struct.error, IndexError):
        return Space.UNSAID


def as_in_stream(layout: Layout, stream: bytes) -> tuple[Layout, tuple[str, ...]]:
    """Return the layout with as many samples as a compressed picture has, and a note if the file says otherwise."""
    found = describe(stream)
    if found is None or found.samples not in (1, 3):
        return layout, ()
    grey, color = found.samples == 1, layout.photometric in COLOR
    if (layout.samples, color) == (found.samples, not grey):
        return layout, ()
    if layout.photometric not in (*MONOCHROME, *COLOR):
        return layout, ()
    photometric = layout.photometric if color is not grey else "MONOCHROME2" if grey else "RGB"
    note = _note(layout, grey=grey)
    signed = layout.signed and grey
    return replace(layout, samples=found.samples, photometric=photometric, planar=0, signed=signed), (note,)


def _note(layout: Layout, *, grey: bool) -> str:
    if grey:
        return say(
            "The file says {photometric} and {count} sample(s) a pixel, but its compressed picture is in grey. "
            "The picture was followed.",
            photometric=layout.photometric,
            count=layout.samples,
        )
    return say(
        "The file says {photometric} and {count} sample(s) a pixel, but its compressed picture is in color. "
        "The picture was followed.",
        photometric=layout.photometric,
        count=layout.samples,
    )


def colors_of(stream: bytes, layout: Layout) -> tuple[str, tuple[str, ...]]:
    """Return the photometric interpretation of a decoded stream with three components, and a note if the tag errs.

    JPEG 2000 is RGB once it is decoded, but for YBR_FULL without a transform of its own. The components of lossless
    JPEG come out as they are. Lossy JPEG is not decoded into components here.
    """
    space, said = space_of(stream), layout.photometric
    if stream.startswith(b"\xff\xd8"):
        meant = {Space.RGB: ("RGB",), Space.YCC: COLOR[1:], Space.UNSAID: COLOR}[space]
        found = "RGB" if space is Space.RGB else "YBR_FULL" if space is Space.YCC else said
    else:
        meant = TRANSFORMED if space is Space.YCC else UNTRANSFORMED
        found = "YBR_FULL" if space is Space.UNSAID and said.startswith("YBR_FULL") else "RGB"
    if said in meant:
        return found, ()
    inside = Space.YCC if space is Space.YCC else Space.RGB
    note = say(
        "The file says {said}, but its compressed picture is in {found}. The picture was followed.",
        said=said,
        found=inside.value,
    )
    return found, (note,)


def _of_jpeg(stream: bytes) -> Space:
    """Walk the segments up to the frame header (T.81, B.2.2)."""
    markers, place = _Markers(), 2
    while stream[place] == 0xFF:
        marker = stream[place + 1]
        if marker == 0xFF or marker in STANDALONE:
            place += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", stream, place + 2)
        content = stream[place + 4 : place + 2 + length]
        if marker in FRAME_HEADERS:
            return markers.space(marker, content[6::3])
        markers.note(marker, content)
        place += 2 + length
    return Space.UNSAID


class _Markers:
    """The segments of a JPEG that tell its colors, as far as they were seen."""

    def __init__(self) -> None:
        self.jfif = self.transformed_ls = False
        self.adobe: int | None = None

    def note(self, marker: int, content: bytes) -> None:
        """Take account of an application's segment: JFIF's, Adobe's, or that of JPEG-LS with a color transform."""
        self.jfif = self.jfif or (marker == APP0 and content.startswith(b"JFIF\0"))
        self.transformed_ls = self.transformed_ls or (
            marker == APP8 and content[:4] == b"mrfx" and content[4:5] > b"\0"
        )
        if marker == APP14 and content.startswith(b"Adobe") and len(content) >= 12:
            self.adobe = content[11]

    def space(self, frame: int, components: bytes) -> Space:
        """Return what decoders take a frame of this kind for, with components of these names."""
        if frame == JPEG_LS and self.transformed_ls:
            return Space.RGB
        if self.jfif:
            return Space.YCC
        if self.adobe is not None:
            return Space.YCC if self.adobe else Space.RGB
        if components == b"RGB":
            return Space.RGB
        return Space.UNSAID if frame in (LOSSLESS, JPEG_LS) else Space.YCC


def _of_jpeg_2000(stream: bytes, place: int) -> Space:
    """Find the coding style (T.800, A.6.1): a component transform leaves RGB once it is undone."""
    while (marker := struct.unpack_from(">H", stream, place)[0]) not in (COD, SOT):
        place += 2 + struct.unpack_from(">H", stream, place + 2)[0]
    return Space.YCC if marker == COD and stream[place + 8] else Space.UNSAID
