"""From an analysis to what the viewer is given."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from camdash.app.viewer.modes import Mode
from camdash.app.viewer.payload import MapWords, Source, ViewerMap
from camdash.app.viewer.picture import Picture, encode_picture
from camdash.evidence.analysis import Analysis
from camdash.evidence.prediction import Prediction, signed
from camdash.images.radiograph import Radiograph
from camdash.rendering.files.export import Drawing, shown
from camdash.rendering.panels import PanelMap, average_map, class_maps, contrast_maps, has_average, has_one_map
from camdash.rendering.ranks import steps_around
from camdash.rendering.wording.agreement import figure
from camdash.rendering.wording.answers import beside, mark, reading, totals, unit
from camdash.words.sentence import joined, say

WORTH_NAMING = 0.05
"""Evidence on padding below this, in logits, is not worth a line."""

ONE_MAP = say("one map, a bias for each step")
MOST_STEPS = 4
"""Steps between grades whose sums stand beneath the map that they have in common; hovering the chart tells all."""

AVERAGE_CAPTION = say("Where the network responds whatever the class. It does not affect the answer.")


def picture_of(name: str, radiograph: Radiograph, preset: int = 0, *, lossless: bool) -> Picture:
    """Return the radiograph as it is sent: through one of its presets, of which the first is the default."""
    data, mime = encode_picture(shown(radiograph, Drawing(preset=preset)), lossless)
    return Picture(data, mime, radiograph.shape, name)


def source_of(analysis: Analysis) -> Source:
    """Return the row of one checkpoint, without heading: what stands beside it has its own mode."""
    return Source("", analysis.placement, maps_of(analysis))


def words_of(analysis: Analysis) -> MapWords:
    """Return what is said of the maps of one checkpoint, after what its output means."""
    prediction = analysis.prediction
    adds_up = say("evidence + bias of a step = log-odds of a grade above it") if prediction.grades else ""
    adds_up = adds_up if prediction.values is None else say("evidence + bias = value")
    return MapWords(totals(prediction), reading(prediction), unit(prediction), adds_up, prediction.values is not None)


def maps_of(analysis: Analysis) -> tuple[ViewerMap, ...]:
    """Return all maps of one checkpoint: classes, contrasts, average; of one class only the class's own."""
    if not has_average(analysis):
        return tuple(_class_panels(analysis))
    return (*_class_panels(analysis), *_contrast_panels(analysis), _average_panel(analysis))


def _class_panels(analysis: Analysis) -> Iterator[ViewerMap]:
    if has_one_map(analysis):
        return iter([_panel_of_all_steps(analysis)])
    maps, padding = analysis.in_unit, analysis.on_padding * analysis.prediction.output.scale
    totals = _Totals(maps.evidence, maps.bias.astype(np.float64), padding, maps.unplaced)
    return _panels(analysis, Mode.EVIDENCE, class_maps(analysis), totals)


def _panel_of_all_steps(analysis: Analysis) -> ViewerMap:
    """Return the one map of steps that differ in their biases alone, with the sum of each step beneath it."""
    prediction, maps = analysis.prediction, analysis.maps
    (panel,) = class_maps(analysis)
    sums = joined("; ", [_step(analysis, k) for k in steps_around(prediction, MOST_STEPS)])
    evidence = say("evidence {figure} in each step", figure=signed(float(maps.evidence[0])))
    return ViewerMap(
        id=panel.id,
        slot=class_slot(0),
        modes=(Mode.EVIDENCE,),
        name=panel.name,
        values=panel.values,
        predicted=True,
        mark=ONE_MAP,
        evidence=float(maps.evidence[0]),
        note=joined(" · ", (evidence, sums, padding_note(float(analysis.on_padding[0])))),
        class_index=0,
    )


def _step(analysis: Analysis, k: int) -> str:
    """Return what adds up for a step: "> Mild: +1.20 − 0.40 = +0.80"."""
    maps, name = analysis.maps, analysis.prediction.class_names[k]
    rest = float(maps.bias[k] + maps.unplaced[k])
    added = f"{signed(float(maps.evidence[k]))} {signed(rest)[0]} {signed(rest)[1:]}"
    return f"{name}: {added} = {signed(float(analysis.prediction.logits[k]))}"


def _contrast_panels(analysis: Analysis) -> Iterator[ViewerMap]:
    maps, padding = analysis.maps, analysis.on_padding
    parts = (maps.evidence, maps.bias, padding, maps.unplaced)
    totals = _Totals(*(part - part.mean() for part in parts))
    return _panels(analysis, Mode.CONTRAST, contrast_maps(analysis), totals)


@dataclass(frozen=True, eq=False)
class _Totals:
    """What stands beneath each class's panel, in the unit of its output: (classes,) each."""

    evidence: NDArray[np.float64]
    bias: NDArray[np.float64]
    on_padding: NDArray[np.float64]
    unplaced: NDArray[np.float64]


def _panels(analysis: Analysis, mode: Mode, panels: Sequence[PanelMap], totals: _Totals) -> Iterator[ViewerMap]:
    prediction = analysis.prediction
    for k, panel in enumerate(panels):
        yield ViewerMap(
            id=panel.id,
            slot=class_slot(k),
            modes=(mode,),
            name=panel.name,
            values=panel.values,
            predicted=bool(said := mark(prediction, k)),
            mark=said,
            share="" if prediction.probabilities is not None else beside(prediction, k),
            probability=prediction.probability(k),
            evidence=float(totals.evidence[k]),
            bias=float(totals.bias[k]),
            unplaced=float(totals.unplaced[k]) if totals.unplaced.any() else None,
            logit=float(totals.evidence[k] + totals.bias[k] + totals.unplaced[k]),
            note=joined(
                " · ", (_answer_against(prediction), padding_note(float(totals.on_padding[k])), _apart(analysis, k))
            ),
            class_index=k,
        )


def _average_panel(analysis: Analysis) -> ViewerMap:
    panel = average_map(analysis)
    return ViewerMap(
        id=panel.id,
        slot="average",
        modes=(Mode.EVIDENCE, Mode.CONTRAST),
        name=panel.name,
        values=panel.values,
        note=padding_note(analysis.average_on_padding),
        caption=AVERAGE_CAPTION,
    )


def _apart(analysis: Analysis, k: int) -> str:
    """Return how far the members of an ensemble are apart for a class; empty for a network alone."""
    if analysis.spread is None:
        return ""
    return say("members differ by {figure}", figure=figure(float(analysis.spread[k])))


def _answer_against(prediction: Prediction) -> str:
    """Return for which class blue speaks, where that is the answer and no panel has its name; else empty."""
    if not prediction.negative_name or prediction.predicted_name != prediction.negative_name:
        return ""
    return say("the answer is {name}: blue speaks for it", name=prediction.negative_name)


def class_slot(place: int) -> str:
    """Return the slot of the class at a place in the head."""
    return f"class-{place}"


def padding_note(on_padding: float) -> str:
    """Return the line that names evidence on padding, which is not drawn; empty where there is next to none."""
    if abs(on_padding) < WORTH_NAMING:
        return ""
    return say("includes {figure} from padding (not drawn)", figure=signed(on_padding, 1))
