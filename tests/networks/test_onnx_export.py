"""A checkpoint written as ONNX gives the logits and maps of PyTorch, for every batch and size."""

import dataclasses
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from camdash.errors import CheckpointError
from camdash.evidence.analysis import analyse
from camdash.networks.architectures.split import SplitNetwork
from camdash.networks.cards.card import METADATA_KEY, Checkpoint
from camdash.networks.cards.output import Output, OutputKind
from camdash.networks.cards.parsing import parse_card
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.catalog.told import told_in
from camdash.networks.engines import onnx_export
from camdash.networks.engines.onnx_export import Exported, export
from camdash.networks.heads.head import Level
from camdash.networks.heads.linear import LinearHead
from camdash.networks.heads.taking_apart import take_apart
from camdash.networks.loading import load_any, load_divided
from camdash.networks.placement import Grid
from tests.conftest import radiograph, random_images, random_network, save_state_dict, small_card, speckle
from tests.networks.of_timm.zoo import network as timm_network
from tests.networks.zoo import TINY, card_of, network, saved

Values = NDArray[np.float32]


class AdaptiveConcatPool2d(nn.Module):
    """fastai's pooling, by its name."""


def checkpoint_of(classes: int) -> Checkpoint:
    return Checkpoint("drawn", Path("drawn.pth"), "0" * 64, small_card(classes))


def around(*head: nn.Module) -> SplitNetwork:
    """Return a network of one channel whose activations have four, with this head."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        features = nn.Sequential(nn.Conv2d(1, 4, 3, stride=8, padding=1), nn.ReLU()).eval()
        for parameter in (value for layer in head for value in layer.parameters()):
            nn.init.uniform_(parameter, -1, 1)
    taken = take_apart([layer.eval().requires_grad_(False) for layer in head])
    return SplitNetwork(features, taken, Grid(8, 0), 1)


def outputs(made: Exported, inputs: Tensor) -> dict[str, Values]:
    session = onnxruntime.InferenceSession(made.content)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"input": inputs.numpy()}), strict=True))


def test_values_that_are_worked_by_hand() -> None:
    features = nn.Conv2d(1, 2, 1)
    with torch.no_grad():
        features.weight.copy_(torch.tensor([1.0, -2.0]).reshape(2, 1, 1, 1))
        features.bias.copy_(torch.tensor([0.0, 1.0]))  # type: ignore[union-attr]
    weight, bias = torch.tensor([[1.0, 0.0], [2.0, 3.0]]), torch.tensor([0.5, -1.0])
    made = export(checkpoint_of(2), SplitNetwork(features.eval(), LinearHead(weight, bias), Grid(1, 0), 1))
    found = outputs(made, torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]))
    assert list(found) == ["logits", "maps", "bias", "pooled"]
    np.testing.assert_allclose(found["maps"][0], [[[1, 2], [3, 4]], [[-1, -5], [-9, -13]]], rtol=1e-6)
    np.testing.assert_allclose(found["pooled"], [[2.5, -4]], rtol=1e-6)
    np.testing.assert_allclose(found["bias"], [0.5, -1])
    np.testing.assert_allclose(found["logits"], [[3, -8]], rtol=1e-6)


HEADS: dict[str, list[nn.Module]] = {
    "linear": [nn.AdaptiveAvgPool2d(1), nn.Linear(4, 3)],
    "parts": [nn.AdaptiveAvgPool2d((3, 2)), nn.Linear(24, 5), nn.ReLU(), nn.Linear(5, 3)],
    "parts, affine": [nn.AdaptiveAvgPool2d((2, 3)), nn.Linear(24, 3)],
    "largest": [nn.AdaptiveMaxPool2d(1), nn.Linear(4, 3)],
    "joined": [AdaptiveConcatPool2d(), nn.Linear(8, 5), nn.GELU(), nn.Linear(5, 3)],
    "norms": [nn.LayerNorm(4), nn.Linear(4, 5), nn.Hardswish(), nn.BatchNorm1d(5), nn.Linear(5, 3)],
    "plain norms": [nn.LayerNorm(4, elementwise_affine=False), nn.Linear(4, 3, bias=False)],
    "norm of each cell": [nn.LayerNorm(4), nn.AdaptiveAvgPool2d(1), nn.Linear(4, 5), nn.Sigmoid(), nn.Linear(5, 3)],
    "pooling last": [nn.Conv2d(4, 3, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1)],
    "batch norm of each cell": [nn.BatchNorm2d(4), nn.ReLU6(), nn.AdaptiveMaxPool2d(1), nn.Linear(4, 3)],
    "elu": [nn.Linear(4, 5), nn.ELU(0.7), nn.Linear(5, 3)],
    "selu": [nn.Linear(4, 5), nn.SELU(), nn.Linear(5, 3)],
    "tanh": [nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)],
    "leaky": [nn.Linear(4, 5), nn.LeakyReLU(0.2), nn.Linear(5, 3)],
    "silu": [nn.Linear(4, 5), nn.SiLU(), nn.Linear(5, 3)],
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_every_head_gives_pytorchs_maps_which_add_up(head: list[nn.Module]) -> None:
    divided = around(*head)
    made = export(checkpoint_of(3), divided)
    assert made.deviation < 1e-4
    for rows, columns, count in ((40, 64, 3), (33, 47, 1)):
        inputs = random_images(1, rows, columns, count)
        activations = divided.activations(inputs)
        found, maps = outputs(made, inputs), divided.head.maps(activations)
        np.testing.assert_allclose(found["maps"], maps, atol=1e-4 * float(maps.abs().max()))
        np.testing.assert_allclose(found["pooled"], divided.head.pooled(activations), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(found["maps"].mean((2, 3)) + found["bias"], found["logits"], rtol=1e-3, atol=1e-5)


def test_where_a_value_meets_that_of_an_empty_grid_the_slope_around_it_is_taken() -> None:
    divided = around(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3))
    made = export(checkpoint_of(3), divided)
    with torch.no_grad():
        divided.features.get_parameter("0.bias").zero_()
    made = export(checkpoint_of(3), divided)
    found = outputs(made, torch.zeros(1, 1, 16, 16))
    np.testing.assert_allclose(found["maps"], np.zeros((1, 3, 2, 2)), atol=1e-6)
    np.testing.assert_allclose(found["logits"][0], found["bias"], rtol=1e-5)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """The smallest network of torchvision's, with a card."""
    folder = tmp_path_factory.mktemp("tiny")
    return describe(entry_of(saved(folder / "tiny.pth", **card_of(TINY, notes="drawn"))))


