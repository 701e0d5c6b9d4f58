"""A checkpoint made ready to run: it does what the original network does, or it is refused with a sentence."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from camdash.errors import CheckpointError, UsageError
from camdash.evidence.analysis import analyse
from camdash.networks.cards.card import Card, Checkpoint, Fit, Preprocessing
from camdash.networks.cards.writing import write_checkpoint
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loading import load, preferred_device
from camdash.networks.preprocessing import network_input
from tests.conftest import (
    card_fields,
    radiograph,
    random_network,
    save_checkpoint,
    save_state_dict,
    small_card,
    speckle,
    split_of,
)

CPU = torch.device("cpu")


def described(path: Path) -> Checkpoint:
    return describe(entry_of(path))


@pytest.mark.parametrize(("channels", "classes"), [(1, 5), (3, 7)])
def test_a_checkpoint_that_was_written_gives_the_original_networks_logits(
    tmp_path: Path, channels: int, classes: int
) -> None:
    card = small_card(classes, fit=Fit.PAD)
    checkpoint = described(save_checkpoint(tmp_path, "small", card, channels=channels))
    assert checkpoint.card == card
    ready, image = load(checkpoint, CPU), radiograph(speckle(70, 90))
    with torch.inference_mode():
        logits = random_network("resnet18", classes, channels)(network_input(image, card.preprocessing, channels))[0]
    found = analyse(image, ready)
    np.testing.assert_allclose(found.prediction.logits, logits, atol=1e-4 * float(logits.abs().max()))
    assert found.maps.maps.shape == (classes, 2, 3)
    assert found.prediction.class_names == card.class_names


def test_half_weights_are_stored_in_half_the_room_and_run_in_float32(tmp_path: Path) -> None:
    state, card = random_network().state_dict(), small_card()
    whole, half = tmp_path / "whole.safetensors", tmp_path / "half.safetensors"
    write_checkpoint(whole, state, card, half=False)
    write_checkpoint(half, state, card, half=True)
    assert half.stat().st_size < 0.51 * whole.stat().st_size
    image = radiograph(speckle(70, 90))
    ready = load(described(half), CPU)
    assert {value.dtype for value in split_of(ready).features.state_dict().values()} == {torch.float32}
    found, expected = (analyse(image, each).prediction.logits for each in (ready, load(described(whole), CPU)))
    np.testing.assert_allclose(found, expected, atol=0.01 * float(np.abs(expected).max()))


def test_a_pickled_half_precision_state_dict_with_prefixes_is_loaded(tmp_path: Path) -> None:
    state = {f"module.{name}": value.half() if value.is_floating_point() else value
             for name, value in random_network().state_dict().items()}  # fmt: skip
    path = save_state_dict(tmp_path / "mine.pth", {"state_dict": state})
    (tmp_path / "mine.json").write_text(json.dumps(card_fields()))
    assert split_of(load(described(path), CPU)).weight.shape == (5, 512)


def test_batch_norms_counters_may_be_missing(tmp_path: Path) -> None:
    state = {n: v for n, v in random_network().state_dict().items() if not n.endswith("num_batches_tracked")}
    path = save_state_dict(tmp_path / "mine.pth", state)
    (tmp_path / "mine.json").write_text(json.dumps(card_fields()))
    assert load(described(path), CPU).network.channels == 1


def test_a_wrong_number_of_classes_is_refused_with_both_numbers(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    write_checkpoint(path, random_network("resnet18", 7).state_dict(), small_card(5))
    with pytest.raises(
        CheckpointError, match=r"weights of small do not fit resnet18 with 5 classes: .*\[7, 512\].*\[5, "
    ):
        load(described(path), CPU)


def test_weights_of_another_architecture_are_refused(tmp_path: Path) -> None:
    card = dataclasses.replace(small_card(), architecture="resnet34")
    path = tmp_path / "small.safetensors"
    write_checkpoint(path, random_network().state_dict(), card)
    with pytest.raises(CheckpointError, match="weights of small do not fit resnet34 with 5 classes: Missing key"):
        load(described(path), CPU)


@pytest.mark.parametrize("channels", [2, 4])
def test_a_network_of_neither_one_nor_three_channels_is_refused(tmp_path: Path, channels: int) -> None:
    with pytest.raises(CheckpointError, match="no first convolution 'conv1' with 1 or 3 input channels, as resnet18 "):
        load(described(save_checkpoint(tmp_path, channels=channels)), CPU)


@pytest.mark.parametrize("field", ["mean", "std"])
def test_numbers_for_three_channels_do_not_fit_a_network_of_one(tmp_path: Path, field: str) -> None:
    three = (0.5, 0.5, 0.5)
    how = Preprocessing((64, 96), Fit.STRETCH, **{field: three})  # type: ignore[arg-type]
    card = Card("resnet18", small_card().class_names, how)
    with pytest.raises(CheckpointError, match=rf"gives 3 values of {field}, but the network has 1 input channel\."):
        load(described(save_checkpoint(tmp_path, card=card)), CPU)


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    state = random_network().state_dict()
    state["layer3.0.conv1.weight"] = torch.full_like(state["layer3.0.conv1.weight"], float("nan"))
    write_checkpoint(tmp_path / "small.safetensors", state, small_card())
    with pytest.raises(CheckpointError, match="not finite numbers: its weights are damaged"):
        load(described(tmp_path / "small.safetensors"), CPU)


@pytest.mark.parametrize("device", ["toaster", "cuda:99", "cpu:cpu", "meta"])
def test_a_device_that_is_not_here_is_refused_with_one_that_is(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    monkeypatch.setenv("CAMDASH_DEVICE", device)
    with pytest.raises(UsageError, match=rf"^CAMDASH_DEVICE is '{device}', which is not available .* Try cpu\.$"):
        preferred_device()


def test_the_device_of_the_environment_goes_before_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMDASH_DEVICE", "cpu")
    assert preferred_device() == CPU


def test_without_a_wish_the_device_is_cuda_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAMDASH_DEVICE", raising=False)
    assert preferred_device().type == ("cuda" if torch.cuda.is_available() else "cpu")
