"""What the page offers of a checkpoint with more classes than anybody takes away at once."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from camdash.networks.cards.card import Card, Fit, Preprocessing
from tests.app.test_comparing import header
from tests.app.test_page import texts
from tests.app.test_without_maps import open_link
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


@pytest.fixture
def of_a_thousand(checkpoints: Path, page: AppTest) -> AppTest:
    for path in checkpoints.iterdir():
        path.unlink()
    save_checkpoint(checkpoints, "many", small_card(classes=1000))
    return page


def have_come(page: AppTest) -> set[str]:
    """Return the slots of the classes whose maps the browser has."""
    maps = header(page)["sources"][0]["maps"]
    return {one["slot"] for one in maps if one["start"] >= 0 and one["isClass"]}


def test_the_maps_that_are_seen_come_with_the_next_run(of_a_thousand: AppTest) -> None:
    page = of_a_thousand
    page.run()
    first = have_come(page)
    assert len(first) == 12
    asked = [f"class-{k}" for k in range(1000) if f"class-{k}" not in first][:5]
    tell_settings(page, {"panels": ["radiograph", *asked[1:]], "focus": asked[0]})
    page.run()
    assert not page.exception
    assert have_come(page) == {*first, *asked}


def test_a_link_to_a_class_brings_its_map(of_a_thousand: AppTest) -> None:
    page = of_a_thousand
    page.query_params["class"] = "Part 777"
    page.run()
    assert not page.exception
    assert "class-777" in have_come(page)


def test_what_is_looked_for_narrows_the_table(of_a_thousand: AppTest) -> None:
    page = of_a_thousand
    tell_settings(page, {"sought": " PART 77"})
    page.run()
    assert not page.exception
    assert sorted(page.dataframe[0].value["class"]) == ["Part 77", *(f"Part {k}" for k in range(770, 780))]
    assert "11 of 1,000 classes have “part 77” in their names" in texts(page).replace("\\", "")
    tell_settings(page, {})
    page.run()
    assert len(page.dataframe[0].value) == 1000


def test_two_checkpoints_that_know_many_classes_together_have_a_table(checkpoints: Path, page: AppTest) -> None:
    for path in checkpoints.iterdir():
        path.unlink()
    save_checkpoint(checkpoints, "a-five", small_card(classes=5))
    others = Card("resnet18", tuple(f"Region {k}" for k in range(5)), Preprocessing((64, 96), Fit.STRETCH))
    save_checkpoint(checkpoints, "b-others", others)
    open_link(page, **{"checkpoint": "a-five", "with": "b-others"})
    assert len(page.dataframe[0].value) == 10
    assert "A and B have no class in common" in texts(page)
    assert "Only A knows" not in texts(page)
    tell_settings(page, {"sought": "region 3"})
    page.run()
    assert list(page.dataframe[0].value["class"]) == ["Region 3"]


def test_two_long_answers_are_not_said_twice(checkpoints: Path, page: AppTest) -> None:
    names = tuple(f"A rather long name of a body part, {k}" for k in range(5))
    for name, own in (("a-long", names), ("b-turned", (*names[1:], names[0]))):
        save_checkpoint(checkpoints, name, Card("resnet18", own, Preprocessing((64, 96), Fit.STRETCH)))
    open_link(page, **{"checkpoint": "a-long", "with": "b-turned"})
    assert "Different answers" in texts(page)
    assert "A says" not in texts(page)
