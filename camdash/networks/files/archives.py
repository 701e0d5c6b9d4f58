"""The ZIP archives that torch writes: their list of members, and which of them are refused before torch reads them."""

import io
import struct
import zipfile
from pathlib import Path

from camdash.errors import CheckpointError, PickledCodeError
from camdash.networks.files.content import Content
from camdash.networks.files.numpy_values import asks_for_arrays, large_arrays
from camdash.networks.files.recipes import ADVICE, EXPORTED, TORCHSCRIPT, recipe
from camdash.networks.text import printable
from camdash.words.sentence import joined, say

LARGEST_PART = 20_000_000
"""Bytes of the list of members, and of what stands beside the numbers: a network has some hundred thousand."""

UNREADABLE_ZIP = (zipfile.BadZipFile, struct.error, OSError, ValueError, EOFError, RuntimeError, OverflowError)


class _InParts(io.BufferedReader):
    """A stream that gives at most `LARGEST_PART` bytes at once, which is how zipfile asks for the list of members."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LARGEST_PART:
            raise zipfile.BadZipFile("the list of members is too long")
        return super().read(LARGEST_PART if size is None or size < 0 else size)


def check_archive(content: Content, path: Path) -> None:
    """Refuse a ZIP archive that torch did not write: cut short, compressed (it could be a bomb), or with code.

    Raises:
        CheckpointError: it is one of these.
    """
    try:
        with zipfile.ZipFile(_InParts(content.raw())) as archive:
            members = archive.infolist()
    except UNREADABLE_ZIP as error:
        raise CheckpointError(
            say("{name} is damaged or cut short: its list of members cannot be read.", name=content.said)
        ) from error
    _check_kind({member.filename.partition("/")[2] for member in members}, content.said, path)
    if any(member.compress_type != zipfile.ZIP_STORED for member in members):
        raise CheckpointError(
            say("{name} is a compressed archive, which PyTorch does not write. Save it again.", name=content.said)
        )
    too_long = sum(member.file_size for member in members if _is_pickle(member)) > LARGEST_PART
    if too_long and asks_for_arrays(content.reader().read(LARGEST_PART)):
        raise CheckpointError(large_arrays(content.said))
    if too_long or sum(member.file_size for member in members) > content.size:
        raise CheckpointError(
            say("{name} is damaged: its members are longer than the file, or one is too long.", name=content.said)
        )


def check_sums(content: Content) -> None:
    """Refuse an archive of torch's of which a member is not what was written: torch itself does not look.

    Raises:
        CheckpointError: the checksum of a member does not match, or it cannot be read.
    """
    try:
        with zipfile.ZipFile(_InParts(content.raw())) as archive:
            damaged = archive.testzip()
    except UNREADABLE_ZIP as error:
        raise CheckpointError(say("{name} is damaged, or no checkpoint at all.", name=content.said)) from error
    if damaged is not None:
        raise CheckpointError(
            say(
                "{name} is damaged: the checksum of {member} in it does not match. Copy or download it again. If it "
                "was saved without checksums (set_crc32_options), save it again with them.",
                name=content.said,
                member=printable(damaged, 60),
            )
        )


def pickles_of(content: Content) -> bytes:
    """Return what stands beside the numbers in an archive of torch's: the pickles in it, one after another.

    Raises:
        CheckpointError: they cannot be read.
    """
    try:
        with zipfile.ZipFile(_InParts(content.raw())) as archive:
            return b"".join(archive.read(member) for member in archive.infolist() if _is_pickle(member))
    except UNREADABLE_ZIP as error:
        raise CheckpointError(say("{name} is damaged, or no checkpoint at all.", name=content.said)) from error


def _check_kind(parts: set[str], said: str, path: Path) -> None:
    if any(part.startswith("code/") for part in parts):
        compiled = say("{name} holds a compiled TorchScript network, which is code, so it was not opened.", name=said)
        raise PickledCodeError(joined(" ", [compiled, ADVICE]), recipe(path, TORCHSCRIPT))
    if "archive_format" in parts and "data.pkl" not in parts:
        exported = say(
            "{name} holds a program that torch.export wrote, which is code, so it was not opened.", name=said
        )
        raise PickledCodeError(joined(" ", [exported, ADVICE]), recipe(path, EXPORTED))
    if "data.pkl" not in parts:
        raise CheckpointError(say("{name} is a ZIP archive, but no checkpoint.", name=said))


def _is_pickle(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith("/data.pkl")  # torch's reader tells no capitals from small letters
