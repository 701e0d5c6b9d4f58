"""What a prediction says, in words: `WORDS` has an entry for each kind of output, and the page asks no further."""

from collections.abc import Sequence

from camdash.evidence.prediction import EVEN, Prediction, signed
from camdash.networks.cards.card import FIVE_CLASSES
from camdash.networks.cards.output import OutputKind
from camdash.words.sentence import joined, say, say_many

MOST_NAMED = 5
"""Findings that a headline names."""


def percent(probability: float) -> str:
    """Return a probability in words that never claim certainty: "98.7 %", "> 99.9 %", "< 0.1 %"."""
    if probability > 0.999:
        return "> 99.9 %"
    if probability < 0.001:
        return "< 0.1 %"
    return f"{100 * probability:.1f} %"


def threshold_words(threshold: float) -> str:
    """Return a threshold as it is, with four digits that count: "30 %", "0.05 %"."""
    return f"{100 * threshold:.4g} %"


def headline(prediction: Prediction) -> str:
    """Return the answer: "Hip, 98.7 %", "2 of 14 findings are above their thresholds: Mass, Nodule"."""
    return _words(prediction).headline(prediction)


def remark(prediction: Prediction) -> str:
    """Return what stands beneath the headline: the runner-up, a threshold; empty where there is nothing to say."""
    return _words(prediction).remark(prediction)


def choice(prediction: Prediction) -> str:
    """Return between what the network chooses, in a sentence; empty where there is no choice."""
    return _words(prediction).choice(prediction)


def share_of_answer(prediction: Prediction) -> str:
    """Return the probability of the class that is predicted, for lists; empty where none is."""
    return "" if prediction.share is None else percent(prediction.share)


def beside(prediction: Prediction, place: int) -> str:
    """Return the figure of one class: its probability, its value with its unit, or its logit."""
    probability = prediction.probability(place)
    if probability is not None:
        return percent(probability)
    if prediction.values is not None:
        return prediction.value_words(place)
    return signed(float(prediction.logits[place]))


def mark(prediction: Prediction, place: int) -> str:
    """Return what is said of a class besides its figure: "predicted", "above its threshold"; empty for nothing."""
    return _words(prediction).mark(prediction, place)


def totals(prediction: Prediction) -> str:
    """Return what evidence and bias add up to, for the help."""
    return _words(prediction).totals(prediction)


def reading(prediction: Prediction) -> str:
    """Return how the two colors of a map are read, where they are not for and against a class; else empty."""
    return _words(prediction).reading(prediction)


def unit(prediction: Prediction) -> str:
    """Return the unit of maps and totals."""
    if prediction.values is None:
        return say("logits")
    return prediction.output.unit


def title(prediction: Prediction) -> str:
    """Return what the figures of a chart are, in a word."""
    return _words(prediction).title


class Words:
    """The words for one kind of output; this one's: numbers of which nobody says what they mean."""

    title = say("Logits")

    def headline(self, prediction: Prediction) -> str:
        """See `headline`."""
        more = len(prediction.class_names) - MOST_NAMED
        figures = _figures(prediction, prediction.ranking[:MOST_NAMED], ": ")
        return (
            say_many("{names} and {count} more", "{names} and {count} more", more, names=figures)
            if more > 0
            else figures
        )

    def remark(self, prediction: Prediction) -> str:  # noqa: ARG002 (others use it)
        """See `remark`."""
        return ""

    def choice(self, prediction: Prediction) -> str:  # noqa: ARG002
        """See `choice`."""
        return say("This is the network's raw output (logit): no probability is known.")

    def mark(self, prediction: Prediction, place: int) -> str:  # noqa: ARG002
        """See `mark`."""
        return ""

    def totals(self, prediction: Prediction) -> str:  # noqa: ARG002
        """See `totals`."""
        return say("The card does not say what the totals mean, so no probability is made of them.")

    def reading(self, prediction: Prediction) -> str:  # noqa: ARG002
        """See `reading`."""
        return say("Red raises the output, blue lowers it.")


