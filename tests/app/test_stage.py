"""Grad-CAM behind "Advanced": its maps at the stage that was chosen, beside the exact ones, never mixed with them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from camdash.app.films import caches
from camdash.app.films.samples import sample
from camdash.app.session.address import parse
from camdash.app.viewer.payload import Source, ViewerData, ViewerMap, pack
from camdash.app.viewer.picture import Picture
from camdash.app.viewer.windowing import Windowing
from camdash.errors import CheckpointError
from camdash.evidence.slope_maps import slope_maps
from camdash.images.decoding import decode
from camdash.images.radiograph import Radiograph
from camdash.images.window import Window
from camdash.networks.catalog.checkpoints import checkpoint_folders, describe, find
from camdash.networks.gradients import GRAD_CAM, MOST_CLASSES
from camdash.networks.loading import load_split
from camdash.networks.placement import Grid, Placement
from tests.app.test_page import texts
from tests.conftest import save_checkpoint, small_card
from tests.support.session import opened

ORDINALS = {"layer4": "last layer", "layer2": "third to last layer"}
PLACEMENT = Placement((2, 2), (2, 2), (1, 1), (0, 0), Grid(1, 0))
FILM = Radiograph(np.zeros((2, 2), np.uint8), Window(0, 1), "drawn")


def choose(page: AppTest, stage: str) -> AppTest:
    (radio,) = page.radio
    return radio.set_value(stage).run()


def viewed(page: AppTest) -> dict[str, Any]:
    """Return the header of what the viewer is given; each map with its `values`."""
    (blob,) = (one.proto.bytes for one in page.get("bidi_component") if one.proto.component_name.endswith("viewer"))
    found: dict[str, Any]
    found, content = opened(blob)
    for source in found["sources"]:
        shape = [axis["cells"] for axis in source["axes"]]
        for one in source["maps"]:
            one["values"] = np.frombuffer(content, "<f4", int(np.prod(shape)), one["start"]).reshape(shape)
    return found


def maps_in(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for source in found["sources"] for one in source["maps"]]


def slopes_in(found: dict[str, Any]) -> dict[str, NDArray[np.float32]]:
    """Return the maps that are shown in Grad-CAM's mode, by the name of their class."""
    return {one["name"]: one["values"] for one in maps_in(found) if GRAD_CAM.id in one["scales"]}


def expected(name: str, stage: str) -> NDArray[np.float32]:
    checkpoint = describe(find("first", checkpoint_folders()))
    network = load_split(checkpoint, torch.device("cpu"))
    return slope_maps(decode(sample(name).data), checkpoint, network, stage).maps[GRAD_CAM.id]


def test_nothing_is_said_of_it_until_somebody_asks(page: AppTest) -> None:
    page.run()
    assert slopes_in(viewed(page)) == {}
    assert page.radio[0].options == [
        *("None", "last layer (layer4)", "second to last layer (layer3)", "third to last layer (layer2)"),
    ]
    assert GRAD_CAM.introduction in texts(page)


@pytest.mark.parametrize("stage", ["layer4", "layer2"])
def test_the_chosen_stage_gives_its_maps_beside_the_exact_ones(page: AppTest, stage: str) -> None:
    before = viewed(page.run())
    choose(page, stage)
    assert not page.exception
    found = viewed(page)
    slopes, names = slopes_in(found), [f"Part {k}" for k in range(5)]
    assert list(slopes) == names
    for k, name in enumerate(names):
        assert slopes[name] == pytest.approx(expected("hand", stage)[k], rel=1e-5, abs=1e-7)
    for one in maps_in(found):
        if GRAD_CAM.id in one["scales"]:
            assert one["evidence"] is one["bias"] is one["logit"] is None
            assert list(one["scales"]) == [GRAD_CAM.id]
    exact = {one["id"]: one["values"] for one in maps_in(found) if GRAD_CAM.id not in one["scales"]}
    for one in maps_in(before):
        assert exact[one["id"]] == pytest.approx(one["values"])
    assert found["opening"]["mode"] == GRAD_CAM.id
    assert found["sources"][1]["label"] == f"Grad-CAM at the {ORDINALS[stage]} ({stage}): does not add up to the answer"
    assert page.query_params["stage"] == stage


