"""Weights from a file, without ever running code that stands in it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from camdash.errors import CheckpointError
from camdash.networks.coral import written_out
from camdash.networks.files import tensor_files
from camdash.networks.files.archives import check_sums
from camdash.networks.files.content import Content
from camdash.networks.files.kinds import LARGEST_FILE, FileKind, kind_of
from camdash.networks.files.pickled import unpickled
from camdash.networks.files.regular_files import opened
from camdash.networks.files.state_dicts import ClassList, class_lists, clean, find_state_dict
from camdash.networks.text import printable
from camdash.words.sentence import say, say_many


@dataclass(frozen=True, eq=False)
class Told:
    """What a hub's names or files say of a network, beside its weights.

    Attributes:
        where: what says it, as a report names it: a file, or the weights' names.
        fields: of a card.
        sources: what says a field, where it is something else.
        guessed: names of fields among them that the hub usually has, but that nothing says.
        epsilons: of norms, by their names in the network, where they are not torchvision's.
        architecture: the only one that computes as the hub's network; empty where names and shapes tell it.
        averaged: whether a network of one channel takes the mean of what is said for three.
    """

    where: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    guessed: tuple[str, ...] = ()
    epsilons: Mapping[str, float] = field(default_factory=dict)
    architecture: str = ""
    averaged: bool = False


@dataclass(frozen=True, eq=False)
class StoredWeights:
    """What a file holds for a network.

    Attributes:
        tensors: by the network's own names, in the precision of the file; on the meta device where only the header
            was read.
        metadata: a safetensors file's text metadata; of other files `arch`, where the training script or a hub says it.
        conversions: what was done to the file's names, a phrase each.
        ignored: names of the file that belong to no network (a loss, an averaging counter).
        ordinal_sign: the name of the biases that only a head of ordered grades has (CORAL); empty for none.
        told: what a hub says of the network; None where the weights are no hub's.
        opened: those of the conversions that led to the state dict in the file.
        found: the same tensors and those that were left out, by their names in the file.
        class_lists: lists of class names that stand beside the weights, with their keys.
    """

    tensors: dict[str, Tensor]
    metadata: dict[str, str]
    conversions: tuple[str, ...]
    ignored: tuple[str, ...]
    ordinal_sign: str = ""
    told: Told | None = None
    opened: tuple[str, ...] = ()
    found: dict[str, Tensor] = field(default_factory=dict)
    class_lists: tuple[ClassList, ...] = ()

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Each tensor's shape, by name."""
        return {name: tuple(value.shape) for name, value in self.tensors.items()}


def opened_checkpoint(path: Path) -> AbstractContextManager[Content]:
    """Open a checkpoint file; raise as `opened`."""
    size, name = LARGEST_FILE / 1e9, printable(path.name)
    too_large = say("{name} is larger than {size:g} GB, so it was not read.", name=name, size=size)
    return opened(path, LARGEST_FILE, too_large=too_large)


def read_header(path: Path) -> StoredWeights:
    """Read names, shapes and precision, not the weights; raise as `read_stored`."""
    with opened_checkpoint(path) as content:
        return header_of(content, path)


def read_stored(path: Path) -> StoredWeights:
    """Read the weights in the file's own precision.

    Nothing is mapped: a file that is overwritten later does not change, or take down, what was read of it.

    Raises:
        CheckpointError: the file cannot be read, holds pickled code, or holds no state dict.
    """
    with opened_checkpoint(path) as content:
        stored = stored_of(content, path)
        content.sha256()  # says so if it changed meanwhile
        return stored


def header_of(content: Content, path: Path) -> StoredWeights:
    """Read names, shapes and precision of a checkpoint that is open; raise as `read_stored`."""
    kind = _kind_of_weights(content, path)
    if kind is FileKind.SAFETENSORS:
        header = tensor_header(content)
        outlines = {name: part.outline() for name, part in header.parts.items()}
        return _clean(content, outlines, dict(header.metadata), ())
    return _state_dict(content, path, kind, values=False)


def stored_of(content: Content, path: Path) -> StoredWeights:
    """Read the weights of a checkpoint that is open; raise as `read_stored`.

    The digest of the content is the caller's to take, afterwards.
    """
    kind = _kind_of_weights(content, path)
    if kind is FileKind.SAFETENSORS:
        header, stream = tensor_header(content), content.reader()
        try:
            tensors = {name: tensor_files.read_tensor(stream, part) for name, part in header.parts.items()}
        except ValueError as error:
            raise _not_whole(content, error) from error
        return _clean(content, tensors, dict(header.metadata), ())
    _state_dict(content, path, kind, values=False)  # a file that only says that it has numbers is refused here
    if kind is FileKind.ZIP:
        check_sums(content)
    return _state_dict(content, path, kind, values=True)


def tensor_header(content: Content) -> tensor_files.Header:
    """Return the header of a safetensors file that is open.

    Raises:
        CheckpointError: it is damaged, or holds numbers of a type that is not read.
    """
    try:
        return tensor_files.read_header(content.reader(), content.size)
    except tensor_files.UnknownType as error:
        raise CheckpointError(say("{name} cannot be read: {reason}.", name=content.said, reason=str(error))) from error
    except ValueError as error:
        raise _not_whole(content, error) from error


def in_float32(value: Tensor) -> Tensor:
    """Return floating point numbers in float32, whole numbers as they are."""
    return value.float() if value.is_floating_point() else value


def _kind_of_weights(content: Content, path: Path) -> FileKind:
    kind = kind_of(content, path)
    if kind is FileKind.ONNX:
        raise CheckpointError(
            say("{name} holds an ONNX graph. Only named weights can be used here.", name=content.said)
        )
    return kind


def _not_whole(content: Content, error: ValueError) -> CheckpointError:
    reason = str(error)
    return CheckpointError(say("{name} is not a whole safetensors file: {reason}.", name=content.said, reason=reason))


def _state_dict(content: Content, path: Path, kind: FileKind, *, values: bool) -> StoredWeights:
    loaded = unpickled(content, path, kind, values=values)
    tensors, conversions = find_state_dict(loaded, content.said)
    if any(value.is_meta is values for value in tensors.values()):
        raise CheckpointError(
            say("{name} holds tensors without numbers. Save it once the weights are loaded.", name=content.said)
        )
    said = loaded.get("arch") if isinstance(loaded, dict) else None
    stored = _clean(content, tensors, {"arch": said} if isinstance(said, str) else {}, conversions)
    return replace(stored, class_lists=class_lists(loaded))


def _clean(
    content: Content, tensors: dict[str, Tensor], metadata: dict[str, str], conversions: tuple[str, ...]
) -> StoredWeights:
    """Bring names to the network's own; those that are not fit to be shown are no network's, and escaped."""
    if len(tensors) > tensor_files.MOST_TENSORS:
        raise CheckpointError(
            say_many(
                "{name} holds {count} tensor, more than any network that is known here.",
                "{name} holds {count} tensors, more than any network that is known here.",
                len(tensors),
                name=content.said,
            )
        )
    fit = {printable(name): value for name, value in tensors.items() if name != tensor_files.FAMILIARITY}
    layout = clean(fit)
    if not layout.tensors:
        raise CheckpointError(say("{name} holds no weights.", name=content.said))
    tensors, sign, written = written_out(layout.tensors)
    return StoredWeights(
        tensors,
        metadata,
        (*conversions, *layout.conversions, *written),
        layout.ignored,
        sign,
        opened=conversions,
        found=tensors if sign else fit,
    )
