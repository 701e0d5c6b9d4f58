"""A synthetic radiograph and synthetic maps, the same for the page in the browser and for the test beside it."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from camdash.app.viewer.modes import Mode
from camdash.app.viewer.payload import Source, ViewerData, ViewerMap
from camdash.app.viewer.picture import Picture, encode_picture
from camdash.app.viewer.settings import ViewerSettings
from camdash.app.viewer.windowing import PackedValues, Windowing
from camdash.images.radiograph import Radiograph
from camdash.images.window import Preset, VoiFunction, Window
from camdash.networks.placement import Grid, Placement
from camdash.rendering.files.export import Drawing, shown

SHAPE = (260, 300)
LABEL = "<img src=x onerror=document.title='broken'>.png"
LABELS = (LABEL, "second.png", "deep.dcm", "float.tif")
NAMES = ("Chest frontal", "Chest lateral", "Hip", "Hand", "Foot")
_GRID = Grid(32, 0)
FITS = {
    "stretch": Placement(SHAPE, (256, 256), (256 / 260, 256 / 300), (0, 0), _GRID),
    "pad": Placement(SHAPE, (256, 256), (256 / 300, 256 / 300), (17, 0), _GRID),
    "crop": Placement(SHAPE, (256, 256), (300 / 260, 300 / 260), (-22, -45), _GRID),
}


def grey_levels(sample: int) -> NDArray[np.uint8]:
    """Return a gradient with noise: (rows, columns)."""
    noise = np.random.default_rng(sample).integers(0, 60, SHAPE)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return np.asarray(noise + rows * 0.3 + columns * 0.3, np.uint8)


def class_maps(sample: int) -> NDArray[np.float32]:
    """Return signed maps in logits: (classes, 8, 8)."""
    strengths = np.array([1.0, 0.3, 2.0, 6.0, 0.1])[:, None, None]
    return np.asarray(np.random.default_rng(100 + sample).normal(0.2, 1, (5, 8, 8)) * strengths, np.float32)


def viewer_maps(sample: int, fit: str = "stretch") -> tuple[ViewerMap, ...]:
    """Return the maps as the page gives them to the viewer: classes, contrasts, average."""
    values = class_maps(sample)
    average = values.mean(axis=0)
    return (
        *(
            ViewerMap(
                id=f"class-{index}",
                slot=f"class-{index}",
                modes=(Mode.EVIDENCE,),
                name=name,
                values=values[index],
                predicted=index == 3,
                probability=0.987 if index == 3 else 0.00325,
                evidence=float(values[index].mean()),
                bias=0.2,
                logit=float(values[index].mean()) + 0.2,
                note=f"{fit}: +0.4 on the padding" if index == 3 else "",
                class_index=index,
            )
            for index, name in enumerate(NAMES)
        ),
        *(
            ViewerMap(
                id=f"contrast-{index}",
                slot=f"class-{index}",
                modes=(Mode.CONTRAST,),
                name=name,
                values=values[index] - average,
                class_index=index,
            )
            for index, name in enumerate(NAMES)
        ),
        ViewerMap(
            id="average",
            slot="average",
            modes=(Mode.EVIDENCE, Mode.CONTRAST),
            name="Average",
            values=average,
            caption="Where the network responds. Removing it changes no probability.",
        ),
    )


@cache
def film(sample: int) -> Radiograph:
    """Return the radiograph of a sample: of 8 bits (0 and 1); of 16 bits, turned over and padded (2); of floats (3)."""
    if sample < 2:
        return Radiograph(grey_levels(sample), Window.between(0, 255), "drawn")
    levels = grey_levels(sample)
    if sample == 3:
        return Radiograph(np.asarray(levels / 1000, np.float32), Window.between(0, 0.25), "drawn")
    values = np.asarray(levels * 200.0 + np.random.default_rng(5).integers(0, 200, SHAPE), np.uint16)
    own = (
        Preset("Window 1", Window(20_000, 30_000, VoiFunction.LINEAR)),
        Preset("Window 2", Window(24_000, 9_000, VoiFunction.SIGMOID)),
    )
    padding = np.zeros(SHAPE, np.bool_)
    padding[:20] = True
    return Radiograph(values, own[0].window, "drawn", inverted=True, padding=padding, own_presets=own)


def viewer_data(fit: str, sample: int, told: ViewerSettings, classes: int = len(NAMES)) -> ViewerData:
    """Return what the page shows; with one class its own map alone."""
    radiograph, image = film(sample), f"image {sample}"
    told = told.about(image, len(radiograph.presets))
    grey = shown(radiograph, Drawing(preset=told.preset))
    picture = Picture(*encode_picture(grey, told.lossless), SHAPE, LABELS[sample])
    windowing = Windowing(image, radiograph, told.preset, PackedValues.of(radiograph) if told.deep else None)
    maps = viewer_maps(sample, fit) if classes > 1 else viewer_maps(sample, fit)[:1]
    return ViewerData(picture, windowing, (Source("resnet18", FITS[fit], maps),))
