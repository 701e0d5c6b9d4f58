"""What is read at most, and the sentence for what is more: all limits in one place."""

from camdash.errors import ImageError
from camdash.words.sentence import say

MEGABYTE = 2**20

LARGEST_FILE = 64 * MEGABYTE
"""Bytes of one file. A radiograph of 16 bits and 5000 x 6000 pixels takes 60 MB uncompressed."""

MOST_PIXELS = 100_000_000
"""Checked from the header, before anything is decoded. The largest detectors have about 30 million."""

MOST_FRAMES = 1
"""A radiograph is one picture; a cine loop or a volume is none."""

MOST_FILES = 500
"""Files at once, those inside ZIP files counted."""

LARGEST_SESSION = 1024 * MEGABYTE
"""Bytes of all files that one visitor has open."""

LARGEST_INFLATED = 512 * MEGABYTE
"""Bytes of a deflated DICOM data set: more than the most pixels take in four bytes each would be refused anyway."""

MOST_MEMBERS = 2_000
"""Entries of a ZIP file, folders and what is no image counted: a study on a disc has a few hundred."""

LARGEST_UNPACKED = 1024 * MEGABYTE
"""Bytes of a ZIP file's images together, as they are unpacked, whatever its directory says."""

STEEPEST_UNPACKING = 200
"""Times that a ZIP file of over 16 MB unpacked may be larger than packed; films seldom reach 10, bombs 1,000."""

LONGEST_DECODING = 20.0
"""Seconds for one file, after which its decoder is ended. The largest file takes about 5."""

MOST_MEMORY = 3072 * MEGABYTE
"""Bytes of address space for one decoder: the most pixels in color at 16 bits, twice, and the libraries."""


def check_size(size: int) -> None:
    """Raise ImageError if a file of so many bytes is not read."""
    if size == 0:
        raise ImageError(say("The file is empty. Export the radiograph again."))
    if size > LARGEST_FILE:
        found, most = size / MEGABYTE, LARGEST_FILE // MEGABYTE
        raise ImageError(say("The file is {size:.0f} MB; at most {limit} MB are read.", size=found, limit=most))


def check_pixels(rows: int, columns: int) -> None:
    """Raise ImageError if a picture of this size is not decoded."""
    if rows < 1 or columns < 1:
        raise ImageError(
            say(
                "The image has {rows} rows and {columns} columns, so there is nothing to show.",
                rows=rows,
                columns=columns,
            )
        )
    if rows * columns > MOST_PIXELS:
        raise ImageError(
            say(
                "The image has {count:.0f} million pixels; at most {limit:.0f} million are read.",
                count=rows * columns / 1e6,
                limit=MOST_PIXELS / 1e6,
            )
        )


def check_frames(frames: int) -> None:
    """Raise ImageError if a DICOM file of so many frames is no radiograph."""
    if frames != MOST_FRAMES:
        raise ImageError(
            say("The file holds {count} frames; a radiograph is one. Export a single frame.", count=frames)
        )


def check_count(files: int) -> None:
    """Raise ImageError if so many files at once are not read."""
    if files > MOST_FILES:
        raise ImageError(
            say("These are {count} files; at most {limit} are read at once.", count=files, limit=MOST_FILES)
        )


def check_session(size: int) -> None:
    """Raise ImageError if one visitor's files may not take so many bytes."""
    if size > LARGEST_SESSION:
        raise ImageError(
            say(
                "The files take {size:,.0f} MB together; at most {limit:,} MB are kept. "
                "Remove some before adding more.",
                size=size / MEGABYTE,
                limit=LARGEST_SESSION // MEGABYTE,
            )
        )
