"""EfficientNets of efficientnet_pytorch and of MONAI: their logits, and what is said of their padding."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import timm
import torch
from torch import Tensor, nn

from camdash.networks.catalog.folders import entry_of
from camdash.networks.files.weights import StoredWeights
from camdash.networks.hubs.efficientnet import KINDS, brought
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.report import intake
from tests.networks.hubs.originals import (
    alive,
    check_same,
    inputs,
    loaded_from,
    lukemelas_efficientnet,
    monais_efficientnet,
    settled,
)
from tests.networks.of_timm.zoo import logits_of


@pytest.fixture(scope="module")
def original() -> nn.Module:
    """Its B0 for three channels."""
    return settled(alive(lambda: lukemelas_efficientnet("b0")), 3, 96)


@pytest.fixture(scope="module")
def monais() -> nn.Module:
    """MONAI's B1 for one channel: it pads for 240 pixels, so that the last of its stages sees an odd side."""
    return settled(alive(lambda: monais_efficientnet("b1", 1)), 1, 80)


def saved(state: dict[str, Tensor], folder: Path, **card: object) -> Path:
    """Write weights, and a card where there are fields of one."""
    path = folder / "network.pth"
    torch.save(state, path)
    if card:
        fields = {"class_names": ["A", "B", "C"], "input_size": [64, 64], "fit": "stretch"} | card
        path.with_suffix(".json").write_text(json.dumps(fields))
    return path


def check_all_that(network: nn.Module, loaded: LoadedCheckpoint, batch: Tensor) -> None:
    """Fail unless logits are the maker's own, and differ from those of another image."""
    with torch.inference_mode():
        wanted, other = network(batch), network(batch.flip(-1))
    assert float((wanted - other).abs().max()) > 0.01 * float(wanted.abs().max())
    check_same(loaded, batch, wanted)


def test_lukemelas_network_has_its_own_logits(original: nn.Module, tmp_path: Path) -> None:
    loaded = loaded_from(saved(dict(original.state_dict()), tmp_path))
    card = loaded.checkpoint.card
    assert (card.architecture, card.preset, loaded.no_map) == ("timm/tf_efficientnet_b0", "imagenet", "")
    assert card.preprocessing.input_size == (224, 224)
    assert {*card.assumed} == {"architecture", "class_names", "input_size", "fit"}
    check_all_that(original, loaded, inputs(3, 64))


def test_monai_s_network_has_its_own_logits(monais: nn.Module, tmp_path: Path) -> None:
    """At 48 pixels, too: 240 and 48 differ by a multiple of 32."""
    loaded = loaded_from(saved(dict(monais.state_dict()), tmp_path))
    card = loaded.checkpoint.card
    assert (card.architecture, card.preset, loaded.no_map) == ("timm/tf_efficientnet_b1", "unit", "")
    assert (card.preprocessing.input_size, card.preprocessing.resize) == ((240, 240), None)
    assert {"input_size", "fit"} <= {*card.assumed}
    check_all_that(monais, loaded, inputs(1, 48))


def test_a_size_that_the_network_was_not_built_for_is_padded_otherwise_and_the_report_says_so(
    monais: nn.Module, tmp_path: Path
) -> None:
    path = saved(dict(monais.state_dict()), tmp_path)
    with torch.inference_mode():
        wanted, found = monais(inputs(1, 64)), logits_of(loaded_from(path), inputs(1, 64))
    assert float((wanted - found).abs().max()) > 1e-3 * float(wanted.abs().max())
    said = " ".join(intake(entry_of(path)).conversions)
    assert "names of MONAI's EfficientNet brought to those of timm's tf_efficientnet_b1" in said
    assert "usually 240 x 240, which is the same where both differ by a multiple of 32" in said


