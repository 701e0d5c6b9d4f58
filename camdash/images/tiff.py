"""What a TIFF file says of its first page, and how many pages it has (TIFF 6.0, section 2), before it is decoded."""

import struct
from dataclasses import dataclass

BEGINNINGS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""Either byte order, TIFF and BigTIFF."""

MOST_PAGES = 1000
"""Where counting ends."""

WIDTH, LENGTH, BITS, PHOTOMETRIC, SAMPLE_FORMAT = 256, 257, 258, 262, 339
WHITE_IS_ZERO = 0
UNSIGNED = 1
NUMBERS = {1: "B", 3: "H", 4: "I", 16: "Q"}
"""The types that whole numbers have: BYTE, SHORT, LONG, and BigTIFF's LONG8."""


@dataclass(frozen=True)
class Page:
    """The first page's size, bits of a sample, whether these are plain whole numbers, and polarity; all the pages."""

    rows: int
    columns: int
    bits: int
    unsigned: bool
    white_is_zero: bool
    pages: int

    @property
    def deep(self) -> bool:
        """Whether eight bits cannot hold the values."""
        return self.bits > 8 or not self.unsigned


def is_tiff(data: bytes) -> bool:
    """Return whether a file's content begins like a TIFF file."""
    return data.startswith(BEGINNINGS)


def first_page(data: bytes) -> Page:
    """Read the first page's directory, and count the pages; a chain of pages that bites its tail ends there.

    Raises:
        LookupError, struct.error: the directory is broken.
    """
    directory = _Directory(data)
    place = directory.first
    fields = directory.fields(place)
    seen = {0}
    while place not in seen and len(seen) <= MOST_PAGES:
        seen.add(place)
        place = directory.following(place)
    return Page(
        rows=fields[LENGTH][0],
        columns=fields[WIDTH][0],
        bits=max(fields.get(BITS, (1,))),
        unsigned=set(fields.get(SAMPLE_FORMAT, (UNSIGNED,))) == {UNSIGNED},
        white_is_zero=fields.get(PHOTOMETRIC, (1,))[0] == WHITE_IS_ZERO,
        pages=len(seen) - 1,
    )


class _Directory:
    """Directories of pages: how many fields, the fields, and where the next directory is."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.order = "<" if data.startswith(b"II") else ">"
        big = b"+" in data[2:4]
        self.count, self.offset = ("Q", "Q") if big else ("H", "I")
        self.field = struct.Struct(f"{self.order}HH{self.offset}{'8s' if big else '4s'}")
        (self.first,) = self._unpack(self.offset, 8 if big else 4)

    def fields(self, place: int) -> dict[int, tuple[int, ...]]:
        """Return the fields that are whole numbers, by their tag."""
        (count,) = self._unpack(self.count, place)
        start = place + struct.calcsize(f"={self.count}")
        found = {}
        for k in range(min(count, len(self.data) // self.field.size)):
            tag, kind, length, _ = self.field.unpack_from(self.data, start + k * self.field.size)
            if tag in (WIDTH, LENGTH, BITS, PHOTOMETRIC, SAMPLE_FORMAT) and kind in NUMBERS and 0 < length <= 16:
                layout = f"{length}{NUMBERS[kind]}"
                inside = start + (k + 1) * self.field.size - struct.calcsize(f"={self.offset}")
                fits = struct.calcsize(f"={layout}") <= struct.calcsize(f"={self.offset}")
                found[tag] = self._unpack(layout, inside if fits else self._unpack(self.offset, inside)[0])
        return found

    def following(self, place: int) -> int:
        """Return where the next directory is; 0 after the last, or where the file is cut."""
        try:
            (count,) = self._unpack(self.count, place)
            after = place + struct.calcsize(f"={self.count}") + count * self.field.size
            return int(self._unpack(self.offset, after)[0])
        except (struct.error, OverflowError):
            return 0

    def _unpack(self, layout: str, place: int) -> tuple[int, ...]:
        return struct.unpack_from(self.order + layout, self.data, place)
