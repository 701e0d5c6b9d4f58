"""What the logits of a network say of one radiograph, after what its card says that they mean.

`MEANINGS` has an entry for each kind of output; whoever shows an answer asks the prediction and never the kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from camdash.errors import CheckpointError
from camdash.networks.cards.card import Card
from camdash.networks.cards.output import SOFTMAX, Output, OutputKind
from camdash.shapes import PerClass
from camdash.words.sentence import say

FOREMOST = 3
"""Labels that stand for the answer where there are no thresholds."""

EVEN = 0.5
"""The threshold between two classes where the card gives none."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """The logits of one radiograph and what they mean.

    Attributes:
        class_names: a name for each logit, in the head's order.
        logits: as the network gives them.
        probabilities: each logit's own, in [0, 1]; None where the output is no probability.
        output: what the card says of the output.
        negative_name: of two classes with one logit, the one that the logit speaks against; else empty.
        grades: of ordered grades all names, the lowest first; each logit is a step between two of them. Else none.
    """

    class_names: tuple[str, ...]
    logits: PerClass
    probabilities: PerClass | None
    output: Output = SOFTMAX
    negative_name: str = ""
    grades: tuple[str, ...] = ()

    @property
    def excludes(self) -> bool:
        """Whether exactly one of several classes is right; only then does what they have in common not matter."""
        return self.output.kind is OutputKind.SOFTMAX

    @cached_property
    def ranking(self) -> list[int]:
        """The indices, the most probable first; equals, steps, and what has no probability, keep the head's order."""
        if self.probabilities is None or self.grades:
            return list(range(len(self.logits)))
        return [int(index) for index in np.argsort(-self.probabilities, kind="stable")]

    @property
    def foremost(self) -> int:
        """The index of what is shown first: of the most probable class, of the highest step, or of the first value."""
        return self.answers[0] if self.grades and self.answers else self.ranking[0]

    @cached_property
    def answers(self) -> tuple[int, ...]:
        """The indices of what the answer names: the class, the labels found, the value, the highest step exceeded."""
        return _meaning(self).answers(self)

    @property
    def leading(self) -> tuple[int, ...]:
        """The indices of what is looked at first: of what the answer names, else the foremost."""
        return self.answers or (self.foremost,)

    @property
    def predicted(self) -> int | None:
        """The index of the one class that is predicted; None where `predicted_name` is none or has no logit."""
        name = self.predicted_name
        return self.class_names.index(name) if name in self.class_names else None

    @property
    def predicted_name(self) -> str | None:
        """The name of the one class that is predicted; None where several labels can be found, or none is named."""
        return _meaning(self).predicted_name(self)

    @property
    def labels(self) -> tuple[str, ...] | None:
        """The names that are the answer: the predicted class, or all labels found; None where nothing decides that."""
        return _meaning(self).labels(self)

    @property
    def brief(self) -> str:
        """The answer in a few words, for lists: "Hip", "Mass, Nodule", "12.4 months"."""
        return _meaning(self).brief(self)

    @property
    def runner_up(self) -> int | None:
        """The index of the second most probable class, where classes exclude each other; else None."""
        return self.ranking[1] if self.excludes and len(self.logits) > 1 else None

    @property
    def share(self) -> float | None:
        """The probability of the class that is predicted; None where none is."""
        return _meaning(self).share(self)

    @property
    def margin(self) -> float | None:
        """How far the answer is from another one, as a difference of log-odds, never negative; None if not known.

        Of classes that exclude each other the difference of the two highest logits; else the least distance of a
        label's log-odds from its threshold.
        """
        return _meaning(self).margin(self)

    @property
    def distances(self) -> PerClass | None:
        """How far each label's log-odds is from its threshold's, never negative; None without thresholds."""
        return _distances(self, self.output.thresholds) if self.output.thresholds else None

    @cached_property
    def positive(self) -> tuple[bool | None, ...]:
        """Whether each label reaches its threshold, in the head's order; None for each without one."""
        thresholds = self.output.thresholds
        if self.probabilities is None or not thresholds:
            return (None,) * len(self.logits)
        return tuple(bool(p >= least) for p, least in zip(self.probabilities, thresholds, strict=True))

    @property
    def rank(self) -> int | None:
        """The place of the grade that is predicted: how many steps are exceeded; None where there are no grades."""
        return int((self.logits > 0).sum()) if self.grades else None

    @property
    def contradicts(self) -> bool:
        """Whether a grade is said to be above a step and not above a lower one: steps of own weights can do so."""
        exceeded = self.logits > 0
        return bool(self.grades) and bool((exceeded[1:] & ~exceeded[:-1]).any())

    @property
    def values(self) -> PerClass | None:
        """The values of a regression, in the card's unit; None for all else."""
        if self.output.kind is not OutputKind.REGRESSION:
            return None
        values: PerClass = self.logits * self.output.scale + self.output.offset
        return values

    def value_words(self, place: int) -> str:
        """Return a value of a regression with its unit: "12.4 months"."""
        figure = decimal(float(self.logits[place] * self.output.scale + self.output.offset))
        return f"{figure} {self.output.unit}".rstrip()

    def probability(self, place: int) -> float | None:
        """Return the probability of one logit's class; None where the output is no probability."""
        return None if self.probabilities is None else float(self.probabilities[place])

    @property
    def named_values(self) -> dict[str, float] | None:
        """The values of a regression by their names; of grades the probability to be above each step; else None."""
        found = self.probabilities if self.grades else self.values
        return None if found is None else dict(zip(self.class_names, found.tolist(), strict=True))

    @property
    def named_probabilities(self) -> dict[str, float] | None:
        """The probability of each class by its name: of both, where one logit decides between two; none of grades."""
        if self.probabilities is None or self.grades:
            return None
        own = dict(zip(self.class_names, self.probabilities.tolist(), strict=True))
        return {self.negative_name: 1 - own[self.class_names[0]]} | own if self.negative_name else own


