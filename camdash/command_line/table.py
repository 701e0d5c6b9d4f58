"""A plain text table."""

from collections.abc import Sequence

from camdash.command_line.streams import Writer
from camdash.command_line.text import LONGEST, printable
from camdash.words.names import shortened


def write_table(out: Writer, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows under a header, the columns aligned; a column empty in all rows is left out.

    A row is one line, whatever stands in its cells. A long name, which stands first, loses its middle.
    """
    kept = [index for index in range(len(header)) if any(row[index] for row in rows) or not rows]
    lines = [[_cell(line[index], index) for index in kept] for line in (header, *rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(kept))]
    for line in lines:
        out.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n")


def _cell(text: str, column: int) -> str:
    return printable(text) if column else shortened(printable(text), LONGEST)