def exported(checkpoint: Checkpoint) -> Exported:
    divided = load_divided(checkpoint, "cpu")
    assert isinstance(divided, SplitNetwork)
    return export(checkpoint, divided)


@pytest.fixture(scope="module")
def made(tiny: Checkpoint) -> Exported:
    """What it is written as."""
    return exported(tiny)


def test_a_network_of_torchvisions_gives_its_logits(made: Exported) -> None:
    inputs = random_images(3, 96, 64, 2)
    with torch.inference_mode():
        expected = network(TINY)(inputs)
    found = outputs(made, inputs)
    np.testing.assert_allclose(found["logits"], expected, atol=1e-4 * float(expected.abs().max()))


def test_the_file_is_a_valid_model_with_the_card_and_free_batch_and_size(tiny: Checkpoint, made: Exported) -> None:
    model = onnx.load_model_from_string(made.content)
    onnx.checker.check_model(model, full_check=True)
    assert [(each.domain, each.version) for each in model.opset_import] == [("", made.opset)]
    (shape,) = [each.type.tensor_type.shape.dim for each in model.graph.input]
    assert [side.dim_param or side.dim_value for side in shape] == ["n", 3, "rows", "columns"]
    (text,) = [each.value for each in model.metadata_props if each.key == METADATA_KEY]
    assert made.has_card
    assert parse_card(text, "the file") == tiny.card


def test_what_the_graph_says_is_left_out_of_the_card() -> None:
    fields = card_of("resnet18", output_stride=16, pooling="average")
    checkpoint = dataclasses.replace(checkpoint_of(3), card=parse_card(json.dumps(fields), "the card"))
    model = onnx.load_model_from_string(export(checkpoint, around(*HEADS["linear"])).content)
    (text,) = [each.value for each in model.metadata_props]
    assert not {"output_stride", "pooling"} & set(json.loads(text))


def test_a_card_that_is_assumed_does_not_become_one(tmp_path: Path) -> None:
    made = exported(describe(entry_of(saved(tmp_path / "bare.pth"))))
    assert not made.has_card
    assert not onnx.load_model_from_string(made.content).metadata_props


CORAL = {"fc.coral_weights.weight": torch.ones(1, 1024), "fc.coral_bias": torch.tensor([1.0, 0.0, -1.5])}
GRADES = ["None", "Mild", "Marked", "Severe"]


