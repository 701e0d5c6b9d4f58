"""ZIP files: their images taken out, in memory, and nothing else."""

import io
import itertools
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from camdash.errors import ImageError
from camdash.images.files import ZIP, kind_if_skipped
from camdash.images.formats import FIRST_BYTES, OTHER
from camdash.images.limits import (
    LARGEST_FILE,
    LARGEST_UNPACKED,
    MEGABYTE,
    MOST_MEMBERS,
    STEEPEST_UNPACKING,
    check_size,
)
from camdash.words.sentence import say

COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
UNTESTED = 16 * MEGABYTE
"""Bytes that any ZIP file may unpack to, however small it is."""

STEP = 64 * 1024
"""Bytes that are unpacked at a time."""

DIRECTORY_ENTRY = b"PK\x01\x02"
"""What each member's entry in the directory begins with (APPNOTE 4.3.12)."""

SHORTEST_HEADER = 30
"""Bytes before a member's name and content (APPNOTE 4.3.7)."""

DRIVE = re.compile("[A-Za-z]:")
"""What a path on a drive of Windows begins with; any other colon is a part of a name."""

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
    return data.startswith(ZIP)


def unpack(data: bytes) -> Unpacked:
    """Take the images out of a ZIP file's content.

    Raises:
        ImageError: it is no ZIP file, has too many members, or unpacks to too much.
    """
    check_size(len(data))
    _check_directory(data)
    budget = _Budget(min(LARGEST_UNPACKED, max(UNTESTED, STEEPEST_UNPACKING * len(data))))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [member for member in archive.infolist() if not member.filename.endswith("/")]
            if len(files) > MOST_MEMBERS:
                raise ImageError(
                    say(
                        "The ZIP file holds {count:,} files; at most {limit:,} are looked at.",
                        count=len(files),
                        limit=MOST_MEMBERS,
                    )
                )
            return _sorted(archive, files, budget)
    except _SpentError as error:
        raise ImageError(say("The ZIP file unpacks to far more than it should. Pack only the radiographs.")) from error
    except BROKEN as error:
        raise ImageError(say("The ZIP file is damaged or cut short. Pack it again.")) from error


class _SpentError(Exception):
    """More was unpacked than a ZIP file may hold."""


class _Budget:
    """How many bytes may still be unpacked, of all members together, whether they are kept or refused."""

    def __init__(self, most: int) -> None:
        self._left = most

    def spend(self, size: int) -> None:
        """Raise _SpentError if not so many bytes are left."""
        self._left -= size
        if self._left < 0:
            raise _SpentError


def _check_directory(data: bytes) -> None:
    """Refuse a directory of very many entries, folders counted, before zipfile takes a minute to read it."""
    most = 10 * MOST_MEMBERS  # some may lie in ZIP files inside
    if data.count(DIRECTORY_ENTRY) > most:
        raise ImageError(
            say(
                "The ZIP file holds over {count:,} files; at most {limit:,} are looked at.",
                count=most,
                limit=MOST_MEMBERS,
            )
        )


def _overlapping(members: list[zipfile.ZipInfo]) -> set[zipfile.ZipInfo]:
    """Return the members whose content goes on into the next one's: they could be unpacked many times."""
    places = sorted(members, key=lambda member: member.header_offset)
    return {
        one
        for one, following in itertools.pairwise(places)
        if one.header_offset + SHORTEST_HEADER + one.compress_size > following.header_offset
    }


def _sorted(archive: zipfile.ZipFile, files: list[zipfile.ZipInfo], budget: _Budget) -> Unpacked:
    members: list[tuple[str, bytes]] = []
    refused: list[tuple[str, str]] = []
    skipped: Counter[str] = Counter()
    overlapping = _overlapping(archive.infolist())
    for file in files:
        path = PurePosixPath(file.filename.replace("\\", "/"))
        name = str(path) if path.name and not _leads_out(path) else path.name or say("a member without a name")
        if path.name.startswith("."):
            skipped[OTHER] += 1
            continue
        try:
            _check_entry(file, path, file in overlapping)
            content = _content(archive, file, path, budget)
        except ImageError as error:
            refused.append((name, str(error)))
            continue
        if isinstance(content, str):
            skipped[content] += 1
            continue
        members.append((name, content))
    return Unpacked(tuple(members), skipped, tuple(refused))


def _leads_out(path: PurePosixPath) -> bool:
    return path.is_absolute() or ".." in path.parts or bool(DRIVE.match(path.parts[0] if path.parts else ""))


def _check_entry(file: zipfile.ZipInfo, path: PurePosixPath, overlaps: bool) -> None:
    """Raise ImageError if a member is not unpacked, by what the directory says of it."""
    if _leads_out(path):
        raise ImageError(say("Its path points outside the ZIP file."))
    if file.flag_bits & 1:
        raise ImageError(say("It is encrypted. Pack it without a password."))
    if file.compress_type not in COMPRESSIONS:
        raise ImageError(say("It is packed in an unusual way. Pack it with an ordinary ZIP program."))
    if overlaps:
        raise ImageError(say("It overlaps another file inside the ZIP file. Pack it again."))


def _content(archive: zipfile.ZipFile, file: zipfile.ZipInfo, path: PurePosixPath, budget: _Budget) -> bytes | str:
    """Return a member's content, or its kind if it is not an image that is read.

    zipfile unpacks no more than the directory says, so a member that says too much is refused before.
    """
    try:
        with archive.open(file) as member:
            start = member.read(FIRST_BYTES)
            if is_archive(start):
                raise ImageError(say("It is a ZIP file inside a ZIP file. Unpack it first."))
            if kind := kind_if_skipped(path.name, start):
                return kind
            if file.file_size > LARGEST_FILE:
                check_size(file.file_size)
            budget.spend(len(start))
            return _whole(member, start, file.file_size, budget)
    except BROKEN as error:
        raise ImageError(say("It is damaged inside the ZIP file. Pack it again.")) from error


def _whole(member: IO[bytes], start: bytes, size: int, budget: _Budget) -> bytes:
    """Return a member's content; each part is paid for before it is unpacked, so that a damaged one is not free."""
    parts, left = [start], size - len(start)
    while True:
        budget.spend(min(STEP, left))
        if not (part := member.read(STEP)):
            return b"".join(parts)
        left -= len(part)
        parts.append(part)
