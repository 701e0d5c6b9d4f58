"""What a checkpoint file is, told from its first bytes: what is none of ours is refused before it is read."""

from enum import StrEnum
from pathlib import Path

from camdash.errors import CheckpointError, PickledCodeError
from camdash.networks.endings import SAFETENSORS, ending_of
from camdash.networks.files.archives import check_archive
from camdash.networks.files.content import Content
from camdash.networks.files.recipes import ADVICE, PICKLE, TORCH, recipe

LARGEST_FILE = 4_000_000_000
"""Bytes; a larger file is refused unread."""

LARGEST_HEADER = 25_000_000
"""Bytes of a safetensors file's JSON header; a network of ten thousand weights has two million."""

ZIP_MAGIC = b"PK\x03\x04"
PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
MAGIC_NUMBER = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
TORCH_PICKLE = PICKLES[0] + MAGIC_NUMBER
"""How torch's files began before its version 1.6: a pickle of protocol 2, unless asked for another, with a number."""

OTHERS = (
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras writes it"),
    (0, b"GGUF", "a GGUF file"),
    (4, b"TFL3", "a TensorFlow Lite file"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (257, b"ustar", "a TAR archive; unpack it"),
    (0, b"\x1f\x8b", "a gzip file; unpack it"),
    (0, b"BZh", "a bzip2 file; unpack it"),
    (0, b"\xfd7zXZ\x00", "an xz file; unpack it"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard file; unpack it"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it"),
    (0, b"version https://git-lfs", "a Git LFS pointer to it; run `git lfs pull`"),
    (0, b"<!DOCTYPE", "a web page; download the file again"),
    (0, b"<!doctype", "a web page; download the file again"),
    (0, b"<html", "a web page; download the file again"),
)
"""Where other files that are taken for checkpoints have which bytes, and what they are."""


class FileKind(StrEnum):
    """How a checkpoint is stored."""

    SAFETENSORS = "safetensors"
    ZIP = "PyTorch"
    PICKLE = "PyTorch's format before 1.6"


def kind_of(content: Content, path: Path) -> FileKind:
    """Return how a file is stored, from its size, its first bytes and, of a ZIP archive, its list of members.

    Raises:
        CheckpointError: it is empty, or its header is none of ours.
    """
    head, said = content.head(512), content.said
    if not head:
        raise CheckpointError(f"{said} is empty.")
    kind = _kind(head, content.size)
    named = ending_of(path.name).lower() == SAFETENSORS
    if named and kind is not FileKind.SAFETENSORS:
        begins = f"it begins as a file of {kind}" if kind else _none_of_ours(head, path)
        raise CheckpointError(f"{said} is not a whole safetensors file: {begins}.")
    if kind is FileKind.SAFETENSORS and not named:
        raise CheckpointError(f"{said} contains safetensors data. Rename it to end in .safetensors.")
    if kind is None and head.startswith(PICKLES):
        raise PickledCodeError(
            f"{said} is a pickle that torch did not write: it cannot be read without running code that stands in "
            f"it, so it was not opened. {ADVICE}",
            recipe(path, TORCH if MAGIC_NUMBER in head[:32] else PICKLE),
        )
    if kind is None:
        raise CheckpointError(f"{said} is not a checkpoint: {_none_of_ours(head, path)}.")
    if kind is FileKind.ZIP:
        check_archive(content, path)
    return kind


def _kind(head: bytes, size: int) -> FileKind | None:
    if head.startswith(ZIP_MAGIC):
        return FileKind.ZIP
    if head.startswith(TORCH_PICKLE):
        return FileKind.PICKLE
    length = int.from_bytes(head[:8], "little")
    if head[8:9] == b"{" and 2 <= length <= LARGEST_HEADER and length + 8 <= size:
        return FileKind.SAFETENSORS
    return None


def _none_of_ours(head: bytes, path: Path) -> str:
    """Say what a file is instead of a checkpoint."""
    for place, mark, what in OTHERS:
        if head.startswith(mark, place):
            return f"it is {what}"
    ending = ending_of(path.name).lower()
    if ending == ".onnx":
        return "ONNX files are not read; save the PyTorch network's weights"
    if ending == SAFETENSORS:
        return "its header is missing, or longer than the file"
    return "its format is not recognised"