class _Softmax(Words):
    title = say("Softmax")

    def headline(self, prediction: Prediction) -> str:
        return _named_share(prediction)

    def remark(self, prediction: Prediction) -> str:
        second = prediction.runner_up
        if second is None:
            return ""
        name, share = prediction.class_names[second], beside(prediction, second)
        if is_uncertain(prediction):
            return say("Runner-up {name}, {share}. Uncertain: no class reaches 50\u00a0%.", name=name, share=share)
        return say("Runner-up {name}, {share}", name=name, share=share)

    def choice(self, prediction: Prediction) -> str:
        count = len(prediction.class_names)
        if count < 2:
            return ""
        if prediction.class_names == FIVE_CLASSES:
            return say("One of {count} body parts. The model always picks one.", count=count)
        return say_many(
            "One of {count} class. The model always picks one.",
            "One of {count} classes. The model always picks one.",
            count,
        )

    def mark(self, prediction: Prediction, place: int) -> str:
        return say("predicted") if place == prediction.foremost else ""

    def totals(self, prediction: Prediction) -> str:  # noqa: ARG002
        return say("The totals (logits) become the probabilities (softmax).")

    def reading(self, prediction: Prediction) -> str:  # noqa: ARG002
        return ""


class _Sigmoid(Words):
    title = say("Probabilities, each on its own")

    def headline(self, prediction: Prediction) -> str:
        labels = prediction.labels
        if labels is None:
            return say("Most probable: {figures}", figures=_figures(prediction, prediction.ranking[:3], " "))
        count = len(prediction.class_names)
        if count == 1:
            share = _unbroken(beside(prediction, 0))
            name = prediction.class_names[0]
            if labels:
                return say("{name}, {share}: above its threshold", name=name, share=share)
            return say("{name}, {share}: below its threshold", name=name, share=share)
        if not labels:
            return say("None of {count} findings is above its threshold", count=count)
        named, more = ", ".join(labels[:MOST_NAMED]), len(labels) - MOST_NAMED
        if more > 0:
            named = say_many("{names} and {count} more", "{names} and {count} more", more, names=named)
        return say_many(
            "{count} of {labels} findings above its threshold: {names}",
            "{count} of {labels} findings above their threshold: {names}",
            len(labels),
            labels=count,
            names=named,
        )

    def remark(self, prediction: Prediction) -> str:
        if prediction.distances is None:
            return say("No thresholds are known, so nothing says which findings count as found.")
        place = int(prediction.distances.argmin())
        return say(
            "Closest to its threshold: {name}, {share} (threshold {threshold})",
            name=prediction.class_names[place],
            share=_unbroken(beside(prediction, place)),
            threshold=_unbroken(threshold_words(prediction.output.thresholds[place])),
        )

    def choice(self, prediction: Prediction) -> str:
        return say_many(
            "{count} finding, judged on its own.",
            "{count} findings, each judged on its own: several can be right, or none.",
            len(prediction.class_names),
        )

    def mark(self, prediction: Prediction, place: int) -> str:
        return say("above its threshold") if prediction.positive[place] else ""

    def totals(self, prediction: Prediction) -> str:
        far = say("The distance from its threshold decides whether it counts as found.")
        odds = _log_odds_words(prediction.output.temperature)
        return joined(" ", [odds, far if prediction.output.thresholds else ""])

    def reading(self, prediction: Prediction) -> str:  # noqa: ARG002
        return say("Red speaks for the finding, blue against it.")


class _Binary(Words):
    title = say("Probability")

    def headline(self, prediction: Prediction) -> str:
        return _named_share(prediction)

    def remark(self, prediction: Prediction) -> str:
        thresholds = prediction.output.thresholds
        name = prediction.class_names[0]
        if not thresholds:
            return say(
                "No threshold is known: {name} is the answer from {share} on.",
                name=name,
                share=_unbroken(threshold_words(EVEN)),
            )
        return say(
            "{name} is the answer from {share} on (its threshold).",
            name=name,
            share=_unbroken(threshold_words(thresholds[0])),
        )

    def choice(self, prediction: Prediction) -> str:
        positive, negative = prediction.class_names[0], prediction.negative_name
        return say("One number decides between {negative} and {positive}.", negative=negative, positive=positive)

    def mark(self, prediction: Prediction, place: int) -> str:
        return say("predicted") if prediction.predicted_name == prediction.class_names[place] else ""

    def totals(self, prediction: Prediction) -> str:
        decides = say("Its distance from the threshold decides the answer.")
        return joined(" ", [_log_odds_words(prediction.output.temperature), decides])

    def reading(self, prediction: Prediction) -> str:
        positive, negative = prediction.class_names[0], prediction.negative_name
        return say("Red speaks for {positive}, blue for {negative}.", positive=positive, negative=negative)


