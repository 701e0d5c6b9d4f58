"""The standard streams: full, closed or broken ones give a sentence or silence, never a traceback."""

import contextlib
import os
from typing import Protocol, TextIO

from camdash.command_line.text import encodable, printable
from camdash.errors import WriteError
from camdash.words.sentence import say

CLEAR = "\r\x1b[K"
"""Back to the line's beginning, and erase it (ECMA-48, EL)."""


class Writer(Protocol):
    """What text can be written to."""

    def write(self, text: str, /) -> int:
        """Write text."""


class Output:
    """Standard output. Nothing that is written to it commands the terminal, whatever the terminal can show.

    What cannot be written raises a WriteError; from then on the stream leads nowhere, so that the interpreter's end
    does not try again.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._encoding = getattr(stream, "encoding", None) or "utf-8"

    def write(self, text: str, /) -> int:
        """Write lines; all but the line ends is made printable."""
        self._try(encodable("\n".join(map(printable, text.split("\n"))), self._encoding))
        return len(text)

    def flush(self) -> None:
        """Hand over what was written."""
        self._try("")

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def _try(self, text: str) -> None:
        if self._stream is None:
            raise WriteError(say("Standard output is closed, so the results have nowhere to go."))
        try:
            if text:
                self._stream.write(text)
            else:
                self._stream.flush()
        except BrokenPipeError as error:
            lead_nowhere(self._stream)
            raise WriteError(say("Standard output was closed by the program that reads it.")) from error
        except OSError as error:
            lead_nowhere(self._stream)
            reason = str(error.strerror)
            raise WriteError(say("Nothing can be written to standard output: {reason}.", reason=reason)) from error


class Remarks:
    """Standard error. What cannot be written to it is lost: there is nobody left to be told."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def say(self, sentence: str) -> None:
        """Write a sentence on a line of its own, in the program's name."""
        self.clear()
        self.write(f"camdash: {printable(sentence)}\n")
        self.flush()

    def clear(self) -> None:
        """Erase the line of a terminal that is not finished, such as the one that says how far a task is."""
        if self.isatty():
            self.write(CLEAR)
            self.flush()

    def write(self, text: str, /) -> int:
        """Write text as it is."""
        if self._stream is not None:
            try:
                self._stream.write(text)
            except OSError:
                lead_nowhere(self._stream)
        return len(text)

    def flush(self) -> None:
        """Hand over what was written."""
        if self._stream is not None:
            try:
                self._stream.flush()
            except OSError:
                lead_nowhere(self._stream)

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return self._stream is not None and self._stream.isatty()


def lead_nowhere(stream: TextIO | None) -> None:
    """Let what is still to be written to a stream go nowhere."""
    if stream is None:
        return
    with contextlib.suppress(OSError):  # a stream in memory has no number
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
