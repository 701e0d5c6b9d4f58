"""The lines that convert a file which holds code: they do what they say, for every place where weights are kept."""

import contextlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from camdash.errors import CheckpointError
from camdash.networks.catalog.folders import entries
from camdash.networks.files.archives import LARGEST_PART
from camdash.networks.files.state_dicts import NESTINGS
from camdash.networks.files.weights import read_stored
from camdash.networks.report import IntakeReport, intake
from tests.networks.zoo import TINY, images, network, saved, state


def converted(folder: Path) -> IntakeReport:
    """Run the recipe of the only file in a folder, and return the report of what it wrote."""
    (entry,) = entries([folder])
    refused = intake(entry)
    assert refused.recipe is not None, refused.error
    assert len(refused.recipe.splitlines()) == 3
    with contextlib.chdir(folder):
        exec(refused.recipe, {})
    return next(intake(one) for one in entries([folder]) if one.path.name.endswith(".weights.pth"))


CODE = {"config": print}
"""What cannot be read without running code, beside the weights."""

CONTENTS: dict[str, Callable[[], object]] = {
    **{f"under {key}": lambda key=key: {key: state(), **CODE} for key in NESTINGS},  # type: ignore[misc]
    **{f"network under {key}": lambda key=key: {key: network(TINY), "epoch": 3} for key in NESTINGS},  # type: ignore[misc]
    "network": lambda: network(TINY),
    "bare": lambda: state() | CODE,
    "name of the architecture before it": lambda: {"model": "shufflenet", "net": state(), **CODE},
    "nothing before it": lambda: {"model": None, "ema": network(TINY)},
    "nested twice": lambda: {"model": {"state_dict": state(), **CODE}, **CODE},
    "code among the weights": lambda: {"state_dict": state() | CODE},
}


@pytest.mark.parametrize("content", CONTENTS)
def test_a_file_with_code_is_converted_to_one_that_is_read(tmp_path: Path, content: str) -> None:
    torch.save(CONTENTS[content](), tmp_path / "m.pth")
    report = converted(tmp_path)
    assert (report.usable, report.architecture) == (True, TINY), report.error


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("content", ["network", "under model"])
def test_a_pickle_that_torch_did_not_write_is_converted(tmp_path: Path, protocol: int, content: str) -> None:
    (tmp_path / "it's.pkl").write_bytes(pickle.dumps(CONTENTS[content](), protocol))
    assert converted(tmp_path).usable


@pytest.mark.parametrize("protocol", [3, 4])
def test_a_file_of_torchs_older_format_in_another_protocol_is_converted(tmp_path: Path, protocol: int) -> None:
    torch.save(state(), tmp_path / "m.pth", pickle_protocol=protocol, _use_new_zipfile_serialization=False)
    assert converted(tmp_path).usable


@pytest.mark.filterwarnings("ignore")  # that TorchScript is old
def test_a_compiled_network_is_converted(tmp_path: Path) -> None:
    with torch.no_grad():  # other tests made both in inference mode
        torch.jit.trace(network(TINY), images()).save(tmp_path / "m.pt")  # type: ignore[no-untyped-call]
    assert converted(tmp_path).usable


EXPORT = """
import torch
from pathlib import Path
from camdash.networks.catalog.checkpoints import entry_of
from camdash.networks.report import intake

torch.export.save(torch.export.export(torch.nn.Linear(2, 3), (torch.ones(1, 2),)), "m.pt2")
exec(intake(entry_of(Path("m.pt2"))).recipe, {})
print(sorted(torch.load("m.weights.pth")))
"""


def test_an_exported_program_is_converted(tmp_path: Path) -> None:
    """In a process of its own: it imports PyTorch's compiler."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-W", "ignore", "-c", EXPORT]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "['bias', 'weight']\n"


def test_what_numpy_made_beside_the_weights_needs_no_recipe(tmp_path: Path) -> None:
    more: dict[str, Any] = {"best": np.float64(0.9), "curve": np.ones((2, 3)), "kind": np.float32, "who": np.str_("a")}
    saved(tmp_path / "m.pth", {"state_dict": state(), **more})
    (entry,) = entries([tmp_path])
    report = intake(entry)
    assert (report.usable, report.recipe) == (True, None)
    assert report.conversions[-1] == "'best', 'curve', 'kind', 'who' left out"


@pytest.mark.parametrize("how", ["archive", "older format", "nested"])
@pytest.mark.parametrize("size", ["small", "larger than what is read of a pickle"])
def test_weights_as_arrays_are_told_apart_from_damage(tmp_path: Path, how: str, size: str) -> None:
    arrays = {name: tensor.numpy() for name, tensor in state().items()}
    if size != "small":
        arrays["features.weight"] = np.zeros(LARGEST_PART // 4, np.float32)
    content = {"state_dict": arrays, "epoch": 3} if how == "nested" else arrays
    torch.save(content, tmp_path / "m.pth", _use_new_zipfile_serialization=how != "older format")
    words = "NumPy arrays in place of tensors" if size == "small" else "large NumPy arrays"
    with pytest.raises(CheckpointError, match=rf"^m\.pth holds {words}\. "):
        read_stored(tmp_path / "m.pth")


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_large_arrays_are_told_apart_from_damage_in_any_protocol(tmp_path: Path, protocol: int) -> None:
    content = {"state_dict": state(), "bank": np.zeros(LARGEST_PART // 4, np.float32)}
    torch.save(content, tmp_path / "m.pth", pickle_protocol=protocol)
    with pytest.raises(CheckpointError, match=r"^m\.pth holds large NumPy arrays\. Save the weights alone, as"):
        read_stored(tmp_path / "m.pth")


def test_arrays_that_are_no_weights_are_not_called_weights(tmp_path: Path) -> None:
    torch.save({"net.metrics": np.zeros(3), "x": 1}, tmp_path / "m.pth")
    with pytest.raises(CheckpointError, match="holds no state dict"):
        read_stored(tmp_path / "m.pth")


def test_a_pickle_of_arrays_is_converted_and_arrays_of_words_stay_behind(tmp_path: Path) -> None:
    words = {"classes": np.array(["hand", "foot"]), "objects": np.array([print, None])}
    arrays = words | {name: tensor.numpy() for name, tensor in state().items()}
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(arrays))
    assert converted(tmp_path).usable
