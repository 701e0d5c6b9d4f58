"""From an analysis to what the viewer is given."""

from collections.abc import Iterator

from camdash.app.viewer.payload import Mode, Source, ViewerMap
from camdash.app.viewer.picture import Picture, encode_picture
from camdash.evidence.analysis import Analysis
from camdash.images.radiograph import Radiograph
from camdash.rendering.panels import average_map, class_maps, contrast_maps

WORTH_NAMING = 0.05
"""Evidence on padding below this, in logits, is not worth a line."""

AVERAGE_CAPTION = "Where the network responds. Removing it changes no probability."


def picture_of(name: str, radiograph: Radiograph, *, lossless: bool) -> Picture:
    """Return the radiograph as it is sent."""
    data, mime = encode_picture(radiograph.display(), lossless)
    return Picture(data, mime, radiograph.shape, name)


def source_of(analysis: Analysis) -> Source:
    """Return the row of one checkpoint."""
    return Source(analysis.checkpoint.name, analysis.placement, maps_of(analysis))


def maps_of(analysis: Analysis) -> tuple[ViewerMap, ...]:
    """Return all maps of one checkpoint: classes, contrasts, average."""
    return (*_class_panels(analysis), *_contrast_panels(analysis), _average_panel(analysis))


def _class_panels(analysis: Analysis) -> Iterator[ViewerMap]:
    prediction, evidence = analysis.prediction, analysis.maps.evidence
    for k, (panel, padding) in enumerate(zip(class_maps(analysis), analysis.on_padding, strict=True)):
        yield ViewerMap(
            id=panel.id,
            slot=f"class-{k}",
            modes=(Mode.EVIDENCE,),
            name=panel.name,
            values=panel.values,
            predicted=k == prediction.predicted,
            probability=float(prediction.probabilities[k]),
            evidence=float(evidence[k]),
            bias=float(analysis.maps.bias[k]),
            logit=float(prediction.logits[k]),
            note=padding_note(float(padding)),
        )


def _contrast_panels(analysis: Analysis) -> Iterator[ViewerMap]:
    prediction, maps = analysis.prediction, analysis.maps
    evidence = maps.evidence - maps.evidence.mean()
    bias = maps.bias - maps.bias.mean()
    padding = analysis.on_padding - analysis.on_padding.mean()
    for k, panel in enumerate(contrast_maps(analysis)):
        yield ViewerMap(
            id=panel.id,
            slot=f"class-{k}",
            modes=(Mode.CONTRAST,),
            name=panel.name,
            values=panel.values,
            predicted=k == prediction.predicted,
            probability=float(prediction.probabilities[k]),
            evidence=float(evidence[k]),
            bias=float(bias[k]),
            logit=float(evidence[k] + bias[k]),
            note=padding_note(float(padding[k])),
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


def padding_note(on_padding: float) -> str:
    """Return the line that names evidence on padding, which is not drawn; empty where there is next to none."""
    return f"of which {on_padding:+.1f} on the padding" if abs(on_padding) >= WORTH_NAMING else ""
