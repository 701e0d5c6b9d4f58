"""Everything on the page is said in its language: in a pseudo-language no English is left."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from camdash.app import component, language
from tests.app.test_page import film, upload
from tests.app.test_worklist import shown as worklist_page
from tests.conftest import card_fields, save_state_dict
from tests.support.pseudo import Pseudo, english, shown

NAMES = {
    *("torchvision", "timm"),  # libraries
    *(f"Part {k}" for k in range(8)),
    *("first", "second", "wrong", "bad", "film", "hand", "foot", "camdash", "streamlit"),
    *("resnet18", "layer2", "layer3", "layer4", "float32", "sha256"),
    *("pooling", "output_stride", "first_stride", "fc.weight", "fc.bias"),
    *("PNG", "ZIP", "CSV", "npz", ".png", ".pth", ".json", ".safetensors", "safetensors", "left_out.txt"),
    *("PyTorch", "ONNX Runtime", "CPU", "MB", "UTC"),
}
"""What has a name: classes, checkpoints, files, networks and their parts, formats, libraries."""
CARD = (
    *("architecture", "class_names", "input_size", "fit", "stretch", "interpolation", "bilinear", "pad_value"),
    *("mean", "std", "output", "softmax"),
)
"""Fields of a card and what stands in them."""


@pytest.fixture(autouse=True)
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "language_name", lambda: "pseudo")
    for module in (language, component):
        monkeypatch.setattr(module, "catalog", lambda _: Pseudo())


@pytest.fixture
def worklist(checkpoints: Path) -> Iterator[AppTest]:
    st.cache_resource.clear()
    yield AppTest.from_function(worklist_page, default_timeout=60).run()
    st.cache_resource.clear()


def left(page: AppTest, *names: str) -> dict[str, set[str]]:
    """Return the English words that are left on a page, with the texts that they are in."""
    assert not page.exception
    said = {text: english(text, {*NAMES, *names}) for text in shown(page)}
    return {text: words for text, words in said.items() if words}


def compared(page: AppTest) -> AppTest:
    box = page.selectbox(key="second")
    return box.select(box.options[0]).run()


def test_the_first_page_leaves_no_english(page: AppTest) -> None:
    assert left(page.run()) == {}


def test_uploads_and_what_is_wrong_with_them_leave_no_english(page: AppTest) -> None:
    upload(page.run(), ("film1.png", film(1)), ("bad.png", b"dear sir"), ("film2.png", film(2)[:200]))
    assert left(page) == {}


def test_a_comparison_leaves_no_english(page: AppTest) -> None:
    upload(compared(page.run()), ("film1.png", film(1)), ("film2.png", film(2)))
    assert left(page) == {}


def test_grad_cam_leaves_no_english(page: AppTest) -> None:
    page.query_params.update({"stage": "layer3", "view": "slopes"})
    assert left(page.run()) == {}


def test_a_link_that_asks_for_what_is_not_here_leaves_no_english(page: AppTest) -> None:
    page.query_params.update({"checkpoint": "0123", "image": "0123456789abcdef"})
    assert left(page.run(), "checkpoint") == {}


def test_the_worklist_leaves_no_english(worklist: AppTest) -> None:
    assert left(worklist) == {}
    upload(worklist, *((f"film{k}.png", film(k)) for k in range(3)), ("bad.png", b"dear sir"))
    assert left(worklist) == {}
    assert left(compared(worklist)) == {}


def test_the_page_of_checkpoints_leaves_no_english(checkpoints: Path) -> None:
    save_state_dict(checkpoints / "wrong.pth")
    (checkpoints / "wrong.json").write_text(json.dumps(card_fields(class_names=["Part 0", "Part 1"])))
    (checkpoints / "bad.pth").write_bytes(b"dear sir")
    st.cache_resource.clear()

    def shown_page() -> None:
        from camdash.app.checkpoints.page import checkpoints_page

        checkpoints_page()

    assert left(AppTest.from_function(shown_page, default_timeout=60).run(), str(checkpoints), *CARD) == {}


def test_english_that_is_not_said_is_found(page: AppTest) -> None:
    def careless() -> None:
        import streamlit

        streamlit.markdown("Not a word of this")

    assert left(AppTest.from_function(careless).run()) == {"Not a word of this": {"Not", "word", "of", "this"}}
