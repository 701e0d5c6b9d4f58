"""The elements of a parsed DICOM data set as plain values, each with its sentence where it cannot be read."""

import math
import re
import struct
import zlib
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataelem import RawDataElement
from pydicom.errors import BytesLengthException, InvalidDicomError

from camdash.errors import ImageError
from camdash.images.dicom.header import LookupTable

UNREADABLE = (
    BytesLengthException, InvalidDicomError, OSError, EOFError, ValueError, TypeError, LookupError, AttributeError,
    RuntimeError, OverflowError, struct.error, zlib.error,
)  # fmt: skip
"""What pydicom raises of broken files; RuntimeError stands for sequences nested too deep, too."""

UNDEFINED = 0xFFFFFFFF
PIXEL_VRS = ("OB", "OW", "OF", "OD", "UN", None)
"""None in implicit VR; a sequence would be read together with its item's heads."""


class Elements:
    """A data set, or an item of a sequence, whose values are asked for by keyword."""

    def __init__(self, dataset: Dataset, little_endian: bool) -> None:
        self.dataset = dataset
        self.order = "<" if little_endian else ">"

    def __contains__(self, keyword: str) -> bool:
        return keyword in self.dataset

    def text(self, keyword: str) -> str:
        """Return the first value as text, upper case; empty where there is none."""
        return next(iter(self.texts(keyword)), "")

    def texts(self, keyword: str) -> tuple[str, ...]:
        """Return the values as texts, upper case."""
        return tuple(str(value).strip(" \0").upper() for value in self._values(keyword))

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """Return the values as numbers; none where one of them is no finite number."""
        try:
            numbers = tuple(float(value) for value in self._values(keyword))
        except (ValueError, TypeError, OverflowError):
            return ()
        return numbers if all(map(math.isfinite, numbers)) else ()

    def integer(self, keyword: str, default: int | None = None) -> int:
        """Return a whole number; ImageError where there is none, and no default."""
        values = self._values(keyword)
        try:
            if values:
                return int(values[0])
        except (ValueError, TypeError, OverflowError) as error:
            raise ImageError(f"The DICOM file's {_spoken(keyword)} cannot be read.") from error
        if default is None:
            raise ImageError(f"The DICOM file does not say its {_spoken(keyword)}, without which it cannot be shown.")
        return default

    def shorts(self, keyword: str) -> NDArray[np.uint16]:
        """Return values of 16 bits as unsigned ones, whichever of the VRs US, SS and OW they have."""
        try:
            value = self.dataset.get(keyword)
            if isinstance(value, bytes):
                return np.frombuffer(value[: len(value) // 2 * 2], f"{self.order}u2").astype(np.uint16)
            listed = [] if value is None else [value] if isinstance(value, int) else list(cast(Any, value))
            return (np.array(listed, np.int64) & 0xFFFF).astype(np.uint16)
        except UNREADABLE as error:
            raise ImageError(f"The DICOM file's {_spoken(keyword)} cannot be read.") from error

    def table(self, descriptor: str, data: str, *, signed: bool) -> LookupTable:
        """Return a lookup table (PS3.3, C.11.1.1): entries, of which 0 means 65,536; first value mapped; bits."""
        head, entries = self.shorts(descriptor), self.shorts(data)
        if len(head) != 3 or not 8 <= head[2] <= 16:
            raise ImageError("A lookup table in the DICOM file is described in a way that cannot be read.")
        count, first, bits = (int(number) for number in head)
        count = count or 65536
        if len(entries) * 2 in (count, count + 1) and bits == 8:  # two entries in each word
            entries = np.frombuffer(entries.astype("<u2").tobytes(), np.uint8).astype(np.uint16)
        if len(entries) < count:
            raise ImageError("A lookup table in the DICOM file is shorter than the file says.")
        return LookupTable(first - 65536 if signed and first >= 32768 else first, entries[:count], bits)

    def items(self, keyword: str) -> tuple["Elements", ...]:
        """Return the items of a sequence."""
        try:
            items = self.dataset.get(keyword) or ()
            return tuple(Elements(item, self.order == "<") for item in items if isinstance(item, Dataset))
        except UNREADABLE as error:
            raise ImageError(f"The DICOM file's {_spoken(keyword)} cannot be read.") from error

    def raw(self, keyword: str) -> tuple[bytes, str, bool]:
        """Return an element's bytes, its VR, and whether its length is undefined, as that of fragments is."""
        unreadable = "The DICOM file holds its picture in a way that cannot be read."
        try:
            element = self.dataset.get_item(keyword)
        except UNREADABLE as error:
            raise ImageError(unreadable) from error
        if not isinstance(element, RawDataElement) or element.VR not in PIXEL_VRS:
            raise ImageError(unreadable)
        return element.value or b"", element.VR or "OW", element.length == UNDEFINED

    def _values(self, keyword: str) -> tuple[Any, ...]:
        try:
            value = self.dataset.get(keyword)
        except UNREADABLE as error:
            raise ImageError(f"The DICOM file's {_spoken(keyword)} cannot be read.") from error
        if value is None or value == "":
            return ()
        return (value,) if isinstance(value, str | bytes | int | float) else tuple(cast(Any, value))


def _spoken(keyword: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", keyword)