def signed(value: float, digits: int = 2) -> str:
    """Return a figure that always carries its sign: "+0.83", "−0.12"."""
    return f"{value:+.{digits}f}".replace("-", "−")


def decimal(value: float) -> str:
    """Return a figure with four digits that count, or with all before the point: "12.35", "−0.1234", "123457"."""
    digits = 0 if abs(value) >= 1000 else 4
    text = f"{value + 0.0:.0f}" if not digits else f"{value + 0.0:.{digits}g}"
    return text.replace("-", "−")


def predict(card: Card, logits: PerClass) -> Prediction:
    """Return what the logits mean that a checkpoint with this card gave.

    Raises:
        CheckpointError: they are not finite.
    """
    if not np.isfinite(logits).all():
        raise CheckpointError(say("The network gave logits that are not finite numbers for this image."))
    output = card.output
    probabilities = MEANINGS[output.kind].probabilities(logits / output.temperature)
    negative = card.class_names[0] if output.kind is OutputKind.BINARY else ""
    grades = card.class_names if output.kind is OutputKind.ORDINAL else ()
    return Prediction(card.logit_names, logits, probabilities, output, negative, grades)


class Meaning:
    """What follows from a kind of output; this one: numbers of which nobody says what they mean, or values."""

    def probabilities(self, logits: PerClass) -> PerClass | None:  # noqa: ARG002 (others use it)
        """Return each logit's probability; None where there is none."""
        return None

    def answers(self, prediction: Prediction) -> tuple[int, ...]:
        """See `Prediction.answers`."""
        return (prediction.foremost,)

    def predicted_name(self, prediction: Prediction) -> str | None:  # noqa: ARG002
        """See `Prediction.predicted_name`."""
        return None

    def labels(self, prediction: Prediction) -> tuple[str, ...] | None:
        """See `Prediction.labels`."""
        name = self.predicted_name(prediction)
        return None if name is None else (name,)

    def brief(self, prediction: Prediction) -> str:
        """See `Prediction.brief`."""
        return self.predicted_name(prediction) or say("logit {figure}", figure=signed(float(prediction.logits[0])))

    def share(self, prediction: Prediction) -> float | None:  # noqa: ARG002
        """See `Prediction.share`."""
        return None

    def margin(self, prediction: Prediction) -> float | None:  # noqa: ARG002
        """See `Prediction.margin`."""
        return None


