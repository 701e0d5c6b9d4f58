"""Pipes to a process that may hang: reading and writing end at a moment that is set anew for each file."""

import io
import os
import select
import time
from typing import IO, Any


class TimedPipe(io.RawIOBase):
    """One end of a pipe, to be wrapped in `io.BufferedReader` or `io.BufferedWriter`.

    Attributes:
        until: by the monotonic clock; what would take longer raises a TimeoutError.
    """

    def __init__(self, end: IO[bytes]) -> None:
        os.set_blocking(end.fileno(), False)
        self.until = 0.0
        self._end = end

    def readable(self) -> bool:
        """Return True; the wrapper knows which end it has."""
        return True

    def writable(self) -> bool:
        """Return True, as `readable` does."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Read what is there, at least a byte; return 0 where the other end is closed."""
        self._wait(select.POLLIN)
        return os.readv(self._end.fileno(), [buffer])

    def write(self, content: Any, /) -> int:
        """Write as much as finds room, at least a byte."""
        self._wait(select.POLLOUT)
        return os.write(self._end.fileno(), content)

    def close(self) -> None:
        """Close this end."""
        super().close()
        self._end.close()

    def _wait(self, event: int) -> None:
        poll = select.poll()
        poll.register(self._end.fileno(), event)
        if not poll.poll(1000 * max(self.until - time.monotonic(), 0)):
            raise TimeoutError
