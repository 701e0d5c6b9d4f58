"""Image files in folders: found, sorted, told from others by how they begin."""

import stat
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from camdash.images.formats import FIRST_BYTES, OTHER, SUFFIXES, recognise

DIRECTORY_OF_A_DISC = "DICOMDIR"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
"""What a ZIP file begins with: one with members, and one without (APPNOTE 4.3.7, 4.3.16)."""


def files_of(path: Path, without: Path | None = None) -> tuple[list[Path], Mapping[str, int]]:
    """Return the images that a path stands for, and how many other files of a folder were skipped, by kind.

    A file stands for itself. A folder stands for the images below it, sorted: what begins like an image or is named
    like one, so that a broken image is reported and a text file is not. Hidden files are not looked at, nor those
    below the folder `without` (what an earlier run wrote), unless it is `path` itself. The directory of a DICOM
    disc (DICOMDIR) is no image, and ZIP files are not looked into.
    """
    if not path.is_dir():
        return [path], {}
    files = sorted(file for file in path.rglob("*") if _may_be_file(file) and not file.name.startswith("."))
    if without is not None and without.resolve() != path.resolve():
        files = [file for file in files if without.resolve() not in file.resolve().parents]
    skipped = {file: kind for file in files if (kind := _skipped(file))}
    return [file for file in files if file not in skipped], Counter(skipped.values())


def kind_if_skipped(name: str, start: bytes) -> str:
    """Return the kind of a file that is no radiograph by its name and its first bytes; empty for one that may be."""
    if name.upper() == DIRECTORY_OF_A_DISC:
        return DIRECTORY_OF_A_DISC
    if start.startswith(ZIP):
        return "ZIP"
    found = recognise(start)
    if found is not None and found.is_read:
        return ""
    return OTHER if found is None else found.name


def _may_be_file(path: Path) -> bool:
    """Tell whether a path is a file, or may have been one: behind a folder that keeps it secret, or a link to nothing.

    Those have a row that says why they cannot be read; a link only if it is named like an image.
    """
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return path.is_symlink() and path.suffix.lower() in SUFFIXES


def _skipped(path: Path) -> str:
    if path.suffix.lower() in SUFFIXES:
        return ""
    try:
        with path.open("rb") as content:
            return kind_if_skipped(path.name, content.read(FIRST_BYTES))
    except OSError:
        return OTHER
