"""Regular files within their limits, which is all that is ever opened in a folder that anybody may write to."""

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from camdash.errors import CheckpointError
from camdash.networks.files.content import Content
from camdash.networks.text import printable
from camdash.words.sentence import say

KINDS = {
    stat.S_IFIFO: say("a named pipe"),
    stat.S_IFSOCK: say("a socket"),
    stat.S_IFCHR: say("a device"),
    stat.S_IFBLK: say("a device"),
}
"""What else than a regular file or a folder may lie in a folder."""


@contextmanager
def opened(path: Path, largest: int, *, said: str = "", too_large: str = "") -> Iterator[Content]:
    """Open a regular file; nothing else is ever opened, and nothing waits.

    Args:
        path: the file, or a link to it.
        largest: bytes.
        said: how sentences name it; by default its name.
        too_large: what is said of a larger one, a sentence; by default that it is too large.

    Raises:
        CheckpointError: it is no regular file, too large, or cannot be read.
    """
    said = said or printable(path.name)
    with _file(path, said) as file:
        size = os.fstat(file.fileno()).st_size
        if size > largest:
            raise CheckpointError(too_large or say("{name} is too large, so it was not read.", name=said))
        yield Content(file, said, size)


def small_content(path: Path, largest: int, *, said: str = "") -> bytes:
    """Return the whole content of a small file; raise as `opened`."""
    with opened(path, largest, said=said) as content:
        return content.whole()


def check_regular(status: os.stat_result, said: str) -> None:
    """Refuse what is no regular file.

    Raises:
        CheckpointError: it is a folder, a named pipe, a socket or a device.
    """
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFDIR:
        raise CheckpointError(say("{name} is a folder, not a checkpoint.", name=said))
    if kind != stat.S_IFREG:
        what = KINDS.get(kind, say("no regular file"))
        raise CheckpointError(say("{name} is {what}, not a file, so it was not opened.", name=said, what=what))


def _file(path: Path, said: str) -> io.FileIO:
    try:
        check_regular(path.stat(), said)  # before it is opened: some devices act on that
        file = io.FileIO(path, opener=_without_waiting)
    except (OSError, ValueError) as error:
        reason = str(error.strerror) if isinstance(error, OSError) else say("its name is not valid")
        raise CheckpointError(say("{name} cannot be read: {reason}.", name=said, reason=reason)) from error
    try:
        check_regular(os.fstat(file.fileno()), said)
    except CheckpointError:
        file.close()
        raise
    return file


def _without_waiting(path: str | Path, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
