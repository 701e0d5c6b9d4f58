import json
import re
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from camdash.app.compare import table as comparison_table
from camdash.app.films import caches
from camdash.app.films.files import Film
from camdash.app.results import jobs
from camdash.app.session.state import session
from camdash.errors import CheckpointError
from camdash.evidence.analysis import Analysis
from camdash.networks.loaded import LoadedCheckpoint
from camdash.running.pipeline import Decoded, Pace, Run, runner
from camdash.running.progress import progress_words
from camdash.running.task import Progress
from tests.app.test_page import analysed, film, texts, upload
from tests.conftest import card_fields, save_state_dict
from tests.support.state import remembered, tell_settings


@pytest.fixture
def comparing(page: AppTest, passes: list[tuple[int, ...]]) -> AppTest:
    """The page with the second checkpoint beside the first."""
    page.run()
    return compare_with(page, 0)


def compare_with(page: AppTest, index: int) -> AppTest:
    box = page.selectbox(key="second")
    return box.select(box.options[index]).run()


def chosen(page: AppTest, key: str) -> str:
    value: Any = page.selectbox(key=key).value
    return str(value.name)


def viewer_bytes(page: AppTest) -> bytes:
    """What the viewer was given."""
    components = [one.proto for one in page.get("bidi_component")]
    return next(bytes(one.bytes) for one in components if one.component_name.endswith("viewer"))


def header(page: AppTest) -> dict[str, Any]:
    """The header of what the viewer was given."""
    blob = viewer_bytes(page)
    found: dict[str, Any] = json.loads(blob[4 : 4 + int.from_bytes(blob[:4], "little")])
    return found


def test_without_a_second_checkpoint_nothing_is_compared(page: AppTest, passes: list[tuple[int, ...]]) -> None:
    page.run()
    assert page.selectbox(key="second").value is None
    assert [option.split(" · ")[0] for option in page.selectbox(key="second").options] == ["second"]
    assert analysed(passes) == 1
    assert "answers differ" not in texts(page)
    assert "same answer" not in texts(page)


def test_both_answers_and_whether_they_flip_are_said(comparing: AppTest) -> None:
    assert not comparing.exception
    shown = texts(comparing)
    assert "A · :gray[first]" in shown
    assert "B · :gray[second]" in shown
    assert "Both give the same answer" in shown or "A says " in shown
    assert "correlation" in shown


def test_bars_of_both_stand_in_one_chart(comparing: AppTest) -> None:
    first, second = json.loads(comparing.get("plotly_chart")[0].proto.spec)["data"]
    assert (first["name"], second["name"]) == ("A · first", "B · second")
    assert first["y"][4:] == ["Part 4", "Part 5 (only B)", "Part 6 (only B)"]


def test_the_viewer_has_two_rows_and_the_difference_on_shared_scales(comparing: AppTest) -> None:
    sources = header(comparing)["sources"]
    assert [one["label"].split(" · ")[0] for one in sources] == ["A", "B", "B − A"]
    limits = {
        one["scales"]["evidence"]["evidence"]["high"]
        for source in sources
        for one in source["maps"]
        if "evidence" in one["scales"]
    }
    assert len(limits) == 1


def test_classes_that_only_one_knows_are_said(comparing: AppTest) -> None:
    assert "Only B knows Part 5, Part 6" in texts(comparing)


def test_switching_between_two_analysed_checkpoints_takes_no_pass(
    comparing: AppTest, passes: list[tuple[int, ...]]
) -> None:
    before = len(passes)
    first, second = comparing.selectbox(key="checkpoint").options
    for name in (second, first, second):
        comparing.selectbox(key="checkpoint").select(name).run()
        compare_with(comparing, 0)
        assert not comparing.exception
    assert len(passes) == before
    assert analysed(passes) == 2


def test_choosing_the_second_checkpoint_as_the_first_exchanges_them(
    comparing: AppTest, passes: list[tuple[int, ...]]
) -> None:
    before = len(passes)
    second = comparing.selectbox(key="checkpoint").options[1]
    comparing.selectbox(key="checkpoint").select(second).run()
    assert not comparing.exception
    assert (chosen(comparing, "checkpoint"), chosen(comparing, "second")) == ("second", "first")
    assert "A · :gray[second]" in texts(comparing)
    assert len(passes) == before


