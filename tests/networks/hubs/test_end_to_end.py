"""A folder of a hub goes through the command line, the front door and the page as any checkpoint does."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import camdash
from camdash.command_line.main import main
from camdash.networks.catalog import checkpoints as catalog
from camdash.settings import FOLDERS_VARIABLE
from tests.command_line.conftest import json_lines
from tests.conftest import image_bytes, speckle
from tests.networks.hubs.originals import NAMES, saved_folder
from tests.networks.hubs.test_huggingface import PROCESSOR, resnet


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of checkpoints in which lies one of Hugging Face's."""
    place = tmp_path_factory.mktemp("checkpoints")
    saved_folder(resnet(problem_type="single_label_classification"), place / "hub-resnet", PROCESSOR)
    return place


@pytest.fixture
def film(tmp_path: Path) -> Path:
    (tmp_path / "hand.png").write_bytes(image_bytes(speckle(120, 150)))
    return tmp_path / "hand.png"


def test_the_command_line_explains_with_it(folders: Path, film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--json", "--verify", "--checkpoint", str(folders / "hub-resnet"), str(film)]) == 0
    (row,) = json_lines(capsys.readouterr().out)
    assert (row["checkpoint"], row["output"], list(row["probabilities"])) == ("hub-resnet", "softmax", list(NAMES))
    loaded = camdash.load_checkpoint(folders / "hub-resnet")
    found = camdash.explain(film, loaded)
    assert list(row["logits"].values()) == pytest.approx(found.prediction.logits.tolist(), abs=1e-4)
    assert row["checkpoint_sha256"] == loaded.checkpoint.sha256


def shown() -> None:
    from camdash.app.checkpoints.page import checkpoints_page

    checkpoints_page()


def test_the_page_of_checkpoints_lists_it(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "SHIPPED", folders)
    monkeypatch.delenv(FOLDERS_VARIABLE, raising=False)
    st.cache_resource.clear()
    page = AppTest.from_function(shown, default_timeout=60).run()
    assert not page.exception
    assert [one.label.replace("\\", "") for one in page.expander] == ["**hub-resnet** can be used"]
    words = " ".join(one.value for one in page.markdown).replace("\\", "")
    assert "names brought from Hugging Face's to torchvision's" in words
    assert "a folder of Hugging Face, model.safetensors" in words
