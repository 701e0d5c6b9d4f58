"""Files to take away: overlays as PNG at the radiograph's size, and the raw maps."""

import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from camdash.evidence.analysis import Analysis
from camdash.evidence.comparison import Comparison
from camdash.evidence.slope_maps import SlopeMaps
from camdash.images.radiograph import Radiograph
from camdash.images.window import Window
from camdash.networks.cards.card import Checkpoint
from camdash.networks.gradients import Method
from camdash.networks.placement import Placement
from camdash.rendering.enlarge import enlarge
from camdash.rendering.looks import LOOKS
from camdash.rendering.overlay import overlay
from camdash.rendering.panels import has_one_map, shown_together
from camdash.rendering.scale import Look, scales
from camdash.shapes import Cells, Grey, Picture
from camdash.words.sentence import say

MOST_OVERLAYS = 50
"""Overlays of classes that are made of one radiograph at once; the raw maps have all classes."""

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
DIGEST_LENGTH = 10
LONGEST_PART = 60
"""Characters of a file's, a checkpoint's or a class's name in a file name: three of them and the rest stay below the
255 bytes that file systems allow."""
WARNING = say("A radiograph may hold names or dates burned into its pixels; its overlays show them too.")
"""Stands in a picture's metadata under the keyword that PNG has for it (PNG 1.2, 4.2.3.1)."""


@dataclass(frozen=True)
class Drawing:
    """How a radiograph and its maps are drawn.

    Attributes:
        look: which value gets which color.
        opacity: the largest opacity, in [0, 1].
        contrast: each class minus the average, in place of the class's own map, where there are several classes.
        smooth: bilinear between cells; else the grid as it is.
        preset: which of the radiograph's presets it is drawn through, where there is no `window`; 0 is the default.
        window: another window.
        inverted: whether the radiograph is drawn inverted.
    """

    look: Look = LOOKS[0]
    opacity: float = LOOKS[0].opacity
    contrast: bool = False
    smooth: bool = True
    preset: int = 0
    window: Window | None = None
    inverted: bool = False


def stem_of(name: str) -> str:
    """Return a file's name without its ending, its folders included: "a.b" of "a.b.png", "v1.2/film" of itself."""
    folder, slash, file = name.rpartition("/")
    return folder + slash + (file.rpartition(".")[0] or file)


def shown(radiograph: Radiograph, drawing: Drawing) -> Grey:
    """Return a radiograph as it is drawn, 0 to 255.

    Raises:
        IndexError: there is no such preset.
    """
    preset = radiograph.presets[drawing.preset]
    window, lut = (drawing.window, None) if drawing.window else (preset.window, preset.lut)
    seen = replace(radiograph, window=window, lut=lut)
    return (seen.inverse() if drawing.inverted else seen).display()


def overlays(radiograph: Radiograph, analysis: Analysis, drawing: Drawing) -> Iterator[tuple[str, Picture]]:
    """Yield each map's id and its overlay on the radiograph; of very many classes those of the most probable ones."""
    maps = shown_together(analysis, contrast=drawing.contrast)
    grey, left_out = shown(radiograph, drawing), set(analysis.prediction.ranking[MOST_OVERLAYS:])
    for place, (panel, scale) in enumerate(
        zip(maps, scales([panel.values for panel in maps], drawing.look), strict=True)
    ):
        if place in left_out:
            continue
        values = enlarge(panel.values, analysis.placement, drawing.smooth)
        yield panel.id, overlay(grey, values, scale, drawing.opacity)


def overlay_png(
    radiograph: Radiograph, analysis: Analysis, drawing: Drawing, map_id: str, beside: Sequence[Analysis] = ()
) -> bytes:
    """Return the overlay of one map as PNG, at the radiograph's size.

    Args:
        radiograph: the radiograph.
        analysis: whose maps.
        drawing: how they are drawn.
        map_id: which of them.
        beside: other analyses that share the scale.

    Raises:
        KeyError: there is no such map.
    """
    maps = shown_together(analysis, contrast=drawing.contrast)
    index = {panel.id: place for place, panel in enumerate(maps)}[map_id]
    others = [panel for other in beside for panel in shown_together(other, contrast=drawing.contrast)]
    scale = scales([panel.values for panel in (*maps, *others)], drawing.look)[index]
    values = enlarge(maps[index].values, analysis.placement, drawing.smooth)
    return png(overlay(shown(radiograph, drawing), values, scale, drawing.opacity), _warning(radiograph))


