import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from camdash.rendering.looks import CLASSIC, EVIDENCE, LOOKS, OWN_SCALE, POSITIVE
from camdash.rendering.scale import Look, scales
from camdash.words.sentence import translated
from tests.support.marked import Marked

STRONG = np.array([[8.0, -2.0], [0.0, 1.0]], np.float32)
WEAK = np.array([[-0.5, 0.25], [0.1, 0.0]], np.float32)
maps_of_two = arrays(np.float32, (2, 3, 4), elements=st.floats(-50, 50, width=32))


def test_evidence_is_symmetric_and_shared() -> None:
    strong, weak = scales([STRONG, WEAK], EVIDENCE)
    assert (strong.low, strong.high) == pytest.approx((-8, 8))
    assert (weak.low, weak.high) == pytest.approx((-8, 8))


def test_the_strongest_value_sets_the_limit_even_where_it_speaks_against() -> None:
    assert scales([-STRONG, WEAK], EVIDENCE)[1].high == pytest.approx(8)


def test_positive_reaches_from_zero_to_the_highest_value_of_all() -> None:
    assert [(one.low, one.high) for one in scales([-STRONG, WEAK], POSITIVE)] == [
        pytest.approx((0, 2)),
        pytest.approx((0, 2)),
    ]


def test_an_own_scale_says_how_much_it_stretches() -> None:
    strong, weak = scales([STRONG, WEAK], OWN_SCALE)
    assert (weak.low, weak.high, weak.factor) == pytest.approx((-0.5, 0.5, 16))
    assert strong.factor == pytest.approx(1)


def test_classic_reaches_from_the_lowest_to_the_highest_value_of_the_panel() -> None:
    weak = scales([STRONG, WEAK], CLASSIC)[1]
    assert (weak.low, weak.high) == pytest.approx((-0.5, 0.25))


@pytest.mark.parametrize("look", LOOKS)
def test_maps_of_zeros_are_flat_and_say_so(look: Look) -> None:
    for scale in scales([np.zeros((2, 2), np.float32)] * 2, look):
        assert scale.flat == "No evidence for or against any class: nothing to draw."
        assert translated(scale.flat, Marked()) == f"«{scale.flat}»"


def test_evidence_against_alone_is_flat_in_positive_and_says_so() -> None:
    for scale in scales([-np.abs(STRONG), -np.abs(WEAK)], POSITIVE):
        assert scale.flat == "No positive evidence for any class: nothing to draw."


def test_one_class_without_positive_evidence_says_so_among_others_that_have_some() -> None:
    strong, against = scales([STRONG, -np.abs(WEAK)], POSITIVE)
    assert strong.flat == ""
    assert against.flat == "No positive evidence here: nothing to draw."


def test_a_constant_map_is_flat_in_classic_but_keeps_its_evidence_in_the_other_looks() -> None:
    constant = np.full((2, 2), 3, np.float32)
    assert scales([STRONG, constant], CLASSIC)[1].flat == "The same value everywhere: nothing to draw."
    assert scales([STRONG, constant], EVIDENCE)[1].flat == ""


@pytest.mark.parametrize("look", [OWN_SCALE, CLASSIC])
def test_rounding_errors_are_not_stretched_into_a_picture(look: Look) -> None:
    assert scales([STRONG, STRONG * np.float32(1e-8)], look)[1].flat


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(look: Look, value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        scales([np.array([[value, 1]], np.float32)], look)


@given(maps_of_two, st.sampled_from(LOOKS))
def test_steps_are_finite_and_within_the_table(maps: np.ndarray, look: Look) -> None:
    for values, scale in zip(maps, scales(list(maps), look), strict=True):
        if not scale.flat:
            steps = scale.steps(values, 4096)
            assert np.isfinite(steps).all()
            assert steps.min() >= 0
            assert steps.max() <= 4096


@given(maps_of_two, st.sampled_from([EVIDENCE, POSITIVE]))
def test_a_shared_scale_is_the_same_for_all_that_are_drawn(maps: np.ndarray, look: Look) -> None:
    drawn = {(one.low, one.high) for one in scales(list(maps), look) if not one.flat}
    assert len(drawn) <= 1


def test_no_maps_have_no_scales() -> None:
    assert scales([], EVIDENCE) == ()
