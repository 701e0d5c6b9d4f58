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
        flips: whether the two answers differ; None where nothing decides that, as between values.
        agreement: correlation of the two maps of the class that the first predicts; None where there is none.
    """

    first: worklist.Line
    second: worklist.Line
    flips: bool | None = False
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
    """What many lines come to.

    Attributes:
        compared: radiographs with two answers that are the same or differ.
        flips: those among them that differ.
        agreement: the mean over the lines that have one; None where none has.
        failed: files that failed.
    """

    compared: int
    flips: int
    agreement: float | None
    failed: int


def line_of(file: str, sha256: str, comparison: Comparison) -> Line:
    """Return the line of one radiograph."""
    first, second = (worklist.line_of(file, sha256, one) for one in (comparison.first, comparison.second))
    flips = None if comparison.is_same is None else comparison.flips
    return Line(first, second, flips, comparison.agreement)


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
    decided = [line for line in compared if line.flips is not None]
    agreements = [line.agreement for line in compared if line.agreement is not None]
    return Totals(
        len(decided),
        sum(line.flips is True for line in decided),
        sum(agreements) / len(agreements) if agreements else None,
        len(all_lines) - len(compared),
    )


def _rank(line: Line) -> tuple[bool, bool, float]:
    return bool(line.error), not line.flips, 2.0 if line.agreement is None else line.agreement
