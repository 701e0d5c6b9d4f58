"""Families whose heads have more layers than a linear one: their maps add up to torchvision's own logits."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torchvision.models.swin_transformer import ShiftedWindowAttention
from torchvision.models.vision_transformer import VisionTransformer
from torchvision.ops import SqueezeExcitation

from camdash.errors import CheckpointError
from camdash.evidence.analysis import analyse
from camdash.networks.architectures.building import blueprint, build, family_of, features_of
from camdash.networks.architectures.families import VIT
from camdash.networks.architectures.geometry import grid_of
from camdash.networks.architectures.split import TOLERANCE, SplitNetwork, split
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.engines.engine import TorchEngine
from camdash.networks.engines.onnx_engine import checked_onnx_engine
from camdash.networks.gradients import stage_names
from camdash.networks.heads.head import Level
from camdash.networks.loading import load
from camdash.networks.placement import Grid, Placement
from camdash.networks.preprocessing import network_input
from tests.conftest import radiograph, speckle, split_of
from tests.networks.zoo import SMALLEST_LAYERED, card_of, images, network, saved, state

GRIDS = {
    "vgg11": (32, 15.5),
    "alexnet": (32, 31),
    "squeezenet1_0": (16, 17),
    "squeezenet1_1": (16, 15),
    "mobilenet_v3_small": (32, 0),
    "convnext_tiny": (32, 15.5),
    "swin_t": (32, 15.5),
    "swin_v2_t": (32, 15.5),
}
"""Cell i of each family's grid is centred on pixel stride * i + offset; a stem of patches shifts it by half a cell."""

LEVELS = {"squeezenet1_0": Level.A, "swin_t": Level.A}
"""All others are B."""

ON_ONNX = ("vgg11", "alexnet", "squeezenet1_0", "mobilenet_v3_small")
"""Those whose features consist of operations that are translated."""


def divided(architecture: str) -> SplitNetwork:
    """Return torchvision's own network, split and checked."""
    return split(copy.deepcopy(network(architecture)), family_of(architecture), 3, torch.device("cpu"))


@pytest.mark.parametrize("architecture", SMALLEST_LAYERED)
def test_evidence_plus_bias_is_the_logit_of_torchvisions_own_network(architecture: str) -> None:
    found, inputs = divided(architecture), torch.cat([images(), images().flip(3)])
    with torch.inference_mode():
        expected = network(architecture)(inputs)
    maps = found.head.maps(found.activations(inputs))
    assert maps.shape[:2] == (2, 3)
    torch.testing.assert_close(maps.mean((2, 3)) + found.bias, expected, rtol=1e-4, atol=1e-5)
    assert found.deviation is not None
    assert found.deviation < TOLERANCE
    assert found.head.level is LEVELS.get(architecture, Level.B)


def without_centre(activations: Tensor) -> Tensor:
    """Return activations of which one cell is taken away."""
    changed = activations.clone()
    changed[:, :, 2, 2] = 0
    return changed


@pytest.mark.parametrize("architecture", SMALLEST_LAYERED)
def test_taking_a_cell_away_is_exact_at_level_a_and_at_no_other(architecture: str) -> None:
    found = divided(architecture)
    with torch.inference_mode():
        activations = found.activations(images())
        before, after = found.head.maps(activations), found.head.maps(without_centre(activations))
    change = (before - after).mean((2, 3))
    share = before[:, :, 2, 2] / before[0, 0].numel()
    exact = torch.allclose(change, share, rtol=1e-4, atol=1e-6)
    assert exact == (found.head.level is Level.A)


@pytest.mark.parametrize("architecture", SMALLEST_LAYERED)
def test_an_empty_grid_gives_the_bias_alone(architecture: str) -> None:
    found = divided(architecture)
    maps = found.head.maps(torch.zeros(1, found.head.channels, 7, 7))
    torch.testing.assert_close(maps, torch.zeros_like(maps))


@pytest.mark.parametrize("architecture", ON_ONNX)
def test_onnx_runtime_gives_pytorchs_maps(architecture: str) -> None:
    original = TorchEngine(divided(architecture))
    made = checked_onnx_engine(original)
    (expected, pooled), (found, averages) = original.maps_and_pooled(images()), made.maps_and_pooled(images())
    largest = float((expected.mean((2, 3)) + original.network.bias).abs().max())
    torch.testing.assert_close(found, expected, rtol=0, atol=TOLERANCE * largest)
    torch.testing.assert_close(averages, pooled, rtol=0, atol=TOLERANCE * float(pooled.abs().max()))


