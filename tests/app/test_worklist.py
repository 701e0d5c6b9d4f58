from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from camdash.app.films.files import Film
from camdash.app.results import analysing as rows
from camdash.app.session.state import session
from camdash.app.worklist.table import as_shown
from camdash.evidence.worklist import Order
from camdash.rendering.wording.answers import percent
from tests.app.test_familiar import give_check
from tests.app.test_page import analysed, film, texts, upload
from tests.support.state import look_at, remembered


def shown() -> None:
    import streamlit as st

    from camdash.app.pages import open_chosen
    from camdash.app.sidebar import controls
    from camdash.app.worklist.page import worklist_page

    def first_page() -> None:
        st.write("The first page")

    def listed() -> None:
        open_chosen(shared, first)
        worklist_page(shared)

    first = st.Page(first_page, url_path="first")
    chosen = st.navigation([st.Page(listed, default=True), first])
    shared = controls()
    chosen.run()


@pytest.fixture
def worklist(checkpoints: Path, passes: list[tuple[int, ...]]) -> Iterator[AppTest]:
    """The worklist, nothing uploaded."""
    st.cache_resource.clear()
    yield AppTest.from_function(shown, default_timeout=60).run()
    st.cache_resource.clear()


def films(count: int) -> list[tuple[str, bytes]]:
    return [(f"film{k}.png", film(k)) for k in range(count)]


def table(page: AppTest) -> Any:
    return page.dataframe[-1].value


def click_row(page: AppTest, row: int) -> AppTest:
    """Do what a click on a row does: AppTest has no selections."""
    places, are_uploads = remembered(page).listed_places
    assert are_uploads
    look_at(page, file=places[row])
    remembered(page).is_image_opened = True
    return page.run()


def test_without_uploads_it_says_so_and_offers_the_samples(worklist: AppTest, passes: list[tuple[int, ...]]) -> None:
    assert not worklist.exception
    assert "No radiographs yet" in worklist.info[0].value
    assert analysed(passes) == 0
    worklist.button(key="list-samples").click().run()
    assert not worklist.exception
    assert list(table(worklist)["file"]) == [
        f"{name}.png" for name in ("chest_frontal", "chest_lateral", "hip", "hand", "foot")
    ]
    assert analysed(passes) == 5


def test_every_upload_has_a_row_with_picture_answer_margin_and_evidence(
    worklist: AppTest, passes: list[tuple[int, ...]]
) -> None:
    upload(worklist, *films(6), ("bad.png", b"dear sir"))
    assert not worklist.exception
    found = table(worklist)
    assert list(found.columns) == [
        *("picture", "file", "predicted", "probability", "runner-up", "margin", "evidence", "familiar"),
    ]
    assert list(found["file"]) == [*(f"film{k}.png" for k in range(6)), "bad.png"]
    assert found["predicted"].iloc[-1].startswith("not read: This is not an image")
    assert found["picture"].iloc[0].startswith("data:image/jpeg;base64,")
    assert (found["margin"][:6] >= 0).all()
    assert analysed(passes) == 6
    assert "7 radiographs: " in texts(worklist)
    assert "Mean map of each predicted class" in texts(worklist)


def test_nothing_is_analysed_twice_and_no_radiograph_is_kept(worklist: AppTest, passes: list[tuple[int, ...]]) -> None:
    upload(worklist, *films(5))
    worklist.run()
    upload(worklist, *films(6))
    assert analysed(passes) == 6
    squares = [row.square for row in remembered(worklist).analysing.rows.values()]
    assert {square is not None and square.size for square in squares} == {rows.SQUARE**2}


def test_another_checkpoint_fills_the_list_anew_and_coming_back_costs_no_pass(
    worklist: AppTest, passes: list[tuple[int, ...]]
) -> None:
    upload(worklist, *films(3))
    first, second = worklist.selectbox(key="checkpoint").options
    worklist.selectbox(key="checkpoint").select(second).run()
    assert analysed(passes) == 6
    worklist.selectbox(key="checkpoint").select(first).run()
    assert not worklist.exception
    assert analysed(passes) == 6
    assert len(table(worklist)) == 3


def test_the_list_is_sorted_and_the_arrows_follow(worklist: AppTest) -> None:
    upload(worklist, *films(5))
    worklist.selectbox(key="worklist_order").select(Order.MARGIN).run()
    margins = list(table(worklist)["margin"])
    assert margins == sorted(margins)
    order = [f"film{place}.png" for place in remembered(worklist).listed_order[1]]
    assert order == list(table(worklist)["file"])


def test_a_margin_and_a_class_narrow_the_list(worklist: AppTest) -> None:
    upload(worklist, *films(5))
    middle = float(sorted(table(worklist)["margin"])[2])
    worklist.number_input(key="worklist_below").set_value(middle).run()
    assert (table(worklist)["margin"] < middle).all()
    assert " listed" in texts(worklist)
    worklist.number_input(key="worklist_below").set_value(None).run()
    name = table(worklist)["predicted"].iloc[0]
    worklist.multiselect(key="worklist_classes").select(name).run()
    assert set(table(worklist)["predicted"]) == {name}


def test_a_row_is_opened_by_a_link_to_the_first_page(worklist: AppTest, passes: list[tuple[int, ...]]) -> None:
    upload(worklist, *films(3))
    click_row(worklist, 1)
    assert not worklist.exception
    (link,) = worklist.get("page_link")
    assert link.proto.label.replace("\\", "") == "Open film1.png"
    assert len(worklist.dataframe) == 0
    worklist.run()
    assert len(table(worklist)) == 3
    assert analysed(passes) == 3


