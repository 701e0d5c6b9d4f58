import base64
import io

import numpy as np
import pytest
from PIL import Image

from camdash.evidence.analysis import analyse
from camdash.rendering.files.export import Drawing, overlays
from camdash.rendering.thumbnail import data_uri, small, thumbnail, thumbnail_shape
from tests.conftest import radiograph, speckle
from tests.running.test_pipeline import network


def test_the_longer_side_has_the_length_that_was_asked_for() -> None:
    assert thumbnail_shape((1000, 500), 96) == (96, 48)
    assert thumbnail_shape((3, 5000), 96) == (1, 96)


def test_each_pixel_is_the_mean_of_its_area() -> None:
    values = speckle(64, 96)
    expected = values.reshape(8, 8, 12, 8).mean((1, 3))
    assert np.abs(small(radiograph(values), (8, 12)) - expected).max() <= 0.5 + 1e-3


def test_without_an_analysis_it_is_the_radiograph() -> None:
    film = radiograph(speckle(64, 96))
    picture = thumbnail(film, None, 48)
    for channel in range(3):
        np.testing.assert_array_equal(picture[:, :, channel], small(film, (32, 48)))


def test_it_shows_the_predicted_class_as_the_large_overlay_does() -> None:
    film = radiograph(np.full((640, 960), 90, np.uint8))
    analysis = analyse(film, network())
    large = dict(overlays(film, analysis, Drawing()))[f"class-{analysis.prediction.foremost}"]
    reduced = large.reshape(64, 10, 96, 10, 3).mean((1, 3))
    assert np.abs(thumbnail(film, analysis, 96) - reduced).max() <= 3
    assert (thumbnail(film, analysis, 96) != 90).any()


def test_the_address_is_the_picture_itself() -> None:
    kind, _, content = data_uri(np.full((8, 6), 77, np.uint8)).partition(";base64,")
    assert kind == "data:image/jpeg"
    with Image.open(io.BytesIO(base64.b64decode(content))) as picture:
        assert picture.size == (6, 8)
        assert np.asarray(picture).mean() == pytest.approx(77, abs=1)