@pytest.mark.parametrize("has_card", [True, False])
@pytest.mark.parametrize(
    ("extra", "names", "kind"),
    [
        ({"criterion.pos_weight": torch.ones(3)}, ["A", "B", "C"], OutputKind.SIGMOID),
        (CORAL, GRADES, OutputKind.ORDINAL),
        ({}, ["A", "B", "C"], OutputKind.SOFTMAX),
    ],
    ids=["labels", "grades", "classes"],
)
def test_what_the_weights_alone_told_of_the_output_is_said_in_the_file(
    extra: dict[str, Tensor], names: list[str], kind: OutputKind, *, has_card: bool, tmp_path: Path
) -> None:
    state = {key: value for key, value in network(TINY).state_dict().items() if extra is not CORAL or "fc" not in key}
    torch.save(state | extra, tmp_path / "weights.pth")
    if has_card:
        (tmp_path / "weights.json").write_text(json.dumps(card_of(TINY, class_names=names)))
    before = describe(entry_of(tmp_path / "weights.pth"))
    assert (before.card.output.kind, len(before.card.class_names)) == (kind, len(names))
    (tmp_path / "after.onnx").write_bytes(exported(before).content)
    after = describe(entry_of(tmp_path / "after.onnx"))
    assert after.card.output.kind is kind
    assert (after.card.class_names, after.card.logit_names) == (before.card.class_names, before.card.logit_names)
    assert bool(after.card.output.assumed) == (not has_card or kind is OutputKind.SOFTMAX)
    assert load_any(after, "cpu").no_map == ""


def test_what_computes_something_else_is_refused_with_the_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    right = onnx_export._model
    monkeypatch.setattr(onnx_export, "_model", lambda network, metadata: right(around(*HEADS["tanh"]), metadata))
    with pytest.raises(CheckpointError, match=r"drawn gives other logits or maps, by [\d.e+-]+ of the largest logit"):
        export(checkpoint_of(3), around(*HEADS["linear"]))


def test_a_layer_without_translation_is_named() -> None:
    divided = around(nn.Linear(4, 5), nn.Mish(), nn.Linear(5, 3))
    assert divided.head.level is Level.B
    with pytest.raises(CheckpointError, match=r"aten\.mish\.default has no translation to ONNX"):
        export(checkpoint_of(3), divided)


def test_what_is_known_without_a_card_comes_back(tmp_path: Path) -> None:
    """timm's name in the file says how an image is prepared; the graph cannot."""
    state = {"arch": "resnet10t", "state_dict": timm_network("resnet10t").state_dict()}
    torch.save(state, tmp_path / "timm.pth.tar")
    checkpoint = describe(entry_of(tmp_path / "timm.pth.tar"))
    network = load_divided(checkpoint, "cpu")
    assert isinstance(network, SplitNetwork)
    (tmp_path / "back.onnx").write_bytes(export(checkpoint, network).content)
    back = describe(entry_of(tmp_path / "back.onnx"))
    assert back.card.preprocessing == checkpoint.card.preprocessing
    assert "class_names" in back.card.assumed
    film = radiograph(speckle(90, 70))
    found, expected = (analyse(film, load_any(one, "cpu")).prediction.logits for one in (back, checkpoint))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


def test_thresholds_that_only_a_hub_told_come_back(tmp_path: Path) -> None:
    save_state_dict(tmp_path / "xrv.pth", dict(random_network("resnet18", 18).state_dict()))
    checkpoint = describe(entry_of(tmp_path / "xrv.pth"))
    told = replace(checkpoint.card, output=Output(OutputKind.SIGMOID, thresholds=(0.3,) * 18))
    checkpoint = replace(checkpoint, card=told)
    network = load_divided(checkpoint, "cpu")
    assert isinstance(network, SplitNetwork)
    (tmp_path / "back.onnx").write_bytes(export(checkpoint, network).content)
    back = describe(entry_of(tmp_path / "back.onnx")).card
    assert (back.output.kind, back.output.thresholds) == (OutputKind.SIGMOID, (0.3,) * 18)
    assert (back.class_names, "input_size" in back.assumed) == (told.class_names, True)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"fields": 3}', '{"fields": {}, "guessed": 3}'])
def test_a_metadata_of_no_sense_tells_nothing(text: str) -> None:
    found = told_in(text, "a.onnx")
    assert found is None or not found.fields
