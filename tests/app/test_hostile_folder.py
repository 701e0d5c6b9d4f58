"""The page over a folder where everything lies that could do it harm, beside one good checkpoint."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from camdash.networks.catalog import checkpoints as catalog
from tests.app.test_checkpoints_page import shown, words
from tests.app.test_comparing import chosen
from tests.app.test_page import texts
from tests.conftest import save_checkpoint
from tests.networks.hostile import CASES

CHOSEN = [case for number, case in enumerate(CASES) if case.name.startswith(("place", "name")) or number % 4 == 0]
"""More than a quarter of them; the rest differs in what is read, not in what is drawn."""

REFUSED = [case for case in CHOSEN if case.sentence is not None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("hostile")
    for case in CHOSEN:
        case.write(made / case.name)
    save_checkpoint(made, "zz-good")
    return made


@pytest.fixture
def hostile(folder: Path, page: AppTest, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setattr(catalog, "SHIPPED", folder)
    page.default_timeout = 300
    yield page
    st.cache_resource.clear()


def test_the_folder_holds_forty_hostile_files_and_more() -> None:
    assert len(REFUSED) > 40


def test_the_page_draws_an_answer_and_names_the_others_in_one_line(hostile: AppTest) -> None:
    hostile.run()
    assert not hostile.exception
    assert len(hostile.get("plotly_chart")) == 1
    said = [one.value for one in hostile.sidebar.warning]
    assert len(said) == 1
    assert "files cannot be used as checkpoints. The page *Checkpoints* says why" in said[0]


def test_the_good_checkpoint_answers_when_it_is_chosen(hostile: AppTest) -> None:
    hostile.run()
    box = hostile.selectbox(key="checkpoint")
    box.select(next(option for option in box.options if option.startswith("zz-good"))).run()
    assert not hostile.exception
    assert any(one.value.startswith("### Part ") for one in hostile.markdown)
    assert not hostile.error


def test_the_page_of_checkpoints_draws_every_verdict(folder: Path, hostile: AppTest) -> None:
    report = AppTest.from_function(shown, default_timeout=600).run()
    assert not report.exception
    assert len(report.expander) == len(CHOSEN) + 1
    assert len(report.error) == len(REFUSED)
    assert "zz-good.safetensors" in " ".join(one.label.replace("\\", "") for one in report.expander)
    words(report).encode("utf-8")


def test_a_checkpoint_that_fails_to_load_gives_way_where_nobody_chose_it(checkpoints: Path, page: AppTest) -> None:
    for name in ("a-nan.pth", "b-whole-numbers.pth"):
        next(case for case in CASES if case.name == f"tensor-{name[2:]}").write(checkpoints / name)
    page.run()
    assert not page.exception
    assert chosen(page, "checkpoint") == "first"
    assert len(page.get("plotly_chart")) == 1
    assert "2 files cannot be used" in page.sidebar.warning[0].value


def test_a_checkpoint_that_fails_to_load_stays_where_it_was_chosen(checkpoints: Path, page: AppTest) -> None:
    next(case for case in CASES if case.name == "tensor-nan.pth").write(checkpoints / "z-nan.pth")
    page.run()
    box = page.selectbox(key="checkpoint")
    box.select(next(option for option in box.options if option.startswith("z-nan"))).run()
    assert not page.exception
    assert chosen(page, "checkpoint") == "z-nan"
    assert "not finite numbers" in texts(page)
    page.run()
    assert chosen(page, "checkpoint") == "z-nan"


def test_five_thousand_junk_files_are_one_line(checkpoints: Path, page: AppTest) -> None:
    for number in range(5000):
        (checkpoints / f"junk{number}{('.pth', '.pt', '.safetensors', '.txt')[number % 4]}").write_bytes(b"junk")
    page.run()
    assert not page.exception
    assert [one.value for one in page.sidebar.warning] == [
        "3750 files cannot be used as checkpoints. The page *Checkpoints* says why."
    ]
    assert len(page.selectbox(key="checkpoint").options) == 2
    report = AppTest.from_function(shown, default_timeout=600).run()
    assert not report.exception
    assert "more files cannot be used" in report.warning[0].value
    assert "first.safetensors" in " ".join(one.label.replace("\\", "") for one in report.expander)
