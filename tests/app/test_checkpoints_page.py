from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.conftest import save_state_dict


def shown() -> None:
    from camdash.app.checkpoints.page import checkpoints_page

    checkpoints_page()


@pytest.fixture
def report(checkpoints: Path) -> AppTest:
    st.cache_resource.clear()
    return AppTest.from_function(shown, default_timeout=60)


def words(page: AppTest) -> str:
    return " ".join(one.value for one in [*page.markdown, *page.error, *page.info, *page.caption]).replace("\\", "")


def test_each_file_is_listed_with_what_was_recognised_and_its_check(report: AppTest) -> None:
    report.run()
    assert not report.exception
    assert [one.label.replace("\\", "").split("**")[1] for one in report.expander] == [
        "first.safetensors",
        "second.safetensors",
    ]
    assert "resnet18" in words(report)
    assert "evidence + bias meets the logits of the network that camdash rebuilt from the weights" in words(report)
    assert "original" not in words(report)
    assert "do not tell strides, dilation, padding, pooling" in words(report)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CAMDASH_DEVICE", "moon"),
        ("CAMDASH_DEVICE", "privateuseone"),
        ("CAMDASH_CHECKPOINTS_AT_ONCE", "none"),
        ("CAMDASH_CHECKPOINTS_AT_ONCE", "9" * 50),
        ("CAMDASH_ENGINE", "steam"),
    ],
)
def test_a_setting_that_makes_no_sense_is_said(
    report: AppTest, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    report.run()
    assert not report.exception
    assert value in report.error[0].value


def test_a_folder_of_the_path_list_that_cannot_be_read_is_said_and_the_others_are_listed(
    report: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMDASH_CHECKPOINTS", str(tmp_path / "gone"))
    report.run()
    assert not report.exception
    assert "CAMDASH_CHECKPOINTS names" in report.warning[0].value.replace("\\", "")
    assert len(report.expander) == 2


def test_a_file_that_fails_is_listed_with_its_sentence_and_breaks_nothing(checkpoints: Path, report: AppTest) -> None:
    (checkpoints / "empty.pth").write_bytes(b"")
    (checkpoints / "picture.pt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    report.run()
    assert not report.exception
    assert len(report.expander) == 4
    assert len(report.error) == 2
    assert "empty" in report.error[0].value


def test_a_broken_file_is_named_once_in_the_sidebar(checkpoints: Path, page: AppTest) -> None:
    (checkpoints / "picture.pth").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    page.run()
    (said,) = [one.value for one in page.sidebar.warning]
    assert said.count("picture") == 1


def test_the_card_of_a_file_that_cannot_be_used_says_nothing_of_a_familiarity_check(
    checkpoints: Path, report: AppTest
) -> None:
    (checkpoints / "empty.pth").write_bytes(b"")
    report.run()
    facts = {one.label: " ".join(text.value for text in one.markdown) for one in report.expander}
    assert ["Familiarity check" in text for label, text in facts.items() if "empty" in label] == [False]
    assert all("Familiarity check" in text for label, text in facts.items() if "empty" not in label)


def test_the_fields_of_a_card_say_where_they_came_from(checkpoints: Path, report: AppTest) -> None:
    for path in checkpoints.iterdir():
        path.unlink()
    save_state_dict(checkpoints / "bare.pth")
    report.run()
    table = report.dataframe[0].value
    assert dict(zip(table["field"], table["from"], strict=True))["architecture"] == "assumed"


def test_a_file_with_pickled_code_comes_with_the_recipe_that_converts_it(checkpoints: Path, report: AppTest) -> None:
    save_state_dict(checkpoints / "code.pth", {"run": print})
    report.run()
    assert "torch" in report.code[0].value
