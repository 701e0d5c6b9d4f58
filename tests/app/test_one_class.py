"""A network with one class on the page: nothing is said of an average, which would be the class itself."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from camdash.app.viewer.from_analysis import maps_of
from camdash.app.viewer.from_comparison import sources_of
from camdash.app.viewer.modes import Mode
from camdash.evidence.comparison import compare
from tests.app.test_page import texts
from tests.conftest import save_checkpoint, small_card
from tests.evidence.test_comparison import analysis, maps

ONE = analysis(maps(1, 1), ("hand",))
TWO = analysis(maps(2, 2), ("hand", "foot"))


def test_the_viewer_is_given_the_class_and_neither_average_nor_contrast() -> None:
    (only,) = maps_of(ONE)
    assert (only.id, only.modes, only.caption) == ("class-0", (Mode.EVIDENCE,), "")


def test_of_two_checkpoints_only_the_one_with_several_classes_has_an_average() -> None:
    first, second, difference = sources_of(compare(ONE, TWO))
    assert [drawn.id for drawn in first.maps] == ["class-0"]
    assert [drawn.id for drawn in second.maps if drawn.slot == "average"] == ["average"]
    assert [drawn.name for drawn in difference.maps] == ["hand"]


def test_one_output_of_unknown_meaning_is_shown_as_the_logit_that_it_is(checkpoints: Path, page: AppTest) -> None:
    for path in checkpoints.iterdir():
        path.unlink()
    save_checkpoint(checkpoints, "one", small_card(1))
    page.run()
    assert not page.exception
    words = texts(page).replace("\\", "")
    assert "raw output (logit): no probability is known" in words
    assert 'Add "output" to the card' in words
    assert "%" not in words
    labels = [button.proto.label for button in page.get("download_button")]
    assert labels == ["Part 0", "Raw maps (.npz)"]
