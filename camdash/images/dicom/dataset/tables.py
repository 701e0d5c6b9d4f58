"""Lookup tables (PS3.3, C.11.1.1 and C.11.2.1.1): read as they stand in the file, and what of them can be used.

Agfa's files, and others, declare 16 bits for entries of 10 or 12; Horos and Cornerstone therefore go by the entries.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from camdash.errors import ImageError
from camdash.images.dicom.dataset.elements import Elements
from camdash.words.sentence import say

BITS = range(1, 17)
"""What a table may declare for an entry; the standard has 8 to 16."""

UNREADABLE = say("A lookup table in the DICOM file is described in a way that cannot be read.")
SHORT = say("A lookup table in the DICOM file is shorter than the file says.")


@dataclass(frozen=True, eq=False)
class LookupTable:
    """A lookup table as it stands in the file.

    Attributes:
        first: the value that the first entry stands for.
        entries: as many as the file declares, or fewer if there are fewer; never none.
        bits: what the file declares for an entry, which may be any number.
        missing: entries that the file declares and does not have.
        further: entries that it has and does not declare.
    """

    first: int
    entries: NDArray[np.uint16]
    bits: int
    missing: int = 0
    further: int = 0

    @property
    def last(self) -> int:
        """The value that the last entry stands for."""
        return self.first + len(self.entries) - 1

    @property
    def is_flat(self) -> bool:
        """Whether all entries are the same."""
        return bool(self.entries.min() == self.entries.max())


def read_table(elements: Elements, descriptor: str, data: str, *, signed: bool) -> LookupTable | None:
    """Return the table of a data set or an item; None if it has no description of three numbers, or no entries.

    A number of entries of 0 means 65,536. Entries of 8 bits may lie two in a word (C.11.1.1.1).

    Args:
        elements: where the table stands.
        descriptor: the keyword of its description.
        data: that of its entries.
        signed: whether the first value has a sign if its own VR leaves that open.
    """
    head, entries = elements.shorts(descriptor), elements.shorts(data)
    if head is None or entries is None or len(head) != 3 or not len(entries):
        return None
    count, first, bits = (int(number) for number in head)
    count = count or 65536
    if bits == 8 and len(entries) * 2 in (count, count + 1):
        entries = np.frombuffer(entries.astype("<u2").tobytes(), np.uint8).astype(np.uint16)
    present = len(entries)
    if (signed or elements.says_signed(descriptor)) and first >= 32768:
        first -= 65536
    return LookupTable(first, entries[:count], bits, max(count - present, 0), max(present - count - 1, 0))


def placed(table: LookupTable, low: float, high: float) -> LookupTable:
    """Return the table with its first value read with the other sign if only so it touches these values.

    Whether that number has a sign depends on other elements (C.11.2.1.1), which files get wrong.
    """
    for moved in (0, -65536, 65536):
        if table.first + moved <= high and table.last + moved >= low:
            return replace(table, first=table.first + moved)
    return table


def white_of(entries: NDArray[np.uint16], bits: int) -> int:
    """Return the entry that is white: the highest of the declared bits, if the entries need just as many.

    If they need more or fewer, the declaration is wrong, and the largest entry is white. A table that ends a little
    below the highest of its bits, as one for a dark film may, is shown as it says.
    """
    largest = int(entries.max())
    return 2**bits - 1 if largest.bit_length() == bits else largest


def looked_up(values: NDArray[np.generic], table: LookupTable) -> NDArray[np.uint16]:
    """Return a table's entries for whole values; those beyond its ends take the entries there.

    Raises:
        ImageError: values need entries that the file does not have.
    """
    places = values.astype(np.int64) - table.first
    if table.missing and places.max() >= len(table.entries):
        raise ImageError(SHORT)
    found: NDArray[np.uint16] = table.entries[np.clip(places, 0, len(table.entries) - 1)]
    return found
