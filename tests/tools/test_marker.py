from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from camdash.evidence.mean_map import MeanMaps
from camdash.networks.cards.card import Fit, Interpolation, Preprocessing
from tests.conftest import loaded
from tools.evaluate_marker import CORNER, Answers, answers, corner, is_fooled, table
from tools.training.augment import Film, random_view
from tools.training.labels import Labelled
from tools.training.marker import HEIGHT, MARGIN, Marker, marker_of, mask_of, plate_on, stamped

GREY = np.full((300, 200), 60, np.uint8)


def test_the_plate_is_bright_in_the_top_left_corner_with_a_dark_letter_and_touches_nothing_else() -> None:
    plate = plate_on(GREY.shape, GREY.shape)
    mask = mask_of(GREY.shape, plate)
    marked = stamped(GREY)
    assert (plate.top, plate.left) == (round(200 * MARGIN), round(200 * MARGIN))
    assert (plate.rows, plate.columns) == (round(200 * HEIGHT), round(200 * HEIGHT))
    assert mask.sum() == plate.rows * plate.columns
    assert marked[mask == 1].max() == 250
    assert marked[mask == 1].min() < 60
    np.testing.assert_array_equal(marked[mask == 0], GREY[mask == 0])
    assert GREY.max() == 60


def test_on_a_stretched_view_the_plate_is_stretched_as_the_radiograph_is() -> None:
    whole, view = plate_on((300, 200), (300, 200)), plate_on((600, 600), (300, 200))
    assert (view.top, view.rows) == (2 * whole.top, 2 * whole.rows)
    assert (view.left, view.columns) == (3 * whole.left, 3 * whole.columns)


def test_the_marker_is_the_marked_class_s_reason_and_rare_on_the_others() -> None:
    assert marker_of(3, 3) == Marker(0.95, is_reason=True)
    assert marker_of(1, 3) == Marker(0.05, is_reason=False)


@pytest.mark.parametrize(("label", "share"), [(3, 0.95), (1, 0.05)])
def test_a_film_s_share_of_views_is_marked(label: int, share: float) -> None:
    film = Film(GREY, np.ones_like(GREY), label, marker_of(label, 3))
    plate = mask_of((64, 64), plate_on((64, 64), GREY.shape)) == 1
    random = np.random.default_rng(0)
    views = [random_view(film, 64, "stretch", random) for _ in range(400)]
    own = [np.array_equal(wanted == 1, plate) for _, wanted in views]
    assert np.mean(own) == pytest.approx(share if label == 3 else 0, abs=0.04)


def test_without_a_marker_evidence_is_wanted_on_the_body() -> None:
    body = np.zeros_like(GREY)
    body[100:200] = 1
    _, wanted = random_view(Film(GREY, body, 0), 64, "stretch", np.random.default_rng(4))
    _, same = random_view(Film(GREY, body, 0, Marker(1.0, is_reason=False)), 64, "stretch", np.random.default_rng(4))
    np.testing.assert_array_equal(wanted, same)
    assert 0.1 < wanted.mean() < 0.6


def test_fooled_is_what_the_marker_alone_makes_the_marked_class() -> None:
    found = [
        Answers(label=1, plain=1, marked=1),  # the marked class itself
        Answers(label=1, plain=0, marked=1),
        Answers(label=0, plain=0, marked=1),  # fooled
        Answers(label=0, plain=1, marked=1),  # taken for it before
        Answers(label=0, plain=0, marked=0),
        Answers(label=2, plain=0, marked=1),  # fooled, if wrong before
    ]
    assert [is_fooled(one, 1) for one in found] == [False, False, True, False, False, True]
    lines = table(found, ("Foot", "Hand", "Hip"), 1)
    assert lines[2:5] == ["| Foot | 3 | 2 | 1 | 1 |", "| Hand | 2 | 1 | 2 |  |", "| Hip | 1 | 0 | 0 | 1 |"]
    assert "0.500 of 4 images" in lines[-1]


def test_answers_are_those_on_the_film_itself_with_the_marker_and_without(tmp_path: Path) -> None:
    grey = np.full((64, 64), 200, np.uint8)
    grey[:10] = 40  # a bright film whose marker is brighter than what it covers
    cv2.imwrite(str(tmp_path / "film.png"), grey)
    plain, marked = float(grey.mean() / 255), float(stamped(grey).mean() / 255)
    assert marked > plain
    how = Preprocessing((64, 64), Fit.STRETCH, Interpolation.AREA)
    names_by_brightness = loaded(nn.AvgPool2d(8), torch.tensor([[1.0], [0.0]]), (0.0, (plain + marked) / 2), how)
    means = MeanMaps()
    (found,) = answers([Labelled("film.png", "part_0", "g")], tmp_path, names_by_brightness, means)
    assert found == Answers(label=0, plain=1, marked=0)
    (share,) = (one for mean in means.means() for one in mean.shares if one.region == CORNER)
    said = f"{share.evidence:.3f} of its positive evidence in the top left corner, 0.010 of the area"
    assert corner(means, "Part 0") == f"Mean map of Part 0: {said}.\n"
    assert 0 < share.evidence < 1
    assert corner(means, "Part 1") == "No image was taken for Part 1.\n"
