"""The elements of a parsed DICOM data set as plain values, each with its sentence where it cannot be read.

Values are read from the file's own bytes: pydicom raises, or warns with a quotation, over those that are not as the
standard says, and many of them can be understood.
"""

import re
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import DataElement, Dataset
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.errors import BytesLengthException, InvalidDicomError

from camdash.errors import ImageError
from camdash.images.dicom.dataset.numerals import Numeral, read_numeral
from camdash.words.sentence import say

UNREADABLE = (
    BytesLengthException, InvalidDicomError, OSError, EOFError, ValueError, TypeError, LookupError, AttributeError,
    RuntimeError, OverflowError, struct.error, zlib.error,
)  # fmt: skip
"""What pydicom raises of broken files; RuntimeError stands for sequences nested too deep, too."""

UNDEFINED = 0xFFFFFFFF
PIXEL_VRS = ("OB", "OW", "OF", "OD", "UN", None)
"""None in implicit VR; a sequence would be read together with its item's heads."""

NUMBERS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "UV": "Q", "SV": "q", "FL": "f", "FD": "d"}
UNTYPED = ("UN", "OB", "OW", None)
"""VRs that say nothing of what a value is; the standard's own dictionary does."""

UNREAD = "?"
"""Stands for a text that cannot be read."""

Key = str | int
"""Of an element: its keyword or, of those that are there for each overlay, its tag."""


class Elements:
    """A data set, or an item of a sequence, whose values are asked for by keyword."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    def __contains__(self, keyword: Key) -> bool:
        return keyword in self.dataset

    def has(self, keyword: Key) -> bool:
        """Return whether there is anything but blanks, readable or not."""
        return any(self.texts(keyword))

    def text(self, keyword: Key) -> str:
        """Return the first value as text, upper case; empty where there is none, `UNREAD` where it cannot be read."""
        return next(iter(self.texts(keyword)), "")

    def texts(self, keyword: Key) -> tuple[str, ...]:
        """Return the values as texts, upper case, without blanks around them; `UNREAD` where they cannot be read."""
        values = self._values(keyword)
        if values is None:
            return (UNREAD,)
        return tuple(str(value).strip(" \0\t\r\n").upper() for value in values)

    def numerals(self, keyword: Key) -> tuple[Numeral | None, ...]:
        """Return the values as numbers; None in the place of each that is none, or none that is finite."""
        return tuple(read_numeral(text) for text in self.texts(keyword))

    def integer(self, keyword: str, default: int | None = None) -> int:
        """Return the first value, a whole number; ImageError where there is none, and no default."""
        values = self._values(keyword)
        try:
            if values is None or (values and values[0] != ""):
                return int(values[0] if values else UNREAD)
        except (ValueError, OverflowError) as error:
            raise ImageError(
                say("The DICOM file's {element} cannot be read.", element=element_name(keyword))
            ) from error
        if default is None:
            raise ImageError(
                say(
                    "The DICOM file does not say its {element}, without which it cannot be shown.",
                    element=element_name(keyword),
                )
            )
        return default

    def shorts(self, keyword: Key) -> NDArray[np.uint16] | None:
        """Return values of 16 bits as unsigned ones, whichever of the VRs US, SS and OW they have; None if unreadable.

        Bytes in VR OB come as they lie there, in pairs, the first of which is the lower half.
        """
        raw = self._raw(keyword)
        if raw is not None and raw.VR in ("US", "SS", "OW", "OB", "UN", None):
            content = bytes(raw.value or b"")
            order = "<" if raw.VR == "OB" or raw.is_little_endian else ">"
            return np.frombuffer(content[: len(content) // 2 * 2], f"{order}u2").astype(np.uint16)
        numerals = self.numerals(keyword)
        whole = [int(one.value) for one in numerals if one is not None and one.value == int(one.value)]
        if len(whole) < len(numerals):
            return None
        return (np.array([value % 65536 for value in whole])).astype(np.uint16)

    def says_signed(self, keyword: Key) -> bool:
        """Return whether an element's own VR is that of signed numbers."""
        raw = self._raw(keyword)
        return raw is not None and raw.VR == "SS"

    def items(self, keyword: str) -> "tuple[Elements, ...] | None":
        """Return the items of a sequence; None if there is something, and it is none."""
        try:
            items = self.dataset.get(keyword)
            if not items:
                return ()
            found = tuple(Elements(item) for item in items if isinstance(item, Dataset))
        except UNREADABLE:
            return None
        return found or None

    def raw(self, keyword: str) -> tuple[bytes, str, bool]:
        """Return an element's bytes, its VR, and whether its length is undefined, as that of fragments is."""
        element = self._raw(keyword)
        if element is None or element.VR not in PIXEL_VRS:
            raise ImageError(say("The DICOM file holds its picture in a way that cannot be read."))
        return element.value or b"", element.VR or "OW", element.length == UNDEFINED

    def _raw(self, keyword: Key) -> RawDataElement | None:
        """Return an element as it lies in the file; None where it is empty, a sequence, or not there."""
        found = self._found(keyword)
        return found if isinstance(found, RawDataElement) else None

    def _found(self, keyword: Key) -> RawDataElement | DataElement | None:
        """Return an element; None where there is none, or pydicom finds it unreadable."""
        try:
            return self.dataset.get_item(keyword)
        except UNREADABLE:
            return None

    def _values(self, keyword: Key) -> tuple[Any, ...] | None:
        """Return the values, numbers or texts; none where there is no element, None where it cannot be read."""
        if keyword not in self.dataset:
            return ()
        found = self._found(keyword)
        if found is None or not found.value:
            return None if found is None else ()
        raw = self._raw(keyword)
        if raw is None or not isinstance(raw.value, bytes):
            return None
        vr = dictionary_VR(keyword) if raw.VR in UNTYPED else str(raw.VR)
        if kind := NUMBERS.get(vr[:2]):
            order, size = "<" if raw.is_little_endian else ">", struct.calcsize(kind)
            count = len(raw.value) // size
            return struct.unpack(f"{order}{count}{kind}", raw.value[: count * size]) if count else None
        return None if vr == "SQ" else tuple(raw.value.decode("latin-1").rstrip(" \0").split("\\"))


def element_name(keyword: str) -> str:
    """Return an element's name in words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", keyword)