def test_the_next_image_keeps_the_stage_and_none_takes_it_away(page: AppTest) -> None:
    choose(page.run(), "layer3")
    page.button(key="sample-foot").click().run()
    assert slopes_in(viewed(page))["Part 0"] == pytest.approx(expected("foot", "layer3")[0], rel=1e-5, abs=1e-7)
    choose(page, "")
    assert slopes_in(viewed(page)) == {}
    assert "stage" not in page.query_params


def test_a_comparison_shows_the_exact_maps_alone(page: AppTest) -> None:
    choose(page.run(), "layer3")
    page.selectbox(key="second").select_index(0).run()
    assert not page.exception
    assert slopes_in(viewed(page)) == {}
    assert not page.radio
    assert "stage" not in page.query_params


def test_a_link_shows_the_stage_and_says_if_the_network_has_none_of_that_name(page: AppTest) -> None:
    page.query_params.update({"stage": "layer3", "view": "slopes"})
    page.run()
    assert next(iter(slopes_in(viewed(page)))) == "Part 0"
    assert viewed(page)["opening"]["mode"] == GRAD_CAM.id
    checkpoint = describe(find("first", checkpoint_folders()))
    unknown = parse({"stage": "layer9", "view": "slopes"}, [checkpoint])
    assert unknown.stage == ""
    assert "asks for stage “layer9”" in unknown.ignored[-1]
    assert parse({"view": "slopes"}, [checkpoint]).view is None


def test_a_pass_that_fails_leaves_the_exact_maps_and_says_why(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    page.run()

    def fails(*_: object) -> None:
        raise CheckpointError("The disk is gone.")

    monkeypatch.setattr("camdash.running.loaded_checkpoints.load_split", fails)
    choose(page, "layer3")
    assert not page.exception
    assert "The disk is gone" in texts(page)
    assert maps_in(viewed(page))
    assert slopes_in(viewed(page)) == {}


def test_too_little_memory_for_a_stage_is_a_sentence_and_another_can_be_chosen(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.run()

    def fails(*_: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")

    with monkeypatch.context() as patch:
        patch.setattr("camdash.evidence.slope_maps.slope_pass", fails)
        choose(page, "layer2")
    assert not page.exception
    assert "too little memory for maps at" in texts(page)
    choose(page, "layer4")
    assert list(slopes_in(viewed(page))) == [f"Part {k}" for k in range(5)]


def test_a_class_that_nothing_speaks_for_is_said_to_be_one() -> None:
    against = ViewerMap("slopes-0", "class-0", (GRAD_CAM.id,), "Hip", np.zeros((2, 2), np.float32), class_index=0)
    strong = replace(against, id="slopes-1", slot="class-1", values=np.ones((2, 2), np.float32), class_index=1)
    found = Source("Grad-CAM", PLACEMENT, (against, strong))
    data = ViewerData(Picture(b"", "image/png", (2, 2), ""), Windowing("", FILM), (found,))
    for one in maps_in(opened(pack(data))[0]):
        flat = one["scales"][GRAD_CAM.id]["evidence"]["flat"]
        assert flat == ("Nothing speaks for the class here: nothing to draw." if one["id"] == "slopes-0" else "")


def test_a_network_with_very_many_classes_offers_none(page: AppTest, checkpoints: Any) -> None:
    save_checkpoint(checkpoints, "a_many", small_card(classes=MOST_CLASSES + 1))
    page.run()
    shown: Any = page.selectbox(key="checkpoint").value
    assert shown.name == "a_many"
    assert not page.radio


def test_few_of_its_maps_are_kept(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def noted(radiograph: Any, checkpoint: Any, network: Any, stage: str) -> Any:
        made.append(stage)
        return slope_maps(radiograph, checkpoint, network, stage)

    monkeypatch.setattr(caches, "slope_maps", noted)
    monkeypatch.setattr(caches, "FEW", 2)
    page.run()
    for stage in ("layer4", "layer3", "layer4", "layer2", "layer3", "layer4"):
        choose(page, stage)
    assert made == ["layer4", "layer3", "layer2", "layer4"]
