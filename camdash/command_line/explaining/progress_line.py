"""A line on a terminal that says how far a long task is."""

import time
from typing import Protocol

from camdash.command_line.streams import CLEAR as CLEAR
from camdash.command_line.streams import Writer
from camdash.running.progress import progress_words
from camdash.running.task import Progress


class Terminal(Writer, Protocol):
    """Where the line is shown."""

    def flush(self) -> None:
        """Show what was written."""

    def isatty(self) -> bool:
        """Return whether somebody may be watching."""


class ProgressLine:
    """A line that is written over itself; nothing at all where nobody watches."""

    def __init__(self, terminal: Terminal, of: int, *, quiet: bool = False) -> None:
        self._terminal = terminal
        self._of = of
        self._begun = time.monotonic()
        self._watched = of > 1 and terminal.isatty() and not quiet

    def show(self, done: int, before: int = 0) -> None:
        """Say how many pieces are done, at which rate, and how long the rest takes.

        Args:
            done: how many.
            before: how many of them were done before the line began.
        """
        if self._watched:
            progress = Progress(done, self._of, done - before, time.monotonic() - self._begun)
            self._write(CLEAR + progress_words(progress))

    def clear(self) -> None:
        """Leave the terminal as it was."""
        if self._watched:
            self._write(CLEAR)

    def _write(self, text: str) -> None:
        self._terminal.write(text)
        self._terminal.flush()
