"""Cells and lines of every CSV file that is written: in a spreadsheet, no text is ever taken for a formula.

Text comes from strangers: names of files, classes and checkpoints. What a spreadsheet would calculate is marked with
a leading apostrophe, as OWASP's "CSV Injection" advises; numbers stay numbers.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable

from camdash.words.names import visible

FORMULA_SIGNS = "=+-@−"
"""What begins a formula, after NFKC: full-width and small forms begin one too, where such keyboards are common."""

LINE_BREAKS = "\t\r\n"
"""A cell that begins so is divided by some programs, and what follows becomes a cell of its own."""

Cell = str | float | bool | None


def cell(value: Cell) -> Cell:
    """Return a value as it stands in a CSV file: text that begins like a formula is marked, all else is as it was."""
    return f"'{value}" if isinstance(value, str) and _is_risky(value) else value


def csv_line(values: Iterable[Cell]) -> str:
    """Return one line, its end (CR LF, RFC 4180) included; text that begins like a formula is marked.

    What does not show in a text, or turns it around, is written out; tabs and line ends stay.
    """
    text = io.StringIO()
    marked = map(cell, values)
    csv.writer(text).writerow([visible(one, LINE_BREAKS) if isinstance(one, str) else one for one in marked])
    return text.getvalue()


def csv_file(rows: Iterable[Iterable[Cell]]) -> bytes:
    """Return a whole file in UTF-8 with a mark for spreadsheets; what Unicode cannot write is escaped."""
    return "".join(csv_line(row) for row in rows).encode("utf-8-sig", "backslashreplace")


def _is_risky(text: str) -> bool:
    """Return whether text begins with a sign of a formula; what cannot be seen before it does not hide it."""
    begins = next((sign for sign in text if sign.isprintable() and not sign.isspace()), "")
    return text.startswith(tuple(LINE_BREAKS)) or unicodedata.normalize("NFKC", begins)[:1] in tuple(FORMULA_SIGNS)
