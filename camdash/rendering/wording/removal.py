"""What the hottest cell does to the answer beside what the map says, in a sentence."""

from camdash.evidence.analysis import Analysis
from camdash.evidence.prediction import signed
from camdash.words.sentence import say

SMALL = 0.1
"""Below it a figure has four digits after the point."""


def removal_words(analysis: Analysis) -> str:
    """Return how far the map is from what taking its hottest cell away changes; empty where that was not measured."""
    found, prediction = analysis.removal, analysis.prediction
    if found is None:
        return ""
    measured, said = (-figure * prediction.output.scale for figure in (found.measured, found.said))
    digits = 2 if max(abs(measured), abs(said)) >= SMALL else 4
    measured_words, said_words = signed(measured, digits), signed(said, digits)
    name = prediction.class_names[found.class_index]
    if prediction.values is None:
        return say(
            "Taking the hottest cell of {name} away changes its logit by {measured}; the map says {said}.",
            name=name,
            measured=measured_words,
            said=said_words,
        )
    if not prediction.output.unit:
        return say(
            "Taking the hottest cell of {name} away changes the value by {measured}; the map says {said}.",
            name=name,
            measured=measured_words,
            said=said_words,
        )
    return say(
        "Taking the hottest cell of {name} away changes the value by {measured} {unit}; the map says {said}.",
        name=name,
        measured=measured_words,
        unit=prediction.output.unit,
        said=said_words,
    )
