"""DICOM files parsed by pydicom, from a list of harmless elements alone; the only module that knows it.

Nothing of a patient is ever parsed: elements that are not in `ELEMENTS` are passed over unread.
"""

import io
import logging
import zlib
from dataclasses import dataclass

from pydicom import config, dcmread
from pydicom.filereader import read_dataset, read_preamble
from pydicom.tag import BaseTag, Tag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from camdash.errors import ImageError
from camdash.images.dicom.elements import UNREADABLE, Elements
from camdash.images.dicom.header import MONOCHROME, Description, Layout, LookupTable, Meaning, check
from camdash.images.dicom.syntaxes import refuse_unread
from camdash.images.limits import LARGEST_INFLATED, MEGABYTE

config.settings.reading_validation_mode = config.IGNORE  # its complaints would quote the file
logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)  # as would its log messages

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


@dataclass(frozen=True, eq=False)
class Parsed:
    """A DICOM file taken apart; `pixels` are the bytes of the element `keyword`, with VR `vr`, in transfer `syntax`."""

    layout: Layout
    meaning: Meaning
    description: Description
    syntax: str
    keyword: str
    vr: str
    pixels: bytes


def parse(data: bytes) -> Parsed:
    """Take a DICOM file apart and check everything that can be checked before its pixels are decoded.

    Raises:
        ImageError: the file cannot be parsed, holds no picture, or one that is not read.
    """
    try:
        elements, syntax = _elements(data)
    except UNREADABLE as error:
        raise ImageError("The DICOM file is damaged or cut short. Export it again.") from error
    keyword = next((name for name in PIXELS if name in elements), None)
    if keyword is None or "Rows" not in elements:
        raise ImageError("The DICOM file holds no picture; it may be a report, a directory or cut short.")
    pixels, vr, compressed = elements.raw(keyword)
    refuse_unread(syntax, compressed=compressed)
    layout = _layout(elements, keyword)
    check(layout)
    return Parsed(layout, _meaning(elements, layout), _description(elements), syntax, keyword, vr, pixels)


def _elements(data: bytes) -> tuple[Elements, str]:
    """Return the listed elements, and the transfer syntax: a guess where the file does not name it."""
    content = io.BytesIO(data)
    read_preamble(content, force=True)
    meta = read_dataset(content, is_implicit_VR=False, is_little_endian=True, stop_when=_after_meta)
    syntax = str(meta.get("TransferSyntaxUID", ""))
    if syntax == DeflatedExplicitVRLittleEndian:
        plain = io.BytesIO(_inflated(content.read()))
        tags: list[BaseTag | int] = [Tag(keyword) for keyword in ELEMENTS]
        return Elements(read_dataset(plain, False, True, specific_tags=tags), True), syntax
    found = dcmread(io.BytesIO(data), force=True, specific_tags=list(ELEMENTS))
    implicit, little = found.original_encoding
    guess = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian if little else ExplicitVRBigEndian
    return Elements(found, bool(little)), syntax or str(guess)


def _after_meta(tag: BaseTag, vr: str | None, length: int) -> bool:  # noqa: ARG001  # pydicom passes all three
    return tag.group != 2


def _inflated(packed: bytes) -> bytes:
    """Inflate a deflated data set (PS3.5, A.5), up to a limit."""
    plain = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, LARGEST_INFLATED + 1)
    if len(plain) > LARGEST_INFLATED:
        raise ImageError(f"The DICOM file unpacks to over {LARGEST_INFLATED // MEGABYTE} MB, the most that is read.")
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
        frames=elements.integer("NumberOfFrames", 1),
        samples=samples,
        photometric=elements.text("PhotometricInterpretation") or ("MONOCHROME2" if samples == 1 else "RGB"),
        planar=elements.integer("PlanarConfiguration", 0),
        allocated=allocated,
        stored=stored,
        high=floats - 1 if floats else elements.integer("HighBit", stored - 1),
        signed=not floats and elements.integer("PixelRepresentation", 0) == 1,
    )


def _meaning(elements: Elements, layout: Layout) -> Meaning:
    def table(item: Elements, prefix: str = "LUT") -> LookupTable:
        return item.table(f"{prefix}Descriptor", f"{prefix}Data", signed=layout.signed)

    modality = elements.items("ModalityLUTSequence")
    explanations = (*elements.texts("WindowCenterWidthExplanation"), *[""] * 1000)
    palette = [f"{color}PaletteColorLookupTable" for color in ("Red", "Green", "Blue")]
    return Meaning(
        slope=next(iter(elements.numbers("RescaleSlope")), 1),
        intercept=next(iter(elements.numbers("RescaleIntercept")), 0),
        modality=table(modality[0]) if modality else None,
        tables=tuple(table(item) for item in elements.items("VOILUTSequence")),
        windows=tuple(
            zip(elements.numbers("WindowCenter"), elements.numbers("WindowWidth"), explanations, strict=False)
        ),
        function=elements.text("VOILUTFunction") or "LINEAR",
        shape=elements.text("PresentationLUTShape"),
        padding=_padding(elements, layout),
        spacing=_spacing(
            elements, "PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio"
        ),
        palette=tuple(table(elements, color) for color in palette) if layout.photometric == "PALETTE COLOR" else (),
    )


def _padding(elements: Elements, layout: Layout) -> tuple[int, int] | None:
    """Return the lowest and highest stored value that is padding (PS3.3, C.7.5.1.1.2)."""
    value, limit = elements.shorts("PixelPaddingValue"), elements.shorts("PixelPaddingRangeLimit")
    if not len(value) or layout.photometric not in MONOCHROME:
        return None
    ends = [int(end) - 65536 if layout.signed and end >= 32768 else int(end) for end in (value[0], *limit[:1])]
    return min(ends), max(ends)


def _spacing(elements: Elements, *keywords: str) -> tuple[float, float] | None:
    """Return the first spacing that is two positive numbers."""
    found = (elements.numbers(keyword) for keyword in keywords)
    return next(((pair[0], pair[1]) for pair in found if len(pair) == 2 and min(pair) > 0), None)


def _description(elements: Elements) -> Description:
    return Description(
        modality=elements.text("Modality"),
        body_part=elements.text("BodyPartExamined"),
        view_position=elements.text("ViewPosition"),
        burned_in=elements.text("BurnedInAnnotation"),
        millimetres=_spacing(elements, "PixelSpacing", "ImagerPixelSpacing"),
    )
