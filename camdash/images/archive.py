"""ZIP files: their images taken out, in memory, and nothing else."""

import io
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from camdash.errors import ImageError
from camdash.images.files import kind_if_skipped
from camdash.images.formats import FIRST_BYTES, OTHER
from camdash.images.limits import (
    LARGEST_FILE,
    LARGEST_UNPACKED,
    MEGABYTE,
    MOST_MEMBERS,
    STEEPEST_UNPACKING,
    check_size,
)

BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
"""A ZIP file with members, and one without (APPNOTE 4.3.7, 4.3.16)."""

COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
UNTESTED = 16 * MEGABYTE
"""Bytes that any ZIP file may unpack to, however small it is."""

BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, LookupError),
    *(OverflowError, NotImplementedError, RuntimeError),
)
"""What zipfile raises of a broken or encrypted member."""


@dataclass(frozen=True)
class Unpacked:
    """What a ZIP file holds.

    Attributes:
        members: (name, content) of what begins like an image; the name has its folders.
        skipped: how many files are not images that are read, by kind: DICOMDIR, PDF, and "other" for the unknown.
        refused: (name, sentence) of members that are not taken out.
    """

    members: tuple[tuple[str, bytes], ...]
    skipped: Mapping[str, int]
    refused: tuple[tuple[str, str], ...]


def is_archive(data: bytes) -> bool:
    """Return whether a file's content begins like a ZIP file."""
    return data.startswith(BEGINNINGS)


def unpack(data: bytes) -> Unpacked:
    """Take the images out of a ZIP file's content.

    Raises:
        ImageError: it is no ZIP file, has too many members, or unpacks to too much.
    """
    check_size(len(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [member for member in archive.infolist() if not member.filename.endswith("/")]
            if len(files) > MOST_MEMBERS:
                raise ImageError(f"The ZIP file holds {len(files):,} files; at most {MOST_MEMBERS:,} are looked at.")
            return _sorted(archive, files, min(LARGEST_UNPACKED, max(UNTESTED, STEEPEST_UNPACKING * len(data))))
    except BROKEN as error:
        raise ImageError("The ZIP file is damaged or cut short. Pack it again.") from error


def _sorted(archive: zipfile.ZipFile, files: list[zipfile.ZipInfo], most: int) -> Unpacked:
    members: list[tuple[str, bytes]] = []
    refused: list[tuple[str, str]] = []
    skipped: Counter[str] = Counter()
    for file in files:
        path = PurePosixPath(file.filename.replace("\\", "/"))
        name = str(path) if path.name and not _leads_out(path) else path.name or "a member without a name"
        if path.name.startswith("."):
            skipped[OTHER] += 1
            continue
        try:
            content = _content(archive, file, path)
        except ImageError as error:
            refused.append((name, str(error)))
            continue
        if isinstance(content, str):
            skipped[content] += 1
            continue
        most -= len(content)
        if most < 0:
            raise ImageError("The ZIP file unpacks to far more than it should. Pack only the radiographs.")
        members.append((name, content))
    return Unpacked(tuple(members), skipped, tuple(refused))


def _leads_out(path: PurePosixPath) -> bool:
    return path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1])


def _content(archive: zipfile.ZipFile, file: zipfile.ZipInfo, path: PurePosixPath) -> bytes | str:
    """Return a member's content, or its kind if it is not an image that is read.

    Never more than the largest file is unpacked, whatever the directory says of its size.
    """
    if _leads_out(path):
        raise ImageError("Its path points outside the ZIP file.")
    if file.flag_bits & 1:
        raise ImageError("It is encrypted. Pack it without a password.")
    if file.compress_type not in COMPRESSIONS:
        raise ImageError("It is packed in an unusual way. Pack it with an ordinary ZIP program.")
    try:
        with archive.open(file) as member:
            start = member.read(FIRST_BYTES)
            if is_archive(start):
                raise ImageError("It is a ZIP file inside a ZIP file. Unpack it first.")
            if kind := kind_if_skipped(path.name, start):
                return kind
            content = start + member.read(LARGEST_FILE + 1 - len(start))
    except BROKEN as error:
        raise ImageError("It is damaged inside the ZIP file. Pack it again.") from error
    check_size(len(content))
    return content
