"""From two results on one radiograph to what the viewer is given: two rows on one scale, and their difference."""

from collections.abc import Mapping
from dataclasses import replace

from camdash.app.viewer.from_analysis import ONE_MAP, class_slot, maps_of, words_of
from camdash.app.viewer.modes import Mode
from camdash.app.viewer.payload import MapWords, Source, ViewerMap
from camdash.evidence.analysis import Analysis
from camdash.evidence.comparison import Comparison, Difference, is_same_class
from camdash.evidence.prediction import Prediction
from camdash.rendering.panels import ALL_STEPS, has_one_map
from camdash.rendering.wording.agreement import figure, figures
from camdash.rendering.wording.answers import mark
from camdash.words.sentence import joined, say

USUAL_READING = say("Red speaks for the class, blue against it.")
RESAMPLED = say("drawn resampled")


def sources_of(comparison: Comparison) -> tuple[Source, ...]:
    """Return a row for each checkpoint, and one for the difference where both have maps of a class in common.

    A class that both know has one slot in all rows, that of the first; what only one knows stands last. The row of a
    checkpoint without maps says why it has none.
    """
    ours = {pair.first: pair.first for pair in comparison.pairs}
    twins = {pair.second: pair.first for pair in comparison.pairs}
    first, second = comparison.first, comparison.second
    rows = (_row("A", first, ours, second.prediction), _row("B", second, twins, first.prediction))
    if comparison.differences:
        return (*rows, _difference(comparison))
    return rows


def words_of_both(comparison: Comparison) -> MapWords:
    """Return what is said of the maps of two checkpoints: of each by its letter, where their outputs differ."""
    first, second = words_of(comparison.first), words_of(comparison.second)
    if first == second:
        return first
    readings = (first.reading or USUAL_READING, second.reading or USUAL_READING)
    reading = "" if first.reading == second.reading == "" else _both(*readings)
    units = first.unit if first.unit == second.unit else joined(" / ", (first.unit, second.unit))
    adds_up = first.adds_up if first.adds_up == second.adds_up else ""
    return MapWords(_both(first.totals, second.totals), reading, units, adds_up, first.is_value and second.is_value)


def _both(first: str, second: str) -> str:
    """Return what is said of A and of B, once where it is the same."""
    if first == second:
        return first
    return say("A: {first} B: {second}", first=first, second=second)


def _row(letter: str, analysis: Analysis, twins: Mapping[int, int], other: Prediction) -> Source:
    label = f"{letter} · {analysis.checkpoint.name}"
    if not analysis.has_maps:
        return Source(label, None, (), analysis.no_map, letter)
    return Source(label, analysis.placement, _aligned(maps_of(analysis), twins, letter, other), letter=letter)


def _aligned(
    maps: tuple[ViewerMap, ...], twins: Mapping[int, int], letter: str, other: Prediction
) -> tuple[ViewerMap, ...]:
    """Return the maps in their twins' slots: twins in one order, then what is no class, then what has no twin.

    `twins` has the place in the first head of each class that both know, by its place in its own.
    """

    def place(drawn: ViewerMap) -> tuple[int, int]:
        if drawn.class_index is None:
            return 1, 0
        twin = twins.get(drawn.class_index)
        return (2, 0) if twin is None else (0, twin)

    return tuple(_in_slot(drawn, twins, letter, other) for drawn in sorted(maps, key=place))


def _in_slot(drawn: ViewerMap, twins: Mapping[int, int], letter: str, other: Prediction) -> ViewerMap:
    if drawn.class_index is None:
        return drawn
    if drawn.class_index in twins:
        return replace(drawn, slot=class_slot(twins[drawn.class_index]))
    alone: str = say("only {letter} knows this class", letter=letter)
    if other.negative_name and is_same_class(drawn.name, other.negative_name):
        whose, name = "AB".replace(letter, ""), other.class_names[0]
        alone = say("in {letter} it is the blue of {name}", letter=whose, name=name)
    note = joined(" · ", (alone, drawn.note))
    return replace(drawn, slot=f"only-{letter}-{drawn.slot}", note=note)


def _difference(comparison: Comparison) -> Source:
    first, second = comparison.first.checkpoint.name, comparison.second.checkpoint.name
    label: str = say("B − A · {second} minus {first}", first=first, second=second)
    if comparison.resampled:
        how = say("(drawn resampled through the radiograph's pixels; figures from each one's own cells)")
        label = joined(" ", (label, how))
    if has_one_map(comparison.first) and has_one_map(comparison.second):
        maps: tuple[ViewerMap, ...] = (_difference_of_all_steps(comparison),)
    else:
        maps = tuple(_difference_map(one, comparison) for one in comparison.differences)
    return Source(label, comparison.differences[0].placement, maps)


def _difference_of_all_steps(comparison: Comparison) -> ViewerMap:
    """Return what changed in the one map that all steps between grades have in common; biases are each step's own."""
    one = comparison.differences[0]
    drawn = _difference_map(one, comparison)
    return replace(drawn, name=ALL_STEPS, predicted=True, mark=ONE_MAP, share="", bias=None, unplaced=None, logit=None)


def _difference_map(one: Difference, comparison: Comparison) -> ViewerMap:
    first, second = figures(one.pair, comparison)
    mark = _mark(one, comparison)
    if one.correlation is None:
        agreement = say("correlation none")
    else:
        agreement = say("correlation {figure}", figure=figure(one.correlation))
    notes = [RESAMPLED] * comparison.resampled + [agreement]
    return ViewerMap(
        id=f"difference-{one.pair.first}",
        slot=class_slot(one.pair.first),
        modes=(Mode.DIFFERENCE,),
        name=one.pair.name,
        values=one.values,
        predicted=bool(mark),
        mark=mark,
        share=say("A {first}, B {second}", first=first, second=second),
        evidence=one.evidence,
        bias=one.bias,
        unplaced=one.unplaced or None,
        logit=one.logit,
        note=joined(" · ", notes),
        class_index=one.pair.first,
    )


def _mark(one: Difference, comparison: Comparison) -> str:
    """Return by whom a class is predicted: "by A", "by B", "by both"; empty if by neither."""
    by_first = mark(comparison.first.prediction, one.pair.first)
    by_second = mark(comparison.second.prediction, one.pair.second)
    if by_first and by_second:
        return say("by both")
    return say("by A") if by_first else say("by B") if by_second else ""
