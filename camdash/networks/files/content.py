"""The content of a file that anybody may replace while it is read: its digest is that of the very bytes that were read.

A block that is read in its turn goes into the digest of the whole at once. One that is read out of turn is remembered
by a digest of its own; if it differs when it is read again, there is no digest of the whole.
"""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from camdash.errors import CheckpointError
from camdash.words.sentence import say

BLOCK = 1 << 20
"""Bytes that are read at once."""


class Content:
    """An open file as it was when it was opened: no byte that is added later is read.

    Attributes:
        said: how sentences name it.
        size: bytes.
    """

    def __init__(self, file: io.FileIO, said: str, size: int) -> None:
        self.said, self.size = said, size
        self._file = file
        self._same, self._head, self._sha256 = True, b"", ""
        self._digests: dict[int, bytes] = {}  # of the blocks that were read
        self._last: tuple[int, bytes] = (-1, b"")
        self._whole, self._hashed = hashlib.sha256(), 0  # of the blocks from the first on, and how many

    def reader(self) -> io.BufferedReader:
        """Return a stream over the content, at its beginning."""
        return io.BufferedReader(self.raw(), 1 << 16)

    def raw(self) -> io.RawIOBase:
        """Return an unbuffered stream over the content, at its beginning."""
        return _Blocks(self)

    def head(self, length: int) -> bytes:
        """Return the first bytes, and read no more.

        Raises:
            CheckpointError: they cannot be read.
        """
        with self._sentences():
            self._file.seek(0)
            self._head = self._file.read(min(length, self.size))
        return self._head

    def block(self, number: int) -> bytes:
        """Return one block, empty where it cannot be read; it is remembered what was in it."""
        if self._last[0] != number:
            try:
                data = self._block(number)
            except OSError:
                data = b""  # whoever reads takes it for the end; the digest of the whole says what happened
            digest = hashlib.sha256(data).digest()
            self._same &= self._digests.setdefault(number, digest) == digest
            self._last = number, data
            if number == self._hashed:
                self._hash(data)
        return self._last[1]

    def sha256(self) -> str:
        """Return the digest of the content, in hexadecimal.

        Raises:
            CheckpointError: it is not what was read before, is not whole any more, or cannot be read.
        """
        with self._sentences():
            while self._hashed < self._count:
                number = self._hashed
                data = self._block(number)
                if number in self._digests:
                    self._same &= self._digests[number] == hashlib.sha256(data).digest()
                self._hash(data)
            grown = os.fstat(self._file.fileno()).st_size != self.size
        found = self._whole.hexdigest()
        if not self._same or grown or self._sha256 not in ("", found):
            raise self._changed()
        self._whole, self._hashed, self._sha256 = hashlib.sha256(), 0, found  # what is read from now on counts too
        return found

    def whole(self) -> bytes:
        """Return all of it at once.

        Raises:
            CheckpointError: it changed meanwhile, or cannot be read.
        """
        with self._sentences():
            data = b"".join(self._block(number) for number in range(self._count))
        if len(data) != self.size:
            raise self._changed()
        return data

    @property
    def _count(self) -> int:
        return -(-self.size // BLOCK)

    def _hash(self, data: bytes) -> None:
        """Go on with the digest of the whole by its next block."""
        wanted = min(BLOCK, self.size - self._hashed * BLOCK)
        self._same &= len(data) == wanted and (self._hashed > 0 or data.startswith(self._head))
        self._whole.update(data)
        self._hashed += 1

    def _block(self, number: int) -> bytes:
        start = number * BLOCK
        self._file.seek(start)
        wanted, parts = min(BLOCK, self.size - start), []
        while wanted > 0 and (part := self._file.read(wanted)):
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def _changed(self) -> CheckpointError:
        return CheckpointError(say("{name} changed while it was read. Try again once it is written.", name=self.said))

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = str(error.strerror)
            raise CheckpointError(say("{name} cannot be read: {reason}.", name=self.said, reason=reason)) from error


class _Blocks(io.RawIOBase):
    """A stream over a content."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self._content, self._place = content, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._content.size}[whence]
        if start + offset < 0:
            raise ValueError("a place before the beginning")
        self._place = start + offset
        return self._place

    def readinto(self, buffer: Any) -> int:
        view, done = memoryview(buffer).cast("B"), 0
        while done < len(view) and self._place < self._content.size:
            number, start = divmod(self._place, BLOCK)
            part = self._content.block(number)[start : start + len(view) - done]
            if not part:
                break  # the file is shorter than it was; its digest will say so
            view[done : done + len(part)] = part
            done += len(part)
            self._place += len(part)
        return done
