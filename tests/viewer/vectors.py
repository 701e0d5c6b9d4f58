"""What Python computes, for the tests of the viewer's modules: each formula has one truth."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from camdash.app.viewer import payload
from camdash.app.viewer.modes import Mode
from camdash.app.viewer.payload import Source, ViewerData, ViewerMap, pack
from camdash.app.viewer.picture import Picture
from camdash.app.viewer.windowing import PackedValues, Windowing
from camdash.evidence.prediction import signed
from camdash.images.radiograph import Radiograph
from camdash.images.window import VoiFunction, Window
from camdash.networks.placement import Grid, Placement
from camdash.rendering.color import STEPS, blend_table, opencv_table
from camdash.rendering.enlarge import enlarge
from camdash.rendering.files.export import Drawing, shown
from camdash.rendering.looks import CLASSIC, LOOKS
from camdash.rendering.overlay import overlay
from camdash.rendering.scale import scales
from camdash.rendering.wording.answers import percent

RANDOM = np.random.default_rng(7)
SHAPE = (52, 60)
GRID = Grid(32, 0)
FITS = {
    "stretch": Placement(SHAPE, (256, 256), (256 / 52, 256 / 60), (0, 0), GRID),
    "pad": Placement(SHAPE, (256, 256), (256 / 60, 256 / 60), (17, 0), GRID),
    "crop": Placement(SHAPE, (256, 256), (300 / 52, 300 / 52), (-22, -45), GRID),
}
GREY = np.asarray(RANDOM.integers(0, 256, SHAPE), np.uint8)
MAPS = np.asarray(RANDOM.normal(0.2, 2, (2, 8, 8)), np.float32)
ADDED = replace(CLASSIC, id="added", label="Added", table=opencv_table("inferno"))
"""A look that the page does not have: an entry is all that it takes."""


def written() -> str:
    """Return all vectors as JSON."""
    return json.dumps(
        {
            "windows": list(_windows()),
            "packed": list(_packed()),
            "tables": list(_tables()),
            "overlays": list(_overlays()),
            "payload": _payload(),
            "percents": [[share, percent(share)] for share in (*EDGES, *RANDOM.random(300).tolist())],
            "signed": [[value, digits, signed(value, digits)] for value in FIGURES for digits in (1, 2)],
        }
    )


EDGES = (0.0, 0.0009999, 0.001, 0.00149, 0.0105, 0.5, 0.99849, 0.9985, 0.9989, 0.999, 0.9990001, 1.0)
FIGURES = (5.92, -0.06, -1.26, 0.0, 12.3, -99.94, 0.333)


def _windows() -> Iterator[dict[str, Any]]:
    padding = np.zeros((4, 8), np.bool_)
    padding[0] = True
    for kind in ("uint8", "uint16", "int16", "float32"):
        for function, centre, width in (
            (VoiFunction.LINEAR_EXACT, 100, 80),
            (VoiFunction.LINEAR, 120.5, 33),
            (VoiFunction.LINEAR, 99, 1),
            (VoiFunction.SIGMOID, 90, 40),
        ):
            window = Window(centre, width, function)
            values = RANDOM.integers(0, 255, (4, 8)).astype(kind)
            for inverted in (False, True):
                film = Radiograph(values, Window.between(0, 255), "drawn", padding=padding)
                yield {
                    "kind": kind,
                    "values": values.ravel().tolist(),
                    "padding": padding.ravel().astype(int).tolist(),
                    "window": {"centre": centre, "width": width, "function": function.value},
                    "inverted": inverted,
                    "greys": shown(film, Drawing(window=window, inverted=inverted)).ravel().tolist(),
                }


def _packed() -> Iterator[dict[str, Any]]:
    for kind in ("uint8", "uint16", "int16", "float32"):
        numbers = RANDOM.integers(0, 256, 5 * 7 * np.dtype(kind).itemsize, np.uint8).view(kind)
        values = np.nan_to_num(numbers).reshape(5, 7)
        sent = PackedValues.of(Radiograph(values, Window.between(0, 255), "drawn")).values
        yield {"kind": kind, "rows": 5, "columns": 7, "sent": _text(sent), "values": _text(values.tobytes())}


def _tables() -> Iterator[dict[str, Any]]:
    for look in (*LOOKS, ADDED):
        for opacity in (1.0, 0.37):
            rows = blend_table(look, opacity)[[0, 1, 1000, STEPS // 2, 3001, STEPS]]
            yield {"look": look.id, "opacity": opacity, "rows": rows.tolist()}


def _overlays() -> Iterator[dict[str, Any]]:
    for fit, placement in FITS.items():
        for look in (*LOOKS, ADDED):
            for scale, values, place in zip(scales(list(MAPS), look), MAPS, range(len(MAPS)), strict=True):
                for smooth, opacity in ((True, 0.85), (False, 0.85), (True, 0.2)):
                    drawn = overlay(GREY, enlarge(values, placement, smooth), scale, opacity)
                    case = {"fit": fit, "look": look.id, "map": place, "smooth": smooth, "opacity": opacity}
                    yield case | {"pixels": _text(drawn.tobytes())}


def _payload() -> dict[str, Any]:
    """Return a payload with a source for each fit, and what is in it."""
    film = Radiograph(GREY, Window.between(0, 255), "drawn", padding=GREY > 250)
    maps = tuple(_map(place, values) for place, values in enumerate(MAPS))
    sources = tuple(Source(fit, placement, maps, letter=fit[0]) for fit, placement in FITS.items())
    data = ViewerData(
        Picture(b"a picture", "image/png", SHAPE, "a <b> & ü.png"),
        Windowing("0123", film, sent=PackedValues.of(film)),
        sources,
    )
    with patch.object(payload, "LOOKS", (*LOOKS, ADDED)):
        sent = pack(data)
    length = int.from_bytes(sent[:4], "little")
    return {
        "bytes": _text(sent),
        "header": json.loads(sent[4 : 4 + length]),
        "tables": [_text(look.table.tobytes()) for look in (*LOOKS, ADDED)],
        "grids": [values.ravel().tolist() for values in MAPS],
        "grey": _text(GREY.tobytes()),
        "padding": (GREY > 250).ravel().astype(int).tolist(),
    }


def _map(place: int, values: NDArray[np.float32]) -> ViewerMap:
    return ViewerMap(f"class-{place}", f"class-{place}", (Mode.EVIDENCE,), f"Class {place}", values, class_index=place)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
