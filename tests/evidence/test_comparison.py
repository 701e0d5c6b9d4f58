from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camdash.evidence import comparison
from camdash.evidence.analysis import Analysis, PlacedMaps
from camdash.evidence.comparison import ClassPair, compare, correlation, match_classes, resample, uniform_placement
from camdash.evidence.maps import EvidenceMaps
from camdash.evidence.overview import line_of
from camdash.evidence.prediction import predict
from camdash.networks.cards.card import Checkpoint
from camdash.networks.cards.output import Output, OutputKind
from camdash.networks.placement import Grid, Placement
from camdash.rendering.enlarge import enlarge
from camdash.shapes import Cells
from tests.conftest import small_card
from tests.support.small import softmax_of

SHAPE = (120, 90)
STRETCHED = Placement(SHAPE, (64, 64), (64 / 120, 64 / 90), (0, 0), Grid(32, 0))
PADDED = Placement(SHAPE, (64, 64), (64 / 120, 64 / 120), (0, 8), Grid(32, 0))
CROPPED = Placement(SHAPE, (64, 64), (1.0, 1.0), (-28, -13), Grid(32, 0))


def analysis(maps: object, names: tuple[str, ...], placement: Placement = STRETCHED) -> Analysis:
    values = np.asarray(maps, np.float32)
    evidence = EvidenceMaps(values, np.linspace(0, 1, len(names)).astype(np.float32))
    return Analysis(
        softmax_of(names, evidence), Checkpoint("x", Path("x"), "0" * 64, small_card()), PlacedMaps(evidence, placement)
    )


def maps(seed: int, classes: int = 3) -> object:
    return np.random.default_rng(seed).normal(size=(classes, 2, 2))


def test_classes_are_matched_by_name_whatever_their_order_and_case() -> None:
    pairs = match_classes(("Hip", "Hand", "Foot"), ("hand ", "Knee", "HIP"))
    assert pairs == (ClassPair("Hip", 0, 2), ClassPair("Hand", 1, 0))


@pytest.mark.parametrize("other", ["Chest frontal", " chest\tFRONTAL ", "Chest   frontal", "Chest\u00a0frontal"])
def test_no_space_within_or_around_a_name_makes_it_another_class(other: str) -> None:
    assert match_classes(("Chest frontal",), (other,)) == (ClassPair("Chest frontal", 0, 0),)
    strong = np.array([[[9, 9], [9, 9]], [[0, 0], [0, 0]]])
    found = compare(analysis(strong, ("Chest frontal", "Hip")), analysis(strong, (other, "Hip")))
    assert not found.flips
    assert (found.only_first, found.only_second) == ((), ())
    assert found.predicted is not None


def test_names_that_differ_in_more_than_spaces_and_case_are_two_classes() -> None:
    assert match_classes(("Chest frontal", "Hip"), ("Chestfrontal", "H ip")) == ()


def test_no_class_has_two_twins() -> None:
    assert match_classes(("hand", "Hand"), ("HAND", "foot")) == (ClassPair("Hand", 1, 0),)


def test_what_has_no_twin_is_named() -> None:
    found = compare(analysis(maps(1), ("a", "b", "c")), analysis(maps(2, 2), ("c", "d")))
    assert found.only_first == ("a", "b")
    assert found.only_second == ("d",)
    assert [one.pair.name for one in found.differences] == ["c"]


def test_change_of_evidence_and_bias_is_the_change_of_the_logit() -> None:
    first, second = analysis(maps(1), ("a", "b", "c")), analysis(maps(2), ("c", "a", "b"), PADDED)
    for one in compare(first, second).differences:
        change = second.prediction.logits[one.pair.second] - first.prediction.logits[one.pair.first]
        assert one.logit == pytest.approx(change, abs=1e-6)


def test_on_one_grid_the_difference_is_cell_by_cell() -> None:
    first, second = analysis(maps(1), ("a", "b", "c")), analysis(maps(2), ("a", "b", "c"))
    found = compare(first, second)
    assert not found.resampled
    for k, one in enumerate(found.differences):
        np.testing.assert_allclose(one.values, second.maps.maps[k] - first.maps.maps[k], rtol=1e-6)
        assert one.values.mean() == pytest.approx(one.evidence, abs=1e-6)