@pytest.mark.parametrize("architecture", SMALLEST_LAYERED)
def test_a_checkpoint_is_read_and_has_maps_and_no_layers_for_slopes(tmp_path: Path, architecture: str) -> None:
    path = saved(tmp_path / "m.pth", state(architecture), **card_of(architecture))
    loaded = load(describe(entry_of(path)), "cpu")
    assert (loaded.no_map, loaded.network.deviation) == ("", split_of(loaded).deviation)
    assert stage_names(loaded.checkpoint.card) == ()


@pytest.mark.parametrize("architecture", GRIDS)
def test_the_grid_is_computed_from_convolutions_and_pooling(architecture: str) -> None:
    family = family_of(architecture)
    assert grid_of(features_of(build(architecture, 3, 1), family), family.branches) == Grid(*GRIDS[architecture])


@pytest.mark.parametrize(
    "architecture", [family.builders[-1] for family in SMALLEST_LAYERED.values() if len(family.builders) > 2]
)
def test_the_largest_of_a_family_is_centred_as_the_smallest(architecture: str) -> None:
    family = family_of(architecture)
    features = features_of(blueprint(architecture, 3, 1), family)
    assert grid_of(features, family.branches) == Grid(*GRIDS[family.builders[0]])


EACH_FOR_ITSELF = (
    *(nn.ReLU, nn.Hardswish, nn.GELU, nn.BatchNorm2d, nn.LayerNorm, nn.Dropout, SqueezeExcitation),
    ShiftedWindowAttention,  # a cell stays where it is; no cell is the middle of its window
)
"""What leaves each cell where it is."""


def linearise(module: nn.Module) -> None:
    """Make a network linear and positive, each layer centred as it was; see `test_families.py`."""
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            _centred(child)
        elif isinstance(child, nn.MaxPool2d):
            setattr(module, name, nn.AvgPool2d(child.kernel_size, child.stride, child.padding))
        elif isinstance(child, EACH_FOR_ITSELF):
            setattr(module, name, nn.Identity())
        elif isinstance(child, nn.Linear):
            nn.init.constant_(child.weight, 1 / child.in_features)
            if child.bias is not None:
                nn.init.zeros_(child.bias)
        else:
            linearise(child)


