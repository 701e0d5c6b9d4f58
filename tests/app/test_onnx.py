"""The page over an ONNX file: its maps, its check on the very image, and what its report says."""

from pathlib import Path

import pytest
from onnx.helper import make_node as node
from streamlit.testing.v1 import AppTest

from tests.app.test_checkpoints_page import shown
from tests.app.test_comparing import header
from tests.app.test_page import texts
from tests.networks.onnx_graphs import POOLED, card, model, saved


@pytest.fixture
def drawn(checkpoints: Path) -> Path:
    """The folder with an ONNX file beside the checkpoints of weights, and one that has no map."""
    saved(checkpoints / "drawn.onnx", model(card=card((24, 32))))
    ends = (node("Exp", ["flat"], ["bent"]), node("Gemm", ["bent", "h", "c"], ["out"], transB=1))
    saved(checkpoints / "uncut.onnx", model([*POOLED, *ends], card=card((24, 32))))
    return checkpoints


def test_its_maps_are_shown_without_grad_cam(drawn: Path, page: AppTest) -> None:
    page.query_params["checkpoint"] = "drawn"
    page.run()
    assert not page.exception
    assert not page.error
    (source,) = header(page)["sources"]
    assert source["noMaps"] == ""
    assert {"Part 0", "Part 1"} <= {one["name"] for one in source["maps"]}
    said = texts(page).replace("\\", "")
    assert "ONNX graph · 2 classes · 24 x 32, stretched" in said
    assert "Engine: ONNX Runtime" in said
    assert "Grad-CAM" not in said


def test_one_that_cannot_be_cut_shows_its_prediction_and_why_there_is_no_map(drawn: Path, page: AppTest) -> None:
    page.query_params["checkpoint"] = "uncut"
    page.run()
    assert not page.exception
    assert header(page)["sources"] == []
    assert "its graph has Exp between the last grid and the logits" in page.info[0].value


def test_the_report_says_what_it_is(drawn: Path) -> None:
    page = AppTest.from_function(shown, default_timeout=60).run()
    assert not page.exception
    titles = [one.label for one in page.expander]
    assert r"**drawn\.onnx** can be used" in titles
    assert r"**uncut\.onnx** can be used" in titles
    said = texts(page).replace("\\", "")
    assert "- **Architecture**: ONNX graph" in said
    assert "evidence + bias meets the logits of the whole graph within " in said
    assert "- **Stored as**: ONNX, 0.0 MB" in said
