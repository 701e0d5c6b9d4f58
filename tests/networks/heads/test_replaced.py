"""A head of several layers in the place of a linear one: recognised, built, and taken apart."""

import copy
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from camdash.errors import CheckpointError
from camdash.networks.cards.arithmetic import HeadActivation
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.heads.head import Level
from camdash.networks.heads.replaced import ACTIVATIONS, replaced_head
from camdash.networks.loading import load, load_any, load_split
from camdash.networks.report import intake
from tests.conftest import split_of
from tests.networks.zoo import card_of, images, network, saved

SEQUENCES: dict[str, list[nn.Module]] = {
    "relu": [nn.Linear(1024, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 3)],
    "dropout first": [nn.Dropout(), nn.Linear(1024, 16), nn.Dropout(), nn.ReLU(), nn.Linear(16, 3)],
    "batch norm": [
        nn.BatchNorm1d(1024),
        nn.Linear(1024, 8),
        nn.ReLU(),
        nn.BatchNorm1d(8),
        nn.Dropout(),
        nn.Linear(8, 3),
    ],
    "three": [nn.Linear(1024, 9), nn.ReLU(), nn.Linear(9, 7, bias=False), nn.ReLU(), nn.Linear(7, 3)],
    "layer norm": [nn.LayerNorm(1024), nn.Linear(1024, 3)],
    "no activation": [nn.BatchNorm1d(1024), nn.Linear(1024, 3)],
}


def replaced(layers: list[nn.Module]) -> nn.Module:
    """Return the tiny network with these layers in the place of its last one, with random weights and statistics."""
    made = copy.deepcopy(network("shufflenet_v2_x0_5"))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        made.fc = nn.Sequential(*copy.deepcopy(layers))
        for part in made.fc.modules():
            for parameter in part.parameters(recurse=False):
                nn.init.normal_(parameter, 0.1, 0.3)
            if isinstance(part, nn.BatchNorm1d):
                part.running_mean, part.running_var = torch.randn(part.num_features), torch.rand(part.num_features) + 1
    return made.eval()


def answer(made: nn.Module) -> Tensor:
    with torch.inference_mode():
        result: Tensor = made(images())
        return result


@pytest.mark.parametrize("with_card", [True, False])
@pytest.mark.parametrize("name", SEQUENCES)
def test_evidence_plus_bias_is_the_logit_of_the_network_that_was_saved(
    tmp_path: Path, name: str, with_card: bool
) -> None:
    made = replaced(SEQUENCES[name])
    card = card_of("shufflenet_v2_x0_5") if with_card else {}
    loaded = load(describe(entry_of(saved(tmp_path / "m.pth", made.state_dict(), **card))), "cpu")
    assert len(loaded.checkpoint.card.class_names) == 3
    maps, _ = loaded.maps_and_pooled(images())
    sums = maps.mean((2, 3)) + split_of(loaded).bias
    torch.testing.assert_close(sums, answer(made), rtol=1e-4, atol=1e-5)
    assert loaded.network.head.level is (Level.A if name == "no activation" else Level.B)


def test_what_stands_between_the_layers_is_the_cards_to_say(tmp_path: Path) -> None:
    made = replaced([nn.Linear(1024, 16), nn.GELU(), nn.Linear(16, 3)])
    path = saved(tmp_path / "m.pth", made.state_dict(), **card_of("shufflenet_v2_x0_5", head_activation="gelu"))
    loaded = load(describe(entry_of(path)), "cpu")
    maps, _ = loaded.maps_and_pooled(images())
    torch.testing.assert_close(maps.mean((2, 3)) + split_of(loaded).bias, answer(made), rtol=1e-4, atol=1e-5)
    wrong = load(describe(entry_of(saved(tmp_path / "bare.pth", made.state_dict()))), "cpu")
    assert float((wrong.maps_and_pooled(images())[0] - maps).abs().max()) > 1e-3


