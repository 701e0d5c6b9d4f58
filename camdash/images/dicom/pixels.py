"""From a DICOM file's pixel data to its stored values: by pydicom and its decoders, each bit where it belongs."""

import struct
from typing import Any

import gdcm
import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, ExplicitVRBigEndian, JPEGExtended12Bit, RLELossless

from camdash.errors import ImageError
from camdash.images.codestream import describe
from camdash.images.dicom.header import Layout
from camdash.images.dicom.jpeg_structure import check_structure
from camdash.images.dicom.reading import Parsed
from camdash.images.dicom.syntaxes import DECODERS, spoken

UNDECODABLE = (
    OSError, EOFError, ValueError, TypeError, LookupError, AttributeError, RuntimeError, OverflowError, struct.error,
)  # fmt: skip
"""What pydicom and its decoders raise of broken pixel data."""

gdcm.Trace.WarningOff()  # it writes to the process's own error stream, past any log
gdcm.Trace.ErrorOff()
gdcm.Trace.DebugOff()


def stored_values(parsed: Parsed) -> tuple[NDArray[Any], str]:
    """Return the stored values, (rows, columns) or (rows, columns, 3), and the photometric interpretation they have.

    Decoders return the color space that is inside the compressed picture, which is what counts.

    Raises:
        ImageError: the pixel data is damaged, cut short, or contradicts what the file says of it.
    """
    compressed = UID(parsed.syntax) in DECODERS
    try:
        if not compressed:
            return _plain(parsed), _expanded(parsed.layout.photometric)
        frame = get_frame(parsed.pixels, 0, number_of_frames=1)
        precision = _precision(frame, parsed.layout)
        if DECODERS[UID(parsed.syntax)] == "gdcm" or (precision > 8 and UID(parsed.syntax) == JPEGExtended12Bit):
            check_structure(frame, parsed.layout.samples)
        if UID(parsed.syntax) == JPEGExtended12Bit and precision > 8:
            return _extended_12_bits(frame, parsed.layout), parsed.layout.photometric
        return _decompressed(parsed)
    except UNDECODABLE as error:
        how = f" ({spoken(parsed.syntax)})" if compressed else ""
        raise ImageError(f"The picture in the DICOM file is damaged or cut short{how}. Export it again.") from error


def _plain(parsed: Parsed) -> NDArray[Any]:
    values, _ = _array(parsed, correct_unused_bits=False)
    return values if parsed.keyword != "PixelData" else _meant_bits(values, parsed.layout)


def _expanded(photometric: str) -> str:
    return "YBR_FULL" if photometric == "YBR_FULL_422" else photometric


def _decompressed(parsed: Parsed) -> tuple[NDArray[Any], str]:
    if UID(parsed.syntax) == RLELossless:
        values, found = _array(parsed, correct_unused_bits=False)
        return _meant_bits(values, parsed.layout), found
    return _array(parsed)


def _array(parsed: Parsed, **options: Any) -> tuple[NDArray[Any], str]:
    layout = parsed.layout
    described: dict[str, Any] = {
        "rows": layout.rows,
        "columns": layout.columns,
        "number_of_frames": 1,
        "samples_per_pixel": layout.samples,
        "photometric_interpretation": layout.photometric,
        "planar_configuration": layout.planar,
        "bits_allocated": layout.allocated,
        "bits_stored": layout.stored,
        "pixel_representation": int(layout.signed),
        "pixel_keyword": parsed.keyword,
    }
    if UID(parsed.syntax) == ExplicitVRBigEndian:
        described["pixel_vr"] = parsed.vr
    values, found = get_decoder(UID(parsed.syntax)).as_array(
        parsed.pixels,
        index=0,
        raw=True,
        decoding_plugin=DECODERS.get(UID(parsed.syntax), ""),
        **described,
        **options,
    )
    return values.astype(values.dtype.newbyteorder("="), copy=False), str(found["photometric_interpretation"])


def _meant_bits(values: NDArray[Any], layout: Layout) -> NDArray[Any]:
    """Return the stored bits alone, with their sign; overlays or rubbish may lie in the others (PS3.5, 8.1.1)."""
    size = 8 * values.itemsize
    if layout.allocated == 1 or layout.stored == size:
        return values
    up = values.dtype.type(size - 1 - layout.high)
    down = values.dtype.type(size - layout.stored)
    meant: NDArray[Any] = (values << up) >> down
    return meant


def _precision(frame: bytes, layout: Layout) -> int:
    """Return the bits of a sample, having compared the compressed picture's size with what the file says."""
    found = describe(frame)
    if found is None:
        return layout.stored
    if (found.rows, found.columns, found.samples) != (layout.rows, layout.columns, layout.samples):
        raise ImageError(
            f"The DICOM file contradicts itself: it says {layout.rows} rows, {layout.columns} columns and "
            f"{layout.samples} samples; the compressed picture inside has {found.rows}, {found.columns} and "
            f"{found.samples}."
        )
    return found.precision


def _extended_12_bits(frame: bytes, layout: Layout) -> NDArray[Any]:
    """Decode a JPEG picture of 12 bits (ITU-T T.81, process 4) by gdcm, where pydicom offers no decoder."""
    if layout.samples != 1 or layout.allocated != 16:
        raise ImageError(
            f"The DICOM file's picture is {spoken(str(JPEGExtended12Bit))} of 12 bits in color, "
            "which no decoder here reads. Export it uncompressed or as JPEG 2000."
        )
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(frame)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((layout.columns, layout.rows, 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.GetPIType(layout.photometric)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGExtendedProcess2_4))
    image.SetPixelFormat(gdcm.PixelFormat(1, 16, layout.stored, layout.stored - 1, int(layout.signed)))
    # gdcm gives its buffer as text; pydicom's way back to bytes
    content = image.GetBuffer().encode("utf-8", "surrogateescape")
    values: NDArray[Any] = np.frombuffer(content, np.int16 if layout.signed else np.uint16)
    return values.reshape(layout.rows, layout.columns)
