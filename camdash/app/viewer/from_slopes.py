"""From Grad-CAM's maps to what the viewer is given: a row of its own, which is seen in its own mode alone."""

from camdash.app.viewer.from_analysis import class_slot
from camdash.app.viewer.modes import Mode
from camdash.app.viewer.payload import Source, ViewerMap
from camdash.evidence.slope_maps import SlopeMaps
from camdash.words.sentence import say


def source_of_slopes(found: SlopeMaps) -> Source:
    """Return the row of a checkpoint's Grad-CAM maps; no totals stand beneath them, for there are none."""
    label = say("Grad-CAM at {stage}: does not add up to the answer", stage=found.stage)
    return Source(label, found.placement, _maps(found))


def _maps(found: SlopeMaps) -> tuple[ViewerMap, ...]:
    prediction = found.prediction
    return tuple(
        ViewerMap(
            id=f"slopes-{k}",
            slot=class_slot(k),
            modes=(Mode.SLOPES,),
            name=name,
            values=found.maps[k],
            predicted=k == prediction.predicted,
            probability=float(prediction.probabilities[k]),
            class_index=k,
        )
        for k, name in enumerate(prediction.class_names)
    )
