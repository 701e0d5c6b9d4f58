"""What torch's unpickler may make for camdash, it makes for camdash alone."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from tests.networks.zoo import saved, state


@pytest.fixture
def timm_file(tmp_path: Path) -> Path:
    """A checkpoint of a training script, with its arguments and a NumPy number beside the weights."""
    content = {"state_dict": state(), "args": argparse.Namespace(lr=0.1), "best": np.float64(0.9)}
    return saved(tmp_path / "timm.pth", content)


def test_it_is_allowed_for_the_time_of_reading_a_file(timm_file: Path) -> None:
    before = torch.serialization.get_safe_globals()
    assert argparse.Namespace not in before
    assert describe(entry_of(timm_file)).card.architecture == "shufflenet_v2_x0_5"
    assert set(torch.serialization.get_safe_globals()) == set(before)


def test_what_the_program_itself_allows_stays_allowed(timm_file: Path) -> None:
    with torch.serialization.safe_globals([argparse.Namespace]):
        describe(entry_of(timm_file))
        assert torch.serialization.get_safe_globals().count(argparse.Namespace) == 1


def test_other_readers_get_numpy_s_own_values(timm_file: Path) -> None:
    describe(entry_of(timm_file))
    scalar = np.float64(0.9).__reduce__()[0]
    number: list[Any] = [np.float64, np.dtype, type(np.dtype("float64")), scalar]
    with torch.serialization.safe_globals([argparse.Namespace, *number]):
        assert torch.load(timm_file, weights_only=True)["best"] == 0.9
