"""Weights from a file, without ever running code that stands in it."""

import argparse
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load as load_safetensors
from torch import Tensor

from camdash.errors import CheckpointError, PickledCodeError
from camdash.networks.familiarity import TENSOR
from camdash.networks.files import ADVICE, FileKind, kind_of, recipe
from camdash.networks.layouts import clean, find_state_dict, is_plain

SUFFIXES = (".safetensors", ".pt", ".pth", ".ckpt", ".bin")

UNREADABLE = (
    *(EOFError, RuntimeError, struct.error, OSError, ValueError, LookupError, TypeError, AttributeError),
    *(AssertionError, OverflowError, MemoryError),
)
"""What torch's safe unpickler was seen to raise, besides UnpicklingError, for files with bytes cut off or changed."""

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}

torch.serialization.add_safe_globals([argparse.Namespace])  # timm keeps a run's arguments in one: attributes, no code


@dataclass(frozen=True, eq=False)
class StoredWeights:
    """What a file holds for a network.

    Attributes:
        tensors: by the network's own names, in the precision of the file; on the meta device where only the header
            was read.
        metadata: a safetensors file's text metadata; of other files `arch`, where the training script said it.
        conversions: what was done to the file's names, a phrase each.
        ignored: names of the file that belong to no network (a loss, an averaging counter).
    """

    tensors: dict[str, Tensor]
    metadata: dict[str, str]
    conversions: tuple[str, ...]
    ignored: tuple[str, ...]

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Each tensor's shape, by name."""
        return {name: tuple(value.shape) for name, value in self.tensors.items()}


def read_header(path: Path) -> StoredWeights:
    """Read names, shapes and precision, not the weights; raise as `read_stored`."""
    return _read(path, values=False)


def read_stored(path: Path) -> StoredWeights:
    """Read the weights in the file's own precision.

    Nothing is mapped: a file that is overwritten later does not change, or take down, what was read of it.

    Raises:
        CheckpointError: the file cannot be read, holds pickled code, or holds no state dict.
    """
    return _read(path, values=True)


def in_float32(value: Tensor) -> Tensor:
    """Return floating point numbers in float32, whole numbers as they are."""
    return value.float() if value.is_floating_point() else value


def _read(path: Path, *, values: bool) -> StoredWeights:
    if kind_of(path) is FileKind.SAFETENSORS:
        tensors, metadata = _safetensors(path, values=values)
        conversions: tuple[str, ...] = ()
    else:
        loaded = _unpickled(path, values=values)
        tensors, conversions = find_state_dict(loaded, path.name)
        said = loaded.get("arch") if isinstance(loaded, dict) else None
        metadata = {"arch": said} if isinstance(said, str) else {}
    layout = clean({name: value for name, value in tensors.items() if name != TENSOR})
    if not layout.tensors:
        raise CheckpointError(f"{path.name} holds no weights.")
    return StoredWeights(layout.tensors, metadata, conversions + layout.conversions, layout.ignored)


def _safetensors(path: Path, *, values: bool) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with safe_open(path, framework="pt") as opened:
            metadata = opened.metadata() or {}
            if not values:
                slices = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118 (it is no mapping)
                return {name: _outline(part.get_shape(), part.get_dtype()) for name, part in slices.items()}, metadata
        return {name: value for name, value in load_safetensors(path.read_bytes()).items() if is_plain(value)}, metadata
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise CheckpointError(f"{path.name} is not a whole safetensors file: {error}.") from error


def _outline(shape: list[int], dtype: str) -> Tensor:
    return torch.empty(shape, dtype=DTYPES[dtype], device="meta")


def _unpickled(path: Path, *, values: bool) -> object:
    try:
        return torch.load(path, map_location="cpu" if values else "meta", weights_only=True)
    except UnpicklingError as error:
        named = re.search(r"GLOBAL ([\w.]{1,100})", str(error))
        reason = f" ({named[1]})" if named else ""
        raise PickledCodeError(
            f"{path.name} holds something other than weights{reason}, or is damaged: it cannot be read without running "
            f"code that stands in it, so it was not opened. {ADVICE}",
            recipe(path),
        ) from error
    except UNREADABLE as error:
        raise CheckpointError(f"{path.name} is damaged, or no checkpoint at all.") from error
