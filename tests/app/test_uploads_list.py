"""The list of uploads, and which of them is looked at after a drop."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_opened import archive
from tests.app.test_page import film, texts, upload
from tests.app.uploads_list import answers, differing, drop, listed, looked_at, names, open_row
from tests.conftest import image_bytes, speckle

CUT = image_bytes(speckle(64, 64), "JPEG")[:600]
BROKEN = {
    "empty.png": b"",
    "words.png": b"dear sir",
    "cut.jpg": CUT,
    "header.dcm": bytes(128) + b"DICM",
    "wide.png": image_bytes(np.zeros((1, 1), np.uint8))[:40],
    "page.pdf": b"%PDF-1.4 nothing",
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_first_good_file_is_opened_where_the_first_one_is_broken(page: AppTest, name: str) -> None:
    upload(page.run(), (name, BROKEN[name]), ("good.png", film()), ("later.png", film(1)))
    assert not page.exception
    assert not page.error
    assert looked_at(page) == "good.png"
    assert len(page.get("plotly_chart")) == 1
    (warning,) = page.warning
    assert warning.value.startswith(f"`{name}` was not analysed. ")
    assert names(page) == [name, "good.png", "later.png"]
    assert answers(page)[0] == "cannot be read"


def test_the_first_good_file_is_opened_wherever_it_stands_in_the_drop(page: AppTest) -> None:
    upload(page.run(), *BROKEN.items(), ("good.png", film()))
    assert looked_at(page) == "good.png"
    assert [one.value.split("`")[1] for one in page.warning[:3]] == ["empty.png", "words.png", "cut.jpg"]
    assert page.warning[3].value == "3 more files could not be analysed. Select one in the list to see why."


def test_a_broken_member_of_a_zip_file_gives_way_to_the_next_one(page: AppTest) -> None:
    upload(page.run(), ("study.zip", archive({"1.jpg": CUT, "2.png": film()})))
    assert looked_at(page) == "2.png"
    assert "`1.jpg` was not analysed" in texts(page)


def test_a_broken_file_dropped_later_leaves_the_one_that_is_looked_at(page: AppTest) -> None:
    upload(page.run(), ("one.png", film(1)), ("two.png", film(2)))
    open_row(page, 1)
    drop(page, ("words.png", b"dear sir"))
    assert looked_at(page) == "two.png"
    assert "`words.png` was not analysed" in texts(page)


def test_a_broken_file_dropped_while_a_sample_is_looked_at_opens_an_upload_that_can_be_shown(page: AppTest) -> None:
    upload(page.run(), ("one.png", film(1)))
    page.button(key="sample-foot").click().run()
    drop(page, ("words.png", b"dear sir"))
    assert looked_at(page) == "one.png"


def test_a_drop_of_which_nothing_can_be_shown_says_why(page: AppTest) -> None:
    upload(page.run(), ("words.png", b"dear sir"), ("empty.png", b""))
    assert looked_at(page) == "words.png"
    assert "not an image" in page.error[0].value


def test_a_chosen_file_that_is_broken_is_opened_all_the_same(page: AppTest) -> None:
    upload(page.run(), ("good.png", film()), ("words.png", b"dear sir"))
    open_row(page, 1)
    assert looked_at(page) == "words.png"
    assert "`words.png` was not analysed" in page.error[0].value


def test_what_failed_is_said_until_another_radiograph_is_chosen(page: AppTest) -> None:
    upload(page.run(), ("words.png", b"dear sir"), ("good.png", film()))
    page.run()
    assert "`words.png`" in texts(page)
    page.button(key="sample-foot").click().run()
    open_row(page, 1)
    assert "`words.png`" not in texts(page)


def test_a_zip_file_without_radiographs_is_in_the_list(page: AppTest) -> None:
    upload(page.run(), ("study.zip", archive({"notes.txt": b"words"})), ("good.png", film()))
    assert names(page) == ["good.png", "study.zip"]
    row = listed(page)[1]
    assert (row["answer"], row["about"]) == ("cannot be read", "It contains no radiograph that camdash can read.")


def test_a_single_upload_is_listed_with_its_answer(page: AppTest) -> None:
    upload(page.run(), ("good.png", film()))
    (answer,) = answers(page)
    assert answer.startswith("Part ")
    assert answer.endswith(" %")


def test_the_list_is_the_only_one(page: AppTest) -> None:
    upload(page.run(), ("one.png", film(1)), ("two.png", film(2)))
    assert len(page.dataframe) == 0
    assert not [one for one in page.selectbox if one.key == "file"]


def test_the_list_stands_where_no_checkpoint_can_be_used(page: AppTest, checkpoints: Path) -> None:
    for path in checkpoints.iterdir():
        path.unlink()
    upload(page.run(), ("one.png", film(1)))
    assert names(page) == ["one.png"]
    assert answers(page) == ["…"]


def test_of_two_checkpoints_the_list_gives_both_answers_where_they_differ(page: AppTest) -> None:
    upload(page.run(), *((f"film{k}.png", film(k)) for k in range(3)))
    page.selectbox(key="second").select_index(0).run()
    assert not page.exception
    for row in listed(page):
        first, second = row["about"].split("\n")
        flips = first.split()[1:3] != second.split()[1:3]
        assert row["answer"].startswith("A: ") == (" · B: " in row["answer"]) == flips
        assert (row["share"] == "") == flips
    flipped = sum(" · B: " in answer for answer in answers(page))
    assert differing(page) == f"{flipped} of 3 answers differ"


def test_of_one_checkpoint_the_list_says_nothing_of_differing_answers(page: AppTest) -> None:
    upload(page.run(), ("one.png", film(1)))
    assert differing(page) == ""


def test_files_that_were_removed_and_are_added_again_are_analysed_again(page: AppTest) -> None:
    films = [(f"film{k}.png", film(k)) for k in range(3)]
    upload(page.run(), *films)
    page.file_uploader(key="uploads").set_value([]).run()
    upload(page, *films)
    assert all(answer.endswith(" %") for answer in answers(page))
