"""Two checkpoints over many radiographs: a line an image, and what they come to together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from camdash.evidence.analysis import Prediction, is_familiar
from camdash.evidence.comparison import Comparison


@dataclass(frozen=True)
class Line:
    """What two checkpoints say of one radiograph, without its maps.

    Attributes:
        file: its name.
        sha256: its content's digest.
        first: the class that the first checkpoint predicts; None where the file has no analysis.
        first_probability: that class's probability.
        second: the class that the second checkpoint predicts.
        second_probability: that class's probability.
        flips: whether the two answers differ.
        agreement: correlation of the two maps of the class that the first predicts; None where there is none.
        first_familiar: whether the image looks like the first one's training images; None where it has no check.
        second_familiar: the same of the second.
        error: why there is no analysis, as a sentence; empty where there is one.
        can_retry: whether the file itself was not refused: its decoder failed, so it may be tried again.
    """

    file: str
    sha256: str
    first: str | None = None
    first_probability: float | None = None
    second: str | None = None
    second_probability: float | None = None
    flips: bool = False
    agreement: float | None = None
    first_familiar: bool | None = None
    second_familiar: bool | None = None
    error: str = ""
    can_retry: bool = False


@dataclass(frozen=True)
class Totals:
    """What many lines come to: radiographs compared, flips among them, mean agreement, and files that failed."""

    compared: int
    flips: int
    agreement: float | None
    failed: int


def line_of(file: str, sha256: str, answers: Comparison) -> Line:
    """Return the line of one radiograph."""
    first, second = answers.first.prediction, answers.second.prediction
    return Line(
        file,
        sha256,
        first.predicted_name,
        _highest(first),
        second.predicted_name,
        _highest(second),
        answers.flips,
        answers.agreement,
        is_familiar(answers.first),
        is_familiar(answers.second),
    )


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


def _highest(prediction: Prediction) -> float:
    return float(prediction.probabilities[prediction.predicted])
