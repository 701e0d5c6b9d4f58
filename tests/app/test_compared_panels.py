import numpy as np
import pytest

from camdash.app.viewer.from_comparison import sources_of
from camdash.app.viewer.modes import Mode
from camdash.evidence.comparison import compare
from tests.evidence.test_comparison import PADDED, analysis, maps

FIRST = analysis(maps(1), ("hip", "hand", "foot"))
SECOND = analysis(maps(2), ("Hand", "knee", "hip"), PADDED)


def test_a_class_has_one_place_in_both_rows_and_what_has_no_twin_comes_last() -> None:
    first, second, _ = sources_of(compare(FIRST, SECOND))
    slots = [[one.slot for one in row.maps if Mode.EVIDENCE in one.modes] for row in (first, second)]
    assert slots[0] == ["class-0", "class-1", "average", "only-A-class-2"]
    assert slots[1] == ["class-0", "class-1", "average", "only-B-class-1"]
    names = [one.name for one in second.maps if Mode.EVIDENCE in one.modes]
    assert names == ["hip", "Hand", "Average of all classes", "knee"]


def test_what_has_no_twin_is_said_in_its_panel() -> None:
    first, second, difference = sources_of(compare(FIRST, SECOND))
    assert [one.note for one in first.maps if one.id == "class-2"] == ["only A knows this class"]
    assert next(one.note for one in second.maps if one.id == "class-1").startswith("only B knows this class")
    assert [one.name for one in difference.maps] == ["hip", "hand"]


def test_figures_of_a_difference_are_the_change_of_the_logit_on_each_ones_own_cells() -> None:
    found = compare(FIRST, SECOND)
    for one, pair in zip(sources_of(found)[2].maps, ((0, 2), (1, 0)), strict=True):
        change = SECOND.prediction.logits[pair[1]] - FIRST.prediction.logits[pair[0]]
        assert one.evidence is not None
        assert one.bias is not None
        assert one.evidence + one.bias == pytest.approx(change, abs=1e-6)
        assert one.logit == pytest.approx(change, abs=1e-6)


def test_a_resampled_difference_is_labelled_so_and_one_on_a_common_grid_is_not() -> None:
    resampled = sources_of(compare(FIRST, SECOND))[2]
    plain = sources_of(compare(FIRST, analysis(maps(2), ("hip", "hand", "foot"))))[2]
    assert "resampled" in resampled.label
    assert all("resampled" in one.note for one in resampled.maps)
    assert "resampled" not in plain.label
    assert not any("resampled" in one.note for one in plain.maps)
    assert plain.maps[0].values.shape == (2, 2)


def test_the_difference_says_whose_answer_a_class_is() -> None:
    strong = np.zeros((3, 2, 2))
    strong[1] = 9
    both = sources_of(compare(analysis(strong, ("a", "b", "c")), analysis(strong, ("a", "b", "c"))))[2]
    flip = sources_of(compare(analysis(strong, ("a", "b", "c")), analysis(strong, ("b", "a", "c"))))[2]
    assert [one.mark for one in both.maps] == ["", "by both", ""]
    assert [one.mark for one in flip.maps] == ["by B", "by A", ""]


def test_without_a_class_in_common_there_is_no_difference() -> None:
    assert len(sources_of(compare(analysis(maps(1, 2), ("a", "b")), analysis(maps(2, 2), ("c", "d"))))) == 2
