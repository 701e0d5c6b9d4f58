"""Two checkpoints over many radiographs: a line an image, and what they come to together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from camdash.evidence import worklist
from camdash.evidence.analysis import Failed
from camdash.evidence.comparison import Comparison


@dataclass(frozen=True)
class Line:
    """What two checkpoints say of one radiograph, without its maps.

    Attributes:
        first: what the first says.
        second: what the second says; where one of them has no analysis, both say why.
        flips: whether the two answers differ.
        agreement: correlation of the two maps of the class that the first predicts; None where there is none.
    """

    first: worklist.Line
    second: worklist.Line
    flips: bool = False
    agreement: float | None = None

    @property
    def file(self) -> str:
        """The file's name."""
        return self.first.file

    @property
    def sha256(self) -> str:
        """The digest of its content."""
        return self.first.sha256

    @property
    def error(self) -> str:
        """Why there is no analysis, as a sentence; empty where there is one."""
        return self.first.error

    @property
    def can_retry(self) -> bool:
        """Whether the file itself was not refused: its decoder failed, so it may be tried again."""
        return self.first.can_retry

    def renamed(self, name: str) -> "Line":
        """Return the line under the name that its file has now."""
        return replace(self, first=self.first.renamed(name), second=self.second.renamed(name))


@dataclass(frozen=True)
class Totals:
    """What many lines come to: radiographs compared, flips among them, mean agreement, and files that failed."""

    compared: int
    flips: int
    agreement: float | None
    failed: int


def line_of(file: str, sha256: str, comparison: Comparison) -> Line:
    """Return the line of one radiograph."""
    first, second = (worklist.line_of(file, sha256, one) for one in (comparison.first, comparison.second))
    return Line(first, second, comparison.flips, comparison.agreement)


def failed_line(file: str, sha256: str, failed: Failed) -> Line:
    """Return the line of a radiograph that is not compared."""
    line = worklist.failed_line(file, sha256, failed)
    return Line(line, line)


def flips_first(lines: Sequence[Line]) -> list[int]:
    """Return the places of the lines as they are listed: flips, then the least agreement, failed files last."""
    return sorted(range(len(lines)), key=lambda place: _rank(lines[place]))


def totals(lines: Iterable[Line]) -> Totals:
    """Return what the lines come to; the mean agreement is over the lines that have one."""
    all_lines = list(lines)
    compared = [line for line in all_lines if not line.error]
    agreements = [line.agreement for line in compared if line.agreement is not None]
    return Totals(
        len(compared),
        sum(line.flips for line in compared),
        sum(agreements) / len(agreements) if agreements else None,
        len(all_lines) - len(compared),
    )


def _rank(line: Line) -> tuple[bool, bool, float]:
    return bool(line.error), not line.flips, 2.0 if line.agreement is None else line.agreement
