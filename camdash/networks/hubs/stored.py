"""The weights of a checkpoint, whether it is a file or a folder, by the names that networks here have."""

import os
from contextlib import AbstractContextManager
from pathlib import Path

from camdash.networks.endings import CONFIG
from camdash.networks.files import weights
from camdash.networks.files.content import Content
from camdash.networks.files.kinds import FileKind, kind_of
from camdash.networks.files.weights import StoredWeights
from camdash.networks.hubs import efficientnet, fastai, huggingface, monai, torchxrayvision
from camdash.networks.hubs.folders import FolderContent, opened_folder
from camdash.words.sentence import say

Opened = Content | FolderContent
"""A checkpoint that is open."""


def opened_checkpoint(path: Path) -> AbstractContextManager[Opened]:
    """Open a checkpoint; raise as `opened` and `opened_folder`."""
    is_folder = os.path.isdir(path) and os.path.lexists(path / CONFIG)  # noqa: PTH112 - it raises nothing
    return opened_folder(path) if is_folder else weights.opened_checkpoint(path)


def stored_as(content: Opened, path: Path) -> str:
    """Return how a checkpoint is stored, in words; raise as `kind_of`."""
    if isinstance(content, Content):
        how: str = kind_of(content, path).value
        return how
    return say("a folder of Hugging Face, {file}", file=next(iter(content.parts)))


def graph_in(content: Opened, path: Path) -> Content | None:
    """Return the content of an ONNX file, and None for any other checkpoint; raise as `kind_of`."""
    return content if isinstance(content, Content) and kind_of(content, path) is FileKind.ONNX else None


def as_file(content: Opened) -> Content:
    """Return a checkpoint that is one file; a ValueError where it is a folder."""
    if not isinstance(content, Content):
        raise ValueError("the checkpoint is a folder")  # noqa: TRY004 - of the checkpoint, not of an argument
    return content


def header_of(content: Opened, path: Path) -> StoredWeights:
    """Read names, shapes and precision of a checkpoint that is open; raise as `read_stored`."""
    return _stored(content, path, values=False)


def stored_of(content: Opened, path: Path) -> StoredWeights:
    """Read the weights of a checkpoint that is open; raise as `read_stored`.

    The digest of the content is the caller's to take, afterwards.
    """
    return _stored(content, path, values=True)


def read_header(path: Path) -> StoredWeights:
    """Read names, shapes and precision, not the weights; raise as `read_stored`."""
    with opened_checkpoint(path) as content:
        return header_of(content, path)


def _stored(content: Opened, path: Path, *, values: bool) -> StoredWeights:
    if isinstance(content, FolderContent):
        return huggingface.stored_in(content, values=values)
    stored = weights.stored_of(content, path) if values else weights.header_of(content, path)
    labelled = torchxrayvision.with_labels(stored, content, path)
    return efficientnet.brought(fastai.brought(monai.brought(labelled)))
