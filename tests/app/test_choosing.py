"""What a click on a row does, and which upload is looked at when one is removed: the callbacks, called as they are."""

from collections.abc import Iterator, Sequence

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from camdash.app import widget_keys
from camdash.app.memory.upload_memory import share_bytes_of_copies
from tests.app.test_opened import archive
from tests.app.test_page import film, upload
from tests.app.uploads_list import drop
from tests.support.state import look_at, remembered, tell, widget

NAMES = ("film0.png", "film1.png", "film2.png", "film3.png")


def shown() -> None:
    """Show the uploader, what is looked at, and for each event a button that does what the browser would."""
    import streamlit as st

    from camdash.app.compare import table as comparison_table
    from camdash.app.session import selection
    from camdash.app.session.removal import remove_all
    from camdash.app.sidebar import choose_files
    from camdash.app.uploads import listing as uploads_list
    from camdash.app.worklist import table as worklist_table

    files = choose_files()
    st.text(selection.chosen(files).name)
    for file in files:
        st.text(file.name)
    st.button("open", key="do-open", on_click=uploads_list._open)
    st.button("remove", key="do-remove", on_click=uploads_list._remove)
    st.button("clear", key="do-clear", on_click=remove_all)
    st.button("worklist", key="do-worklist", on_click=worklist_table._opened)
    st.button("comparison", key="do-comparison", on_click=comparison_table._opened)


@pytest.fixture
def page() -> Iterator[AppTest]:
    """The uploader alone, nothing uploaded."""
    share_bytes_of_copies()  # as the server does
    st.cache_resource.clear()
    yield AppTest.from_function(shown, default_timeout=60).run()
    st.cache_resource.clear()


@pytest.fixture
def four(page: AppTest) -> AppTest:
    """Four uploads, the first of which is looked at."""
    return upload(page, *((name, film(number)) for number, name in enumerate(NAMES)))


def looked_at(page: AppTest) -> str:
    assert not page.exception
    return str(page.text[0].value)


def keys(page: AppTest) -> Sequence[str]:
    """Return the keys of the uploads, by which the browser names them."""
    return remembered(page).known_uploads


def names(page: AppTest) -> list[str]:
    """Return the names of the uploads."""
    return [str(one.value) for one in page.text[1:]]


def event(page: AppTest, name: str, key: str) -> AppTest:
    """Do what an event of the list of uploads does."""
    tell(page, widget_keys.UPLOADS_LIST, {name: key})
    _again(page)
    return page.button(key=f"do-{name}").click().run()


def click(page: AppTest, table: str, row: int | None) -> AppTest:
    """Do what a click on a row of a table does; without a row, a click that takes the selection back."""
    tell(page, table, {"selection": {"cells": [] if row is None else [(row, "file")]}})
    _again(page)
    return page.button(key=f"do-{table}").click().run()


def _again(page: AppTest) -> None:
    """Let the uploads stay: AppTest forgets them after a run."""
    left = [one for one in widget(page, widget_keys.UPLOADS) if not one.closed]
    page.file_uploader(key="uploads")._files = [(one.file_id, one.name, one.getvalue(), one.type) for one in left]


@pytest.mark.parametrize("place", range(4))
def test_a_click_in_the_list_opens_the_upload_that_was_clicked(four: AppTest, place: int) -> None:
    event(four, "open", keys(four)[place])
    assert looked_at(four) == NAMES[place]
    event(four, "open", keys(four)[3 - place])
    assert looked_at(four) == NAMES[3 - place]


def test_a_click_on_an_upload_that_is_gone_changes_nothing(four: AppTest) -> None:
    event(four, "open", keys(four)[2])
    event(four, "open", "of another session")
    assert looked_at(four) == NAMES[2]


def test_a_click_in_the_list_leaves_a_sample(four: AppTest) -> None:
    look_at(four, sample="foot")
    event(four, "open", keys(four)[1])
    assert looked_at(four) == NAMES[1]


