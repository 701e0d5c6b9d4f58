"""Which maps the viewer shows, and all that is said of each kind: `MODES` is where page and browser know them from."""

from dataclasses import dataclass
from enum import StrEnum

from camdash.networks.gradients import METHODS, Method
from camdash.words.sentence import say


class Mode(StrEnum):
    """Which maps the viewer shows, of those that add up; a gradient-based method has its own mode, by its `id`.

    All maps of a mode share its scale.
    """

    EVIDENCE = "evidence"
    CONTRAST = "contrast"
    DIFFERENCE = "difference"


@dataclass(frozen=True)
class ModeWords:
    """What is said of the maps of a mode.

    Attributes:
        mode: the mode.
        label: what its button says.
        about: what its maps are, in a sentence; empty where they need none.
        total: what stands before the figure beside a panel's bar; empty where nothing adds up.
        bar: what color and bar are, in a sentence; empty where there is no bar.
        alone: the same where there is one total alone, and so no bar.
        sum: what adds up beneath a panel; empty where nothing does.
        terms: what the terms of the sum are called, where there is room.
        reading: how to read the colors of a look with two sides, where the maps have one; else empty.
        reading_apart: the same where each panel has its own scale.
        nothing: what to say of a map without a positive value, where the maps have one side; else empty.
        is_change: whether the maps say how one checkpoint differs from another.
    """

    mode: str
    label: str
    about: str = ""
    total: str = ""
    bar: str = ""
    alone: str = ""
    sum: str = ""
    terms: tuple[str, str, str] = ("", "", "")
    reading: str = ""
    reading_apart: str = ""
    nothing: str = ""
    is_change: bool = False


def _of_method(method: Method) -> ModeWords:
    return ModeWords(
        method.id,
        method.name,
        about=method.about,
        reading=say("Red speaks for the class."),
        reading_apart=say("Red speaks for the class. Each panel on its own scale: strengths are not comparable."),
        nothing=say("Nothing speaks for the class here: nothing to draw."),
    )


MODES = (
    ModeWords(
        Mode.EVIDENCE,
        say("Evidence"),
        total=say("Total"),
        bar=say("Color is the strength at one spot; the bar is the total."),
        alone=say("Color is the strength at one spot; the total is the mean of all spots plus the bias."),
        sum=say("evidence + bias = logit"),
        terms=(say("evidence"), say("bias"), say("unplaced")),
    ),
    ModeWords(
        Mode.CONTRAST,
        say("Contrast"),
        about=say("Contrast: each class minus the average of all classes."),
        total=say("vs average"),
        bar=say("Color is the strength at one spot; the bar is the total minus the average total."),
        sum=say("contrast + centred bias = logit − average of all logits"),
        terms=(say("contrast"), say("centred bias"), say("centred unplaced")),
    ),
    ModeWords(
        Mode.DIFFERENCE,
        say("Difference"),
        about=say("Difference: the second checkpoint's evidence minus the first's (B − A)."),
        total=say("B − A"),
        bar=say("Color is the difference at one spot; the bar is the difference of the totals."),
        sum=say("difference of evidence + difference of bias = difference of the logits"),
        terms=(say("Δ evidence"), say("Δ bias"), say("Δ unplaced")),
        is_change=True,
    ),
    *map(_of_method, METHODS),
)
"""In the order of their buttons; the first is the one to start with."""


def mode_of(told: object) -> str | None:
    """Return the mode that somebody named; None for anything that is none."""
    return next((str(words.mode) for words in MODES if words.mode == told), None)
