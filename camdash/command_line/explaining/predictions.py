"""`predictions.csv`: a line for each file, appended whole as soon as it is known."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from camdash.command_line.explaining.output import PREDICTIONS
from camdash.errors import UsageError, WriteError
from camdash.rendering.files.safe_csv import Cell, csv_line
from camdash.whole_files import write_all, write_whole
from camdash.words.sentence import say

Cells = tuple[str, ...]


class Predictions:
    """The table while a run writes it. No moment sees half a line, however the run ends.

    Attributes:
        path: its name.
    """

    def __init__(self, folder: Path, lines: Iterable[Iterable[Cell]], aside: Path | None = None) -> None:
        """Begin a table with a header and the lines of files that are done.

        Args:
            folder: where it lies.
            lines: cells of the header and of each file.
            aside: what to call the table that lies there now; None replaces it.

        Raises:
            WriteError: it cannot be written.
        """
        self.path = folder / PREDICTIONS
        write_whole(self.path, b"".join(map(encoded, lines)), aside)
        try:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        except OSError as error:
            raise self._fault(error) from error

    def append(self, line: Iterable[Cell]) -> None:
        """Append a line.

        Raises:
            WriteError: there is no room, or the file has gone; no part of the line stays.
        """
        try:
            if not os.path.samestat(os.fstat(self._file), self.path.stat()):
                raise WriteError(
                    say("Something else has replaced {path} while this run wrote to it.", path=str(self.path))
                )
            size = os.fstat(self._file).st_size
            try:
                write_all(self._file, encoded(line))
            except OSError:
                os.ftruncate(self._file, size)
                raise
        except OSError as error:
            raise self._fault(error) from error

    def finish(self, lines: Iterable[Iterable[Cell]] | None = None) -> None:
        """Force the table onto the disk.

        Args:
            lines: the header and all lines in the order that they are to have; None where they have it.

        Raises:
            WriteError: it cannot be written.
        """
        try:
            whole = None if lines is None else b"".join(map(encoded, lines))
            if whole is not None and whole != self.path.read_bytes():
                write_whole(self.path, whole)
            with self.path.open("rb") as table:
                os.fsync(table.fileno())
        except OSError as error:
            raise self._fault(error) from error

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _fault(self, error: OSError) -> WriteError:
        reason = str(error.strerror)
        return WriteError(say("Nothing can be written to {path}: {reason}.", path=str(self.path), reason=reason))


def encoded(line: Iterable[Cell]) -> bytes:
    """Return the bytes of a line: UTF-8, what Unicode cannot write escaped."""
    return csv_line(line).encode("utf-8", "backslashreplace")


def as_read(line: Iterable[Cell]) -> Cells:
    """Return the cells of a line as they are read again."""
    return tuple(next(csv.reader(io.StringIO(encoded(line).decode("utf-8"), newline=""))))


def earlier_lines(path: Path, header: Sequence[str]) -> list[Cells]:
    """Return the whole lines of a table that an earlier run wrote, without its header; none where it is not there.

    A last line that was cut is left out.

    Raises:
        UsageError: it has other columns, or is no such table at all.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        reason = str(error.strerror)
        raise UsageError(say("{path} cannot be read: {reason}.", path=str(path), reason=reason)) from error
    try:
        text = content[: content.rindex(b"\r\n") + 2].decode("utf-8")
        columns, *lines = [tuple(cells) for cells in csv.reader(io.StringIO(text, newline=""))] or [()]
    except (ValueError, csv.Error) as error:
        raise UsageError(say("{path} is not a table of camdash. Give another folder.", path=str(path))) from error
    if columns != as_read(header):
        raise UsageError(
            say(
                "{path} has other columns than this run would write: it comes from another checkpoint or another "
                "version of camdash. Give another folder.",
                path=str(path),
            )
        )
    return [cells for cells in lines if len(cells) == len(columns)]


def free_name(path: Path) -> Path:
    """Return a name for a table that makes room for a new one: `predictions.earlier.csv`, or with a number."""
    number, name = 1, path.with_stem(f"{path.stem}.earlier")
    while os.path.lexists(name):
        number += 1
        name = path.with_stem(f"{path.stem}.earlier-{number}")
    return name
