"""From gradient-based maps to what the viewer is given: a row for each method, which is seen in its own mode alone."""

from camdash.app.viewer.from_analysis import class_slot
from camdash.app.viewer.payload import Source, ViewerMap
from camdash.evidence.slope_maps import SlopeMaps
from camdash.networks.gradients import METHODS, Method, stage_names, stage_words
from camdash.rendering.wording.answers import beside, mark
from camdash.words.sentence import say


def sources_of_slopes(found: SlopeMaps) -> tuple[Source, ...]:
    """Return a row for each method's maps of a checkpoint; no totals stand beneath them, for there are none."""
    return tuple(_source(found, method) for method in METHODS)


def _source(found: SlopeMaps, method: Method) -> Source:
    stage = stage_words(found.stage, stage_names(found.checkpoint.card))
    label = say("{method} at the {stage}: does not add up to the answer", method=method.name, stage=stage)
    return Source(label, found.placement, _maps(found, method))


def _maps(found: SlopeMaps, method: Method) -> tuple[ViewerMap, ...]:
    prediction = found.prediction
    return tuple(
        ViewerMap(
            id=f"{method.id}-{k}",
            slot=class_slot(k),
            modes=(method.id,),
            name=name,
            values=found.maps[method.id][k],
            predicted=bool(said := mark(prediction, k)),
            mark=said,
            share="" if prediction.probabilities is not None else beside(prediction, k),
            probability=prediction.probability(k),
            class_index=k,
        )
        for k, name in enumerate(prediction.class_names)
    )
