"""A file's content, read without ever waiting for one that never ends."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from camdash.errors import ImageError
from camdash.images.limits import LARGEST_FILE
from camdash.words.sentence import say

KINDS = {
    stat.S_IFIFO: say("a named pipe"),
    stat.S_IFSOCK: say("a socket"),
    stat.S_IFCHR: say("a device"),
    stat.S_IFBLK: say("a device"),
}


def content(file: Path) -> bytes:
    """Return a file's content.

    Only a regular file is read, and never more of it than a radiograph may have.

    Raises:
        ImageError: it cannot be read, is too large, or changes meanwhile.
    """
    with _opened(file) as stream:
        before = os.fstat(stream.fileno())
        data = b"" if before.st_size > LARGEST_FILE else (stream.read(LARGEST_FILE + 1) or b"")
        after = os.fstat(stream.fileno())
    if max(before.st_size, len(data)) > LARGEST_FILE:
        raise ImageError(say("The file is larger than {limit} MB, the most that is read.", limit=LARGEST_FILE // 2**20))
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) < after.st_size:
        raise ImageError(say("The file changed while it was read. Try again when it is written."))
    return data


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    """Open a regular file; nothing else is opened, for a pipe would wait and a device may do anything."""
    if "\0" in str(file):
        raise ImageError(say("The file's name contains an invalid character."))
    try:
        _check_kind(file.stat())
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb") as stream:
            _check_kind(os.fstat(stream.fileno()))
            yield stream
    except OSError as error:
        raise ImageError(say("The file cannot be read: {reason}.", reason=str(error.strerror))) from error


def _check_kind(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ImageError(say("The folder cannot be read. Check its permissions."))
    if not stat.S_ISREG(status.st_mode):
        kind = KINDS.get(stat.S_IFMT(status.st_mode), say("something else"))
        raise ImageError(say("This is {kind}, not a file. Save the radiograph to a file.", kind=kind))
