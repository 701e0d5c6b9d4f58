"""Scales: which value, in logits, gets which end of the color table.

A class that speaks weakly must not look strong, so the default scale is shared by all maps shown together and is
symmetric about zero. The other looks are there for those who want them, and are labelled as what they are.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from camdash.words.sentence import Sentence, say, unfilled

#: A range this small, as a share of the shared limit, is drawn as flat: it would only amplify rounding errors.
FLAT_SHARE = 1e-6
#: The shared limit, in logits, below which nothing at all is drawn.
SMALLEST_LIMIT = 1e-12

Maps = Sequence[NDArray[np.float32]]
Ends = tuple[str, str, str]

LOW, HIGH = "{low}", "{high}"
"""Stand for the ends of a scale in words that are filled where the panel is drawn."""


@dataclass(frozen=True)
class Legend:
    """What stands at the low end, in the middle and at the high end of the color bar.

    In `full`, `brief` and `change`, "{low}" and "{high}" stand for the ends of the scale.

    Attributes:
        full: where there is room.
        brief: where there is little.
        change: for the difference of two checkpoints.
        apart: where each of two checkpoints has its own scale.
    """

    full: Ends
    brief: Ends
    change: Ends
    apart: Ends


@dataclass(frozen=True, eq=False)
class ScaleRule:
    """Which values the ends of the color table stand for.

    Attributes:
        scales: from a look, the maps that are shown together and their largest size in logits to a scale a map.
        shared: whether the maps share one scale.
        diverges: whether the table's middle is zero, with evidence against on one side and for on the other.
        legend: what stands beside the color bar.
    """

    scales: "Callable[[Look, Maps, float], Iterator[Scale]]"
    shared: bool
    diverges: bool
    legend: Legend


@dataclass(frozen=True, eq=False)
class Look:
    """A way to draw maps: how values in logits become color. All that there are stand in `looks.LOOKS`.

    Attributes:
        id: its name in files, in links and in the browser; of small letters.
        label: what its button says.
        about: when to use it, in a sentence.
        reading: how to read its colors, in a sentence.
        change: the same for the difference of two checkpoints, B minus A.
        rule: which values the ends of its table stand for.
        table: its colors, (256, 3), RGB; the first row for the scale's low end.
        fades: whether the opacity follows the strength of the evidence; else it is the same everywhere.
        opacity: the opacity in [0, 1] with which it starts.
        spoken: what screen readers say of its button; empty for the label.
        caption: what to say beneath each panel, with "{low}", "{high}", "{size}" and "{factor}" of its scale.
        panels: the choice of panels with which it starts: "all", or "three" (overlay, heat map, radiograph).
    """

    id: str
    label: str
    about: str
    reading: str
    change: str
    rule: ScaleRule
    table: NDArray[np.uint8]
    fades: bool = True
    opacity: float = 0.85
    spoken: str = ""
    caption: str = ""
    panels: str = "all"

    def __repr__(self) -> str:
        return f"<Look {self.id}>"


@dataclass(frozen=True)
class Scale:
    """The range of values that one panel's color table spans.

    Attributes:
        look: how the values are drawn.
        low: the value at the table's first row, in logits.
        high: the value at the table's last row, in logits.
        factor: how much more the panel is stretched than on the shared scale; 1 where it is the shared scale.
        flat: why nothing is drawn, as a sentence; empty if something is.
    """

    look: Look
    low: float
    high: float
    factor: float = 1.0
    flat: str = ""

    def steps(self, values: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        """Return where `values` lie on the scale: same shape, in [0, count]; NaN stays NaN."""
        slope = count / (self.high - self.low)
        steps: NDArray[np.float32] = (values - np.float32(self.low)) * np.float32(slope)
        return steps.clip(0, count, out=steps)


def scales(maps: Maps, look: Look) -> tuple[Scale, ...]:
    """Return the scale of each of `maps`, which are shown together.

    A map with nothing to draw gets a flat scale and a sentence, never a division by zero.

    Raises:
        ValueError: a value is not finite.
    """
    if not all(np.isfinite(values).all() for values in maps):
        raise ValueError("a map to be drawn must be finite")
    limit = max((float(np.abs(values).max()) for values in maps), default=0.0)
    if limit < SMALLEST_LIMIT:
        return tuple(_flat(look, say("No evidence for or against any class: nothing to draw.")) for _ in maps)
    return tuple(look.rule.scales(look, maps, limit))


def _around_zero(look: Look, maps: Maps, limit: float) -> Iterator[Scale]:
    for values in maps:
        yield Scale(look, -limit, limit) if float(np.abs(values).max()) >= FLAT_SHARE * limit else _without(look)


def _from_zero(look: Look, maps: Maps, limit: float) -> Iterator[Scale]:
    highs = [float(values.max()) for values in maps]
    high = max(highs)
    if high < FLAT_SHARE * limit:
        yield from (_flat(look, say("No positive evidence for any class: nothing to draw.")) for _ in maps)
        return
    nothing = say("No positive evidence here: nothing to draw.")
    yield from (Scale(look, 0, high, flat="" if own >= FLAT_SHARE * high else nothing) for own in highs)


def _own_around_zero(look: Look, maps: Maps, limit: float) -> Iterator[Scale]:
    for values in maps:
        own = float(np.abs(values).max())
        yield Scale(look, -own, own, factor=limit / own) if own >= FLAT_SHARE * limit else _without(look)


def _own_range(look: Look, maps: Maps, limit: float) -> Iterator[Scale]:
    for values in maps:
        low, high = float(values.min()), float(values.max())
        constant = high - low < FLAT_SHARE * limit
        yield _flat(look, say("The same value everywhere: nothing to draw.")) if constant else Scale(look, low, high)


def _without(look: Look) -> Scale:
    return _flat(look, say("No evidence for or against: nothing to draw."))


def _flat(look: Look, sentence: str) -> Scale:
    return Scale(look, 0, 0, flat=sentence)


def in_unit(text: str, unit: str) -> str:
    """Return words about the ends of a scale with the unit of its values; other words as they are."""
    if not isinstance(text, Sentence) or "unit" not in text.values:
        return text
    return Sentence(text.template, text.many, {**text.values, "unit": unit})


def _always(ends: Ends) -> Legend:
    return Legend(ends, ends, ends, ends)


AGAINST, FOR, HIGH_IN_UNIT = say("against"), say("for"), unfilled("{high} {unit}")

VALUE_ENDS = {
    "{low} against": unfilled("{low} lowers it"),
    "for {high} {unit}": unfilled("raises it {high} {unit}"),
    "against": say("lowers it"),
    "for": say("raises it"),
    "strongest against": say("lowers it most"),
    "strongest for": say("raises it most"),
}
"""What stands at the ends of the color bar where a map lowers and raises a value."""


def of_values(ends: Ends) -> Ends:
    """Return the ends of a legend as they are for a value, which evidence lowers and raises."""
    low, middle, high = ends
    return VALUE_ENDS.get(low, low), middle, VALUE_ENDS.get(high, high)


SHARED = ScaleRule(
    _around_zero,
    shared=True,
    diverges=True,
    legend=Legend(
        full=(unfilled("{low} against"), "0", unfilled("for {high} {unit}")),
        brief=(LOW, "0", HIGH),
        change=(unfilled("{low} less in B"), "0", unfilled("more in B {high} {unit}")),
        apart=(AGAINST, "0", FOR),
    ),
)
"""One scale for all maps, symmetric about zero."""

SHARED_POSITIVE = ScaleRule(
    _from_zero,
    shared=True,
    diverges=False,
    legend=Legend(
        full=("0", "", HIGH_IN_UNIT),
        brief=("0", "", HIGH_IN_UNIT),
        change=("0", "", HIGH_IN_UNIT),
        apart=("0", "", FOR),
    ),
)
"""One scale for all maps, from zero to the highest value of all."""

OWN = ScaleRule(
    _own_around_zero,
    shared=False,
    diverges=True,
    legend=replace(
        _always((say("strongest against"), "0", say("strongest for"))),
        brief=(AGAINST, "0", FOR),
        change=(say("less in B"), "0", say("more in B")),
    ),
)
"""A scale a map, symmetric about zero."""

OWN_RANGE = ScaleRule(
    _own_range, shared=False, diverges=False, legend=_always((say("panel's lowest"), "", say("panel's highest")))
)
"""A scale a map, from its own lowest to its highest value."""
