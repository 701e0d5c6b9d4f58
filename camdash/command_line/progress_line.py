"""A line on a terminal that says how far a long task is."""

import time
from typing import TextIO

from camdash.rendering.progress import Progress

CLEAR = "\r\x1b[K"
"""Back to the line's beginning, and erase it (ECMA-48, EL)."""


class ProgressLine:
    """A line that is written over itself; nothing at all where nobody watches."""

    def __init__(self, terminal: TextIO, of: int, *, quiet: bool = False) -> None:
        self._terminal = terminal
        self._of = of
        self._begun = time.monotonic()
        self._watched = of > 1 and terminal.isatty() and not quiet

    def show(self, done: int) -> None:
        """Say how many pieces are done, at which rate, and how long the rest takes."""
        if self._watched:
            self._write(CLEAR + Progress(done, self._of, done, time.monotonic() - self._begun).words)

    def clear(self) -> None:
        """Leave the terminal as it was."""
        if self._watched:
            self._write(CLEAR)

    def _write(self, text: str) -> None:
        self._terminal.write(text)
        self._terminal.flush()
