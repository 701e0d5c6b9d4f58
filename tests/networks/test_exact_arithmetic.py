"""Networks run in whole float32, on whatever device and whoever loads them."""

from pathlib import Path

import pytest
import torch

import camdash
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loading import load, load_any
from tests.conftest import save_checkpoint


@pytest.fixture
def fast_and_inexact(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyTorch's own default, which a GPU takes: convolutions with ten bits of mantissa (TF32)."""
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)


@pytest.mark.usefixtures("fast_and_inexact")
@pytest.mark.parametrize("door", ["load", "load_any", "camdash.load_checkpoint", "with a device of one's own"])
def test_whoever_loads_a_network_has_convolutions_in_whole_float32(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    monkeypatch.setenv("CAMDASH_DEVICE", "cpu")
    path = save_checkpoint(tmp_path)
    assert torch.backends.cudnn.allow_tf32
    match door:
        case "load":
            load(describe(entry_of(path)), "cpu")
        case "load_any":
            load_any(describe(entry_of(path)), "cpu")
        case "camdash.load_checkpoint":
            camdash.load_checkpoint(path)
        case _:
            camdash.load_checkpoint(path, device="cpu")
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32
