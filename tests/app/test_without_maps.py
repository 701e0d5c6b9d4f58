from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.mapless import REASON, save_mapless
from tests.app.test_comparing import header
from tests.app.test_page import film, texts, upload


def downloads(page: AppTest) -> list[str]:
    return [one.proto.label for one in page.get("download_button")]


def open_link(page: AppTest, **values: str) -> AppTest:
    page.query_params.update(values)
    page.run()
    assert not page.exception
    assert not page.error
    assert not page.warning
    return page


@pytest.fixture
def mapless(checkpoints: Path) -> Path:
    """The folder with two checkpoints without maps beside the two with maps."""
    save_mapless(checkpoints, "squeeze")
    save_mapless(checkpoints, "squeeze2", ("part 1", "Part 0", "Tail"), seed=4)
    return checkpoints


def test_alone_it_shows_the_radiograph_its_facts_and_why_there_are_no_maps(mapless: Path, page: AppTest) -> None:
    open_link(page, checkpoint="squeeze")
    assert header(page)["sources"] == []
    assert header(page)["picture"]["label"] == "hand.png"
    assert header(page)["window"]["presets"]
    assert REASON in page.info[0].value
    assert len(page.get("plotly_chart")) == 1
    assert "1024 × 1024 pixels" in texts(page)
    assert downloads(page) == []
    assert "This checkpoint cannot tell whether an image resembles its training images." in texts(page)


def test_one_with_maps_beside_one_without_keeps_its_maps_and_the_other_says_why(mapless: Path, page: AppTest) -> None:
    open_link(page, **{"checkpoint": "first", "with": "squeeze"})
    mapped, lacking = header(page)["sources"]
    assert (mapped["label"], mapped["noMaps"], len(mapped["maps"])) == ("A · first", "", 11)
    assert (lacking["label"], lacking["maps"], lacking["axes"]) == ("B · squeeze", [], [])
    assert REASON in lacking["noMaps"]
    assert "B has no maps, so there is no difference map and no agreement." in texts(page)
    assert "**A** · first" in texts(page)
    assert downloads(page).count("Raw maps (.npz)") == 1


def test_the_first_may_be_the_one_without_maps(mapless: Path, page: AppTest) -> None:
    open_link(page, **{"checkpoint": "squeeze", "with": "first"})
    assert [len(one["maps"]) for one in header(page)["sources"]] == [0, 11]
    assert "A has no maps, so there is no difference map and no agreement." in texts(page)
    assert "**B** · first" in texts(page)
    slots = {one["name"]: one["slot"] for one in header(page)["sources"][1]["maps"]}
    assert (slots["Part 0"], slots["Part 4"]) == ("class-0", "only-B-class-4")


def test_two_without_maps_are_compared_by_their_answers(mapless: Path, page: AppTest) -> None:
    open_link(page, **{"checkpoint": "squeeze", "with": "squeeze2"})
    assert [one["maps"] for one in header(page)["sources"]] == [[], []]
    shown = texts(page)
    assert "A · :gray[squeeze]" in shown
    assert "B · :gray[squeeze2]" in shown
    assert "Both give the same answer" in shown or "A says " in shown
    assert "Neither A nor B has maps, so there is no difference map and no agreement." in shown
    assert "Only A knows Part 2, Part 3, Skull. Only B knows Tail." in shown
    assert "Probabilities use each checkpoint's own classes." in shown
    assert downloads(page) == []
    assert not page.get("expander")


@pytest.mark.parametrize(
    ("first", "second"), [("first", "squeeze"), ("squeeze", "first"), ("squeeze", "squeeze2")], ids="->".join
)
def test_all_uploads_are_listed_with_both_answers_and_no_agreement(
    mapless: Path, page: AppTest, first: str, second: str
) -> None:
    open_link(page, **{"checkpoint": first, "with": second})
    upload(page, *((f"film{k}.png", film(k)) for k in range(3)), ("bad.png", b"dear sir"))
    assert not page.exception
    table = page.dataframe[-1].value
    assert list(table.columns) == [
        *("picture", "file", "A", "B", "p of A", "p of B", "answers"),
    ]
    assert sorted(table["file"]) == ["bad.png", "film0.png", "film1.png", "film2.png"]
    assert list(table["answers"])[3] == "not read"
    assert set(table["answers"][:3]) <= {"differ", "same"}
    assert all(0 < share <= 1 for column in ("p of A", "p of B") for share in table[column][:3])
    assert "of 3 answers differ" in texts(page)
    assert "mean agreement" not in texts(page)


def test_a_file_that_cannot_be_read_is_said_by_name(mapless: Path, page: AppTest) -> None:
    open_link(page, **{"checkpoint": "squeeze", "with": "first"})
    upload(page, ("bad.png", b"dear sir"))
    assert not page.exception
    assert "`bad.png` was not analysed" in page.error[0].value


def test_an_inverted_radiograph_is_said_and_shown_inverted(mapless: Path, page: AppTest) -> None:
    open_link(page, checkpoint="squeeze")
    before = header(page)["window"]["inverted"]
    page.toggle[0].set_value(True).run()
    assert "Inverted before the network saw it" in texts(page)
    assert header(page)["window"]["inverted"] is not before
