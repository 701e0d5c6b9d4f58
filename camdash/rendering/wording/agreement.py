"""What the agreement of two checkpoints means, in a line of plain words."""

from camdash.evidence.comparison import ClassPair, Comparison, Difference
from camdash.rendering.wording.answers import beside
from camdash.words.sentence import joined, say

MEANINGS = (
    (0.8, say("evidence in the same places")),
    (0.65, say("evidence in largely the same places")),
    (0.3, say("evidence in partly the same places")),
    (-0.2, say("evidence in different places")),
)
OPPOSITE = say("rather opposite evidence")
NO_CORRELATION = say("no correlation: one of the maps is the same everywhere")
LARGE, NOTICEABLE = 0.2, 0.02
"""Differences of probability from which the words say so."""


def correlation_words(correlation: float | None) -> str:
    """Return a correlation of two maps with its meaning: "correlation 0.83, evidence in the same places"."""
    if correlation is None:
        return NO_CORRELATION
    meaning = next((words for least, words in MEANINGS if correlation >= least), OPPOSITE)
    return say("correlation {value}, {meaning}", value=figure(correlation), meaning=meaning)


def change_words(difference: Difference, comparison: Comparison) -> str:
    """Return both probabilities with what their difference means: "A 98.7 %, B 3.2 %: much less probable in B"."""
    return pair_words(difference.pair, comparison)


def pair_words(pair: ClassPair, answers: Comparison) -> str:
    """Return what `change_words` does, for two answers of which one or both come without maps."""
    first, second = figures(pair, answers)
    both = say("A {first}, B {second}", first=first, second=second)
    before, after = answers.first.prediction.probability(pair.first), answers.second.prediction.probability(pair.second)
    if before is None or after is None or not answers.has_one_meaning:
        return both
    return joined(": ", (both, _change(after - before)))


def figures(pair: ClassPair, answers: Comparison) -> tuple[str, str]:
    """Return what stands beside a class in the first and in the second checkpoint: probability, value or logit."""
    return beside(answers.first.prediction, pair.first), beside(answers.second.prediction, pair.second)


def figure(value: float) -> str:
    """Return a signed figure of two digits with a true minus sign and no sign of plus: "0.83", "−0.12"."""
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")


def _change(change: float) -> str:
    if abs(change) < NOTICEABLE:
        return say("hardly different")
    if abs(change) >= LARGE:
        return say("much more probable in B") if change > 0 else say("much less probable in B")
    return say("more probable in B") if change > 0 else say("less probable in B")
