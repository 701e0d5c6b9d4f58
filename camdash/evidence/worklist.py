"""One checkpoint over many radiographs: a line an image, which of them are listed, and in which order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from camdash.evidence.analysis import Analysis, Failed
from camdash.evidence.comparison import same_labels
from camdash.words.sentence import say


@dataclass(frozen=True)
class Line:
    """What a checkpoint says of one radiograph, without its maps.

    Attributes:
        file: its name.
        sha256: its content's digest.
        predicted: the answer in a few words: the class that is predicted, or the labels found; None where the file has
            no result.
        probability: that class's probability; None where no single class is predicted.
        runner_up: the second most probable class; None where there is none.
        margin: how far the answer is from another one, in logits; never negative; see `Prediction.margin`.
        evidence: of the class that is shown first, in logits, of a value in its unit; None where the network has no
            map.
        familiar: whether the image looks like the checkpoint's training images; None where it has no check.
        error: why there is no result, as a sentence; empty where there is one.
        can_retry: whether the file itself was not refused: its decoder failed, so it may be tried again.
        distance: how far the image is from the training images, as a multiple of the familiar limit; None where the
            checkpoint has no check.
        labels: the names that are the answer; None where nothing decides that, or there is no result.
        drawn: the names of the classes whose maps explain the answer.
        value: the first value of a regression; None for all else.
        unit: its unit; empty where there is none.
    """

    file: str
    sha256: str
    predicted: str | None = None
    probability: float | None = None
    runner_up: str | None = None
    margin: float | None = None
    evidence: float | None = None
    familiar: bool | None = None
    error: str = ""
    can_retry: bool = False
    distance: float | None = None
    labels: tuple[str, ...] | None = None
    drawn: tuple[str, ...] = ()
    value: float | None = None
    unit: str = ""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names under which a filter finds the line: of the answer, else of what is shown first."""
        if self.labels is not None:
            return self.labels
        return self.drawn or ((self.predicted,) if self.predicted else ())

    def renamed(self, name: str) -> "Line":
        """Return the line under the name that its file has now."""
        return replace(self, file=name)


class Order(StrEnum):
    """How a worklist is sorted; what the order knows nothing of comes last. `value` can be translated."""

    GIVEN = say("As uploaded")
    MARGIN = say("Least certain first (smallest margin)")
    PROBABILITY = say("Least probable first")
    EVIDENCE = say("Most evidence first")
    CLASS = say("By class, least certain first")
    UNLIKE = say("Least like the training images first")
    FILE = say("By file name")


def failed_line(name: str, sha256: str, failed: Failed) -> Line:
    """Return the line of a radiograph without an analysis."""
    return Line(name, sha256, error=failed.sentence, can_retry=failed.can_retry)


def line_of(name: str, sha256: str, analysis: Analysis) -> Line:
    """Return the line of a radiograph, under the name that it has now."""
    prediction, familiarity = analysis.prediction, analysis.familiarity
    second = prediction.runner_up
    return Line(
        name,
        sha256,
        prediction.brief,
        prediction.share,
        None if second is None else prediction.class_names[second],
        prediction.margin,
        float(analysis.in_unit.evidence[prediction.foremost]) if analysis.has_maps else None,
        familiarity.familiar if familiarity else None,
        distance=familiarity.score / familiarity.threshold if familiarity and familiarity.threshold else None,
        labels=prediction.labels,
        drawn=tuple(prediction.class_names[k] for k in prediction.answers),
        value=None if prediction.values is None else float(prediction.values[prediction.foremost]),
        unit=prediction.output.unit,
    )


def is_same_answer(first: Line, second: Line) -> bool | None:
    """Return whether two checkpoints give the same answer; None where nothing decides that, or one gives none."""
    return same_labels(first.labels, second.labels)


def listed(
    lines: Sequence[Line],
    classes: Collection[str],
    below: float | None,
    order: Order,
    *,
    only_unlike: bool = False,
    others: Sequence[Line | None] = (),
) -> list[int]:
    """Return the places of the lines that are listed, in their order.

    Args:
        lines: all lines.
        classes: the classes in the answers that are listed; none for all lines, those without a result too.
        below: margin, in logits, from which a line is not listed; None for any.
        order: how they are sorted; equals keep their order.
        only_unlike: whether only those unlike the training images are listed, of one checkpoint or the other.
        others: what the checkpoint says that is compared, of the same radiographs; none where it is not.
    """
    places = [place for place, line in enumerate(lines) if _is_listed(line, classes, below)]
    if only_unlike:
        both = zip(lines, others, strict=True) if others else ((line, None) for line in lines)
        unlike = [any(line is not None and line.familiar is False for line in pair) for pair in both]
        places = [place for place in places if unlike[place]]
    return sorted(places, key=lambda place: _rank(lines[place], order, others[place] if others else None))


def _is_listed(line: Line, classes: Collection[str], below: float | None) -> bool:
    if classes and not set(line.classes) & set(classes):
        return False
    return below is None or (line.margin is not None and line.margin < below)


def _rank(line: Line, order: Order, other: Line | None) -> tuple[bool, str, float]:
    """Return what sorts a line; it begins with whether there is nothing to sort it by.

    Of two checkpoints, the one that finds the radiograph less like its training images counts.
    """
    if order is Order.GIVEN:
        return False, "", 0.0
    if order is Order.FILE:
        return False, line.file.casefold(), 0.0
    distances = (line.distance, other.distance if other else None)
    values = {
        Order.PROBABILITY: line.probability,
        Order.EVIDENCE: _negative(line.evidence),
        Order.UNLIKE: _negative(max((one for one in distances if one is not None), default=None)),
    }
    value = values.get(order, line.margin if line.value is None else line.value)
    text = line.predicted or "" if order is Order.CLASS and line.value is None else ""
    return line.predicted is None if order is Order.CLASS else value is None, text, 0.0 if value is None else value


def _negative(value: float | None) -> float | None:
    return None if value is None else -value