def test_of_a_checkpoint_with_itself_nothing_changes() -> None:
    one = analysis(maps(1), ("a", "b", "c"))
    found = compare(one, one)
    assert not found.flips
    assert found.agreement == pytest.approx(1)
    assert all(np.abs(difference.values).max() < 1e-9 for difference in found.differences)


def test_where_the_fits_differ_the_difference_is_resampled_and_blank_where_one_saw_nothing() -> None:
    found = compare(analysis(maps(1), ("a", "b", "c")), analysis(maps(2), ("a", "b", "c"), CROPPED))
    assert found.resampled
    values = found.differences[0].values
    assert np.isnan(values[0, 0])
    assert np.isfinite(values[48, 48])


def test_a_flip_is_a_change_of_the_predicted_name() -> None:
    strong = np.zeros((2, 2, 2))
    strong[0] = 9
    first, second = analysis(strong, ("a", "b")), analysis(strong, ("b", "a"))
    assert compare(first, second).flips
    assert not compare(first, first).flips
    assert not compare(first, analysis(strong, ("A", "b"))).flips


def test_a_predicted_class_without_a_twin_is_a_flip_without_agreement() -> None:
    strong = np.zeros((2, 2, 2))
    strong[0] = 9
    found = compare(analysis(strong, ("a", "b")), analysis(strong, ("c", "b")))
    assert found.flips
    assert found.predicted is None
    assert found.agreement is None


def test_sampling_a_linear_map_gives_its_value_at_the_same_place_of_the_radiograph() -> None:
    ramp = np.tile(np.arange(2, dtype=np.float32), (2, 1))
    grid = Placement(SHAPE, (10, 9), (10 / 120, 9 / 90), (0, 0), Grid(1, 0))
    # Column 4 of 9 is centred on pixel 44.5, which stretching brings to network pixel 45 * 64 / 90 - 0.5 = 31.5.
    assert resample(ramp, STRETCHED, grid)[5, 4] == pytest.approx(31.5 / 32, abs=1e-6)


@pytest.mark.parametrize("origin", [(0, -13), (-28, 0), (-28, -13)])
def test_a_map_sampled_at_each_pixel_is_the_map_as_it_is_drawn(origin: tuple[int, int]) -> None:
    shape = (64 - 2 * origin[0], 64 - 2 * origin[1])
    cropped = Placement(shape, (64, 64), (1.0, 1.0), origin, Grid(32, 0))
    values = np.asarray(maps(5), np.float32)[0]
    found = resample(values, cropped, uniform_placement(shape, shape))
    np.testing.assert_allclose(found, enlarge(values, cropped), atol=1e-5)
    assert np.isnan(found).sum() == shape[0] * shape[1] - 64 * 64


def test_correlation_agrees_with_worked_values_and_is_nothing_for_a_constant_map() -> None:
    up = np.array([[1, 2], [3, 4]], np.float32)
    assert correlation(up, 5 - up) == pytest.approx(-1)
    assert correlation(up, np.array([[1, 2], [3, np.nan]], np.float32)) == pytest.approx(1)
    assert correlation(up, np.full((2, 2), 3, np.float32)) is None
    assert correlation(np.zeros((2, 2), np.float32), up) is None


def test_two_cells_are_enough_to_correlate_and_one_is_not() -> None:
    two = np.array([[1, np.nan], [np.nan, 5]], np.float32)
    assert correlation(two, np.array([[3, 4], [5, 2]], np.float32)) == pytest.approx(-1)
    assert correlation(np.array([[1, np.nan]], np.float32), np.array([[2, 3]], np.float32)) is None


def test_a_weak_map_is_not_taken_for_a_constant_one() -> None:
    up = np.array([[1, 2], [3, 4]], np.float32)
    assert correlation(up * np.float32(1e-12), up) == pytest.approx(1)
    assert correlation(up, up * np.float32(1e-12)) == pytest.approx(1)


def test_analyses_of_two_radiographs_cannot_be_compared() -> None:
    other = Placement((50, 50), (64, 64), (1.28, 1.28), (0, 0), Grid(32, 0))
    with pytest.raises(ValueError, match="same radiograph"):
        compare(analysis(maps(1), ("a", "b", "c")), analysis(maps(1), ("a", "b", "c"), other))


