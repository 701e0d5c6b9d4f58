"""ZIP files: their images taken out, in memory, and nothing else."""

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from camdash.errors import ImageError
from camdash.images.files import begins_like_an_image
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

START = 132
"""Bytes by which an image is told from others."""

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
"""What zipfile raises of a broken or encrypted member."""


@dataclass(frozen=True)
class Unpacked:
    """What a ZIP file holds.

    Attributes:
        members: (name, content) of what begins like an image; the name is the last part of its path.
        passed_over: how many files are no image: text, DICOMDIR, programs.
        refused: (name, sentence) of members that are not taken out.
    """

    members: tuple[tuple[str, bytes], ...]
    passed_over: int
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
            files = [member for member in archive.infolist() if not member.is_dir()]
            if len(files) > MOST_MEMBERS:
                raise ImageError(f"The ZIP file holds {len(files):,} files; at most {MOST_MEMBERS:,} are looked at.")
            return _sorted(archive, files, min(LARGEST_UNPACKED, max(UNTESTED, STEEPEST_UNPACKING * len(data))))
    except BROKEN as error:
        raise ImageError("The ZIP file is damaged or cut short. Pack it again.") from error


def _sorted(archive: zipfile.ZipFile, files: list[zipfile.ZipInfo], most: int) -> Unpacked:
    members: list[tuple[str, bytes]] = []
    refused: list[tuple[str, str]] = []
    passed_over = 0
    for file in files:
        name = PurePosixPath(file.filename.replace("\\", "/")).name or "a member without a name"
        if name.upper() == "DICOMDIR" or name.startswith("."):
            passed_over += 1
            continue
        try:
            content = _content(archive, file)
        except ImageError as error:
            refused.append((name, str(error)))
            continue
        if content is None:
            passed_over += 1
            continue
        most -= len(content)
        if most < 0:
            raise ImageError("The ZIP file unpacks to far more than it should. Pack only the radiographs.")
        members.append((name, content))
    return Unpacked(tuple(members), passed_over, tuple(refused))


def _content(archive: zipfile.ZipFile, file: zipfile.ZipInfo) -> bytes | None:
    """Return a member's content, or None if it does not begin like an image.

    Never more than the largest file is unpacked, whatever the directory says of its size.
    """
    path = PurePosixPath(file.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts[:1] and ":" in path.parts[0]):
        raise ImageError("Its path leads out of the ZIP file, which no honest ZIP file needs.")
    if file.flag_bits & 1:
        raise ImageError("It is encrypted. Pack it without a password.")
    if file.compress_type not in COMPRESSIONS:
        raise ImageError("It is packed in an unusual way. Pack it with an ordinary ZIP program.")
    try:
        with archive.open(file) as member:
            start = member.read(START)
            if is_archive(start):
                raise ImageError("It is a ZIP file inside a ZIP file. Unpack it first.")
            if not begins_like_an_image(start):
                return None
            content = start + member.read(LARGEST_FILE + 1 - len(start))
    except BROKEN as error:
        raise ImageError("It is damaged inside the ZIP file. Pack it again.") from error
    check_size(len(content))
    return content
