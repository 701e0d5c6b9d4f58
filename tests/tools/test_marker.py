import numpy as np
import pytest

from tools.training.augment import Film, random_view
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
