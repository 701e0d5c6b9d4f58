"""What is said of the members of an ensemble."""

from camdash.evidence.analysis import Analysis
from camdash.rendering.wording.agreement import figure
from camdash.rendering.wording.answers import unit
from camdash.words.sentence import say, say_many

MOST_NAMED = 5
"""Classes whose spread is named; all of them stand beneath their maps."""


def spread_words(analysis: Analysis) -> str:
    """Return how far the members are apart for the first classes, in a sentence; empty for a network alone."""
    if analysis.spread is None:
        return ""
    prediction, spread = analysis.prediction, analysis.spread
    shown = prediction.ranking[:MOST_NAMED]
    more = len(prediction.class_names) - len(shown)
    figures = ", ".join(f"{prediction.class_names[k]} {figure(float(spread[k]))}" for k in shown)
    if more > 0:
        figures = say_many("{names} and {count} more", "{names} and {count} more", more, names=figures)
    return say(
        "Mean of {count} checkpoints. Standard deviation of their answers, in {unit}: {figures}",
        count=len(analysis.checkpoint.members),
        unit=unit(prediction) or say("its own unit"),
        figures=figures,
    )
