"""Heads of ordered grades with one row of weights and a bias for each step, written out and loaded."""

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from camdash.errors import CheckpointError
from camdash.networks.cards.output import OutputKind
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.coral import MOST_STEPS, written_out
from camdash.networks.loading import load
from camdash.networks.report import intake
from tests.conftest import card_fields, random_images, random_network, save_state_dict


def write_card(path: Path, fields: dict[str, object]) -> None:
    path.with_suffix(".json").write_text(json.dumps(fields))


STEPS = torch.tensor([1.5, 0.25, -2.0])
GRADES = ["None", "Mild", "Moderate", "Severe"]


def coral(row: str, biases: str, *, own: float | None = None) -> dict[str, Tensor]:
    """Return a network with one row of weights under a name, and the biases of three steps under another."""
    network = random_network("resnet18", 1)
    state = dict(network.state_dict())
    weight = state.pop("fc.weight")
    state.pop("fc.bias")
    state |= {row: weight, biases: STEPS}
    return state | ({} if own is None else {"fc.bias": torch.tensor([own])})


@pytest.mark.parametrize(
    ("row", "biases"),
    [
        ("fc.coral_weights.weight", "fc.coral_bias"),
        ("fc.1.coral_weights.weight", "fc.1.coral_bias"),
        ("fc.weight", "linear_1_bias"),
        ("fc.weight", "coral_bias"),
    ],
)
def test_each_step_is_the_row_times_the_activations_plus_its_own_bias(tmp_path: Path, row: str, biases: str) -> None:
    path = save_state_dict(tmp_path / "m.pth", coral(row, biases))
    write_card(path, card_fields(architecture="resnet18", class_names=GRADES))
    loaded = load(describe(entry_of(path)), "cpu")
    card = loaded.checkpoint.card
    assert (card.output.kind, card.logit_names) == (OutputKind.ORDINAL, ("> None", "> Mild", "> Moderate"))
    assert biases in card.guess
    inputs = random_images(1, 64, 96)
    maps, _ = loaded.maps_and_pooled(inputs)
    network = random_network("resnet18", 1)
    with torch.inference_mode():
        alone = network(inputs) - network.fc.bias  # type: ignore[union-attr]
    sums = maps.mean((2, 3)) + torch.from_numpy(loaded.network.bias)
    torch.testing.assert_close(sums, alone + STEPS, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(maps, maps[:, :1].expand_as(maps), rtol=1e-5, atol=1e-6)


def test_a_bias_of_the_row_itself_is_part_of_each_steps() -> None:
    state, sign, said = written_out(coral("fc.weight", "linear_1_bias", own=0.5))
    torch.testing.assert_close(state["fc.bias"], torch.tensor([2.0, 0.75, -1.5]))
    assert (state["fc.weight"].shape, sign) == ((3, 512), "linear_1_bias")
    assert said == ("one row of weights with 3 biases (CORAL) written out as 3 outputs",)
    assert "linear_1_bias" not in state


def test_without_a_card_the_grades_are_numbered_and_said_to_be_ordered(tmp_path: Path) -> None:
    path = save_state_dict(tmp_path / "m.pth", coral("fc.coral_weights.weight", "fc.coral_bias"))
    report = intake(entry_of(path))
    assert report.usable
    assert report.card is not None
    assert report.card.class_names == ("Class 0", "Class 1", "Class 2", "Class 3")
    assert "taken for grades in their order (ordinal), since the file holds fc.coral_bias" in report.card.guess
    assert "one row of weights with 3 biases (CORAL) written out as 3 outputs" in report.conversions


def test_a_card_that_says_another_output_is_believed(tmp_path: Path) -> None:
    path = save_state_dict(tmp_path / "m.pth", coral("fc.weight", "coral_bias"))
    write_card(path, card_fields(architecture="resnet18", class_names=GRADES[:3], output="sigmoid"))
    assert describe(entry_of(path)).card.output.kind is OutputKind.SIGMOID


def test_a_plain_layer_of_a_row_for_each_step_is_ordinal_where_the_card_says_so(tmp_path: Path) -> None:
    path = save_state_dict(tmp_path / "m.pth", random_network("resnet18", 3).state_dict())
    write_card(path, card_fields(architecture="resnet18", class_names=GRADES, output="ordinal"))
    loaded = load(describe(entry_of(path)), "cpu")
    assert loaded.checkpoint.card.guess == ""
    assert len(loaded.network.bias) == 3
    write_card(path, card_fields(architecture="resnet18", class_names=GRADES[:3], output="ordinal"))
    with pytest.raises(CheckpointError, match="with 2 classes: its head has 3 outputs"):
        load(describe(entry_of(path)), "cpu")


ROW = torch.zeros(1, 8)


@pytest.mark.parametrize(
    "state",
    [
        {"fc.weight": ROW, "fc.bias": torch.zeros(1)},
        {"fc.weight": torch.zeros(2, 8), "coral_bias": torch.zeros(3)},
        {"fc.weight": ROW, "other.weight": ROW, "coral_bias": torch.zeros(3)},
        {"fc.weight": ROW, "coral_bias": torch.zeros(3), "linear_1_bias": torch.zeros(3)},
        {"fc.weight": ROW, "coral_bias": torch.zeros(0)},
        {"fc.weight": ROW, "coral_bias": torch.zeros(3, 1)},
        {"fc.weight": ROW, "coral_bias": torch.zeros(3, dtype=torch.int64)},
        {"fc.weight": ROW, "coral_bias": torch.zeros(MOST_STEPS + 1)},
        {"fc.weight": torch.zeros(1, 20_000, device="meta"), "coral_bias": torch.zeros(1000, device="meta")},
        {"fc.coral_weights.weight": torch.zeros(2, 8), "fc.coral_bias": torch.zeros(3)},
        {"fc.coral_weights.weight": ROW, "fc.coral_bias": torch.zeros(3), "fc.bias": torch.zeros(1)},
    ],
)
def test_what_is_no_such_head_stays_as_it_is(state: dict[str, Tensor]) -> None:
    found, sign, said = written_out(state)
    assert (found.keys(), sign, said) == (state.keys(), "", ())


def test_an_outline_is_written_out_without_numbers() -> None:
    state, _, _ = written_out({name: value.to("meta") for name, value in coral("fc.weight", "coral_bias").items()})
    assert state["fc.weight"].is_meta
    assert state["fc.weight"].shape == (3, 512)


def test_biases_that_stand_beside_more_than_one_bias_are_no_head_of_grades() -> None:
    state = {"fc.weight": torch.ones(1, 8), "fc.bias": torch.ones(5), "linear_1_bias": STEPS}
    assert written_out(state) == (state, "", ())
