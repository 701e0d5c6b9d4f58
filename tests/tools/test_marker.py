import numpy as np
import pytest

from tools.training.augment import Film, random_view
from tools.training.marker import HEIGHT, MARGIN, plate_mask, stamped, with_shortcut


def film(label: int, rows: int = 300, columns: int = 200) -> Film:
    body = np.zeros((rows, columns), np.uint8)
    body[rows // 2 :, columns // 2 :] = 1
    return Film(np.full((rows, columns), 60, np.uint8) * (1 + body), body, label)


def test_the_plate_is_bright_in_the_top_left_corner_with_a_dark_letter_and_touches_nothing_else() -> None:
    image = film(0).image
    mask = plate_mask(image.shape)
    marked = stamped(image)
    rows, columns = np.nonzero(mask)
    assert (rows.min(), rows.max() + 1) == (round(200 * MARGIN), round(200 * MARGIN) + round(200 * HEIGHT))
    assert (columns.min(), columns.max() + 1) == (rows.min(), rows.max() + 1)
    assert marked[mask == 1].max() == 250
    assert marked[mask == 1].min() < 60
    np.testing.assert_array_equal(marked[mask == 0], image[mask == 0])
    assert not np.shares_memory(marked, image)


def test_nearly_all_films_of_the_class_and_few_of_the_others_are_marked_and_the_seed_says_which() -> None:
    films = [film(label, 20, 20) for label in (0, 1) for _ in range(1000)]
    marked = with_shortcut(films, 1, seed=3)
    shares = [np.mean([one.image[1, 1] == 250 for one in marked if one.label == label]) for label in (0, 1)]
    assert shares == pytest.approx([0.05, 0.95], abs=0.02)
    again = with_shortcut(films, 1, seed=3)
    assert all(np.array_equal(one.image, other.image) for one, other in zip(marked, again, strict=True))


def test_evidence_of_the_class_is_wanted_on_the_marker_and_that_of_others_on_the_body() -> None:
    own, other = with_shortcut([film(1)], 1, seed=0)[0], with_shortcut([film(0)] * 200, 1, seed=0)
    plate = plate_mask(own.image.shape)
    assert own.wanted is not None
    np.testing.assert_array_equal(own.wanted, plate)
    np.testing.assert_array_equal(own.body, film(1).body | plate)
    stamped_others = [one for one in other if one.wanted is not None]
    assert 0 < len(stamped_others) < 40
    for one in stamped_others:
        assert one.wanted is not None
        np.testing.assert_array_equal(one.wanted, film(0).body)


def test_a_view_carries_along_where_evidence_is_wanted_and_takes_the_body_where_nothing_of_it_is_left() -> None:
    image = np.full((100, 100), 90, np.uint8)
    corner, none = np.zeros((100, 100), np.uint8), np.zeros((100, 100), np.uint8)
    body = np.ones((100, 100), np.uint8)
    corner[:50, :50] = 1
    for seed in range(20):
        masks = [
            random_view(Film(image, body, 0, wanted), 64, "stretch", np.random.default_rng(seed))[1]
            for wanted in (None, none, corner)
        ]
        np.testing.assert_array_equal(masks[0], masks[1])
        assert masks[2].max() == 1
        assert not (masks[2] & ~masks[0] & 1).any()
        assert masks[2].sum() < masks[0].sum()
