"""From a DICOM file's pixel data to its stored values: by pydicom and its decoders, each bit where it belongs."""

import io
import struct
from dataclasses import dataclass, replace
from typing import Any

import gdcm
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, ExplicitVRBigEndian, JPEGExtended12Bit, RLELossless

from camdash.errors import ImageError
from camdash.images.dicom.dataset.color_streams import colors_of
from camdash.images.dicom.dataset.frames import first_frame
from camdash.images.dicom.dataset.header import Layout
from camdash.images.dicom.dataset.reading import Parsed
from camdash.images.dicom.dataset.syntaxes import DECODERS, syntax_name
from camdash.images.dicom.picture.jpeg_structure import check_structure, without_applications
from camdash.images.dicom.picture.stored_bits import meant_bits
from camdash.images.streams.headers import EXTENDED, LOSSLESS, describe, frame_marker
from camdash.images.streams.jpeg_data import grey_end_notes, jpeg_data_notes
from camdash.words.sentence import say

UNDECODABLE = (
    OSError, EOFError, ValueError, TypeError, LookupError, AttributeError, RuntimeError, OverflowError, struct.error,
)  # fmt: skip
"""What pydicom and its decoders raise of broken pixel data."""

EIGHT_BITS = say("The compressed picture has 8 bits, fewer than the file says.")
DAMAGED = say("The picture in the DICOM file is damaged or cut short. Export it again.")

gdcm.Trace.WarningOff()  # it writes to the process's own error stream, past any log
gdcm.Trace.ErrorOff()
gdcm.Trace.DebugOff()


@dataclass(frozen=True, eq=False)
class Stored:
    """The stored values of a picture.

    Attributes:
        values: (rows, columns), or (rows, columns, 3) of colors.
        photometric: the photometric interpretation that they have; of colors that are brightness already, MONOCHROME2.
        bits: how many bits a value has.
        notes: where the picture is not as the file says.
    """

    values: NDArray[Any]
    photometric: str
    bits: int
    notes: tuple[str, ...] = ()


def stored_values(parsed: Parsed) -> Stored:
    """Return the stored values of a picture.

    Raises:
        ImageError: the pixel data is damaged, cut short, or contradicts what the file says of it.
    """
    compressed = UID(parsed.syntax) in DECODERS
    try:
        if compressed:
            return _decompressed(parsed)
        stored = _plain(parsed)
        return replace(stored, notes=(*stored.notes, *_surplus(parsed)))
    except UNDECODABLE as error:
        if not compressed:
            raise ImageError(DAMAGED) from error
        how = syntax_name(parsed.syntax)
        raise ImageError(
            say("The picture in the DICOM file is damaged or cut short ({syntax}). Export it again.", syntax=how)
        ) from error


def _plain(parsed: Parsed) -> Stored:
    """Return values whose words lie in the file as they are, or packed without loss by RLE."""
    photometric = "YBR_FULL" if parsed.layout.photometric == "YBR_FULL_422" else parsed.layout.photometric
    values = _array(parsed, correct_unused_bits=False)
    if parsed.keyword != "PixelData":
        return Stored(values, photometric, parsed.layout.stored)
    return _with_meant_bits(values, parsed, photometric)


def _surplus(parsed: Parsed) -> tuple[str, ...]:
    """Return a note where values that are not compressed go on after the picture's end (PS3.5, 8.1.1).

    One byte more is padding to an even length. Anything else may mean that rows, columns or frames are wrong.
    """
    layout = parsed.layout
    bits = layout.rows * layout.columns * layout.samples * layout.allocated
    if layout.photometric == "YBR_FULL_422":
        bits = bits * 2 // 3
    surplus = len(parsed.pixels) - (bits + 7) // 8
    if surplus < 2:
        return ()
    note = say(
        "Ignored {count:,} bytes after the picture ({rows} rows, {columns} columns). "
        "Rows or columns may be wrong: check that the picture is complete.",
        count=surplus,
        rows=layout.rows,
        columns=layout.columns,
    )
    return (note,)