def difference_png(radiograph: Radiograph, comparison: Comparison, drawing: Drawing, place: int) -> bytes:
    """Return the overlay of one difference of two checkpoints (second minus first) as PNG, at the radiograph's size.

    Args:
        radiograph: the radiograph.
        comparison: whose differences; they share the scale.
        drawing: how they are drawn.
        place: which of its differences.

    Raises:
        IndexError: there is no such difference.
    """
    differences = [one.values for one in comparison.differences]
    return _one_png(radiograph, differences, place, comparison.differences[place].placement, drawing)


def slopes_png(radiograph: Radiograph, found: SlopeMaps, method: Method, drawing: Drawing, place: int) -> bytes:
    """Return the overlay of one class's map of a gradient-based method as PNG, at the radiograph's size.

    Args:
        radiograph: the radiograph.
        found: whose maps; those of a method share the scale.
        method: whose, such as Grad-CAM.
        drawing: how they are drawn.
        place: which class.

    Raises:
        IndexError: there is no such class.
    """
    return _one_png(radiograph, list(found.maps[method.id]), place, found.placement, drawing)


def slopes_name(stem: str, sha256: str, found: SlopeMaps, method: Method, drawing: Drawing, place: int) -> str:
    """Return the file name of such an overlay, with a digest of image, checkpoint, stage, class and drawing."""
    name = f"{_safe(method.name)}-{_safe(found.stage)}-{_safe(found.prediction.class_names[place])}".lower()
    digest = _digest(f"{sha256}{found.stage}{place}", found.checkpoint, drawing)
    return f"{_safe(stem)}_{_safe(found.checkpoint.name)}_{name}_{drawing.look.id}_{digest}.png"


def _one_png(
    radiograph: Radiograph, maps: Sequence[Cells], place: int, placement: Placement, drawing: Drawing
) -> bytes:
    scale = scales([np.nan_to_num(values) for values in maps], drawing.look)[place]
    values = enlarge(maps[place], placement, drawing.smooth)
    return png(overlay(shown(radiograph, drawing), values, scale, drawing.opacity), _warning(radiograph))


def difference_name(stem: str, sha256: str, comparison: Comparison, drawing: Drawing, place: int) -> str:
    """Return the file name of a difference's overlay, with a digest of image, checkpoints and drawing."""
    name = comparison.differences[place].pair.name
    first, second = comparison.first.checkpoint.name, comparison.second.checkpoint.name
    checkpoints = f"{_safe(first, LONGEST_PART // 2)}-to-{_safe(second, LONGEST_PART // 2)}"
    whole = f"{sha256}{comparison.second.checkpoint.sha256}{place}"
    digest = _digest(whole, comparison.first.checkpoint, drawing)
    return f"{_safe(stem)}_{checkpoints}_difference-{_safe(name).lower()}_{drawing.look.id}_{digest}.png"