class _Ordinal(Words):
    title = say("Probability to be above each grade")

    def headline(self, prediction: Prediction) -> str:
        return prediction.predicted_name or ""

    def remark(self, prediction: Prediction) -> str:
        if not prediction.contradicts:
            return self._between(prediction)
        warning = say("The steps contradict each other: the grade is above one, and not above a lower one.")
        return joined(" ", [f"{self._between(prediction)}.", warning])

    def _between(self, prediction: Prediction) -> str:
        rank, grades = prediction.rank or 0, prediction.grades
        if rank == 0:
            return say("Lowest of {count} grades. Above {name}: {share}", count=len(grades), **_above(prediction, 0))
        if rank == len(grades) - 1:
            return say(
                "Highest of {count} grades. Above {name}: {share}", count=len(grades), **_above(prediction, rank - 1)
            )
        below, above = _above(prediction, rank - 1), _above(prediction, rank)
        return say(
            "Grade {number} of {count}, between {low} and {high}. Above {low}: {exceeded}. Above {own}: {left}",
            number=rank + 1,
            count=len(grades),
            low=below["name"],
            exceeded=below["share"],
            own=above["name"],
            left=above["share"],
            high=grades[rank + 1],
        )

    def choice(self, prediction: Prediction) -> str:
        return say_many(
            "One of {count} grade. The answer is above as many steps as have more than 50\u00a0%.",
            "One of {count} grades in their order. The answer is above as many steps as have more than 50\u00a0%.",
            len(prediction.grades),
        )

    def mark(self, prediction: Prediction, place: int) -> str:
        return say("highest step exceeded") if self._is_highest(prediction, place) else ""

    def _is_highest(self, prediction: Prediction, place: int) -> bool:
        return place in prediction.answers and not prediction.contradicts

    def totals(self, prediction: Prediction) -> str:
        if prediction.output.temperature == 1:
            return say("Evidence + the bias of a step is the log-odds that the grade is above that step (sigmoid).")
        return say(
            "Evidence + the bias of a step, divided by {temperature:g} (temperature), is the log-odds that the grade "
            "is above that step (sigmoid).",
            temperature=prediction.output.temperature,
        )

    def reading(self, prediction: Prediction) -> str:  # noqa: ARG002
        return say("Red speaks for a higher grade, blue for a lower one.")


class _Regression(Words):
    title = say("Values")

    def choice(self, prediction: Prediction) -> str:  # noqa: ARG002
        return say("A value that the network estimates. It gives no probability.")

    def totals(self, prediction: Prediction) -> str:  # noqa: ARG002
        return say("The total is the value itself: evidence and bias are in its unit.")

    def reading(self, prediction: Prediction) -> str:  # noqa: ARG002
        return say("Red raises the value, blue lowers it.")


WORDS: dict[OutputKind, Words] = {
    OutputKind.SOFTMAX: _Softmax(),
    OutputKind.SIGMOID: _Sigmoid(),
    OutputKind.BINARY: _Binary(),
    OutputKind.REGRESSION: _Regression(),
    OutputKind.ORDINAL: _Ordinal(),
    OutputKind.UNKNOWN: Words(),
}


def is_uncertain(prediction: Prediction) -> bool:
    """Return whether of several classes that exclude each other none reaches one half."""
    return prediction.runner_up is not None and prediction.share is not None and prediction.share < EVEN


def _log_odds_words(temperature: float) -> str:
    if temperature == 1:
        return say("The total is the log-odds of the finding; its probability follows from that alone (sigmoid).")
    return say(
        "The total, divided by {temperature:g} (temperature), is the log-odds of the finding; its probability follows "
        "from that alone (sigmoid).",
        temperature=temperature,
    )


def _above(prediction: Prediction, place: int) -> dict[str, str]:
    """Return a step's grade, and how probable it is that the grade is above it."""
    return {"name": prediction.grades[place], "share": _unbroken(beside(prediction, place))}


def _words(prediction: Prediction) -> Words:
    return WORDS[prediction.output.kind]


def _named_share(prediction: Prediction) -> str:
    return f"{prediction.predicted_name}, {_unbroken(share_of_answer(prediction))}"


def _figures(prediction: Prediction, places: Sequence[int], separator: str) -> str:
    return ", ".join(f"{prediction.class_names[k]}{separator}{_unbroken(beside(prediction, k))}" for k in places)


def _unbroken(figure: str) -> str:
    """Return a figure with its unit that no line's end tears apart."""
    return figure.replace(" ", "\u00a0")
