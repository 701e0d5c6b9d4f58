"""torch's own files, read by torch's unpickler that runs nothing, and only if they hold what weights are made of."""

import argparse
import logging
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from threading import Lock
from typing import Any

import torch

from camdash.errors import CheckpointError, PickledCodeError
from camdash.networks.files.archives import LARGEST_PART, pickles_of
from camdash.networks.files.content import Content
from camdash.networks.files.kinds import FileKind
from camdash.networks.files.numpy_values import NUMPY, NumpyValue, asks_for_arrays, large_arrays
from camdash.networks.files.pickle_steps import check_steps
from camdash.networks.files.recipes import ADVICE, recipe
from camdash.networks.files.state_dicts import DEEPEST
from camdash.networks.text import printable
from camdash.words.sentence import joined, say

log = logging.getLogger(__name__)

UNREADABLE = (
    *(EOFError, RuntimeError, struct.error, OSError, ValueError, LookupError, TypeError, AttributeError),
    *(AssertionError, ArithmeticError, MemoryError, BufferError, ReferenceError, SystemError),
)
"""What torch's safe unpickler was seen to raise, besides UnpicklingError, for files with bytes cut off or changed."""

OTHER_DEVICE = say("tensors of another device"), say("Move them to the CPU and save again.")
BYTES = say("an array of bytes, which no network needs"), say("Save the weights alone.")

UNSUPPORTED = {
    "torch._utils._rebuild_qtensor": (
        say("quantised weights, which are not run"),
        say("Save the network before it is quantised."),
    ),
    "torch._utils._rebuild_sparse_tensor": (
        say("sparse tensors"),
        say("Save them with all their numbers: tensor.to_dense()."),
    ),
    "torch._utils._rebuild_nested_tensor": (say("nested tensors"), say("Save each of them alone.")),
    "torch._utils._rebuild_meta_tensor_no_storage": (
        say("tensors without numbers, of PyTorch's meta device"),
        say("Save the network once its weights are loaded."),
    ),
    "torch._utils._rebuild_wrapper_subclass": (
        say("tensors of a class of their own"),
        say("Save them as plain tensors."),
    ),
    "torch._utils._rebuild_device_tensor_from_numpy": OTHER_DEVICE,
    "torch._utils._rebuild_device_tensor_from_cpu_tensor": OTHER_DEVICE,
    "builtins.bytearray": BYTES,
    "__builtin__.bytearray": BYTES,
}
"""What is refused before torch makes it, and the advice: it fills memory by a size that the file only says."""

IN_OLD_FILES = 5
"""Pickles before the numbers in a file of torch before 1.6: a mark, a version, the system, the content, the keys."""


ALLOWED: list[Any] = [argparse.Namespace, *((NumpyValue, name) for name in NUMPY)]
"""What torch's unpickler may make besides tensors: timm keeps a run's arguments in a namespace, which has no code."""

_ONE_AT_A_TIME = Lock()
"""What is allowed is allowed to a whole process."""


class _Budget:
    """Where torch puts the numbers of a file of its older format: in memory no larger than the file, and written to.

    torch reserves memory by the sizes that the file says, and fills it later; some of it never, if the file is made so.
    """

    def __init__(self, size: int, *, values: bool) -> None:
        self._left, self._values = size, values

    def __call__(self, storage: Any, _: str) -> Any:
        self._left -= storage.nbytes()
        if self._left < 0:
            raise ValueError("more numbers than the file has bytes")
        if self._values:
            return storage.fill_(0)
        return torch.UntypedStorage(storage.nbytes(), device="meta")  # type: ignore[no-untyped-call]


def unexpected(path: Path) -> str:
    """Log the error that is being handled, whole, and return what is said of the file that caused it."""
    said = printable(path.name)
    log.exception("Reading the checkpoint %s failed in an unexpected way.", said)
    return say(
        "{name} could not be read: it holds something unexpected. Save its weights again, or report this as a bug.",
        name=said,
    )


def unpickled(content: Content, path: Path, kind: FileKind, *, values: bool) -> object:
    """Return what a file holds; tensors on the meta device where no values are asked for.

    Raises:
        CheckpointError: it is damaged, holds pickled code, or tensors of a kind that no network here has.
    """
    _check_names(content, kind)
    place: Any = "cpu" if values else "meta"
    if kind is FileKind.PICKLE:
        place = _Budget(content.size, values=values)
    try:
        with _allowed():
            return _plain(torch.load(content.reader(), map_location=place, weights_only=True), {})
    except UnpicklingError as error:
        named = re.search(r"GLOBAL ([\w.]{1,100})", str(error))
        raise PickledCodeError(
            joined(" ", [_other_than_weights(content.said, named[1] if named else ""), ADVICE]), recipe(path)
        ) from error
    except UNREADABLE as error:
        raise CheckpointError(say("{name} is damaged, or no checkpoint at all.", name=content.said)) from error


def _other_than_weights(said: str, asked: str) -> str:
    """Say that a file holds pickled code, and by what name it asks for it, if that is known."""
    if asked:
        return say(
            "{name} holds something other than weights ({asked}), or is damaged: it cannot be read without running "
            "code that stands in it, so it was not opened.",
            name=said,
            asked=asked,
        )
    return say(
        "{name} holds something other than weights, or is damaged: it cannot be read without running code that stands "
        "in it, so it was not opened.",
        name=said,
    )


@contextmanager
def _allowed() -> Iterator[None]:
    """Allow what is `ALLOWED` for one file, so that other readers in this process meet no `NumpyValue`."""
    with _ONE_AT_A_TIME:
        before = torch.serialization.get_safe_globals()
        with torch.serialization.safe_globals([made for made in ALLOWED if made not in before]):
            yield


def _plain(value: object, known: dict[tuple[int, int], object], left: int = DEEPEST) -> object:
    """Return dicts and tensors anew: a pickle may have given them attributes in place of their methods.

    `known` keeps the new dicts by the old ones and their depth: dicts may hold each other, and themselves.
    """
    if isinstance(value, torch.Tensor):
        return torch.Tensor.detach(value).resolve_neg().resolve_conj()
    if isinstance(value, dict) and left >= 0:
        place = id(value), left
        if place not in known:
            known[place] = {key: _plain(inner, known, left - 1) for key, inner in dict.items(value)}
        return known[place]
    return value


def _check_names(content: Content, kind: FileKind) -> None:
    """Refuse a file that asks for a kind of tensor that is not read."""
    pickles = pickles_of(content) if kind is FileKind.ZIP else content.reader().read(LARGEST_PART)
    for asked, (what, advice) in UNSUPPORTED.items():
        module, _, name = asked.rpartition(".")
        if f"c{module}\n{name}\n".encode("ascii") in pickles:  # so a pickle asks for it
            raise CheckpointError(joined(" ", [say("{name} holds {what}.", name=content.said, what=what), advice]))
    try:
        check_steps(pickles, None if kind is FileKind.ZIP else IN_OLD_FILES)
    except UNREADABLE as error:
        if asks_for_arrays(pickles) and len(pickles) == LARGEST_PART:
            raise CheckpointError(large_arrays(content.said)) from error
        raise CheckpointError(
            say(
                "{name} is damaged, or holds Python values that no network needs. Save the weights alone.",
                name=content.said,
            )
        ) from error