def test_answers_without_maps_are_compared_and_the_maps_are_not() -> None:
    with_maps = analysis(maps(1), ("hip", "hand", "foot"))
    alone = Analysis(analysis(maps(2), ("Hand", "knee", "hip")).prediction, with_maps.checkpoint, no_map="No grid.")
    for first, second in ((with_maps, alone), (alone, with_maps), (alone, alone)):
        found = compare(first, second)
        assert (found.first, found.second, found.differences, found.agreement) == (first, second, (), None)
        names = [str(one.prediction.predicted_name).lower() for one in (first, second)]
        assert found.flips == (names[0] != names[1])
    found = compare(with_maps, alone)
    assert found.pairs == (ClassPair("hip", 0, 2), ClassPair("hand", 1, 0))
    assert (found.only_first, found.only_second) == (("foot",), ("knee",))


def test_two_regressions_differ_by_their_values_in_the_unit_of_both() -> None:
    # Evidence 2 and bias 1 give the logit 3, so the value 2 x 3 + 10 = 16; evidence 1 and bias 0 give 40 x 1 - 4 = 36.
    first = regression([[[1, 3]]], 1.0, scale=2, offset=10)
    second = regression([[[0, 2]]], 0.0, scale=40, offset=-4)
    (found,) = compare(first, second).differences
    np.testing.assert_allclose(found.values, [[-2, 74]])
    assert [found.evidence, found.bias] == pytest.approx([40 - 4, -4 - 12])
    assert found.logit == pytest.approx(36 - 16)
    assert found.probability is None


def test_values_are_neither_the_same_answer_nor_different_ones() -> None:
    both = compare(regression([[[1, 3]]], 1.0), regression([[[1, 3]]], 1.0))
    assert both.is_same is None
    assert not both.flips
    assert line_of("film.png", "0" * 64, both).flips is None


def regression(values: object, bias: float, scale: float = 1.0, offset: float = 0.0, unit: str = "") -> Analysis:
    """Return what a network with one value says."""
    found = analysis(values, ("age",))
    card = replace(
        small_card(1), class_names=("age",), output=Output(OutputKind.REGRESSION, unit=unit, scale=scale, offset=offset)
    )
    evidence = EvidenceMaps(found.maps.maps, np.array([bias], np.float32))
    checkpoint = replace(found.checkpoint, card=card)
    return Analysis(predict(card, evidence.logits), checkpoint, PlacedMaps(evidence, found.placement))


def test_values_in_two_units_are_not_subtracted() -> None:
    both = compare(regression([[[1, 3]]], 1.0, unit="months"), regression([[[1, 3]]], 1.0, unit="years"))
    assert both.differences == ()
    assert not both.has_one_meaning


def test_the_class_that_one_logit_speaks_against_is_known_too() -> None:
    names = ("Normal", "Fracture")
    card = replace(small_card(2), class_names=names, output=Output(OutputKind.BINARY))
    one = Analysis(
        predict(card, np.array([1.0])), replace(analysis(maps(1, 2), names).checkpoint, card=card), no_map="-"
    )
    found = compare(analysis(maps(1, 2), names), one)
    assert [pair.name for pair in found.pairs] == ["Fracture"]
    assert (found.only_first, found.only_second) == ((), ())


def test_only_the_differences_that_are_asked_for_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a thousand classes they take a second, and a list of radiographs asks for one of each."""
    made: list[object] = []
    original = comparison.correlation

    def counted(before: Cells, after: Cells) -> float | None:
        made.append(before)
        return original(before, after)

    monkeypatch.setattr(comparison, "correlation", counted)
    maps = np.random.default_rng(2).normal(size=(4, 3, 4))
    found = compare(analysis(maps, tuple("abcd")), analysis(maps[::-1], tuple("abcd")))
    assert made == []
    alone = found.predicted
    assert alone is not None
    assert len(made) == 1
    together = next(one for one in found.differences if one.pair == alone.pair)
    assert len(made) == 5
    assert found.differences is found.differences
    np.testing.assert_array_equal(alone.values, together.values)
    assert alone.logit == pytest.approx(together.logit)
    assert alone.correlation == pytest.approx(together.correlation)
