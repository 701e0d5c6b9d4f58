"""Going on with a run that was stopped: which files have their row, and which are still to be done."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from camdash.command_line.explaining.output import PREDICTIONS
from camdash.command_line.explaining.predictions import Cells, as_read, earlier_lines
from camdash.command_line.explaining.rows import Row, header, row_of, row_of_line
from camdash.errors import ImageError, UsageError
from camdash.evidence.analysis import Failed
from camdash.images.radiograph import Radiograph
from camdash.images.regular_files import content
from camdash.networks.cards.card import Checkpoint
from camdash.words.sentence import say

SHA256, CHECKPOINT_SHA256 = 1, 3
"""Places in a line of the table."""


@dataclass(frozen=True)
class Earlier:
    """What an earlier run wrote with the same checkpoint.

    Attributes:
        checkpoint: the checkpoint.
        no_map: why it gives no map; None where it gives one.
        lines: the table's lines, by the file's name as it stands there and its content's digest.
    """

    checkpoint: Checkpoint
    no_map: str | None
    lines: dict[str, dict[str, Cells]]

    @classmethod
    def of(cls, folder: Path, checkpoint: Checkpoint, no_map: str | None) -> "Earlier":
        """Read the table in a folder; nothing where there is none.

        Raises:
            UsageError: it is of another checkpoint, or no such table.
        """
        path = folder / PREDICTIONS
        lines: dict[str, dict[str, Cells]] = defaultdict(dict)
        for cells in earlier_lines(path, header(checkpoint.card)):
            if cells[CHECKPOINT_SHA256] != checkpoint.sha256:
                raise UsageError(
                    say(
                        "{path} was written with another checkpoint ({name}, sha256 {digest}). "
                        "Give that one, or another folder.",
                        path=str(path),
                        name=cells[2],
                        digest=cells[3][:12],
                    )
                )
            lines[cells[0]][cells[SHA256]] = cells
        return cls(checkpoint, no_map, lines)

    def lost(self, rows: Sequence[Row | None]) -> int:
        """Return how many lines without error are not of any of these rows, nor of a file that failed."""
        kept = {(as_read([row["file"]])[0], row["sha256"]) for row in rows if row is not None}
        lines = {(name, digest) for name, by_digest in self.lines.items() for digest in by_digest}
        return sum(not self.lines[name][digest][-1] for name, digest in lines - kept)

    def rows(self, files: Sequence[Path], decode: Callable[[bytes], Radiograph], threads: int) -> list[Row | None]:
        """Return the row of each file that is done, None for each that is not.

        A file is done if the table has its name with the digest of what it holds now. One that failed is decoded
        again: if it is refused with the same sentence the fault is its own, and its row stays.

        Args:
            files: the files.
            decode: as for the pipeline.
            threads: how many are read at the same time.
        """
        with ThreadPoolExecutor(threads, "resuming") as pool:
            return list(pool.map(lambda file: self._row(file, decode), files))

    def _row(self, file: Path, decode: Callable[[bytes], Radiograph]) -> Row | None:
        known = self.lines.get(as_read([str(file)])[0])
        if not known:
            return None
        try:
            data = content(file)
        except ImageError:
            return None
        cells = known.get(hashlib.sha256(data).hexdigest())
        if cells is None:
            return None
        return self._failed(file, cells, data, decode) if cells[-1] else self._done(file, cells)

    def _done(self, file: Path, cells: Cells) -> Row | None:
        try:
            return row_of_line(str(file), self.checkpoint, cells, self.no_map)
        except ValueError:  # somebody has changed the table
            return None

    def _failed(self, file: Path, cells: Cells, data: bytes, decode: Callable[[bytes], Radiograph]) -> Row | None:
        try:
            decode(data)
        except ImageError as error:
            row = row_of(str(file), cells[SHA256], self.checkpoint, Failed.of(error))
            return row if as_read([row["error"]])[0] == cells[-1] else None
        return None


def to_do(rows: Sequence[Row | None], batch: int) -> list[int]:
    """Return the places of the files that are to be run: those of every batch that is not done as a whole.

    The last digits of a network's output depend on which radiographs share a pass. With the batches of a run that
    was never stopped, its table comes out the same to the byte.
    """
    starts = range(0, len(rows), batch)
    open_batches = [start for start in starts if any(row is None for row in rows[start : start + batch])]
    return [place for start in open_batches for place in range(start, min(start + batch, len(rows)))]
