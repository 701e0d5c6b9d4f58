"""Many radiographs, one after the other: files are read and decoded ahead while the network runs.

Nothing is kept: at any time no more radiographs are in memory than those of the batch that is on the device and those
that were decoded ahead of it.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar, cast

from camdash.errors import CamdashError, CheckpointError, ImageError, is_out_of_memory
from camdash.evidence.analysis import Analysis, Failed, analyse_batch
from camdash.images.radiograph import Radiograph
from camdash.networks.loaded import LoadedCheckpoint
from camdash.words.sentence import say

T = TypeVar("T")

NO_MEMORY = say("There is too little memory for this radiograph. Close other programs, and try again.")

AT_ONCE = {"cpu": 4, "cuda": 32}
"""Radiographs in one pass, by the type of the device (`benchmarks/throughput.py` compares them)."""

THREADS = {"cpu": 2, "cuda": 8}
"""Files decoded at the same time: a GPU leaves the processor free for it, and waits for it."""


@dataclass(frozen=True, eq=False)
class Item:
    """A file to explain.

    Attributes:
        name: by which its result is known.
        read: gives its content; called once, in another thread; it may raise a CamdashError.
        inverted: whether the network is given it with black and white exchanged.
    """

    name: str
    read: Callable[[], bytes]
    inverted: bool = False


@dataclass(frozen=True, eq=False)
class Decoded:
    """A file that was read.

    Attributes:
        item: the file.
        index: its place among the files.
        sha256: its content's digest; None where it could not be read.
        radiograph: what it holds; None where it cannot be read.
        failed: why it cannot be read; None where it can.
    """

    item: Item
    index: int
    sha256: str | None
    radiograph: Radiograph | None
    failed: Failed | None = None


@dataclass(frozen=True, eq=False)
class Explained(Generic[T]):
    """What was read of a file, and its result or why there is none."""

    decoded: Decoded
    result: T | Failed

    @property
    def failed(self) -> Failed | None:
        """Why there is no result; None where there is one."""
        return self.result if isinstance(self.result, Failed) else None

    @property
    def answer(self) -> T:
        """The result; raises a ValueError where there is none."""
        if self.failed:
            raise ValueError(self.failed.sentence)
        return cast(T, self.result)


@dataclass(frozen=True)
class Pace:
    """How far the work is spread.

    Attributes:
        batch: radiographs in one pass.
        threads: files that are read and decoded at the same time.
    """

    batch: int
    threads: int

    @classmethod
    def on(cls, device: str) -> "Pace":
        """Return the pace of a device, by the name that torch gives it ("cpu", "cuda:1"); for others that of a CPU."""
        kind = device.partition(":")[0]
        return cls(AT_ONCE.get(kind, AT_ONCE["cpu"]), THREADS.get(kind, THREADS["cpu"]))

    @property
    def ahead(self) -> int:
        """Files that may wait decoded, or be on their way there, while a batch is on the device."""
        return self.batch + self.threads


Run = Callable[[Sequence[Decoded]], Sequence[T]]
"""One pass over radiographs that could all be read; raises a CamdashError if one of them spoils it."""


def explain_many(
    items: Iterable[Item], run: Run[T], pace: Pace, decode: Callable[[bytes], Radiograph]
) -> Generator[Explained[T]]:
    """Yield the result of each file in the order of the files, as soon as its batch is done.

    A file that cannot be read, or that spoils its batch, gives its error, and the others go on. Closing the generator
    ends its threads; what they are about is finished first.

    Args:
        items: the files.
        run: called in the thread of whoever asks for the next result.
        pace: how many at a time.
        decode: called in other threads; raises an ImageError for what is no radiograph.
    """
    with closing(_decoded_ahead(items, pace, decode)) as coming:
        while batch := list(islice(coming, pace.batch)):
            results = _results(batch, run)
            while batch:  # who asked for a radiograph is the last to hold it
                yield Explained(batch.pop(0), results.pop(0))


def runner(loaded: LoadedCheckpoint) -> Run[Analysis]:
    """Return the pass of a checkpoint that is loaded."""

    def run(batch: Sequence[Decoded]) -> Sequence[Analysis]:
        analyses = analyse_batch([one.radiograph for one in batch if one.radiograph is not None], loaded)
        loaded.accelerate()
        return analyses

    return run


def _decoded_ahead(items: Iterable[Item], pace: Pace, decode: Callable[[bytes], Radiograph]) -> Generator[Decoded]:
    """Yield the files decoded, in their order; no more than `pace.ahead` are under way or wait."""
    pool = ThreadPoolExecutor(pace.threads, "decoding")
    places = enumerate(items)
    coming: deque[Future[Decoded]] = deque()

    def submit(count: int) -> None:
        for index, item in islice(places, count):
            coming.append(pool.submit(_decoded, item, index, decode))

    try:
        submit(pace.ahead)
        while coming:
            wait([coming[0]])
            submit(1)
            yield coming.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _decoded(item: Item, index: int, decode: Callable[[bytes], Radiograph]) -> Decoded:
    sha256 = None
    try:
        data = item.read()
        sha256 = hashlib.sha256(data).hexdigest()
        radiograph = decode(data)
        return Decoded(item, index, sha256, radiograph.inverse() if item.inverted else radiograph)
    except CamdashError as error:
        return Decoded(item, index, sha256, None, Failed.of(error))
    except MemoryError:
        return Decoded(item, index, sha256, None, Failed(NO_MEMORY, is_unreadable=True))


def _results(batch: Sequence[Decoded], run: Run[T]) -> list[T | Failed]:
    found = iter(_passed([one for one in batch if one.failed is None], run))
    return [one.failed or next(found) for one in batch]


def _passed(batch: Sequence[Decoded], run: Run[T]) -> Sequence[T | Failed]:
    """Run a batch; if one of it spoils the pass, run each alone, so that the others have their result."""
    if not batch:
        return []
    try:
        return run(batch)
    except (ImageError, CheckpointError) as error:
        failed = Failed.of(error)
    except (MemoryError, RuntimeError) as error:  # PyTorch raises the second where the processor's memory ends
        if not is_out_of_memory(error):
            raise
        failed = Failed(NO_MEMORY)
    return [failed] if len(batch) == 1 else _each_alone(batch, run)


def _each_alone(batch: Sequence[Decoded], run: Run[T]) -> Sequence[T | Failed]:
    return [result for one in batch for result in _passed([one], run)]
