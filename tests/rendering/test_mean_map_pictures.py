import numpy as np
import pytest

from camdash.evidence.mean_map import SIDE, TENTH, MeanMap
from camdash.rendering.mean_map import (
    FEWEST,
    MOST,
    color_bar,
    few_words,
    mean_pictures,
    share_lines,
    share_words,
    shared_scales,
    shown_means,
)
from camdash.words.sentence import translated
from tests.support.marked import Marked

GREY = np.full((48, 48), 100, np.uint8)


def corner(value: float = 1.0, rest: float = 0.0, count: int = FEWEST) -> MeanMap:
    values = np.full((SIDE, SIDE), rest, np.float32)
    values[:TENTH, :TENTH] = value
    return MeanMap("Hand", count, values)


def test_evidence_in_a_corner_is_said_in_plain_words() -> None:
    # 25 cells of 62 and 2,475 of rest: 1550 of 2500 is 0.62.
    mean = corner(62.0, rest=950 / 2475)
    assert share_words(mean) == [
        "62\xa0% of the evidence for Hand is in the top left corner (1\xa0% if spread evenly). "
        "The model may be using a marker."
    ]


def test_evidence_along_the_border_is_said_in_plain_words() -> None:
    values = np.full((SIDE, SIDE), 1.0, np.float32)
    values[TENTH:-TENTH, TENTH:-TENTH] = 0.02
    (sentence,) = share_words(MeanMap("Hand", FEWEST, values))
    assert sentence.endswith("is near the border (36\xa0% if spread evenly). The model may be using a border.")


@pytest.mark.parametrize("mean", [corner(1, 1), corner(5, 1), corner(-1, 1), corner(0, 0), corner(-1, -1)])
def test_nothing_is_said_of_shares_that_are_not_far_above_the_area(mean: MeanMap) -> None:
    assert share_words(mean) == []


def test_nothing_is_said_of_few_radiographs() -> None:
    assert share_words(corner(count=FEWEST - 1)) == []
    assert len(share_words(corner(count=FEWEST))) == 2  # all of it in one corner, and so in the outer tenth


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "Only 1 radiograph: this is its own map, not a mean."),
        (2, "Only 2 radiographs: a mean of so few says little."),
        (FEWEST - 1, "Only 4 radiographs: a mean of so few says little."),
        (FEWEST, ""),
    ],
)
def test_a_mean_of_few_says_how_few(count: int, said: str) -> None:
    assert few_words(corner(count=count)) == said


def test_the_figures_name_the_corner_that_holds_most() -> None:
    assert share_lines(corner()) == [
        "100\xa0% of the evidence is near the border (36\xa0% if spread evenly)",
        "100\xa0% is in the top left corner (1\xa0% if spread evenly)",
    ]
    assert share_lines(corner(0, 0)) == ["no positive evidence"]


def test_shares_are_said_in_another_language_with_the_place_within_the_sentence() -> None:
    border, marker = (translated(one, Marked()) for one in share_words(corner()))
    assert "is «near the border» (36\xa0% if spread evenly).» «The model may be using a border.»" in border
    assert "«100\xa0% of the evidence for Hand is «in the top left corner» (1\xa0% if" in marker
    assert [translated(one, Marked()) for one in share_lines(corner())] == [
        "«100\xa0% of the evidence is «near the border» (36\xa0% if spread evenly)»",
        "«100\xa0% is «in the top left corner» (1\xa0% if spread evenly)»",
    ]


def test_all_means_share_one_scale() -> None:
    scales = shared_scales([corner(4.0), corner(-2.0)])
    assert [(one.low, one.high) for one in scales] == [(-4, 4), (-4, 4)]


def test_the_picture_is_hot_where_the_evidence_is_and_the_film_elsewhere() -> None:
    (picture,) = mean_pictures([corner(4.0)], [GREY], 200)
    assert picture.shape == (200, 200, 3)
    red, green, blue = (int(value) for value in picture[5, 5])
    assert red > 200 > green
    assert red > 200 > blue
    np.testing.assert_array_equal(picture[60:, 60:], 100)


def test_what_was_not_seen_stays_untouched() -> None:
    values = np.full((SIDE, SIDE), 2.0, np.float32)
    values[:10] = np.nan
    (picture,) = mean_pictures([MeanMap("Hand", 1, values)], [GREY], 200)
    np.testing.assert_array_equal(picture[:40], 100)
    assert (picture[41:] != 100).any(axis=2).all()


def test_the_color_bar_goes_from_blue_over_nothing_to_red() -> None:
    (scale,) = shared_scales([corner(4.0)])
    bar = color_bar(scale, 3, 101)
    assert bar.shape == (3, 101, 3)
    assert bar[0, 0, 2] > bar[0, 0, 0]
    assert bar[0, -1, 0] > bar[0, -1, 2]
    assert len(set(bar[0, 50].tolist())) == 1


def of_class(place: int, count: int) -> MeanMap:
    return MeanMap(f"Part {place}", count, np.full((SIDE, SIDE), 1 + place, np.float32))


def test_of_very_many_means_those_of_the_most_radiographs_are_shown_in_their_order() -> None:
    means = [of_class(place, count=1 + place % 7) for place in range(40)]
    shown = shown_means(means)
    assert len(shown) == MOST
    # Five of 7 radiographs, five of 6, and the first two of 5.
    assert [one.name for one in shown] == [f"Part {k}" for k in (4, 5, 6, 11, 12, 13, 19, 20, 26, 27, 33, 34)]
    assert [one.name for one in shown_means(means, " pArt 3")] == ["Part 3", *(f"Part {k}" for k in range(30, 40))]
    assert shown_means(means, "none") == []
    assert shown_means(means[:MOST]) == means[:MOST]


def test_means_that_are_not_shown_share_the_scale() -> None:
    weak, strong = of_class(0, 5), of_class(99, 5)
    alone, beside, both = (
        mean_pictures([weak], [GREY], 60)[0],
        mean_pictures([weak], [GREY], 60, beside=[weak, strong])[0],
        mean_pictures([weak, strong], [GREY, GREY], 60)[0],
    )
    np.testing.assert_array_equal(beside, both)
    assert (alone != beside).any()
