"""A long job over many runs of a page: what stays, what is stale, when it stops, and how fast it goes."""

import time
from collections.abc import Iterator

import pytest

from camdash.running.task import Task

Letters = Task[str, str]


def always(_: str, __: str) -> bool:
    return True


def made(letters: str) -> Iterator[tuple[str, str]]:
    return ((letter, letter.upper()) for letter in letters)


def taken_up(items: str = "abcd", about: object = "first") -> Letters:
    task = Letters()
    task.take_up(about, items, always)
    return task


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second goes by whenever the time is asked for."""
    seconds = iter(range(1000))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(seconds)))


@pytest.mark.usefixtures("clock")
def test_it_ends_with_the_time_and_goes_on_with_what_is_missing() -> None:
    task, told = taken_up(), list[int]()
    task.go_on(made("abcd"), 2.0, lambda: told.append(task.progress.done))
    assert task.rows == {"a": "A", "b": "B"}
    assert told == [1, 2]
    assert (task.progress.here, task.progress.seconds, task.progress.rate, task.progress.left) == (2, 2.0, 1.0, 2.0)
    task.take_up("first", "abcd", always)
    task.go_on(made("cd"), 0.0, lambda: None)
    assert list(task.rows) == ["a", "b", "c"]
    assert task.progress.here == 3


def test_what_is_done_stays_when_the_work_is_broken_off() -> None:
    task = taken_up()

    def broken() -> Iterator[tuple[str, str]]:
        yield "a", "A"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        task.go_on(broken(), 60.0, lambda: None)
    assert task.rows == {"a": "A"}


def test_rows_made_with_something_else_are_stale_and_so_is_the_pace() -> None:
    task = taken_up()
    task.go_on(made("ab"), 60.0, lambda: None)
    task.take_up("second", "abcd", always)
    assert (task.rows, task.made, task.seconds) == ({}, 0, 0.0)


def test_rows_of_items_that_are_gone_or_not_to_be_kept_go_and_the_others_stay() -> None:
    task = taken_up()
    task.go_on(made("abc"), 60.0, lambda: None)
    task.take_up("first", "bcd", lambda key, row: (key, row) != ("c", "C"))
    assert task.rows == {"b": "B"}
    assert task.items == {"b", "c", "d"}


def test_stopping_holds_for_this_work_alone() -> None:
    task = taken_up()
    assert not task.is_stopped
    task.stop()
    task.take_up("first", "dcba", always)
    assert task.is_stopped
    for about, items in (("second", "abcd"), ("first", "abcde")):
        task.take_up(about, items, always)
        assert not task.is_stopped
    task.take_up("first", "abcd", always)
    assert task.is_stopped
    task.resume()
    assert not task.is_stopped


def test_a_run_that_was_replaced_adds_nothing_to_the_newer_ones_work() -> None:
    task = taken_up()

    def replaced() -> Iterator[tuple[str, str]]:
        yield "a", "A"
        task.take_up("second", "abcd", always)
        yield "b", "B"

    task.go_on(replaced(), 60.0, lambda: None)
    assert (task.rows, task.made) == ({}, 0)


@pytest.mark.usefixtures("clock")
def test_rows_of_items_that_are_gone_are_dropped_and_a_run_that_makes_more_of_them_ends() -> None:
    task = taken_up()
    task.go_on(made("ab"), 9.0, lambda: None)
    task.go_on(made("cd"), 9.0, lambda: task.drop(lambda key: key in "ac"))
    assert task.rows == {"b": "B"}
