"""safetensors files, read without mapping them: a mapped file that somebody cuts short ends the whole process.

The format: eight bytes with the length of a JSON header, the header, and the numbers; the header says of each tensor
its type, its shape, and where its numbers begin and end (https://github.com/huggingface/safetensors, "Format").
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any

import torch
from torch import Tensor

from camdash.networks.files.kinds import LARGEST_FILE, LARGEST_HEADER
from camdash.words.sentence import say, say_many

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E4M3FNUZ": torch.float8_e4m3fnuz,
    "F8_E5M2": torch.float8_e5m2,
    "F8_E5M2FNUZ": torch.float8_e5m2fnuz,
    "C64": torch.complex64,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U64": torch.uint64,
    "U32": torch.uint32,
    "U16": torch.uint16,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


class UnknownType(ValueError):  # noqa: N818 (it is told in words, as the others are)
    """A file holds numbers of a type that is not read."""


METADATA = "__metadata__"
FAMILIARITY = "camdash.familiarity"
"""The name of a familiarity check's vectors among the tensors, and the metadata key of what belongs to them."""

MOST_TENSORS = 10_000
"""In one file; the largest network that is known here has 2,000."""

MOST_AXES = 8


@dataclass(frozen=True)
class Part:
    """Where a tensor's numbers lie in a file, and what they are."""

    dtype: torch.dtype
    shape: tuple[int, ...]
    begin: int
    end: int

    def outline(self) -> Tensor:
        """Return the tensor without its numbers."""
        return torch.empty(self.shape, dtype=self.dtype, device="meta")


@dataclass(frozen=True)
class Header:
    """What a safetensors file says of itself: its tensors by name, and texts."""

    parts: Mapping[str, Part]
    metadata: Mapping[str, str]


def read_header(stream: io.BufferedIOBase, size: int) -> Header:
    """Read the header of a file of so many bytes.

    Raises:
        ValueError: it is damaged, or holds what is not read; in words, without a full stop.
    """
    length = int.from_bytes(stream.read(8), "little")
    if not 2 <= length <= min(LARGEST_HEADER, size - 8):
        raise ValueError(say("its header is missing, or longer than the file"))
    try:
        fields = json.loads(stream.read(length).decode("utf-8"), object_pairs_hook=_without_repeats)
    except RecursionError as error:
        raise ValueError(say("its header is nested too deeply")) from error
    if not isinstance(fields, dict):
        raise ValueError(say("its header is no JSON object"))  # noqa: TRY004 (the file's fault, not a bug)
    metadata = fields.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise ValueError(say("its metadata are not texts"))
    if len(fields) > MOST_TENSORS:
        raise ValueError(
            say_many(
                "it holds {count} tensor, more than any network that is known here",
                "it holds {count} tensors, more than any network that is known here",
                len(fields),
            )
        )
    first = 8 + length
    parts = {name: _part(value, first) for name, value in fields.items()}
    _check_places(parts, first, size)
    return Header(parts, metadata)


def read_tensor(stream: io.BufferedIOBase, part: Part) -> Tensor:
    """Read the numbers of one tensor.

    Raises:
        ValueError: the file ends before them.
    """
    numbers = bytearray(part.end - part.begin)
    if not numbers:
        return torch.empty(part.shape, dtype=part.dtype)
    stream.seek(part.begin)
    if stream.readinto(numbers) != len(numbers):
        raise ValueError(say("it ends before its numbers do"))
    return torch.frombuffer(numbers, dtype=part.dtype).reshape(part.shape)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError(say("its header gives a name twice"))
    return fields


def _part(value: Any, first: int) -> Part:
    if not isinstance(value, dict) or value.keys() != {"dtype", "shape", "data_offsets"}:
        raise ValueError(say("its header does not say type, shape and place of each tensor"))
    dtype, shape, places = value["dtype"], value["shape"], value["data_offsets"]
    if not _are_counts(shape) or len(shape) > MOST_AXES or prod(max(side, 1) for side in shape) > LARGEST_FILE:
        raise ValueError(say("a tensor in it has an impossible shape"))
    if not _are_counts(places) or len(places) != 2:
        raise ValueError(say("a tensor in it has an impossible place"))
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise UnknownType(
            say("it holds numbers of the type {type}, which is not read; save them as F32", type=repr(str(dtype)[:20]))
        )
    if places[1] - places[0] != prod(shape) * DTYPES[dtype].itemsize:
        raise ValueError(say("a tensor in it has another size than its shape"))
    return Part(DTYPES[dtype], tuple(shape), first + places[0], first + places[1])


def _are_counts(values: object) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value <= LARGEST_FILE for value in values)


def _check_places(parts: Mapping[str, Part], first: int, size: int) -> None:
    """Refuse tensors that overlap, leave gaps, or do not end with the file: such files were made to deceive."""
    places = sorted((part.begin, part.end) for part in parts.values())
    edges = [(first, first), *places, (size, size)]
    if any(before[1] != after[0] for before, after in pairwise(edges)):
        raise ValueError(say("its tensors do not fill it one after another, so it is cut short or damaged"))