@pytest.mark.parametrize("removed", range(4))
@pytest.mark.parametrize("place", range(4))
def test_removing_an_upload_keeps_the_one_that_is_looked_at_or_takes_the_next(
    four: AppTest, place: int, removed: int
) -> None:
    event(four, "open", keys(four)[place])
    event(four, "remove", keys(four)[removed])
    left = [name for number, name in enumerate(NAMES) if number != removed]
    assert names(four) == left
    # What takes its place is the next one; of the last one, the one before.
    assert looked_at(four) == (NAMES[place] if place != removed else left[min(place, 2)])


def test_removing_one_after_the_other_ends_at_a_sample(four: AppTest) -> None:
    event(four, "open", keys(four)[2])
    for expected in ("film3.png", "film1.png", "film0.png", "hand.png"):
        place = remembered(four).file
        assert place is not None
        event(four, "remove", keys(four)[place])
        assert looked_at(four) == expected


def test_removing_an_upload_while_a_sample_is_looked_at_stays_there(four: AppTest) -> None:
    look_at(four, sample="foot")
    event(four, "remove", keys(four)[0])
    assert looked_at(four) == "foot.png"


def test_removing_all_goes_back_to_the_sample(four: AppTest) -> None:
    event(four, "open", keys(four)[3])
    _again(four)
    four.button(key="do-clear").click().run()
    assert (looked_at(four), names(four)) == ("hand.png", [])


def test_removing_a_member_of_a_zip_file_keeps_the_one_that_is_looked_at(page: AppTest) -> None:
    upload(page, ("one.png", film(9)), ("study.zip", archive({f"{k}.png": film(k) for k in range(3)})))
    assert names(page) == ["one.png", "0.png", "1.png", "2.png"]
    event(page, "open", keys(page)[3])
    event(page, "remove", keys(page)[1])
    assert names(page) == ["one.png", "1.png", "2.png"]
    assert looked_at(page) == "2.png"
    event(page, "remove", keys(page)[0])
    assert looked_at(page) == "2.png"
    event(page, "remove", keys(page)[1])
    assert looked_at(page) == "1.png"


def test_files_that_are_added_are_looked_at_from_the_first_new_one(four: AppTest) -> None:
    event(four, "open", keys(four)[2])
    drop(four, ("later.png", film(7)), ("last.png", film(8)))
    assert looked_at(four) == "later.png"


@pytest.mark.parametrize("row", range(4))
def test_a_click_on_a_worklists_row_opens_its_upload_in_the_order_that_is_shown(four: AppTest, row: int) -> None:
    remembered(four).listed_places = ((2, 0, 3, 1), True)
    click(four, "worklist", row)
    assert looked_at(four) == NAMES[[2, 0, 3, 1][row]]
    assert remembered(four).is_image_opened


@pytest.mark.parametrize("row", range(3))
def test_a_click_on_a_worklists_sample_opens_that_sample(four: AppTest, row: int) -> None:
    remembered(four).listed_places = ((4, 0, 2), False)
    click(four, "worklist", row)
    assert looked_at(four) == ("foot.png", "chest_frontal.png", "hip.png")[row]


@pytest.mark.parametrize("row", range(4))
def test_a_click_on_a_comparisons_row_opens_its_upload_in_the_order_that_is_shown(four: AppTest, row: int) -> None:
    remembered(four).compared_places = (3, 1, 0, 2)
    click(four, "comparison", row)
    assert looked_at(four) == NAMES[[3, 1, 0, 2][row]]


def test_a_click_that_takes_the_selection_back_opens_nothing(four: AppTest) -> None:
    event(four, "open", keys(four)[1])
    remembered(four).is_image_opened = False
    remembered(four).listed_places, remembered(four).compared_places = ((2, 0, 3, 1), True), (3, 1, 0, 2)
    for table in ("worklist", "comparison"):
        click(four, table, None)
        assert looked_at(four) == NAMES[1]
    assert not remembered(four).is_image_opened
