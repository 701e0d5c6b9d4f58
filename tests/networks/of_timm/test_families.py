"""timm's networks: evidence + bias is timm's own logit, whatever the family."""

from pathlib import Path

import pytest
import timm
import torch
from timm.models.vgg import VGG
from timm.models.vision_transformer import VisionTransformer
from torch import nn

from camdash.errors import CheckpointError
from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.split import TOLERANCE, split
from camdash.networks.heads.head import Level
from camdash.networks.placement import Grid
from tests.networks.of_timm.zoo import inputs_of, loaded, logits_of, network, seeded

A, B, C = Level.A, Level.B, Level.C

FAMILIES = {
    "resnet10t": (A, Grid(32, 7)),
    "resnext26ts": (A, Grid(32, 0)),
    "seresnext26ts": (A, Grid(32, 0)),
    "ecaresnet26t": (A, Grid(32, 7)),
    "resnetblur18": (A, Grid(32, 0)),
    "resnest14d": (A, Grid(32, 7)),
    "resnetv2_50": (A, Grid(32, 0)),
    "efficientnet_lite0": (A, Grid(32, 0)),
    "tf_efficientnet_lite0": (A, Grid(32, 31)),
    "mobilenetv2_035": (A, Grid(32, 0)),
    "mobilenetv3_small_050": (B, Grid(32, 0)),
    "mobilenetv4_conv_small_035": (B, Grid(32, 0)),
    "densenet121": (A, Grid(32, 14)),
    "regnetx_002": (A, Grid(32, 0)),
    "regnety_002": (A, Grid(32, 0)),
    "convnext_atto": (B, Grid(32, 15.5)),
    "convnextv2_atto": (B, Grid(32, 15.5)),
    "swin_tiny_patch4_window7_224": (A, Grid(32, 15.5)),
    "vit_tiny_patch16_224": (C, Grid(16, 7.5)),
    "test_vit": (C, Grid(16, 7.5)),
    "vit_relpos_small_patch16_224": (B, Grid(16, 7.5)),
    "mixer_s32_224": (A, Grid(32, 15.5)),
    "inception_v3": (A, Grid(32, 37)),
    "xception41": (A, Grid(32, 0)),
    "dpn48b": (A, Grid(32, 0)),
    "rexnet_100": (A, Grid(32, 0)),
    "ghostnet_050": (B, Grid(32, 0)),
    "hardcorenas_a": (B, Grid(32, 0)),
    "poolformer_s12": (B, Grid(32, 1)),
    "efficientformerv2_s0": (A, Grid(32, -8)),
}
"""A small builder of each family, the level of its maps, and where its cells are centred."""

WITHOUT = ("xcit_nano_12_p16_224", "deit_tiny_distilled_patch16_224")
"""Those whose heads are not taken apart."""


@pytest.mark.parametrize("name", FAMILIES)
def test_evidence_plus_bias_is_timms_own_logit(tmp_path: Path, name: str) -> None:
    checkpoint, inputs = loaded(tmp_path, name), inputs_of(name)
    with torch.inference_mode():
        expected = network(name)(inputs)
    torch.testing.assert_close(logits_of(checkpoint, inputs), expected, rtol=1e-4, atol=1e-4)
    level, grid = FAMILIES[name]
    assert checkpoint.network.head.level is level
    assert checkpoint.network.grid == grid
    assert checkpoint.network.deviation is not None
    assert checkpoint.network.deviation < TOLERANCE


@pytest.mark.parametrize("name", WITHOUT)
def test_a_head_that_is_not_taken_apart_gives_timms_logits_and_no_map(tmp_path: Path, name: str) -> None:
    checkpoint, inputs = loaded(tmp_path, name), inputs_of(name)
    with torch.inference_mode():
        expected = network(name)(inputs)
    torch.testing.assert_close(logits_of(checkpoint, inputs), expected, rtol=1e-4, atol=1e-5)
    assert "its head reads a class token" in checkpoint.no_map


def small_vgg() -> nn.Module:
    """Return timm's VGG with few channels."""
    with seeded():
        made: nn.Module = VGG([4, "M", 4, "M", 8, "M", 8, "M", 8, "M"], num_classes=3, mlp_ratio=1 / 64)
        for parameter in made.parameters():
            nn.init.normal_(parameter, 0, 0.3)
    return made.eval()


def test_a_network_that_takes_multiples_of_a_size_is_checked_at_its_cards_size(tmp_path: Path) -> None:
    """halonet26t's blocks divide 256 pixels and not those of the usual check."""
    checkpoint = loaded(tmp_path, "halonet26t", input_size=[256, 256])
    inputs = torch.rand(1, 3, 256, 256, generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        expected = network("halonet26t")(inputs)
    torch.testing.assert_close(logits_of(checkpoint, inputs), expected, rtol=1e-4, atol=1e-4)
    assert checkpoint.network.grid.stride == pytest.approx(32)
    with pytest.raises(CheckpointError, match="An input of 96 x 96 pixels does not pass through the network"):
        loaded(tmp_path, "halonet26t", input_size=[96, 96])


def test_registers_count_as_what_has_no_place() -> None:
    options = {"img_size": 64, "embed_dim": 32, "depth": 2, "num_heads": 2, "reg_tokens": 3, "num_classes": 3}
    with seeded():
        made = VisionTransformer(**options).eval()
        for parameter in made.parameters():
            nn.init.normal_(parameter, 0, 0.3)
    inputs = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        expected = made(inputs)
    found = split(made, family_of("timm/vit_tiny_patch16_224"), 3, torch.device("cpu"), 64)
    given = found.activations(inputs)
    maps, pooled = found.head.maps(given), found.head.pooled(given)
    assert maps.shape == (2, 3, 4, 4)
    sums = maps.mean((2, 3)) + found.bias + found.head.unplaced(maps, pooled)
    torch.testing.assert_close(sums, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("size", "level", "cells", "grid"),
    [(224, B, 7, Grid(32, 15.5)), (320, A, 4, Grid(32, 111.5))],
)
def test_vggs_window_is_a_pooling_of_a_small_grid_and_part_of_the_features_of_a_large_one(
    size: int, level: Level, cells: int, grid: Grid
) -> None:
    """320 pixels are 10 cells, over which the window of 7 goes 4 times; the first is centred 3 cells further on."""
    inputs = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        expected = small_vgg()(inputs)
    found = split(small_vgg(), family_of("timm/vgg11"), 3, torch.device("cpu"), size=(size, size))
    maps = found.head.maps(found.activations(inputs))
    assert maps.shape == (1, 3, cells, cells)
    torch.testing.assert_close(maps.mean((2, 3)) + found.bias, expected, rtol=1e-4, atol=1e-5)
    assert (found.head.level, found.grid) == (level, grid)


def test_a_resnet_of_timms_has_the_grid_of_torchvisions() -> None:
    made = timm.create_model("resnet50", num_classes=3).eval()
    found = split(made, family_of("timm/resnet50"), 3, torch.device("cpu"))
    assert found.grid == Grid(32, 0)
