"""Small pictures for lists: the radiograph with the evidence of its foremost class, as the viewer first shows it."""

import base64
import io

import cv2
import numpy as np
from PIL import Image

from camdash.evidence.analysis import Analysis
from camdash.evidence.comparison import resample, uniform_placement
from camdash.images.radiograph import Radiograph
from camdash.rendering.looks import EVIDENCE
from camdash.rendering.overlay import overlay
from camdash.rendering.panels import place_of, shown_together
from camdash.rendering.scale import scales
from camdash.shapes import Grey, Picture


def small(radiograph: Radiograph, shape: tuple[int, int]) -> Grey:
    """Return the grey levels of a radiograph brought to `shape` (rows, columns), each the mean of its area."""
    size = (shape[1], shape[0])  # OpenCV: columns, rows
    return np.asarray(cv2.resize(radiograph.display(), size, interpolation=cv2.INTER_AREA), np.uint8)


def thumbnail_shape(shape: tuple[int, int], side: int) -> tuple[int, int]:
    """Return rows and columns of a picture whose longer side has `side` pixels, in the proportions of `shape`."""
    scale = side / max(shape)
    return max(round(shape[0] * scale), 1), max(round(shape[1] * scale), 1)


def thumbnail(radiograph: Radiograph, analysis: Analysis | None, side: int) -> Picture:
    """Return a small overlay of the foremost class, `side` pixels long.

    The scale is that of all maps of the radiograph together, so that a weak class stays pale. Without maps it is
    the radiograph alone.
    """
    shape = thumbnail_shape(radiograph.shape, side)
    grey = small(radiograph, shape)
    if analysis is None or not analysis.has_maps:
        return np.repeat(grey[:, :, None], 3, axis=2)
    k = place_of(analysis, analysis.prediction.foremost)
    maps = [panel.values for panel in shown_together(analysis)]
    scale = scales(maps, EVIDENCE)[k]
    values = resample(maps[k], analysis.placement, uniform_placement(radiograph.shape, shape))
    return overlay(grey, values, scale, EVIDENCE.opacity)


def data_uri(picture: Picture | Grey) -> str:
    """Return an RGB or grey picture as a data URI (JPEG): it travels within the page and has no address of its own."""
    content = io.BytesIO()
    Image.fromarray(picture).save(content, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode()}"
