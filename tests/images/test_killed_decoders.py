"""Decoders that are killed, hang or answer rubbish: no good file is lost by it, and no process is left."""

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from camdash.errors import DecoderError
from camdash.images.sandbox.pool import DecodingPool, shared_pool
from tests.images.decoders import SLOW, kill, memory, slow_file, wait_until_at_work, workers
from tests.pictures import image_bytes, speckle

CRASHED = r"^The decoder crashed on this file\. Export the radiograph again\.$"
SMALL = image_bytes(speckle(8, 8))


@pytest.fixture(autouse=True, scope="module")
def no_other_processes() -> None:
    """End the processes of the pool that tests of other rooms share: here processes are counted."""
    shared_pool().close()
    shared_pool.cache_clear()


@pytest.fixture
def pool() -> Iterator[DecodingPool]:
    pool = DecodingPool(2)
    yield pool
    pool.close()
    assert workers() == []


def test_a_process_that_dies_while_it_waits_costs_no_file(pool: DecodingPool) -> None:
    for _ in range(3):
        pool.decode(SMALL)
        (waiting,) = workers()
        kill(waiting)
        np.testing.assert_array_equal(pool.decode(SMALL).values, speckle(8, 8))
        assert waiting not in workers()


def test_both_processes_die_while_they_wait_and_are_reaped(pool: DecodingPool) -> None:
    pool.warm()
    kill(*workers())
    np.testing.assert_array_equal(pool.decode(SMALL).values, speckle(8, 8))
    assert len(workers()) == 1


def test_processes_that_die_before_they_are_ready_cost_no_file(pool: DecodingPool) -> None:
    pool.warm()
    kill(*workers())  # within milliseconds of their start, of which they need hundreds
    pool.warm()
    kill(*workers())
    np.testing.assert_array_equal(pool.decode(SMALL).values, speckle(8, 8))


def test_a_process_that_waits_stopped_costs_no_file() -> None:
    pool = DecodingPool(1, seconds=12)
    pool.decode(SMALL)
    (waiting,) = workers()
    os.kill(waiting, signal.SIGSTOP)
    np.testing.assert_array_equal(pool.decode(SMALL).values, speckle(8, 8))
    assert waiting not in workers()
    pool.close()


def test_a_process_that_is_stopped_before_it_is_ready_costs_no_file() -> None:
    pool = DecodingPool(1, seconds=12)
    pool.warm()
    os.kill(workers()[0], signal.SIGSTOP)
    np.testing.assert_array_equal(pool.decode(SMALL).values, speckle(8, 8))
    pool.close()
    assert workers() == []


def test_a_file_whose_process_is_killed_over_it_is_tried_once_more(pool: DecodingPool) -> None:
    pool.decode(SMALL)
    (worker,) = workers()
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(pool.decode, slow_file())
        wait_until_at_work(worker, memory(worker), coming)
        kill(worker)
        assert coming.result().shape == SLOW
    assert worker not in workers()


def test_a_file_over_which_two_processes_die_is_refused_and_can_be_tried_again(pool: DecodingPool) -> None:
    pool.decode(SMALL)
    (first,) = workers()
    ready = memory(first)
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(pool.decode, slow_file())
        wait_until_at_work(first, ready, coming)
        kill(first)
        second = another(first, coming)
        wait_until_at_work(second, ready, coming)
        kill(second)
        with pytest.raises(DecoderError, match=CRASHED):
            coming.result()
    assert pool.decode(slow_file()).shape == SLOW


def another(than: int, coming: Future[Any]) -> int:
    """Wait for a process that was started in place of one that was killed."""
    while not (found := [worker for worker in workers() if worker != than]):
        assert not coming.done()
    return found[0]


def test_sixty_files_in_six_threads_survive_that_every_process_is_killed_once_in_each_round(
    pool: DecodingPool,
) -> None:
    films = [speckle(200 + k, 300) for k in range(60)]
    killed = 0
    with ThreadPoolExecutor(6) as threads:
        for begin in range(0, 60, 6):
            pool.warm()
            before = workers()
            coming = [threads.submit(pool.decode, image_bytes(film)) for film in films[begin : begin + 6]]
            kill(*before)  # waiting, starting or at work; a file that is tried again has a process of its own
            killed += len(before)
            for found, film in zip(coming, films[begin : begin + 6], strict=True):
                np.testing.assert_array_equal(found.result().values, film)
    assert killed > 15, "one that is just being replaced may be missing in a round"
    assert len(workers()) <= 2


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exec sleep 600", r"^Decoding took longer than 0\.3 s and was stopped\. Try again later\.$"),
        ("exec cat", r"^No decoder could be started\. Try again later\.$"),
        ("echo rubbish; exec sleep 600", r"^No decoder could be started\. Try again later\.$"),
        ("exit 1", r"^No decoder could be started\. Try again later\.$"),
    ],
    ids=["hangs", "gives back what it is sent", "answers rubbish", "ends at once"],
)
def test_an_interpreter_that_never_becomes_a_decoder_is_said_in_time(
    script: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interpreter = tmp_path / "python"
    interpreter.write_text(f"#!/bin/sh\n{script}\n")
    interpreter.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(interpreter))
    pool = DecodingPool(1, seconds=0.3)
    with pytest.raises(DecoderError, match=sentence):
        pool.decode(SMALL)
    monkeypatch.undo()
    pool.seconds = 20
    np.testing.assert_array_equal(pool.decode(SMALL).values, speckle(8, 8))  # the place was not lost
    pool.close()


def test_a_process_that_starts_slowly_is_not_begun_again_before_its_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = tmp_path / "started"
    interpreter = tmp_path / "python"
    interpreter.write_text(f"#!/bin/sh\necho once >> {started}\nexec sleep 60\n")
    interpreter.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(interpreter))
    pool = DecodingPool(1, seconds=2)
    with pytest.raises(DecoderError, match=r"^Decoding took longer than 2 s and was stopped\. Try again later\.$"):
        pool.decode(SMALL)
    pool.close()
    assert started.read_text().split() == ["once"]


def test_no_interpreter_at_all_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    pool = DecodingPool(2)
    pool.warm()
    for _ in range(3):
        with pytest.raises(DecoderError, match=r"^No decoder could be started\. Try again later\.$"):
            pool.decode(SMALL)
    monkeypatch.undo()
    np.testing.assert_array_equal(pool.decode(SMALL).values, speckle(8, 8))
    pool.close()


def test_waiting_for_other_files_does_not_count_against_a_file() -> None:
    pool = DecodingPool(1, seconds=600)
    pool.decode(SMALL)
    (worker,) = workers()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(pool.decode, slow_file())
        wait_until_at_work(worker, memory(worker), first)
        os.kill(worker, signal.SIGSTOP)
        pool.seconds = 3
        second = threads.submit(pool.decode, SMALL)
        with pytest.raises(TimeoutError):
            second.result(timeout=pool.seconds + 0.5)
        os.kill(worker, signal.SIGCONT)
        assert first.result().shape == SLOW
        np.testing.assert_array_equal(second.result().values, speckle(8, 8))
    pool.close()