def test_the_report_says_what_is_taken_for_the_head(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.pth", replaced(SEQUENCES["relu"]).state_dict())
    report = intake(entry_of(path))
    said = "head fc has 2 layers with weights; between linear ones: relu (a card can say head_activation)"
    assert said in report.conversions
    assert (report.usable, report.level) == (True, "B")


@pytest.mark.parametrize(
    ("head", "uses"),
    [
        ([nn.Linear(1024, 16), nn.GELU(), nn.Linear(16, 3)], True),
        ([nn.Linear(1024, 16), nn.Linear(16, 3)], False),
        ([nn.Dropout(), nn.Linear(1024, 3)], False),
    ],
)
def test_an_activation_for_which_the_head_has_no_place_is_said_not_to_be_used(
    tmp_path: Path, head: list[nn.Module], uses: bool
) -> None:
    path = saved(
        tmp_path / "m.pth", replaced(head).state_dict(), **card_of("shufflenet_v2_x0_5", head_activation="gelu")
    )
    said = "The card's field head_activation was not used: it needs"
    assert [one.startswith(said) for one in intake(entry_of(path)).unused] == ([] if uses else [True])


def test_the_largest_activation_is_read_by_such_a_head_too(tmp_path: Path) -> None:
    made = replaced(SEQUENCES["relu"])
    path = saved(tmp_path / "m.pth", made.state_dict(), **card_of("shufflenet_v2_x0_5", pooling="max"))
    loaded = load(describe(entry_of(path)), "cpu")
    maps, _ = loaded.maps_and_pooled(images())
    with torch.inference_mode():
        features = nn.Sequential(*list(made.children())[:-1])(images())
        expected = made.fc(features.amax((2, 3)))  # type: ignore[operator]
    torch.testing.assert_close(maps.mean((2, 3)) + split_of(loaded).bias, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_a_head_that_cannot_be_taken_apart_predicts_and_says_why(tmp_path: Path, pooling: str) -> None:
    """After a linear layer with a bias an empty grid is uneven, and a layer norm is no multiple of what it takes."""
    made = replaced([nn.Linear(1024, 8), nn.LayerNorm(8), nn.ReLU(), nn.Linear(8, 3)])
    card = card_of("shufflenet_v2_x0_5", pooling=pooling)
    checkpoint = describe(entry_of(saved(tmp_path / "plain.pth", made.state_dict(), **card)))
    loaded = load_any(checkpoint, "cpu")
    assert loaded.whole is not None
    with torch.inference_mode():
        features = nn.Sequential(*list(made.children())[:-1])(images())
        pooled = features.amax((2, 3)) if pooling == "max" else features.mean((2, 3))
        expected = made.fc(pooled)  # type: ignore[operator]
    torch.testing.assert_close(loaded.whole.logits(images()), expected)
    assert "its head has a layer LayerNorm whose shares are not exact" in loaded.no_map
    with pytest.raises(CheckpointError, match=r"^plain: This network gives a prediction and no map"):
        load(checkpoint, "cpu")


def test_no_slopes_are_taken_of_such_a_head(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.pth", replaced(SEQUENCES["relu"]).state_dict(), **card_of("shufflenet_v2_x0_5"))
    with pytest.raises(CheckpointError, match="head of several layers"):
        load_split(describe(entry_of(path)), "cpu")


def test_a_head_of_another_family_cannot_be_told_its_activation(tmp_path: Path) -> None:
    path = saved(
        tmp_path / "m.pth",
        network("squeezenet1_1").state_dict(),
        **card_of("squeezenet1_1", head_activation="gelu"),
    )
    with pytest.raises(CheckpointError, match="says head_activation, but squeezenet1_1 has a head of its own"):
        describe(entry_of(path))


@pytest.mark.parametrize(
    "shapes",
    [
        {"fc.weight": (3, 8), "fc.bias": (3,)},
        {"fc.1.weight": (3, 8), "fc.1.bias": (3,)},
        {"fc.0.weight": (4, 8), "fc.2.weight": (3, 5)},
        {"fc.0.weight": (4, 8), "fc.2.weight": (4,)},
        {"fc.0.weight": (4, 8), "fc.2.weight": (3, 4), "fc.scale": (1,)},
        {"fc.0.weight": (4, 8), "fc.2.weight": (3, 4), "fc.1.bias": (1,)},
        {"fc.0.weight": (4, 8), "fc.99999999.weight": (3, 4)},
    ],
    ids=["linear", "one layer", "widths", "no linear at the end", "other names", "a bias alone", "far away"],
)
def test_what_is_no_sequence_of_known_layers_is_none(shapes: dict[str, tuple[int, ...]]) -> None:
    assert replaced_head(shapes, "fc") is None


def test_a_card_knows_each_activation() -> None:
    assert {one.value for one in HeadActivation} == set(ACTIVATIONS)
