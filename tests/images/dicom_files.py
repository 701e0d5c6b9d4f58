"""DICOM files put together by hand (PS3.5, chapter 7; PS3.10, chapter 7), right ones and wrong ones."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.datadict import dictionary_VR, tag_for_keyword

IMPLICIT, EXPLICIT, BIG, DEFLATED = (f"1.2.840.10008.1.2{end}" for end in ("", ".1", ".2", ".1.99"))
RLE = "1.2.840.10008.1.2.5"
BASELINE, EXTENDED, LOSSLESS, LOSSLESS_1 = (f"1.2.840.10008.1.2.4.{end}" for end in (50, 51, 57, 70))
LS, LS_NEAR, J2K, J2K_LOSSY = (f"1.2.840.10008.1.2.4.{end}" for end in (80, 81, 90, 91))
HTJ2K_LOSSLESS, HTJ2K_RPCL, HTJ2K = (f"1.2.840.10008.1.2.4.{end}" for end in (201, 202, 203))

LONG = ("OB", "OW", "OF", "OD", "SQ", "UC", "UN", "UR", "UT")
NUMBERS = {"US": "H", "SS": "h", "UL": "I", "FL": "f", "FD": "d"}
UNDEFINED = 0xFFFFFFFF

Elements = Mapping[str, Any]
Order = Literal["<", ">"]


def dicom(
    pixels: NDArray[Any] | bytes | Sequence[bytes] | None,
    *,
    syntax: str = EXPLICIT,
    preamble: bool = True,
    meta: bool = True,
    **elements: Any,
) -> bytes:
    """Return a DICOM file.

    Args:
        pixels: an array, (rows, columns) or (rows, columns, 3), from which the elements on the layout follow; or the
            bytes of Pixel Data; or the fragments of a compressed picture; or None.
        syntax: the transfer syntax, which also says how the data set is written.
        preamble: whether the file begins with 128 bytes and DICM.
        meta: whether it begins with file meta information.
        elements: further elements by keyword, which overrule; None takes one away.
    """
    order: Order = ">" if syntax == BIG else "<"
    described: dict[str, Any] = {"Modality": "DX"}
    if isinstance(pixels, np.ndarray):
        described |= layout_of(pixels)
        pixels = _in_words(pixels, order)
    described |= elements
    body = b"".join(
        element(keyword, value, order, implicit=syntax == IMPLICIT, signed=described.get("PixelRepresentation") == 1)
        for keyword, value in sorted(described.items(), key=lambda pair: _tag(pair[0]))
        if value is not None
    )
    if pixels is not None:
        body += pixel_data(pixels, order, implicit=syntax == IMPLICIT)
    if syntax == DEFLATED:
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        body = packer.compress(body) + packer.flush()
    head = (bytes(128) + b"DICM") if preamble else b""
    named = element("TransferSyntaxUID", syntax, "<")
    group = element("FileMetaInformationGroupLength", len(named), "<") + named if meta else b""
    return head + group + body


def _in_words(pixels: NDArray[Any], order: Order) -> bytes:
    """Return pixels as Pixel Data of VR OW: in big endian even bytes come in swapped pairs (PS3.5, A.3)."""
    if pixels.itemsize > 1 or order == "<":
        return pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    content = pixels.tobytes() + b"\0" * (pixels.size % 2)
    return np.frombuffer(content, np.uint16).byteswap().tobytes()


def layout_of(pixels: NDArray[Any]) -> dict[str, Any]:
    """Return the elements that say how an array of pixels lies in the file."""
    bits = 8 * pixels.itemsize
    color = pixels.ndim == 3
    return {
        "Rows": pixels.shape[0],
        "Columns": pixels.shape[1],
        "SamplesPerPixel": 3 if color else 1,
        "PhotometricInterpretation": "RGB" if color else "MONOCHROME2",
        "PlanarConfiguration": 0 if color else None,
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
    }


def element(keyword: str, value: Any, order: Order, *, implicit: bool = False, signed: bool = False) -> bytes:
    """Return an element of the dictionary's VR; US or SS by the sign; bytes are written as they are."""
    vr = dictionary_VR(keyword)
    if vr == "US or SS":
        vr = "SS" if signed else "US"
    elif vr == "US or OW" and isinstance(value, list):
        vr = "US"
    elif " or " in vr:
        vr = "OW"
    if vr == "SQ":
        content = b"".join(_item(fields, order, implicit, signed) for fields in value)
    elif isinstance(value, bytes):
        content = value
    elif vr in NUMBERS:
        numbers = value if isinstance(value, list | tuple) else [value]
        content = struct.pack(f"{order}{len(numbers)}{NUMBERS[vr]}", *numbers)
    elif isinstance(value, np.ndarray):
        content = value.astype(value.dtype.newbyteorder(order)).tobytes()
    else:
        text = "\\".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        content = text.encode("latin-1")
        content += (b"\0" if vr == "UI" else b" ") * (len(content) % 2)
    return raw_element(_tag(keyword), vr, content, order, implicit=implicit)


def raw_element(
    tag: int, vr: str, content: bytes, order: Order = "<", *, implicit: bool = False, length: int | None = None
) -> bytes:
    """Return an element with any tag, VR and bytes, and any length, even a wrong one."""
    length = len(content) if length is None else length
    head = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)
    if implicit:
        return head + struct.pack(f"{order}I", length) + content
    if vr in LONG:
        return head + vr.encode() + b"\0\0" + struct.pack(f"{order}I", length) + content
    return head + vr.encode() + struct.pack(f"{order}H", length) + content


def pixel_data(pixels: bytes | Sequence[bytes], order: Order = "<", *, implicit: bool = False) -> bytes:
    """Return Pixel Data, plain or in fragments behind an empty offset table (PS3.5, A.4)."""
    if isinstance(pixels, bytes):
        return raw_element(0x7FE00010, "OW", pixels + b"\0" * (len(pixels) % 2), order, implicit=implicit)
    even = [part + b"\0" * (len(part) % 2) for part in pixels]
    fragments = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(part)) + part for part in (b"", *even))
    content = fragments + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    return raw_element(0x7FE00010, "OB", content, order, implicit=implicit, length=UNDEFINED)


def _item(fields: Elements, order: Order, implicit: bool, signed: bool) -> bytes:
    content = b"".join(element(key, value, order, implicit=implicit, signed=signed) for key, value in fields.items())
    return struct.pack(f"{order}HHI", 0xFFFE, 0xE000, len(content)) + content


def _tag(keyword: str) -> int:
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise ValueError(keyword)
    return tag