def test_stopping_keeps_what_is_done_and_going_on_does_the_rest(
    worklist: AppTest, monkeypatch: pytest.MonkeyPatch, passes: list[tuple[int, ...]]
) -> None:
    original = rows._row
    seen: list[str] = []

    def stopped_after_two(film: Film, *found: Any) -> Any:
        if len(seen) == 2:
            # What a click on Stop does: its callback, then the page anew.
            session().analysing.stop()
            st.rerun()
        seen.append(film.name)
        return original(film, *found)

    monkeypatch.setattr(rows, "_row", stopped_after_two)
    upload(worklist, *films(12))
    assert "Stopped: 2 of 12 radiographs are analysed" in texts(worklist)
    assert list(table(worklist)["file"]) == ["film0.png", "film1.png"]
    stopped = analysed(passes)
    assert stopped < 12
    monkeypatch.setattr(rows, "_row", original)
    worklist.button(key="worklist-go-on").click().run()
    assert not worklist.exception
    assert len(table(worklist)) == 12
    assert analysed(passes) == 12


def test_taking_a_file_away_takes_it_out_of_the_means(worklist: AppTest) -> None:
    upload(worklist, *films(4))
    whole = means(worklist)
    upload(worklist, *films(1))
    alone = means(worklist)
    assert sum(whole.values()) == 4
    assert sum(alone.values()) == 1


def test_a_run_that_was_replaced_cannot_add_to_the_means_of_the_next(worklist: AppTest) -> None:
    upload(worklist, *films(2))
    of_this_run = remembered(worklist).summed[2]
    upload(worklist, *films(4))
    assert sum(one.count for one in of_this_run.means()) == 2
    assert sum(means(worklist).values()) == 4


def means(page: AppTest) -> dict[str, int]:
    """Return the number of radiographs in each class's mean."""
    return {one.name: one.count for one in remembered(page).summed[2].means()}


@pytest.mark.parametrize("names", [("film.png", "film.png"), ("film.png", "copy.png"), ("a.png", "study/a.png")])
def test_a_radiograph_that_was_uploaded_twice_is_counted_once_everywhere(
    worklist: AppTest, names: tuple[str, str]
) -> None:
    upload(worklist, (names[0], film(1)), ("other.png", film(2)), (names[1], film(1)))
    assert len(table(worklist)) == 3
    said = texts(worklist)
    assert "2 radiographs in 3 files: " in said
    counted = said.partition("2 radiographs in 3 files: ")[2].partition(".")[0].replace("\\", "")
    assert sum(int(part.split()[0]) for part in counted.split(", ")) == 2
    assert sum(means(worklist).values()) == 2


def test_two_checkpoints_are_compared_in_the_list(worklist: AppTest) -> None:
    upload(worklist, *films(4), ("bad.png", b"dear sir"))
    worklist.selectbox(key="second").select_index(0).run()
    assert not worklist.exception
    found = table(worklist)
    assert list(found.columns[1:7]) == ["file", "predicted", "B predicted", "probability", "B probability", "answers"]
    assert list(found["B familiar"]) == [*["not checked"] * 4, ""]
    same = found["predicted"][:4] == found["B predicted"][:4]
    assert list(found["answers"]) == [*("same" if one else "differ" for one in same), ""]
    said = texts(worklist).replace("\\", "")
    assert "Mean map of each class that A predicts (A is first)" in said
    assert f"A is first, B is second; they differ on {4 - sum(same)} of 5 radiographs." in said
    worklist.checkbox(key="worklist_flips").check().run()
    assert list(table(worklist)["answers"]) == ["differ"] * (4 - sum(same))


def test_what_only_the_second_finds_unlike_its_training_images_is_listed_on_request(
    checkpoints: Path, worklist: AppTest
) -> None:
    give_check(checkpoints / "first.safetensors", 2.0)
    give_check(checkpoints / "second.safetensors", 0.0)
    upload(worklist, *films(3))
    worklist.checkbox(key="worklist_unlike").check().run()
    assert len(table(worklist)) == 0
    worklist.selectbox(key="second").select_index(0).run()
    assert not worklist.exception
    found = table(worklist)
    assert [list(found[column]) for column in ("familiar", "B familiar")] == [["yes"] * 3, ["no"] * 3]


def test_probabilities_are_written_as_everywhere_and_sorted_as_numbers() -> None:
    written = as_shown({"probability": [0.9995, 0.5, 0.00001, None], "file": ["a", "b", "c", "d"]}, 22)
    shown = written.to_html()
    assert [share for share in map(percent, (0.9995, 0.5, 0.00001)) if share not in shown] == []
    assert list(written.data["probability"][:3]) == pytest.approx([0.9995, 0.5, 0.00001])


def test_a_long_name_in_a_table_keeps_both_ends_and_is_whole_in_its_data() -> None:
    name = "PATIENT_0001_ANONYMISED_2024_CHEST_LATERAL.dcm"
    written = as_shown({"file": [name, "hand.png"], "probability": [0.9, 0.8]}, 22)
    shown = written.to_html()
    assert "PATIENT_00…LATERAL.dcm" in shown
    assert name not in shown
    assert "hand.png" in shown
    assert list(written.data["file"]) == [name, "hand.png"]
