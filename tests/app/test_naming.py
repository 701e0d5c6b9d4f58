"""The page Checkpoints offers to name the classes of a file without a card."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from camdash.app.checkpoints.card_permission import is_local
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.catalog.naming import named_card, write_card
from tests.app.test_checkpoints_page import report, words
from tests.conftest import random_network, save_state_dict
from tests.support.state import widget

__all__ = ["report"]

LOCAL = {"Host": "127.0.0.1:8501"}


@pytest.fixture
def bare(checkpoints: Path) -> Path:
    """The only checkpoint: a ResNet-18 of three classes without a card."""
    return only(checkpoints, "resnet18", 3)


def only(folder: Path, architecture: str, classes: int) -> Path:
    for path in folder.iterdir():
        path.unlink()
    return save_state_dict(folder / "bare.pth", random_network(architecture, classes).state_dict())


def fill(page: AppTest, *names: str) -> AppTest:
    for field, name in zip(page.text_input, names, strict=True):
        field.set_value(name)
    return submit(page)


def submit(page: AppTest) -> AppTest:
    (button,) = [one for one in page.button if "bare" in one.label or "card" in one.label]
    return button.click().run()


def card(path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(path.with_name("bare.json").read_text())
    return found


@pytest.fixture(autouse=True)
def permitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMDASH_WRITE_CARDS", "yes")


def test_names_that_were_given_stand_in_a_card_beside_the_file_and_the_list_is_read_anew(
    bare: Path, report: AppTest
) -> None:
    report.run()
    assert [one.label for one in report.text_input] == ["Class 0", "Class 1", "Class 2"]
    assert [one.value for one in report.text_input] == ["", "", ""]
    assert "everyone who uses this dashboard gets the names" in words(report)
    fill(report, "Skull", "Knee ", "Spine")
    assert not report.exception
    assert card(bare)["class_names"] == ["Skull", "Knee", "Spine"]
    assert "bare.json was written" in report.success[0].value.replace("\\", "")
    assert not report.text_input
    table = report.dataframe[0].value
    assert dict(zip(table["field"], table["from"], strict=True))["class_names"] == "bare.json"
    assert "Guessed: Input size is a guess." in words(report).replace("**", "")
    report.run()
    assert not report.success


def test_names_that_cannot_be_told_apart_are_refused_and_nothing_is_written(bare: Path, report: AppTest) -> None:
    fill(report.run(), "Skull", "skull", "Spine")
    assert not report.exception
    assert report.error[0].value.replace("\\", "").startswith("The class names must differ from each other")
    assert not bare.with_name("bare.json").exists()
    assert [one.value for one in report.text_input] == ["Skull", "skull", "Spine"]
    fill(report, "Skull", "Knee", "Spine")
    assert not report.error
    assert card(bare)["class_names"] == ["Skull", "Knee", "Spine"]


def test_the_users_own_network_has_its_guessed_names_filled_in(checkpoints: Path, report: AppTest) -> None:
    path = only(checkpoints, "resnet34", 5)
    report.run()
    assert "class names not known" in report.expander[0].label
    assert [one.value for one in report.text_input] == ["Chest frontal", "Chest lateral", "Hip", "Hand", "Foot"]
    submit(report)
    assert card(path)["class_names"] == ["Chest frontal", "Chest lateral", "Hip", "Hand", "Foot"]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_many_classes_are_named_a_line_each(checkpoints: Path, report: AppTest, ends: str) -> None:
    path = only(checkpoints, "resnet18", 14)
    report.run()
    assert not report.text_input
    assert report.text_area[0].label == "14 names, one a line"
    names = [f"Finding {k}" for k in range(14)]
    report.text_area[0].set_value(ends.join([*names[:13], ""]))
    submit(report)
    assert report.error[0].value.replace("\\", "").startswith("There are 13 names for 14 classes")
    report.text_area[0].set_value(ends.join([*names, ""]))
    submit(report)
    assert card(path)["class_names"] == names


def test_a_card_that_came_in_the_meantime_is_not_overwritten(bare: Path, report: AppTest) -> None:
    report.run()
    bare.with_name("bare.json").write_text("{}")
    fill(report, "Skull", "Knee", "Spine")
    assert not report.exception
    assert card(bare) == {}


def test_what_the_disk_refuses_is_said_and_the_card_can_be_downloaded(checkpoints: Path, report: AppTest) -> None:
    path = only(checkpoints, "resnet18", 3)
    path.rename(path.with_name("bare" + "x" * 247 + ".pth"))
    fill(report.run(), "Skull", "Knee", "Spine")
    assert not report.exception
    assert "File name too long" in report.error[0].value
    assert len(report.get("download_button")) == 1


def test_without_permission_the_card_is_handed_out_and_nothing_is_written(
    bare: Path, report: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMDASH_WRITE_CARDS", "no")
    report.run()
    assert "put the card bare.json into" in words(report)
    assert not report.get("download_button")
    fill(report, "Skull", "Knee", "Spine")
    assert not report.exception
    assert [path.name for path in bare.parent.iterdir()] == ["bare.pth"]
    assert report.get("download_button")[0].proto.label == "Download bare\\.json"


def test_a_permission_that_was_taken_away_in_the_meantime_counts(
    bare: Path, report: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    report.run()
    monkeypatch.setenv("CAMDASH_WRITE_CARDS", "no")
    fill(report, "Skull", "Knee", "Spine")
    assert [path.name for path in bare.parent.iterdir()] == ["bare.pth"]


def test_a_setting_that_makes_no_sense_is_said(bare: Path, report: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMDASH_WRITE_CARDS", "perhaps")
    report.run()
    assert not report.exception
    assert "CAMDASH_WRITE_CARDS is 'perhaps'" in report.error[0].value.replace("\\", "")


def test_copies_of_a_file_have_a_form_each(bare: Path, report: AppTest) -> None:
    (bare.parent / "copy.pth").write_bytes(bare.read_bytes())
    report.run()
    assert not report.exception
    assert len(report.text_input) == 6


def test_a_checkpoint_with_a_card_has_no_form(checkpoints: Path, report: AppTest) -> None:
    report.run()
    assert len(report.expander) == 2
    assert not report.text_input
    assert "not known" not in " ".join(one.label for one in report.expander)


def test_the_dropdown_keeps_the_checkpoint_that_was_named_elsewhere(checkpoints: Path, page: AppTest) -> None:
    path = save_state_dict(checkpoints / "zz.pth", random_network("resnet18", 3).state_dict())
    page.run()
    page.selectbox(key="checkpoint").select_index(2).run()
    before = describe(entry_of(path))
    write_card(before, named_card(before.card, ["Skull", "Knee", "Spine"]))
    page.run()
    assert not page.exception
    assert widget(page, "checkpoint").card.class_names == ("Skull", "Knee", "Spine")


@pytest.mark.parametrize(
    ("address", "headers", "local"),
    [
        ("127.0.0.1", LOCAL, True),
        ("localhost", {"host": "localhost:8501"}, True),
        ("::1", {"Host": "[::1]:8501"}, True),
        ("127.0.0.1", {"Host": "localhost"}, True),
        (None, LOCAL, False),
        ("", LOCAL, False),
        ("0.0.0.0", LOCAL, False),
        ("192.168.1.5", {"Host": "192.168.1.5:8501"}, False),
        ("127.0.0.1", {"Host": "xray.example.org"}, False),
        ("127.0.0.1", {"Host": "127.0.0.1.example.org:80"}, False),
        ("127.0.0.1", LOCAL | {"X-Forwarded-For": "203.0.113.7"}, False),
        ("127.0.0.1", LOCAL | {"forwarded": "for=203.0.113.7"}, False),
        ("127.0.0.1", LOCAL | {"Via": "1.1 proxy"}, False),
    ],
)
def test_only_who_sits_at_a_server_that_listens_to_its_own_machine_may_write_by_default(
    address: str | None, headers: dict[str, str], local: bool
) -> None:
    assert is_local(address, headers) is local
