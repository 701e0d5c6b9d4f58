"""Weights from a file, without ever running code that stands in it."""

import struct
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from camdash.errors import CheckpointError

SUFFIXES = (".safetensors", ".pt", ".pth", ".ckpt", ".bin")
NESTINGS = ("state_dict", "model_state_dict", "model", "net", "ema", "state_dict_ema", "model_ema")
"""Keys under which training scripts usually nest a state dict."""

PREFIXES = ("module.", "model.", "net.", "backbone.", "_orig_mod.")
"""Prefixes that DataParallel, Lightning, torch.compile and wrappers put before every name."""

DEEPEST = 4
"""Nestings that are opened, one in another."""

UNREADABLE = (EOFError, RuntimeError, struct.error, OSError, ValueError, LookupError, TypeError, AssertionError)
"""What torch's safe unpickler was seen to raise, besides UnpicklingError, for files with bytes cut off or changed."""


def read_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read a checkpoint file: its tensors in float32 by name, prefixes taken off, and its text metadata.

    Raises:
        CheckpointError: the file cannot be read, holds pickled code, or holds no state dict.
    """
    tensors, metadata = _safetensors(path) if path.suffix == ".safetensors" else (_pickled(path), {})
    if not tensors:
        raise CheckpointError(f"{path.name} holds no weights.")
    return {name: _float(value) for name, value in without_prefixes(tensors).items()}, metadata


def without_prefixes(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Take off the prefixes that all names share, in any nesting."""
    names = dict(tensors)
    while prefix := next((p for p in PREFIXES if names and all(name.startswith(p) for name in names)), None):
        names = {name.removeprefix(prefix): value for name, value in names.items()}
    return names


def _float(value: Tensor) -> Tensor:
    return value.float() if value.is_floating_point() else value


def _safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with safe_open(path, framework="pt") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (it is no mapping)
            return tensors, opened.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path.name} is not a whole safetensors file: {error}.") from error


def _pickled(path: Path) -> dict[str, Tensor]:
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except UnpicklingError as error:
        raise CheckpointError(
            f"{path.name} holds something other than weights, or is damaged: it cannot be read without running code "
            "that stands in it, so it was not opened. Save the weights alone: torch.save(model.state_dict(), path)."
        ) from error
    except UNREADABLE as error:
        raise CheckpointError(f"{path.name} is damaged, or no checkpoint at all.") from error
    return _state_dict(loaded, path)


def _state_dict(loaded: object, path: Path) -> dict[str, Tensor]:
    for _ in range(DEEPEST):
        if not isinstance(loaded, dict):
            break
        if loaded and all(isinstance(value, Tensor) for value in loaded.values()):
            return {str(name): value for name, value in loaded.items()}
        loaded = next((loaded[key] for key in NESTINGS if isinstance(loaded.get(key), dict)), None)
    raise CheckpointError(f"{path.name} holds no state dict, bare or under one of the keys {', '.join(NESTINGS)}.")
