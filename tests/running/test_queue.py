"""The line before a device: turns, bounds, and what is dropped. Threads wait for each other, never for a clock."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from camdash.errors import BusyError
from camdash.running.queue import NICENESS, Abandoned, DeviceQueue, queue_of

PATIENCE = 60
"""Seconds after which a thread that does not end is a failure."""


def yes() -> bool:
    return True


def nothing() -> None:
    return None


class People:
    """Threads that ask a queue in a known order while something holds the device."""

    def __init__(self, queue: DeviceQueue) -> None:
        self.queue = queue
        self.served: list[str] = []
        self.errors: list[BaseException] = []
        self._threads: list[threading.Thread] = []

    def ask(self, session: str, work: Callable[[], object] = nothing, alive: Callable[[], bool] = yes) -> None:
        """Ask in a thread of its own, and return once the piece stands in the line."""

        def piece() -> None:
            self.served.append(session)
            work()

        def thread() -> None:
            try:
                self.queue.run(session, piece, alive)
            except (Abandoned, BusyError, KeyError) as error:
                self.errors.append(error)

        before = self.queue.waiting
        self._threads.append(threading.Thread(target=thread, daemon=True))
        self._threads[-1].start()
        until(lambda: self.queue.waiting > before)

    def end(self) -> None:
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()


def until(come: Callable[[], bool]) -> None:
    """Wait for what another thread does soon."""
    pause = threading.Event()
    for _ in range(PATIENCE * 1000):
        if come():
            return
        pause.wait(0.001)
    pytest.fail("nothing came of it")


@contextmanager
def held(queue: DeviceQueue, session: str = "first") -> Iterator[None]:
    """Hold the device with a piece of work until the block ends."""
    begun, release = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert release.wait(PATIENCE)

    holder = threading.Thread(target=queue.run, args=(session, work, yes), daemon=True)
    holder.start()
    assert begun.wait(PATIENCE)
    try:
        yield
    finally:
        release.set()
        holder.join(PATIENCE)


@pytest.fixture
def people() -> People:
    return People(DeviceQueue(longest=8, tick=0.01))


def test_work_returns_its_result_and_frees_the_device(people: People) -> None:
    assert people.queue.run("a", lambda: 6 * 7, yes) == 42
    assert people.queue.run("b", lambda: "again", yes) == "again"
    assert people.queue.ahead("c") == 0


def test_sessions_take_turns_so_that_many_pieces_of_one_do_not_hold_up_another(people: People) -> None:
    with held(people.queue):
        for session in ("a", "a", "a", "b", "c", "c"):
            people.ask(session)
        assert people.queue.waiting == 6
    people.end()
    assert people.served == ["a", "b", "c", "a", "c", "a"]


def test_each_is_told_how_many_pieces_come_before_its_own(people: People) -> None:
    with held(people.queue):
        for session in ("a", "a", "b"):
            people.ask(session)
        assert [people.queue.ahead(session) for session in ("a", "b", "newcomer")] == [1, 2, 3]
    people.end()


def test_what_nobody_waits_for_any_more_is_dropped_and_the_others_move_up(people: People) -> None:
    open_tabs = {"a": True, "b": True}
    with held(people.queue):
        people.ask("a", alive=lambda: open_tabs["a"])
        people.ask("b", alive=lambda: open_tabs["b"])
        open_tabs["a"] = False
        until(lambda: people.queue.waiting == 1)
        assert people.queue.ahead("b") == 1
    people.end()
    assert people.served == ["b"]
    assert [type(error) for error in people.errors] == [Abandoned]


def test_a_closed_tab_whose_turn_has_just_come_runs_nothing() -> None:
    people = People(DeviceQueue(tick=PATIENCE))
    open_tab = threading.Event()
    open_tab.set()
    with held(people.queue):
        people.ask("a", alive=open_tab.is_set)
        people.ask("b")
        open_tab.clear()
    people.end()
    assert people.served == ["b"]


def test_whatever_the_question_raises_drops_the_work_too(people: People) -> None:
    asked = threading.Event()

    def gone() -> bool:
        assert asked.wait(PATIENCE)
        raise KeyError("the script was stopped")

    with held(people.queue):
        people.ask("a")
        people.ask("b", alive=gone)
        asked.set()
        until(lambda: people.queue.waiting == 1)
    people.end()
    assert people.served == ["a"]
    assert [type(error) for error in people.errors] == [KeyError]


def test_a_line_that_is_too_long_refuses_with_a_sentence() -> None:
    people = People(DeviceQueue(longest=2, tick=0.01))
    with held(people.queue):
        people.ask("a")
        people.ask("b")
        with pytest.raises(BusyError, match="2 analyses are waiting; try again in a minute"):
            people.queue.run("c", nothing, yes)
    people.end()
    assert people.queue.run("c", lambda: "served", yes) == "served"


def test_work_that_fails_gives_its_error_to_its_own_session_and_frees_the_turn(people: People) -> None:
    def failing() -> None:
        raise KeyError("broken")

    with held(people.queue):
        people.ask("a", failing)
        people.ask("b")
    people.end()
    assert people.served == ["a", "b"]
    assert [str(error) for error in people.errors] == ["'broken'"]
    assert people.queue.waiting == people.queue.ahead("c") == 0


def test_work_that_asks_for_the_device_has_it_already(people: People) -> None:
    queue = people.queue
    assert queue.run("a", lambda: queue.run("a", lambda: "within", yes), yes) == "within"


def test_all_work_of_a_device_runs_in_one_thread_that_steps_back_for_the_page(people: People) -> None:
    places = {people.queue.run(session, threading.get_native_id, yes) for session in ("a", "b", "a")}
    assert len(places) == 1
    assert threading.get_native_id() not in places
    if sys.platform == "linux":
        here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        assert os.getpriority(os.PRIO_PROCESS, places.pop()) == min(here + NICENESS, 19)


def test_a_device_has_one_queue() -> None:
    assert queue_of("cpu") is queue_of("cpu")
    assert queue_of("cpu") is not queue_of("meta")


def test_sixteen_threads_at_once_never_share_the_device_and_all_are_served() -> None:
    queue = DeviceQueue(longest=16, tick=0.001)
    inside: list[int] = []
    most: list[int] = []
    results: dict[tuple[int, int], int] = {}
    together = threading.Barrier(16)

    def work(value: int) -> int:
        inside.append(value)
        most.append(len(inside))
        inside.pop()
        return value

    def person(number: int) -> None:
        together.wait(PATIENCE)
        for place in range(50):
            results[number, place] = queue.run(str(number), lambda: work(number * 1000 + place), yes)  # noqa: B023

    threads = [threading.Thread(target=person, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert max(most) == 1
    assert results == {(number, place): number * 1000 + place for number in range(16) for place in range(50)}
    assert queue.waiting == 0
