"""DICOM files parsed by pydicom, from a list of harmless elements alone; the only module that knows it.

Nothing of a patient is ever parsed: elements that are not in `ELEMENTS` are skipped unread.
"""

import io
import zlib
from dataclasses import dataclass

from pydicom import dcmread
from pydicom.filereader import read_dataset, read_preamble
from pydicom.tag import BaseTag, Tag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from camdash.errors import ImageError
from camdash.images.dicom.dataset.color_streams import as_in_stream
from camdash.images.dicom.dataset.elements import UNREADABLE, Elements
from camdash.images.dicom.dataset.frames import first_frame, frames_in
from camdash.images.dicom.dataset.header import Description, Interpretation, Layout, check
from camdash.images.dicom.dataset.meaning import meaning_of, spacing_of
from camdash.images.dicom.dataset.syntaxes import refuse_unread
from camdash.images.limits import LARGEST_INFLATED, MEGABYTE, check_frames
from camdash.words.sentence import say

LAYOUT = (
    "Rows Columns NumberOfFrames SamplesPerPixel PhotometricInterpretation PlanarConfiguration "
    "BitsAllocated BitsStored HighBit PixelRepresentation"
)
MEANING = (
    "RescaleSlope RescaleIntercept ModalityLUTSequence VOILUTSequence VOILUTFunction WindowCenter WindowWidth "
    "WindowCenterWidthExplanation PresentationLUTShape PixelPaddingValue PixelPaddingRangeLimit "
    "PixelSpacing ImagerPixelSpacing NominalScannedPixelSpacing PixelAspectRatio "
    "RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor BluePaletteColorLookupTableDescriptor "
    "RedPaletteColorLookupTableData GreenPaletteColorLookupTableData BluePaletteColorLookupTableData"
)
DESCRIPTION = "Modality BodyPartExamined ViewPosition BurnedInAnnotation"
PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
ELEMENTS = [*LAYOUT.split(), *MEANING.split(), *DESCRIPTION.split(), *PIXELS]
OVERLAY_PLACES = range(0x6000_0102, 0x6020_0102, 0x0002_0000)
"""Overlay Bit Position of each of the 16 overlays that there may be."""
TAGS = [Tag(one) for one in (*ELEMENTS, *OVERLAY_PLACES)]


@dataclass(frozen=True, eq=False)
class Parsed:
    """A DICOM file taken apart.

    Attributes:
        layout, meaning, description: what its elements say; of compressed pictures the samples that they have.
        syntax: the transfer syntax.
        keyword, vr, pixels: the element with the pixels, its VR and its bytes.
        overlays: the places of bits of a pixel that belong to overlays.
        notes: where the file contradicts itself on the layout.
    """

    layout: Layout
    meaning: Interpretation
    description: Description
    syntax: str
    keyword: str
    vr: str
    pixels: bytes
    overlays: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


def parse(data: bytes) -> Parsed:
    """Take a DICOM file apart and check everything that can be checked before its pixels are decoded.

    Raises:
        ImageError: the file cannot be parsed, holds no picture, or one that is not read.
    """
    try:
        elements, syntax = _elements(data)
    except UNREADABLE as error:
        raise ImageError(say("The DICOM file is damaged or cut short. Export it again.")) from error
    keyword = next((name for name in PIXELS if name in elements), None)
    if keyword is None or "Rows" not in elements:
        raise ImageError(say("The DICOM file holds no picture; it may be a report, a directory or cut short."))
    pixels, vr, compressed = elements.raw(keyword)
    refuse_unread(syntax, compressed=compressed)
    frames = _frames(elements)
    check_frames(frames or 1)
    layout = _layout(elements, keyword)
    layout, notes = _as_in_stream(layout, pixels) if compressed else (layout, ())
    check(layout)
    check_frames(frames or frames_in(pixels, layout, compressed=compressed, syntax=syntax))
    meaning = meaning_of(elements, layout)
    return Parsed(layout, meaning, _description(elements), syntax, keyword, vr, pixels, _overlays(elements), notes)


def _elements(data: bytes) -> tuple[Elements, str]:
    """Return the listed elements, and the transfer syntax: a guess where the file does not name it."""
    content = io.BytesIO(data)
    read_preamble(content, force=True)
    meta = read_dataset(content, is_implicit_VR=False, is_little_endian=True, stop_when=_after_meta)
    syntax = str(meta.get("TransferSyntaxUID", ""))
    if syntax == DeflatedExplicitVRLittleEndian:
        plain = io.BytesIO(_inflated(content.read()))
        return Elements(read_dataset(plain, False, True, specific_tags=[*TAGS])), syntax
    found = dcmread(io.BytesIO(data), force=True, specific_tags=TAGS)
    implicit, little = found.original_encoding
    guess = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian if little else ExplicitVRBigEndian
    return Elements(found), syntax or str(guess)


def _after_meta(tag: BaseTag, vr: str | None, length: int) -> bool:  # noqa: ARG001  # pydicom passes all three
    return tag.group != 2


def _inflated(packed: bytes) -> bytes:
    """Inflate a deflated data set (PS3.5, A.5), up to a limit."""
    plain = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, LARGEST_INFLATED + 1)
    if len(plain) > LARGEST_INFLATED:
        most = LARGEST_INFLATED // MEGABYTE
        raise ImageError(say("The DICOM file unpacks to over {limit} MB, the most that is read.", limit=most))
    return plain


def _layout(elements: Elements, keyword: str) -> Layout:
    """Return how the pixels lie; a float picture has 32 or 64 bits a pixel (PS3.3, C.7.6.24)."""
    floats = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}.get(keyword)
    allocated = floats or elements.integer("BitsAllocated")
    stored = floats or elements.integer("BitsStored", allocated)
    samples = elements.integer("SamplesPerPixel", 1)
    return Layout(
        rows=elements.integer("Rows"),
        columns=elements.integer("Columns"),
        samples=samples,
        photometric=elements.text("PhotometricInterpretation") or ("MONOCHROME2" if samples == 1 else "RGB"),
        planar=elements.integer("PlanarConfiguration", 0) if samples > 1 else 0,
        allocated=allocated,
        stored=stored,
        high=floats - 1 if floats else elements.integer("HighBit", stored - 1),
        signed=not floats and elements.integer("PixelRepresentation", 0) == 1,
    )


def _frames(elements: Elements) -> int | None:
    """Return how many frames the file says it holds; None where what it says cannot be so."""
    if "NumberOfFrames" not in elements:
        return 1
    numeral = next(iter(elements.numerals("NumberOfFrames")), None)
    if numeral is None or numeral.value < 1 or numeral.value != int(numeral.value):
        return None
    return int(numeral.value)


def _as_in_stream(layout: Layout, pixels: bytes) -> tuple[Layout, tuple[str, ...]]:
    try:
        return as_in_stream(layout, first_frame(pixels))
    except UNREADABLE:
        return layout, ()  # said when it is decoded


def _overlays(elements: Elements) -> tuple[int, ...]:
    """Return the places of bits of a pixel that are overlays; one that lies apart says 0 (PS3.3, C.9.2.1.1)."""
    places = (elements.shorts(tag) for tag in OVERLAY_PLACES)
    return tuple(int(found[0]) for found in places if found is not None and len(found) and found[0])


def _description(elements: Elements) -> Description:
    return Description(
        modality=elements.text("Modality"),
        body_part=elements.text("BodyPartExamined"),
        view_position=elements.text("ViewPosition"),
        burned_in=elements.text("BurnedInAnnotation"),
        millimetres=spacing_of(elements, ("PixelSpacing", "ImagerPixelSpacing"), []),
    )