@pytest.mark.parametrize("prefix", ["model.", "efficientnet.", "my.own.net."])
def test_a_prefix_is_taken_off(original: nn.Module, prefix: str, tmp_path: Path) -> None:
    state = {prefix + name: value for name, value in original.state_dict().items()}
    loaded = loaded_from(saved(state, tmp_path))
    assert loaded.checkpoint.card.architecture == "timm/tf_efficientnet_b0"
    check_all_that(original, loaded, inputs(3, 64))


def test_a_head_of_several_layers_is_taken(tmp_path: Path) -> None:
    def headed() -> nn.Module:
        network = lukemelas_efficientnet("b0")
        network._fc = nn.Sequential(nn.Linear(1280, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 3))
        return network

    network = settled(alive(headed), 3, 96)
    check_all_that(network, loaded_from(saved(dict(network.state_dict()), tmp_path)), inputs(3, 64))


@pytest.mark.parametrize("name", ["timm/tf_efficientnet_b0", "timm/tf_efficientnet_b0.ns_jft_in1k"])
def test_a_card_names_timm_s_network(original: nn.Module, name: str, tmp_path: Path) -> None:
    loaded = loaded_from(saved(dict(original.state_dict()), tmp_path, architecture=name))
    assert loaded.checkpoint.card.class_names == ("A", "B", "C")
    check_all_that(original, loaded, inputs(3, 64))


@pytest.mark.parametrize("name", ["timm/efficientnet_b0", "efficientnet_b0"])
def test_a_card_that_names_a_network_with_other_padding_is_refused(
    original: nn.Module, name: str, tmp_path: Path
) -> None:
    report = intake(entry_of(saved(dict(original.state_dict()), tmp_path, architecture=name)))
    wanted = f"The card in network.json says {name}, which pads otherwise than the network of these weights. Let it "
    assert report.error == f"{wanted}say timm/tf_efficientnet_b0."


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_each_size_has_the_names_and_shapes_of_timm_s(kind: object) -> None:
    name = kind.name  # type: ignore[attr-defined]
    with torch.device("meta"):
        theirs = lukemelas_efficientnet(name.rpartition("_")[2])
        ours = timm.create_model(name, num_classes=3)
    stored = brought(StoredWeights(dict(theirs.state_dict()), {}, (), ()))
    assert stored.shapes == {own: tuple(value.shape) for own, value in ours.state_dict().items()}
    assert stored.told is not None
    assert stored.told.fields["input_size"] == [kind.side, kind.side]  # type: ignore[attr-defined]
    assert theirs._global_params.image_size == kind.side  # type: ignore[attr-defined, union-attr]


def without(*ends: str) -> Callable[[str], bool]:
    return lambda name: not name.endswith(ends)


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (without("_blocks.15._project_conv.weight"), "could not be recognised"),
        (without("_conv_head.weight"), "looks like an EfficientNet of the package efficientnet_pytorch, or of MONAI"),
        (without("_fc.weight", "_fc.bias"), "without its last layer"),
    ],
)
def test_what_is_not_whole_is_refused(
    original: nn.Module, kept: Callable[[str], bool], said: str, tmp_path: Path
) -> None:
    state = {name: value for name, value in original.state_dict().items() if kept(name)}
    assert said in (intake(entry_of(saved(state, tmp_path))).error or "")


def test_a_name_that_would_hide_another_changes_none(original: nn.Module) -> None:
    """Two names would become one, and a weight would be lost."""
    state = dict(original.state_dict())
    state["conv_stem.weight"] = state["_conv_stem.weight"]
    stored = StoredWeights(state, {}, (), ())
    assert brought(stored) is stored


def test_networks_of_three_dimensions_are_refused(tmp_path: Path) -> None:
    state = {"_conv_stem.weight": torch.zeros(32, 1, 3, 3, 3), "_conv_head.weight": torch.zeros(1280, 320, 1, 1, 1)}
    error = intake(entry_of(saved(state, tmp_path))).error or ""
    assert "for images of two dimensions" in error
