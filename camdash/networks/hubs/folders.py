"""A folder that is a checkpoint as a whole: what its network is, and its weights in one file or in several."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from camdash.errors import CheckpointError
from camdash.networks.endings import CONFIG, IN_FOLDERS, PREPROCESSOR
from camdash.networks.files import tensor_files
from camdash.networks.files.content import Content
from camdash.networks.files.kinds import LARGEST_FILE, FileKind, kind_of
from camdash.networks.files.pickled import unpickled
from camdash.networks.files.regular_files import opened
from camdash.networks.files.state_dicts import find_state_dict
from camdash.networks.files.weights import tensor_header
from camdash.networks.hubs.documents import LARGEST_CONFIG, LARGEST_INDEX, document
from camdash.networks.text import printable
from camdash.words.sentence import say

MOST_SHARDS = 100
"""Files that hold one network's weights; they are open at the same time."""


@dataclass(frozen=True, eq=False)
class FolderContent:
    """The files of a folder that matter, open.

    Attributes:
        said: how sentences name the folder.
        path: the folder.
        config: what its network is.
        preprocessor: how an image is brought to it; empty where no file says so.
        texts: its open documents, by name.
        parts: its open files of weights, by name.
        wanted: the names of all weights, and the part that holds each, as the index says; empty where there is none.
    """

    said: str
    path: Path
    config: Mapping[str, Any]
    preprocessor: Mapping[str, Any]
    texts: Mapping[str, Content]
    parts: Mapping[str, Content]
    wanted: Mapping[str, str]

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(content.size for content in (*self.texts.values(), *self.parts.values()))

    def sha256(self) -> str:
        """Return a digest of the names and the content of all of them; raise as `Content.sha256`."""
        found = hashlib.sha256()
        for name, content in sorted({**self.texts, **self.parts}.items()):
            found.update(f"{name}\0{content.sha256()}\n".encode())
        return found.hexdigest()

    def tensors(self, *, values: bool) -> tuple[dict[str, Tensor], dict[str, str]]:
        """Return the weights by the names in the folder, and the texts in its safetensors files.

        Args:
            values: whether numbers are read; without them the weights are on the meta device.

        Raises:
            CheckpointError: a file cannot be read, or the files are not what the index says.
        """
        found: dict[str, Tensor] = {}
        texts: dict[str, str] = {}
        for name, part in self.parts.items():
            tensors, metadata = _part(part, self.path / name, values=values)
            self._check_part(name, tensors, found)
            found |= tensors
            texts |= metadata
        if len(found) > tensor_files.MOST_TENSORS:
            raise CheckpointError(
                say("{folder} holds more weights than any network that is known here.", folder=self.said)
            )
        return found, texts

    def _check_part(self, part: str, tensors: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> None:
        lacking = [name for name, place in self.wanted.items() if place == part and name not in tensors]
        if lacking:
            raise CheckpointError(
                say(
                    "{folder} is not whole: {part} does not hold {weight}, as its index says. "
                    "Download the folder again.",
                    folder=self.said,
                    part=printable(part),
                    weight=printable(lacking[0]),
                )
            )
        if twice := next((name for name in tensors if name in found), None):
            raise CheckpointError(
                say("{folder} holds the weight {weight} in two files.", folder=self.said, weight=printable(twice))
            )


@contextmanager
def opened_folder(path: Path) -> Iterator[FolderContent]:
    """Open the files of a folder that matter.

    Raises:
        CheckpointError: one is missing, is no regular file, or does not hold what it should.
    """
    said = printable(path.name)
    with ExitStack() as stack:

        def take(name: str, largest: int) -> Content:
            return stack.enter_context(opened(path / name, largest, said=f"{said}/{printable(name)}"))

        texts = {CONFIG: take(CONFIG, LARGEST_CONFIG)}
        if _is_there(path / PREPROCESSOR):
            texts[PREPROCESSOR] = take(PREPROCESSOR, LARGEST_CONFIG)
        first = next((name for name in IN_FOLDERS if _is_there(path / name)), IN_FOLDERS[0])
        wanted: dict[str, str] = {}
        if first.endswith(".json"):
            texts[first] = take(first, LARGEST_INDEX)
            wanted = _index(texts[first])
        parts = {name: take(name, LARGEST_FILE) for name in sorted({*wanted.values()}) or [first]}
        documents = {name: document(texts[name]) for name in (CONFIG, PREPROCESSOR) if name in texts}
        content = FolderContent(said, path, documents[CONFIG], documents.get(PREPROCESSOR, {}), texts, parts, wanted)
        if content.size > LARGEST_FILE:
            size = LARGEST_FILE / 1e9
            raise CheckpointError(say("{name} is larger than {size:g} GB, so it was not read.", name=said, size=size))
        yield content


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (OSError, ValueError):
        return False
    return True


def _index(content: Content) -> dict[str, str]:
    """Return the file of each weight as an index says.

    Raises:
        CheckpointError: it is no index, or names what is not a file of the folder itself.
    """
    found = document(content).get("weight_map")
    if not isinstance(found, dict) or not found or not all(isinstance(name, str) for name in found.values()):
        raise CheckpointError(
            say("{name} does not say which file holds which weight. Download the folder again.", name=content.said)
        )
    for name in found.values():
        if name in ("", ".", "..") or any(sign in name for sign in "/\\\0"):
            raise CheckpointError(
                say(
                    "{name} names a file outside of its folder ({file}), so nothing was read.",
                    name=content.said,
                    file=printable(repr(name), 60),
                )
            )
    if len({*found.values()}) > MOST_SHARDS:
        raise CheckpointError(
            say("{name} names more than {most} files of weights.", name=content.said, most=MOST_SHARDS)
        )
    return found


def _part(content: Content, path: Path, *, values: bool) -> tuple[dict[str, Tensor], Mapping[str, str]]:
    """Return the weights in one file, and its texts."""
    kind = kind_of(content, path)
    if kind is FileKind.SAFETENSORS:
        header = tensor_header(content)
        return _of_safetensors(content, header, values=values), header.metadata
    _pickled(content, path, kind, values=False)  # a file that only says that it has numbers is refused here
    return _pickled(content, path, kind, values=values), {}


def _of_safetensors(content: Content, header: tensor_files.Header, *, values: bool) -> dict[str, Tensor]:
    if not values:
        return {name: part.outline() for name, part in header.parts.items()}
    stream = content.reader()
    try:
        return {name: tensor_files.read_tensor(stream, part) for name, part in header.parts.items()}
    except ValueError as error:
        reason = str(error)
        raise CheckpointError(
            say("{name} is not a whole safetensors file: {reason}.", name=content.said, reason=reason)
        ) from error


def _pickled(content: Content, path: Path, kind: FileKind, *, values: bool) -> dict[str, Tensor]:
    tensors, _ = find_state_dict(unpickled(content, path, kind, values=values), content.said)
    if any(value.is_meta is values for value in tensors.values()):
        raise CheckpointError(
            say("{name} holds tensors without numbers. Save it once the weights are loaded.", name=content.said)
        )
    return tensors
