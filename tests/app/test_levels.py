"""How exact the maps are stands beneath them, where it is less than the legend's own words promise."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from streamlit.testing.v1 import AppTest
from torch import nn
from torchvision.models._api import BUILTIN_MODELS
from torchvision.models.vision_transformer import VisionTransformer

from camdash.app.markdown import plain
from camdash.app.viewer.from_analysis import maps_of
from camdash.app.viewer.from_comparison import sources_of
from camdash.evidence.analysis import Analysis, PlacedMaps
from camdash.evidence.comparison import compare
from camdash.evidence.maps import EvidenceMaps
from camdash.networks.heads.head import Level
from tests.app.test_comparing import header
from tests.app.test_page import texts
from tests.app.test_without_maps import open_link
from tests.conftest import card_fields, save_state_dict
from tests.evidence.test_comparison import analysis
from tests.support.small import softmax_of

NAMES = ("Hip", "Hand")


def save(folder: Path, architecture: str) -> None:
    """Write a network of torchvision's with its card to `folder`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        network = torchvision.models.get_model(architecture, weights=None, num_classes=5)
    (folder / f"{architecture}.json").write_text(json.dumps(card_fields(architecture=architecture)))
    save_state_dict(folder / f"{architecture}.pth", network.state_dict())


def said(page: AppTest) -> set[str]:
    """Return the levels whose sentences stand on the page."""
    return {level.value for level in Level if plain(level.sentence) in texts(page)}


def test_a_linear_head_needs_no_more_words_than_the_legends(page: AppTest) -> None:
    open_link(page, checkpoint="first")
    assert said(page) == set()


def test_a_head_of_level_b_says_so_and_nothing_of_level_a(checkpoints: Path, page: AppTest) -> None:
    save(checkpoints, "mobilenet_v3_small")
    open_link(page, checkpoint="mobilenet_v3_small")
    assert said(page) == {"B"}
    assert "away changes its logit by" in texts(page)


def test_a_head_that_cuts_evidence_against_says_so(checkpoints: Path, page: AppTest) -> None:
    save(checkpoints, "squeezenet1_1")
    open_link(page, checkpoint="squeezenet1_1")
    assert said(page) == {"A"}
    assert "Evidence against a class is cut" in texts(page)


def tiny_transformer(*, num_classes: int, image_size: int, **_: object) -> nn.Module:
    """Return torchvision's vision transformer with 25 patches, in place of one that takes 350 MB."""
    made: nn.Module = VisionTransformer(
        image_size=image_size,
        patch_size=16,
        num_layers=2,
        num_heads=4,
        hidden_dim=32,
        mlp_dim=48,
        num_classes=num_classes,
    )
    return made


def test_a_transformer_says_what_has_no_place_beside_evidence_and_bias_and_nothing_of_level_a(
    checkpoints: Path, page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BUILTIN_MODELS, "vit_b_16", tiny_transformer)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        network = tiny_transformer(num_classes=5, image_size=80)
        for parameter in network.parameters():
            nn.init.normal_(parameter, 0, 0.3)
    card = card_fields(architecture="vit_b_16", input_size=[80, 80])
    (checkpoints / "vit.json").write_text(json.dumps(card))
    save_state_dict(checkpoints / "vit.pth", network.state_dict())
    open_link(page, checkpoint="vit")
    assert said(page) == {"C"}
    assert "changes its logit" not in texts(page)
    classes = [one for one in header(page)["sources"][0]["maps"] if one["isClass"]]
    assert len(classes) == 10  # evidence and contrast
    for one in classes:
        assert abs(one["unplaced"]) > 1e-3
        assert one["evidence"] + one["bias"] + one["unplaced"] == pytest.approx(one["logit"], abs=1e-4)


def test_beside_another_a_sentence_says_whose_it_is(checkpoints: Path, page: AppTest) -> None:
    save(checkpoints, "mobilenet_v3_small")
    open_link(page, **{"checkpoint": "first", "with": "mobilenet_v3_small"})
    assert f"B: {plain(Level.B.sentence)}" in texts(page)
    assert said(page) == {"B"}


def parted(unplaced: tuple[float, float]) -> Analysis:
    """Return an analysis of two classes: evidence 1 and 3, biases 0 and 1, and what is unplaced."""
    plain = analysis(np.array([1.0, 3.0]).reshape(2, 1, 1) * np.ones((1, 3, 4)), NAMES)
    maps = EvidenceMaps(plain.maps.maps, plain.maps.bias, np.array(unplaced, np.float32))
    prediction = softmax_of(NAMES, maps)
    return replace(plain, prediction=prediction, placed=PlacedMaps(maps, plain.placement), level="C")


def test_what_is_unplaced_stands_beside_evidence_and_bias_and_the_sum_is_the_logit() -> None:
    one = parted((0.5, -1.5))
    panels = {panel.id: panel for panel in maps_of(one)}
    for k, logit in enumerate(one.prediction.logits):
        own, contrast = panels[f"class-{k}"], panels[f"contrast-{k}"]
        assert own.logit == pytest.approx(logit)
        assert own.unplaced == pytest.approx((0.5, -1.5)[k])
        assert contrast.unplaced == pytest.approx((1, -1)[k])
        assert contrast.logit == pytest.approx(logit - one.prediction.logits.mean())


def test_where_all_has_its_place_nothing_is_said_of_what_has_none() -> None:
    assert all(panel.unplaced is None for panel in maps_of(parted((0, 0))))


def test_a_difference_has_the_change_of_what_is_unplaced() -> None:
    comparison = compare(parted((0.5, -1.5)), parted((1.0, -1.0)))
    change = comparison.differences[1]
    assert [change.unplaced, change.logit] == pytest.approx([0.5, 0.5])
    drawn = sources_of(comparison)[-1].maps[1]
    assert drawn.unplaced == pytest.approx(0.5)


def test_the_answer_is_checked_on_the_very_image_where_somebody_asks(checkpoints: Path, page: AppTest) -> None:
    page.run()
    page.button(key="check-image").click().run()
    assert not page.exception
    assert "The whole network, run on this very image, gives these logits within" in texts(page).replace("\\", "")
    page.selectbox(key="second").select_index(0).run()
    page.button(key="check-image").click().run()
    words = texts(page).replace("\\", "")
    assert "A: The whole network" in words
    assert "B: The whole network" in words
