"""What a checkpoint file is, told from its first bytes: what is none of ours is refused before it is read."""

from enum import Enum
from pathlib import Path

from camdash.errors import CheckpointError, PickledCodeError
from camdash.networks.endings import ONNX, SAFETENSORS, ending_of
from camdash.networks.files.archives import check_archive
from camdash.networks.files.content import Content
from camdash.networks.files.recipes import ADVICE, PICKLE, TORCH, recipe
from camdash.words.sentence import joined, say

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
    (0, b"\x89HDF\r\n\x1a\n", say("it is an HDF5 file, as Keras writes it")),
    (0, b"GGUF", say("it is a GGUF file")),
    (4, b"TFL3", say("it is a TensorFlow Lite file")),
    (0, b"\x93NUMPY", say("it is a NumPy array")),
    (257, b"ustar", say("it is a TAR archive; unpack it")),
    (0, b"\x1f\x8b", say("it is a gzip file; unpack it")),
    (0, b"BZh", say("it is a bzip2 file; unpack it")),
    (0, b"\xfd7zXZ\x00", say("it is an xz file; unpack it")),
    (0, b"\x28\xb5\x2f\xfd", say("it is a Zstandard file; unpack it")),
    (0, b"7z\xbc\xaf\x27\x1c", say("it is a 7z archive; unpack it")),
    (0, b"version https://git-lfs", say("it is a Git LFS pointer to it; run `git lfs pull`")),
    (0, b"<!DOCTYPE", say("it is a web page; download the file again")),
    (0, b"<!doctype", say("it is a web page; download the file again")),
    (0, b"<html", say("it is a web page; download the file again")),
)
"""Where other files that are taken for checkpoints have which bytes, and what is said of them."""


class FileKind(Enum):
    """How a checkpoint is stored, in words."""

    SAFETENSORS = "safetensors"
    ZIP = "PyTorch"
    PICKLE = say("PyTorch's format before 1.6")
    ONNX = "ONNX"


def kind_of(content: Content, path: Path) -> FileKind:
    """Return how a file is stored, from its size, its first bytes and, of a ZIP archive, its list of members.

    Raises:
        CheckpointError: it is empty, or its header is none of ours.
    """
    head, said = content.head(512), content.said
    if not head:
        raise CheckpointError(say("{name} is empty.", name=said))
    kind = _kind(head, content.size)
    named = ending_of(path.name).lower() == SAFETENSORS
    if named and kind is not FileKind.SAFETENSORS:
        reason = say("it begins as a file of {format}", format=kind.value) if kind else _none_of_ours(head, path)
        raise CheckpointError(say("{name} is not a whole safetensors file: {reason}.", name=said, reason=reason))
    if kind is FileKind.SAFETENSORS and not named:
        raise CheckpointError(say("{name} contains safetensors data. Rename it to end in .safetensors.", name=said))
    if kind is None and head.startswith(PICKLES):
        pickle = say(
            "{name} is a pickle that torch did not write: it cannot be read without running code that stands in it, "
            "so it was not opened.",
            name=said,
        )
        opening = TORCH if MAGIC_NUMBER in head[:32] else PICKLE
        raise PickledCodeError(joined(" ", [pickle, ADVICE]), recipe(path, opening))
    if kind is None and ending_of(path.name).lower() == ONNX and not _is_other(head):
        return FileKind.ONNX  # it has no first bytes of its own; its content is checked when it is read
    if kind is None:
        reason = _none_of_ours(head, path)
        raise CheckpointError(say("{name} is not a checkpoint: {reason}.", name=said, reason=reason))
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


def _is_other(head: bytes) -> bool:
    return any(head.startswith(mark, place) for place, mark, _ in OTHERS)


def _none_of_ours(head: bytes, path: Path) -> str:
    """Say what a file is instead of a checkpoint."""
    for place, mark, what in OTHERS:
        if head.startswith(mark, place):
            return what
    if ending_of(path.name).lower() == SAFETENSORS:
        return say("its header is missing, or longer than the file")
    return say("its format is not recognised")
