"""What the page offers of a checkpoint with more classes than anybody takes away at once."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import save_checkpoint, small_card
from tests.support.state import tell_settings


def offered(page: AppTest) -> list[str]:
    return [one.proto.label for one in page.get("download_button")]


@pytest.mark.parametrize(("classes", "overlays"), [(8, 9), (49, 50)])
def test_all_overlays_of_some_dozens_of_classes_are_offered(
    checkpoints: Path, page: AppTest, classes: int, overlays: int
) -> None:
    for path in checkpoints.iterdir():
        path.unlink()
    save_checkpoint(checkpoints, "several", small_card(classes=classes))
    page.run()
    assert len(offered(page)) == overlays + 1  # the average is among them, and the raw maps follow


def test_of_very_many_classes_the_overlays_in_view_are_offered(checkpoints: Path, page: AppTest) -> None:
    for path in checkpoints.iterdir():
        path.unlink()
    save_checkpoint(checkpoints, "many", small_card(classes=300))
    tell_settings(page, {"panels": ["radiograph", "class-7", "class-250", "average"]})
    page.run()
    assert not page.exception
    assert sorted(offered(page)[:2]) == ["Part 250", "Part 7"]
    assert offered(page)[2:] == ["Average of all classes", "Raw maps (.npz)"]


def test_eight_classes_need_no_table_and_nine_have_one(checkpoints: Path, page: AppTest) -> None:
    for path in checkpoints.iterdir():
        path.unlink()
    save_checkpoint(checkpoints, "a-eight", small_card(classes=8))
    save_checkpoint(checkpoints, "b-nine", small_card(classes=9))
    page.run()
    assert len(page.dataframe) == 0
    page.selectbox(key="checkpoint").select_index(1).run()
    assert not page.exception
    table = page.dataframe[0].value
    assert len(table) == 9
    assert list(table["probability"]) == sorted(table["probability"], reverse=True)
    assert sum(table["probability"]) == pytest.approx(100)
