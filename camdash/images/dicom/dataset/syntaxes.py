"""Transfer syntaxes: which are read, by which decoder, and by what name the others are refused (PS3.5, chapter 10)."""

import re

from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from camdash.errors import ImageError
from camdash.words.sentence import say

NATIVE: tuple[UID, ...] = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)

DECODERS: dict[UID, str] = {
    JPEGBaseline8Bit: "pillow",
    JPEGExtended12Bit: "pillow",  # its 12-bit pictures take gdcm
    JPEGLossless: "gdcm",
    JPEGLosslessSV1: "gdcm",
    JPEGLSLossless: "pyjpegls",
    JPEGLSNearLossless: "pyjpegls",
    JPEG2000Lossless: "pylibjpeg",
    JPEG2000: "pylibjpeg",
    HTJ2KLossless: "pylibjpeg",
    HTJ2KLosslessRPCL: "pylibjpeg",
    HTJ2K: "pylibjpeg",
    RLELossless: "pydicom",
}
"""The one decoder for each compressed syntax, by pydicom's name for it, so that a file is read alike everywhere."""


def syntax_name(syntax: str) -> str:
    """Return the standard's name of a transfer syntax, or its number; nothing else that may stand in its place."""
    if UID(syntax).is_transfer_syntax:
        return str(UID(syntax).name)
    if re.fullmatch(r"[0-9.]{1,64}", syntax):
        return say("number {number}", number=syntax)
    return say("of no valid number")


def refuse_unread(syntax: str, *, compressed: bool) -> None:
    """Raise ImageError if no decoder reads this syntax, or if it does not fit how the pixels lie in the file."""
    if UID(syntax) not in (*NATIVE, *DECODERS):
        raise ImageError(
            say(
                "The DICOM file's transfer syntax is {syntax}, which no decoder here reads. "
                "Export it uncompressed or as JPEG 2000.",
                syntax=syntax_name(syntax),
            )
        )
    if compressed and UID(syntax) in NATIVE:
        raise ImageError(say("The DICOM file's picture is compressed, and the file does not say how."))
    if not compressed and UID(syntax) in DECODERS:
        raise ImageError(
            say("The DICOM file says {syntax}, but its picture is not compressed.", syntax=syntax_name(syntax))
        )