def _centred(layer: nn.Conv2d) -> None:
    """Let a convolution keep the middle of its window: of an even one, the four in the middle."""
    nn.init.zeros_(layer.weight)
    middles = [((side - 1) // 2, side // 2 + 1) for side in layer.kernel_size]
    (top, bottom), (left, right) = middles
    layer.weight.data[:, :, top:bottom, left:right] = 1 / layer.weight.shape[1]
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


@pytest.mark.parametrize("architecture", SMALLEST_LAYERED)
def test_a_linearised_copy_is_centred_where_the_grid_says(architecture: str) -> None:
    family = SMALLEST_LAYERED[architecture]
    features = features_of(build(architecture, 3, 1), family)
    grid = grid_of(features, family.branches)
    linearise(features)
    inputs = torch.ones(1, 1, 480, 448, requires_grad=True)
    features(inputs)[0, :, 7, 6].sum().backward()
    assert inputs.grad is not None
    field = inputs.grad[0, 0].double().numpy()
    assert not field[[0, -1]].any()
    assert not field[:, [0, -1]].any(), "the input cuts the field"
    rows, columns = np.indices(field.shape)
    centre = [(field * axis).sum() / field.sum() for axis in (rows, columns)]
    np.testing.assert_allclose(centre, [grid.offset + grid.stride * 7, grid.offset + grid.stride * 6], atol=0.01)


@pytest.mark.parametrize("architecture", ["swin_t", "swin_v2_t"])
def test_a_grid_that_is_no_multiple_of_the_window_or_of_two_has_a_cell_for_what_is_left(architecture: str) -> None:
    """100 x 148 pixels are 25 x 37 patches, then 13 x 19, 7 x 10, 4 x 5 cells."""
    found, inputs = divided(architecture), images(100, 148)
    with torch.inference_mode():
        expected = network(architecture)(inputs)
    maps = found.head.maps(found.activations(inputs))
    assert maps.shape == (1, 3, 4, 5)
    torch.testing.assert_close(maps.mean((2, 3)) + found.bias, expected, rtol=1e-4, atol=1e-5)
    placement = Placement((100, 148), (100, 148), (1.0, 1.0), (0.0, 0.0), found.grid)
    assert placement.pixel_of_cell(0, 3) == pytest.approx(3 * 32 + 15.5)
    np.testing.assert_allclose(placement.padding_share((4, 5)), 0, atol=1e-12)


@pytest.mark.parametrize("architecture", ["convnext_tiny", "swin_t"])
def test_features_that_have_no_translation_stay_on_pytorch(architecture: str) -> None:
    with pytest.raises(CheckpointError, match="has no translation to ONNX"):
        checked_onnx_engine(TorchEngine(divided(architecture)))


def transformer(layers: int = 2) -> nn.Module:
    """Return a small vision transformer of torchvision's own with random weights, biases and norms."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        made: nn.Module = VisionTransformer(
            image_size=64, patch_size=16, num_layers=layers, num_heads=4, hidden_dim=32, mlp_dim=48, num_classes=3
        )
        for parameter in made.parameters():
            nn.init.normal_(parameter, 0, 0.3)
    return made.eval()


def divided_transformer(layers: int = 2) -> SplitNetwork:
    return split(transformer(layers), VIT, 3, torch.device("cpu"), 64)


def test_a_transformers_evidence_bias_and_what_is_unplaced_are_the_logit() -> None:
    found, inputs = divided_transformer(), torch.cat([images(64, 64), images(64, 64).flip(3)])
    with torch.inference_mode():
        expected = transformer()(inputs)
    maps, pooled = TorchEngine(found).maps_and_pooled(inputs)
    unplaced = found.head.unplaced(maps, pooled)
    assert (maps.shape, pooled.shape, found.head.level) == ((2, 3, 4, 4), (2, 32), Level.C)
    torch.testing.assert_close(maps.mean((2, 3)) + found.bias + unplaced, expected, rtol=1e-4, atol=1e-5)
    assert float(unplaced.abs().min()) > 1e-3


def test_a_patch_gives_what_the_class_token_takes_of_it() -> None:
    """With one layer, a patch whose values are zeroed leaves the token without what its cell says, attention held."""
    network_: Any = transformer(1)
    found = divided_transformer(1)
    with torch.inference_mode():
        layer, tokens = network_.encoder.layers[0], network_._process_input(images(64, 64))
        tokens = torch.cat([network_.class_token, tokens], 1) + network_.encoder.pos_embedding
        normed = layer.ln_1(tokens)
        mixed, attention = layer.self_attention(normed, normed, normed, average_attn_weights=False)
        value = nn.functional.linear(
            normed, layer.self_attention.in_proj_weight[64:], layer.self_attention.in_proj_bias[64:]
        )
        by_head = [attention[0, head, 0, 6] * value[0, 6, 8 * head : 8 * head + 8] for head in range(4)]
        expected = layer.self_attention.out_proj.weight @ torch.cat(by_head)
        given = found.activations(images(64, 64))
        torch.testing.assert_close(given[0, :, 6], expected, rtol=1e-4, atol=1e-6)
        after = mixed + tokens
        whole = (after + layer.mlp(layer.ln_2(after)))[0, 0]
    torch.testing.assert_close(given[0].sum(1), whole, rtol=1e-4, atol=1e-5)
    assert found.head.maps(given).shape == (1, 3, 4, 4)


def test_a_transformers_cells_are_centred_on_its_patches() -> None:
    assert divided_transformer().grid == Grid(16, 7.5)
    features = features_of(blueprint("vit_b_32", 3, 1, image_size=64), VIT)
    assert grid_of(features, VIT.branches) == Grid(32, 15.5)


def test_a_transformer_stays_on_pytorch() -> None:
    with pytest.raises(CheckpointError, match="has no translation to ONNX"):
        checked_onnx_engine(TorchEngine(divided_transformer()))


def test_a_transformers_checkpoint_is_read_and_its_answer_adds_up(tmp_path: Path) -> None:
    made = build("vit_b_32", 3, 1, image_size=64)
    path = saved(tmp_path / "m.pth", made.state_dict(), **card_of("vit_b_32", input_size=[64, 64]))
    loaded = load(describe(entry_of(path)), "cpu")
    found = analyse(radiograph(speckle(80, 90)), loaded)
    assert (found.level, found.exactness) == ("C", Level.C.sentence)
    assert found.maps.maps.shape == (3, 2, 2)
    np.testing.assert_allclose(
        found.maps.evidence + found.maps.bias + found.unplaced, found.prediction.logits, rtol=1e-9
    )
    inputs = network_input(radiograph(speckle(80, 90)), loaded.checkpoint.card.preprocessing, 1)
    with torch.inference_mode():
        np.testing.assert_allclose(found.prediction.logits, made(inputs)[0], rtol=1e-4, atol=1e-4)
    assert stage_names(loaded.checkpoint.card) == ()


def test_no_level_carries_anothers_sentence() -> None:
    said = [level.sentence for level in Level]
    assert len(set(said)) == 3
    for architecture in SMALLEST_LAYERED:
        head = divided(architecture).head
        assert (Level.A.sentence in head.exactness) == (head.level is Level.A)
        assert head.level.sentence in head.exactness
    assert divided_transformer().head.exactness == Level.C.sentence
    assert "is cut" in divided("squeezenet1_0").head.exactness