def test_the_dropdown_says_name_architecture_classes_size_and_date(page: AppTest) -> None:
    options = page.run().selectbox(key="checkpoint").options
    today = date.today().isoformat()
    assert options[0] == f"first · resnet18 · 5 classes · 64 x 96 · file of {today}"


def test_the_end_of_a_comparison_takes_the_difference_out_of_the_address_before_the_browser_tells(
    page: AppTest,
) -> None:
    page.query_params.update({"with": "second", "view": "difference", "class": "Part 6"})
    page.run()
    assert page.query_params["view"] == "difference"
    page.selectbox(key="second").set_value(None).run()
    assert set(page.query_params) & {"with", "view", "class"} == set()


def test_each_difference_can_be_downloaded(comparing: AppTest) -> None:
    names = [one.proto.label for one in comparing.get("download_button")]
    assert "**B − A** · difference" in texts(comparing)
    assert names.count("Part 0") == 3
    assert names.count("Part 6") == 1


def test_a_second_checkpoint_that_cannot_be_loaded_is_said_and_the_first_is_shown(
    checkpoints: Path, page: AppTest
) -> None:
    save_state_dict(checkpoints / "wrong.pth")
    fields = card_fields(class_names=["Part 0", "Part 1"])
    (checkpoints / "wrong.json").write_text(json.dumps(fields))
    page.run()
    compare_with(page, 1)
    assert not page.exception
    assert "There is nothing to compare with" in texts(page)
    assert len(header(page)["sources"]) == 1


def test_all_uploads_are_listed_with_both_answers(comparing: AppTest, passes: list[tuple[int, ...]]) -> None:
    upload(comparing, *((f"film{k}.png", film(k)) for k in range(3)), ("bad.png", b"dear sir"))
    assert not comparing.exception
    table = comparing.dataframe[-1].value
    assert list(table.columns) == [
        *("picture", "file", "A", "B", "p of A", "p of B", "answers", "agreement"),
    ]
    assert sorted(table["file"]) == ["bad.png", "film0.png", "film1.png", "film2.png"]
    assert table["answers"].iloc[-1] == "not read"
    assert sorted(table["answers"][:3]) == list(table["answers"][:3])  # "differ" stands before "same"
    assert table["picture"].iloc[0].startswith("data:image/jpeg;base64,")
    assert "of 3 answers differ" in texts(comparing)
    assert analysed(passes) == 2 + 2 * 3


def test_each_row_knows_the_upload_that_it_opens(comparing: AppTest) -> None:
    upload(comparing, *((f"film{k}.png", film(k)) for k in range(3)))
    listed = list(comparing.dataframe[-1].value["file"])
    assert [f"film{place}.png" for place in remembered(comparing).compared_places] == listed


def test_stopping_keeps_what_is_done_and_going_on_does_the_rest(
    comparing: AppTest, monkeypatch: pytest.MonkeyPatch, passes: list[tuple[int, ...]]
) -> None:
    original = comparison_table._row
    seen: list[str] = []

    def stopped_after_two(film: Film, *found: Any) -> Any:
        if len(seen) == 2:
            # What a click on Stop does: its callback, then the page anew.
            session().comparing.stop()
            st.rerun()
        seen.append(film.name)
        return original(film, *found)

    monkeypatch.setattr(comparison_table, "_row", stopped_after_two)
    upload(comparing, *((f"film{k}.png", film(k)) for k in range(4)))
    assert "Stopped: 2 of 4 radiographs are compared" in texts(comparing)
    assert list(comparing.dataframe[-1].value["file"].sort_values()) == ["film0.png", "film1.png"]
    monkeypatch.setattr(comparison_table, "_row", original)
    comparing.button(key="go-on").click().run()
    assert len(comparing.dataframe[-1].value) == 4
    assert analysed(passes) == 2 + 2 * 4