class _Softmax(Meaning):
    def probabilities(self, logits: PerClass) -> PerClass | None:
        exponentials = np.exp(logits - logits.max())
        shares: PerClass = exponentials / exponentials.sum()
        return shares

    def predicted_name(self, prediction: Prediction) -> str | None:
        return prediction.class_names[prediction.foremost]

    def share(self, prediction: Prediction) -> float | None:
        return prediction.probability(prediction.foremost)

    def margin(self, prediction: Prediction) -> float | None:
        second = prediction.runner_up
        if second is None:
            return None
        return float(prediction.logits[prediction.foremost] - prediction.logits[second]) / prediction.output.temperature


class _LogOdds(Meaning):
    def probabilities(self, logits: PerClass) -> PerClass | None:
        with np.errstate(over="ignore"):
            shares: PerClass = 1 / (1 + np.exp(-logits))
        return shares


class _Sigmoid(_LogOdds):
    def answers(self, prediction: Prediction) -> tuple[int, ...]:
        return tuple(k for k in prediction.ranking if prediction.positive[k])

    def labels(self, prediction: Prediction) -> tuple[str, ...] | None:
        if not prediction.output.thresholds:
            return None
        return tuple(prediction.class_names[k] for k in self.answers(prediction))

    def brief(self, prediction: Prediction) -> str:
        labels = self.labels(prediction)
        if labels is None:
            names = ", ".join(prediction.class_names[k] for k in prediction.ranking[:FOREMOST])
            return say("most probable: {names}", names=names)
        return ", ".join(labels) or say("none above its threshold")

    def margin(self, prediction: Prediction) -> float | None:
        return None if prediction.distances is None else float(prediction.distances.min())


class _Binary(_LogOdds):
    def answers(self, prediction: Prediction) -> tuple[int, ...]:
        return (0,) if self._is_positive(prediction) else ()

    def predicted_name(self, prediction: Prediction) -> str | None:
        return prediction.class_names[0] if self._is_positive(prediction) else prediction.negative_name

    def share(self, prediction: Prediction) -> float | None:
        own = prediction.probability(0)
        if own is None:
            return None
        return own if self._is_positive(prediction) else 1 - own

    def margin(self, prediction: Prediction) -> float | None:
        return float(_distances(prediction, prediction.output.thresholds or (EVEN,))[0])

    def _is_positive(self, prediction: Prediction) -> bool:
        own, least = prediction.probability(0), (*prediction.output.thresholds, EVEN)[0]
        return own is not None and own >= least


class _Ordinal(_LogOdds):
    def answers(self, prediction: Prediction) -> tuple[int, ...]:
        return (prediction.rank - 1,) if prediction.rank else ()

    def predicted_name(self, prediction: Prediction) -> str | None:
        return None if prediction.rank is None else prediction.grades[prediction.rank]

    def margin(self, prediction: Prediction) -> float | None:
        return float(np.abs(prediction.logits).min()) / prediction.output.temperature


class _Regression(Meaning):
    def brief(self, prediction: Prediction) -> str:
        return prediction.value_words(prediction.foremost)


MEANINGS: dict[OutputKind, Meaning] = {
    OutputKind.SOFTMAX: _Softmax(),
    OutputKind.SIGMOID: _Sigmoid(),
    OutputKind.BINARY: _Binary(),
    OutputKind.REGRESSION: _Regression(),
    OutputKind.ORDINAL: _Ordinal(),
    OutputKind.UNKNOWN: Meaning(),
}


def _meaning(prediction: Prediction) -> Meaning:
    return MEANINGS[prediction.output.kind]


def _distances(prediction: Prediction, thresholds: Sequence[float]) -> PerClass:
    """Return the distance of each log-odds from its threshold's."""
    log_odds, least = prediction.logits / prediction.output.temperature, np.array(thresholds)
    distances: PerClass = np.abs(log_odds - np.log(least / (1 - least)))
    return distances
