"""Files that are whole under their name, or not there."""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from camdash.errors import UsageError, WriteError
from camdash.words.sentence import say

TEMPORARY = ".camdash-"
"""How the names of files begin that are not whole yet; the name is short, however long that of the file will be."""


NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOMEM)


def write_whole(path: Path, content: bytes, aside: Path | None = None) -> None:
    """Write a file so that at any moment it is whole under its name or not there.

    It is not forced onto the disk: a killed process loses nothing, a machine without power may.

    Args:
        path: its name.
        content: what it holds.
        aside: what to call the file that has the name now, once the new one is whole; None replaces it.

    Raises:
        WriteError: it cannot be written; no part of it stays.
    """
    temporary = path.parent / f"{TEMPORARY}{secrets.token_hex(8)}.tmp"
    with writing(path):
        try:
            file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            try:
                write_all(file, content)
            finally:
                os.close(file)  # some file systems say only here that there is no room
            if aside is not None:
                path.rename(aside)
            temporary.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


def write_all(file: int, content: bytes) -> None:
    """Write all of something to an open file; raise OSError where it does not fit."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]


@contextmanager
def writing(path: Path, *, begun: bool = True) -> Iterator[None]:
    """Translate an OSError to a sentence: before anything has begun it is wrong usage, unless there is no room.

    Raises:
        WriteError: there is no room, or something has begun.
        UsageError: else.
    """
    try:
        yield
    except OSError as error:
        kind = WriteError if begun or error.errno in NO_ROOM else UsageError
        reason = str(error.strerror)
        raise kind(say("Nothing can be written to {path}: {reason}.", path=str(path), reason=reason)) from error
