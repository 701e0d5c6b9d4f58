"""What a checkpoint file is, told from its first bytes: what is none of ours is refused before it is read."""

import struct
import zipfile
from enum import StrEnum
from pathlib import Path

from camdash.errors import CheckpointError, PickledCodeError

LARGEST_FILE = 4_000_000_000
"""Bytes; a larger file is refused unread."""

LARGEST_HEADER = 100_000_000
"""Bytes of a safetensors file's JSON header; the format's own limit."""

SAFETENSORS_SUFFIX = ".safetensors"
ZIP_MAGIC = b"PK\x03\x04"
TORCH_PICKLE = b"\x80\x02"
"""A pickle of protocol 2, in which torch wrote before its version 1.6."""

OTHER_PICKLES = (b"\x80\x03", b"\x80\x04", b"\x80\x05")
UNREADABLE_ZIP = (zipfile.BadZipFile, struct.error, OSError, ValueError, EOFError, NotImplementedError)


ADVICE = "Save the weights alone: torch.save(model.state_dict(), path)."


class FileKind(StrEnum):
    """How a checkpoint is stored."""

    SAFETENSORS = "safetensors"
    ZIP = "PyTorch"
    PICKLE = "PyTorch's format before 1.6"


def kind_of(path: Path) -> FileKind:
    """Return how a file is stored, from its size, its first bytes and, of a ZIP archive, its list of members.

    Raises:
        CheckpointError: it is no file, empty, over `LARGEST_FILE`, or its header is none of ours.
    """
    head, size = _head(path)
    kind = _kind(head, size)
    if (path.suffix == SAFETENSORS_SUFFIX) != (kind is FileKind.SAFETENSORS):
        if path.suffix == SAFETENSORS_SUFFIX:
            begins = f"it begins as a file of {kind}" if kind else "its header is none, or longer than the file"
            raise CheckpointError(f"{path.name} is not a whole safetensors file: {begins}.")
        raise CheckpointError(f"{path.name} is a safetensors file by its content: let its name end in .safetensors.")
    if head.startswith(OTHER_PICKLES):
        raise PickledCodeError(
            f"{path.name} is a pickle that torch did not write: it cannot be read without running code that stands in "
            f"it, so it was not opened. {ADVICE}",
            recipe(path),
        )
    if kind is None:
        raise CheckpointError(f"{path.name} is no checkpoint: its first bytes are those of no format that is read.")
    if kind is FileKind.ZIP:
        _check_archive(path)
    return kind


def recipe(path: Path, opening: str = "torch.load({name}, map_location='cpu', weights_only=False)") -> str:
    """Return the three lines of Python that save a trusted file's weights alone."""
    return (
        "import torch\n"
        f"loaded = {opening.format(name=repr(path.name))}  # runs the code in the file: only if you trust who made it\n"
        "torch.save(loaded.state_dict() if hasattr(loaded, 'state_dict') else loaded['state_dict'], "
        f"{path.stem + '.weights.pth'!r})"
    )


def _head(path: Path) -> tuple[bytes, int]:
    if path.is_dir():
        raise CheckpointError(f"{path.name} is a folder, not a checkpoint.")
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise CheckpointError(f"{path.name} is larger than {LARGEST_FILE / 1e9:g} GB, so it was not read.")
        with path.open("rb") as content:
            head = content.read(9)
    except OSError as error:
        raise CheckpointError(f"{path.name} cannot be read: {error.strerror}.") from error
    if not head:
        raise CheckpointError(f"{path.name} is empty.")
    return head, size


def _kind(head: bytes, size: int) -> FileKind | None:
    if head.startswith(ZIP_MAGIC):
        return FileKind.ZIP
    if head.startswith(TORCH_PICKLE):
        return FileKind.PICKLE
    length = int.from_bytes(head[:8], "little")
    if head[8:] == b"{" and 2 <= length <= LARGEST_HEADER and length + 8 <= size:
        return FileKind.SAFETENSORS
    return None


def _check_archive(path: Path) -> None:
    """Refuse a ZIP archive that torch did not write: cut short, compressed (it could be a bomb), or with code."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except UNREADABLE_ZIP as error:
        raise CheckpointError(f"{path.name} is damaged or cut short: its list of members cannot be read.") from error
    parts = {member.filename.partition("/")[2] for member in members}
    if any(part.startswith("code/") for part in parts):
        raise PickledCodeError(
            f"{path.name} holds a compiled TorchScript network, which is code, so it was not opened. {ADVICE}",
            recipe(path, "torch.jit.load({name}, map_location='cpu')"),
        )
    if "data.pkl" not in parts:
        raise CheckpointError(f"{path.name} is a ZIP archive, but no checkpoint.")
    if any(member.compress_type != zipfile.ZIP_STORED for member in members):
        raise CheckpointError(f"{path.name} is a compressed archive, which PyTorch does not write. Save it again.")