def test_uploads_are_compared_in_batches_and_the_time_that_is_left_is_said(
    comparing: AppTest, monkeypatch: pytest.MonkeyPatch, passes: list[tuple[int, ...]]
) -> None:
    said: list[str] = []

    def heard(progress: Progress) -> str:
        said.append(progress_words(progress))
        return said[-1]

    monkeypatch.setattr(jobs, "progress_words", heard)
    before = len(passes)
    upload(comparing, *((f"film{k}.png", film(k)) for k in range(9)))
    assert not comparing.exception
    assert len(comparing.dataframe[-1].value) == 9
    assert max(shape[0] for shape in passes[before:]) == Pace.on("cpu").batch
    assert said[0] == "0 of 9"
    assert re.fullmatch(r"8 of 9 · [\d.]+ a (second|minute) · \d+ s left", said[-2])


def test_one_film_on_which_the_second_checkpoint_fails_spoils_no_other(
    comparing: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(loaded: LoadedCheckpoint) -> Run[Analysis]:
        def run(batch: Sequence[Decoded]) -> Sequence[Analysis]:
            if loaded.checkpoint.name == "second" and any(one.item.name == "film2.png" for one in batch):
                raise CheckpointError("The logits are not finite.")
            return runner(loaded)(batch)

        return run

    monkeypatch.setattr(caches, "runner", failing)
    upload(comparing, *((f"film{k}.png", film(k)) for k in range(4)))
    assert not comparing.exception
    found = comparing.dataframe[-1].value
    assert list(found["file"])[-1] == "film2.png"
    assert list(found["answers"])[-1] == "not read"
    assert len(found) == 4
    refusals = remembered(comparing).refusals
    assert [(checkpoint and checkpoint.name, why) for (_, checkpoint), why in refusals.items()] == [
        ("second", "The logits are not finite.")
    ]


def test_the_address_carries_both_checkpoints_and_never_a_file(comparing: AppTest) -> None:
    upload(comparing, ("secret.png", film()))
    digest = sha256(film()).hexdigest()[:16]
    assert comparing.query_params == {"checkpoint": "first", "with": "second", "image": digest}


def test_a_link_reopens_the_comparison(page: AppTest, passes: list[tuple[int, ...]]) -> None:
    page.query_params.update({"checkpoint": "second", "with": "first", "class": "Part 6", "view": "difference"})
    page.run()
    assert chosen(page, "checkpoint") == "second"
    assert chosen(page, "second") == "first"
    assert header(page)["opening"]["mode"] == "difference"
    assert header(page)["opening"]["slot"] == "only-A-class-6"
    assert analysed(passes) == 2
    assert not page.warning


def test_a_link_to_what_is_not_here_is_said_once(page: AppTest) -> None:
    page.query_params.update({"checkpoint": "gone", "with": "second", "view": "upside-down"})
    page.run()
    assert not page.exception
    assert [("gone" in one.value, "upside" in one.value) for one in page.warning] == [(True, False), (False, True)]
    assert chosen(page, "second") == "second"
    page.run()
    assert not page.warning


def test_a_link_to_an_upload_that_is_not_here_says_that_a_sample_or_another_film_is_shown(page: AppTest) -> None:
    page.query_params.update({"image": "0123456789abcdef"})
    page.run()
    [said] = [one.value for one in page.warning]
    assert said.startswith("The radiograph below is a **sample, not the one of this link**")
    assert "0123456789abcdef" in said
    [said] = [one.value for one in upload(page, ("hand.png", film())).warning]
    assert said.startswith("The radiograph below is **not the one of this link**")


def test_class_and_view_follow_the_browser_into_the_address(comparing: AppTest) -> None:
    tell_settings(comparing, {"mode": "difference", "focus": "class-2"})
    comparing.run()
    assert comparing.query_params["view"] == "difference"
    assert comparing.query_params["class"] == "Part 2"
    tell_settings(comparing, {"mode": "evidence", "focus": ""})
    comparing.run()
    assert set(comparing.query_params) == {"checkpoint", "with", "sample"}
