import gc
import hashlib
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from itertools import count

import numpy as np
import pytest
import torch
from torch import nn

from camdash.errors import CheckpointError, ImageError
from camdash.evidence.analysis import Analysis, analyse, analysis_in, failure_in
from camdash.images.decoding import decode
from camdash.images.radiograph import Radiograph
from camdash.images.sandbox.pool import DecodingPool, shared_pool
from camdash.networks.cards.card import Fit, Preprocessing
from camdash.networks.loaded import LoadedCheckpoint
from camdash.running.pipeline import Decoded, Explained, Item, Pace, Run, explain_many, runner
from tests.conftest import image_bytes, loaded, speckle
from tests.images.decoders import kill, workers

PACE = Pace(batch=3, threads=2)


@cache
def network() -> LoadedCheckpoint:
    """Two channels of the input's own cells, and two classes."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        features = nn.Conv2d(1, 4, 8, stride=8)
        weight = torch.randn(2, 4)
    return loaded(features.requires_grad_(False), weight, (0.1, -0.1), Preprocessing((32, 48), Fit.PAD))


def films(number: int) -> list[bytes]:
    return [image_bytes(speckle(30 + k, 40)) for k in range(number)]


def items(contents: Sequence[bytes]) -> list[Item]:
    return [Item(f"film{k}", lambda data=data: data) for k, data in enumerate(contents)]  # type: ignore[misc]


def explained(
    contents: Sequence[bytes], run: Run[Analysis] | None = None, pace: Pace = PACE
) -> list[Explained[Analysis]]:
    return list(explain_many(items(contents), run or runner(network()), pace, decode))


def said(one: Explained[Analysis]) -> str:
    """Return why a file has no analysis."""
    failed = failure_in(one.result)
    assert failed is not None
    return failed.sentence


class Counted:
    """Files without end; each notes that it was read."""

    def __init__(self) -> None:
        self.read = 0

    def __iter__(self) -> Iterator[Item]:
        return (Item(f"film{k}", self._read) for k in count())

    def _read(self) -> bytes:
        self.read += 1
        return films(1)[0]


@pytest.mark.parametrize("batch", [1, 3, 4, 20])
def test_each_result_is_that_of_the_radiograph_analysed_alone(batch: int) -> None:
    contents = films(7)
    for data, one in zip(contents, explained(contents, pace=Pace(batch, 2)), strict=True):
        alone = analyse(decode(data), network())
        found = analysis_in(one.result)
        assert found is not None
        size = np.abs(alone.prediction.logits).max()
        np.testing.assert_allclose(found.prediction.logits, alone.prediction.logits, atol=1e-5 * size)
        np.testing.assert_allclose(found.maps.maps, alone.maps.maps, atol=1e-5 * size)
        assert found.placement == alone.placement


def test_results_come_in_the_order_of_the_files_with_their_names_and_digests() -> None:
    contents = films(8)
    found = [one.decoded for one in explained(contents)]
    assert [one.index for one in found] == list(range(8))
    assert [one.item.name for one in found] == [f"film{k}" for k in range(8)]
    assert [one.sha256 for one in found] == [hashlib.sha256(data).hexdigest() for data in contents]


def test_nothing_gives_nothing() -> None:
    assert explained([]) == []


def test_a_bad_file_gives_its_error_and_its_batch_goes_on() -> None:
    contents = films(5)
    contents[1], contents[3] = b"", b"dear sir"
    found = explained(contents)
    assert [failure_in(one.result) is None for one in found] == [True, False, True, False, True]
    assert "The file is empty" in said(found[1])
    assert "not an image" in said(found[3])
    assert found[3].decoded.sha256 == hashlib.sha256(b"dear sir").hexdigest()


def test_a_file_that_cannot_be_read_has_no_digest() -> None:
    def gone() -> bytes:
        raise ImageError("It is gone.")

    (found,) = explain_many([Item("gone", gone)], runner(network()), PACE, decode)
    assert said(found) == "It is gone."
    assert found.decoded.sha256 is None


@pytest.mark.parametrize("kind", [ImageError, CheckpointError])
def test_a_radiograph_that_spoils_its_pass_is_named_and_the_others_are_analysed(kind: type[Exception]) -> None:
    def spoiled(batch: Sequence[Decoded]) -> Sequence[Analysis]:
        if any(one.item.name == "film1" for one in batch):
            raise kind("Not this one.")
        return runner(network())(batch)

    found = explained(films(4), spoiled)
    assert [failure_in(one.result) is None for one in found] == [True, False, True, True]
    assert said(found[1]) == "Not this one."


def test_passes_are_as_large_as_the_pace_says() -> None:
    sizes: list[int] = []

    def counted(batch: Sequence[Decoded]) -> Sequence[Analysis]:
        sizes.append(len(batch))
        return runner(network())(batch)

    explained(films(8), counted)
    assert sizes == [3, 3, 2]


def test_no_more_is_read_ahead_than_the_pace_says() -> None:
    files = Counted()
    with closing(explain_many(files, runner(network()), PACE, decode)) as coming:
        next(coming)
    assert PACE.batch <= files.read <= PACE.batch + PACE.ahead


def test_no_more_radiographs_are_held_than_a_batch_and_those_ahead_of_it() -> None:
    held: list[weakref.ref[Radiograph]] = []
    most = 0

    def noted(data: bytes) -> Radiograph:
        radiograph = decode(data)
        held.append(weakref.ref(radiograph))
        return radiograph

    for one in explain_many(items(films(40)), runner(network()), PACE, noted):
        most = max(most, sum(reference() is not None for reference in held))
        del one
    gc.collect()
    assert len(held) == 40
    assert PACE.batch <= most <= PACE.batch + PACE.ahead
    assert all(reference() is None for reference in held)


def test_closing_ends_the_threads() -> None:
    before = set(threading.enumerate())
    coming = explain_many(Counted(), runner(network()), PACE, decode)
    next(coming)
    assert len(set(threading.enumerate()) - before) == PACE.threads
    coming.close()
    assert set(threading.enumerate()) == before


def test_files_are_decoded_while_the_network_runs() -> None:
    decoded = threading.Semaphore(0)

    def noted(data: bytes) -> Radiograph:
        decoded.release()
        return decode(data)

    def waits_for_what_is_ahead(batch: Sequence[Decoded]) -> Sequence[Analysis]:
        for _ in range(len(batch) + PACE.ahead if batch[0].index == 0 else 0):
            assert decoded.acquire(timeout=60)
        return runner(network())(batch)

    assert len(list(explain_many(items(films(20)), waits_for_what_is_ahead, PACE, noted))) == 20


def test_a_bug_is_not_taken_for_a_bad_file() -> None:
    def broken(data: bytes) -> Radiograph:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(explain_many(items(films(1)), runner(network()), PACE, broken))


def test_no_file_is_lost_though_the_decoder_is_killed_before_every_third() -> None:
    shared_pool().close()  # here processes are counted
    shared_pool.cache_clear()
    pool, begun = DecodingPool(2), count()
    pool.warm()

    def killed_before_every_third(data: bytes) -> Radiograph:
        if next(begun) % 3 == 0:
            kill(*workers())
        return pool.decode(data)

    with closing(explain_many(items(films(24)), runner(network()), Pace(4, 1), killed_before_every_third)) as found:
        assert all(analysis_in(one.result) for one in found)
    pool.close()


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("[enforce fail at alloc_cpu.cpp:117] . DefaultCPUAllocator: not enough memory")],
)
def test_a_radiograph_for_which_there_is_no_memory_is_named_and_the_others_are_analysed(error: Exception) -> None:
    def full(batch: Sequence[Decoded]) -> Sequence[Analysis]:
        if any(one.item.name == "film1" for one in batch):
            raise error
        return runner(network())(batch)

    found = explained(films(4), full)
    assert [failure_in(one.result) is None for one in found] == [True, False, True, True]
    assert "too little memory for this radiograph" in said(found[1])


def test_a_file_for_whose_content_there_is_no_memory_is_named_and_the_others_are_analysed() -> None:
    def huge() -> bytes:
        raise MemoryError

    files = [Item("huge", huge), *items(films(1))]
    first, second = explain_many(files, runner(network()), PACE, decode)
    assert "too little memory for this radiograph" in said(first)
    assert analysis_in(second.result)


def test_another_error_of_the_runtime_is_a_bug() -> None:
    def broken(_: Sequence[Decoded]) -> Sequence[Analysis]:
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes do not match"):
        explained(films(1), broken)


def test_a_device_of_another_kind_has_the_pace_of_the_processor() -> None:
    assert Pace.on("mps") == Pace.on("cpu")
    assert Pace.on("cuda:1") == Pace.on("cuda") != Pace.on("cpu")