def maps_npz(analysis: Analysis, sha256: str, *, inverted: bool = False) -> bytes:
    """Return the raw maps as a NumPy archive.

    It holds `maps` (classes, grid rows, grid columns; float32, logits), `average` (of all classes, so of one class
    that class's own map), `bias`, `unplaced` (what of each logit has no place in the image), `level` ("A", "B" or "C":
    how far the maps may be read), `logits`,
    `probabilities` (each logit's own; NaN where the output is none), `values` (of a regression, in `unit`: logit x
    `scale` + `offset`; else NaN),
    `output` (what the logits mean), `unit`, `class_names` (a name a logit), `on_padding`, `image_sha256`,
    `spread` (of an ensemble's members, else NaN), `inverted` (whether the network saw the image inverted),
    `checkpoint`, `checkpoint_sha256`.
    """
    content, prediction, names = io.BytesIO(), analysis.prediction, analysis.prediction.class_names
    np.savez_compressed(
        content,
        maps=analysis.maps.maps,
        average=analysis.maps.average,
        bias=analysis.maps.bias,
        unplaced=analysis.unplaced,
        level=np.array(analysis.level),
        logits=prediction.logits,
        probabilities=prediction.probabilities if prediction.probabilities is not None else np.full(len(names), np.nan),
        values=prediction.values if prediction.values is not None else np.full(len(names), np.nan),
        output=np.array(prediction.output.kind.value),
        unit=np.array(prediction.output.unit),
        scale=np.array(prediction.output.scale),
        offset=np.array(prediction.output.offset),
        class_names=np.array(names),
        on_padding=analysis.on_padding,
        spread=np.full(len(names), np.nan) if analysis.spread is None else analysis.spread,
        image_sha256=np.array(sha256),
        inverted=np.array(inverted),
        checkpoint=np.array(analysis.checkpoint.name),
        checkpoint_sha256=np.array(analysis.checkpoint.sha256),
    )
    return content.getvalue()


def export_files(stem: str, sha256: str, radiograph: Radiograph, analysis: Analysis) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file of one image: an overlay of each map in the default look, and the maps.

    Of one class there is one overlay; of several, one more of their average; of very many, those of the most probable.
    """
    drawing = Drawing()
    for map_id, picture in overlays(radiograph, analysis, drawing):
        yield file_name(stem, sha256, analysis, drawing, map_id), png(picture, _warning(radiograph))
    yield npz_name(stem, sha256, analysis), maps_npz(analysis, sha256)


def file_name(
    stem: str, sha256: str, analysis: Analysis, drawing: Drawing, map_id: str, beside: Sequence[Analysis] = ()
) -> str:
    """Return the file name of an overlay.

    It ends in a digest of image, checkpoints, drawing and map, so that no two are alike: the names of classes may be
    alike in what a file name keeps of them.
    """
    whole = sha256 + "".join(other.checkpoint.sha256 for other in beside) + map_id
    names = (_safe(stem), _safe(analysis.checkpoint.name), _named(analysis, map_id), drawing.look.id)
    return f"{'_'.join(names)}_{_digest(whole, analysis.checkpoint, drawing)}.png"


def npz_name(stem: str, sha256: str, analysis: Analysis) -> str:
    """Return the file name of the raw maps."""
    return f"{_safe(stem)}_{_safe(analysis.checkpoint.name)}_maps_{_digest(sha256, analysis.checkpoint, None)}.npz"


def png(picture: Grey | Picture, warning: str = "") -> bytes:
    """Return a grey or RGB picture as PNG, with a warning in its metadata."""
    content, metadata = io.BytesIO(), PngInfo()
    if warning:
        metadata.add_text("Warning", warning)
    Image.fromarray(picture).save(content, "PNG", compress_level=3, pnginfo=metadata)
    return content.getvalue()


def _warning(radiograph: Radiograph) -> str:
    return WARNING if radiograph.may_hold_names else ""


def _named(analysis: Analysis, map_id: str) -> str:
    kind, _, index = map_id.partition("-")
    if index and has_one_map(analysis):
        return "all-steps"
    return f"{kind}-{_safe(analysis.prediction.class_names[int(index)])}".lower() if index else kind


def _safe(name: str, longest: int = LONGEST_PART) -> str:
    return UNSAFE.sub("-", name).strip("-.")[:longest] or "image"


def _digest(sha256: str, checkpoint: Checkpoint, drawing: Drawing | None) -> str:
    whole = f"{sha256} {checkpoint.sha256} {checkpoint.card!r} {drawing!r}"
    return hashlib.sha256(whole.encode()).hexdigest()[:DIGEST_LENGTH]