def _decompressed(parsed: Parsed) -> Stored:
    syntax, layout = UID(parsed.syntax), parsed.layout
    if syntax == RLELossless:
        return _plain(parsed)
    frame = first_frame(parsed.pixels)
    precision = _precision(frame, layout)
    if DECODERS[syntax] == "gdcm" or (precision > 8 and syntax == JPEGExtended12Bit):
        check_structure(frame, layout.samples)
        parsed = replace(parsed, pixels=encapsulate([without_applications(frame)], has_bot=False))
    if syntax == JPEGExtended12Bit and precision > 8:
        whole = replace(layout, stored=max(precision, layout.stored))
        values = _extended_12_bits(first_frame(parsed.pixels), whole)
        return _with_meant_bits(values, parsed, layout.photometric, _filled(values, frame, precision))
    photometric, notes = colors_of(frame, layout) if layout.samples == 3 else (layout.photometric, ())
    if DECODERS[syntax] == "pillow":
        notes = (*notes, *jpeg_data_notes(frame))
    if DECODERS[syntax] == "pillow" and layout.samples == 3:
        return Stored(_brightness(frame), "MONOCHROME2", 8, notes)
    if DECODERS[syntax] == "pillow" and precision == 8 and layout.allocated > 8:
        eight = replace(parsed, layout=replace(layout, allocated=8, stored=8, high=7))
        return Stored(_array(eight), photometric, 8, (*notes, EIGHT_BITS))
    if precision <= layout.stored:
        values = _array(parsed)
        return Stored(values, photometric, layout.stored, (*notes, *_filled(values, frame, precision)))
    values = _array(replace(parsed, layout=replace(layout, stored=precision, high=precision - 1)))
    notes = (*notes, *_filled(values, frame, precision))
    return _with_meant_bits(values, parsed, photometric, notes)


def _filled(values: NDArray[Any], frame: bytes, precision: int) -> tuple[str, ...]:
    """Return a note where the end of a JPEG that gdcm decoded may be missing; other streams are refused then."""
    marker = frame_marker(frame) if frame.startswith(b"\xff\xd8") else None
    return grey_end_notes(values, precision) if marker in (*LOSSLESS, EXTENDED) else ()


def _with_meant_bits(values: NDArray[Any], parsed: Parsed, photometric: str, notes: tuple[str, ...] = ()) -> Stored:
    values, bits, more = meant_bits(values, parsed.layout, parsed.overlays)
    return Stored(values, photometric, bits, (*notes, *more))


def _brightness(stream: bytes) -> NDArray[Any]:
    """Return the brightness of a JPEG in color of 8 bits, as of any such file that is no DICOM."""
    with Image.open(io.BytesIO(stream), formats=("JPEG",)) as image:
        return np.asarray(image.convert("RGB").convert("L"), np.uint8)


def _array(parsed: Parsed, **options: Any) -> NDArray[Any]:
    """Decode by pydicom."""
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
    values, _ = get_decoder(UID(parsed.syntax)).as_array(
        parsed.pixels,
        index=0,
        raw=True,
        decoding_plugin=DECODERS.get(UID(parsed.syntax), ""),
        **described,
        **options,
    )
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def _precision(frame: bytes, layout: Layout) -> int:
    """Return the bits of a sample, having compared the compressed picture's size with what the file says."""
    found = describe(frame)
    if found is None:
        return layout.stored
    if (found.rows, found.columns, found.samples) != (layout.rows, layout.columns, layout.samples):
        raise ImageError(
            say(
                "The DICOM file contradicts itself: it says {rows} rows, {columns} columns and {samples} samples; "
                "the compressed picture inside has {found_rows}, {found_columns} and {found_samples}.",
                rows=layout.rows,
                columns=layout.columns,
                samples=layout.samples,
                found_rows=found.rows,
                found_columns=found.columns,
                found_samples=found.samples,
            )
        )
    return found.precision


def _extended_12_bits(frame: bytes, layout: Layout) -> NDArray[Any]:
    """Decode a JPEG picture of 12 bits (ITU-T T.81, process 4) by gdcm, where pydicom offers no decoder."""
    if layout.samples != 1 or layout.allocated != 16:
        raise ImageError(
            say(
                "The DICOM file's picture is {syntax} of 12 bits in color, "
                "which no decoder here reads. Export it uncompressed or as JPEG 2000.",
                syntax=syntax_name(str(JPEGExtended12Bit)),
            )
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
