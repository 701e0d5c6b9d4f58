import gc
import weakref
from pathlib import Path

import pytest

from camdash.errors import CheckpointError, UsageError
from camdash.networks.cards.card import Checkpoint
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load_any
from camdash.running import loaded_checkpoints
from camdash.running.loaded_checkpoints import HeldCheckpoints, checkpoints_at_once
from tests.conftest import save_checkpoint, small_card


@pytest.fixture
def three(tmp_path: Path) -> list[Checkpoint]:
    saved = [save_checkpoint(tmp_path, f"number{k}", small_card(classes=4 + k)) for k in range(3)]
    return [describe(entry_of(path)) for path in saved]


@pytest.fixture
def alive(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many loaded checkpoints were alive when each load began."""
    references: list[weakref.ref[LoadedCheckpoint]] = []
    counts: list[int] = []

    def counted(checkpoint: Checkpoint, device: str) -> LoadedCheckpoint:
        counts.append(sum(reference() is not None for reference in references))
        loaded = load_any(checkpoint, device)
        references.append(weakref.ref(loaded))
        references.append(weakref.ref(loaded.network))  # type: ignore[arg-type]
        return loaded

    monkeypatch.setattr(loaded_checkpoints, "load_any", counted)
    return counts


def test_a_checkpoint_that_is_held_is_not_loaded_again(three: list[Checkpoint], alive: list[int]) -> None:
    holder = HeldCheckpoints(2)
    first = holder.get(three[0], "cpu")
    holder.get(three[1], "cpu")
    assert holder.get(three[0], "cpu") is first
    assert len(alive) == 2


def test_the_one_not_used_for_longest_is_gone_before_a_third_is_loaded(
    three: list[Checkpoint], alive: list[int]
) -> None:
    """Without the garbage collector: a network has no reference cycle that would keep it."""
    holder = HeldCheckpoints(2)
    gc.disable()
    try:
        for checkpoint in three * 3:
            holder.get(checkpoint, "cpu")
    finally:
        gc.enable()
    assert alive == [0, 2] + [2] * 7  # each counts twice: itself, and its network


def test_one_that_was_just_used_stays_and_the_other_goes(three: list[Checkpoint], alive: list[int]) -> None:
    holder = HeldCheckpoints(2)
    for place in (0, 1, 0, 2, 0):
        holder.get(three[place], "cpu")
    assert len(alive) == 3


def test_a_pass_in_flight_keeps_its_network_though_it_was_let_go(three: list[Checkpoint]) -> None:
    holder = HeldCheckpoints(1)
    in_flight = holder.get(three[0], "cpu")
    reference = weakref.ref(in_flight)
    holder.get(three[1], "cpu")
    assert reference() is in_flight
    del in_flight
    assert reference() is None


def test_room_is_made_for_one_that_is_loaded_elsewhere(three: list[Checkpoint]) -> None:
    holder = HeldCheckpoints(2)
    references = [weakref.ref(holder.get(checkpoint, "cpu")) for checkpoint in three[:2]]
    holder.make_room()
    assert [reference() is None for reference in references] == [True, False]


def test_what_was_found_of_a_checkpoint_outlives_it(three: list[Checkpoint]) -> None:
    holder = HeldCheckpoints(1)
    assert holder.no_map_reason(three[0], "cpu") is None
    holder.get(three[0], "cpu")
    holder.get(three[1], "cpu")
    assert holder.no_map_reason(three[0], "cpu") == ""


def test_one_that_cannot_be_used_is_not_held(three: list[Checkpoint]) -> None:
    holder = HeldCheckpoints(1)
    three[0].path.write_bytes(b"nothing")
    with pytest.raises(CheckpointError):
        holder.get(three[0], "cpu")
    assert holder.no_map_reason(three[0], "cpu") is None
    holder.get(three[1], "cpu")


def test_how_many_are_held_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAMDASH_CHECKPOINTS_AT_ONCE", raising=False)
    assert checkpoints_at_once() == 2
    monkeypatch.setenv("CAMDASH_CHECKPOINTS_AT_ONCE", "5")
    assert checkpoints_at_once() == 5


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_a_number_that_makes_no_sense_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CAMDASH_CHECKPOINTS_AT_ONCE", value)
    with pytest.raises(UsageError, match="whole number of checkpoints"):
        checkpoints_at_once()


def test_a_network_for_slopes_counts_among_those_that_are_held_and_is_the_first_to_go(
    three: list[Checkpoint], alive: list[int]
) -> None:
    holder = HeldCheckpoints(2)
    first = holder.get(three[0], "cpu")
    network = holder.get_split(three[0], "cpu")
    assert holder.get_split(three[0], "cpu") is network
    assert holder.get(three[0], "cpu") is first
    gone = weakref.ref(network)
    del network
    holder.get(three[1], "cpu")
    assert gone() is None
    assert holder.get(three[0], "cpu") is first
    holder.get_split(three[0], "cpu")
    assert holder.get(three[0], "cpu") is first
    assert len(alive) == 2


def test_beside_a_network_for_slopes_its_own_checkpoint_stays_even_where_one_is_held(
    three: list[Checkpoint], alive: list[int]
) -> None:
    holder = HeldCheckpoints(1)
    first, network = holder.get(three[0], "cpu"), holder.get_split(three[0], "cpu")
    assert holder.get(three[0], "cpu") is first
    assert holder.get_split(three[0], "cpu") is network
    holder.get_split(three[1], "cpu")
    assert holder.get(three[0], "cpu") is not first
    assert len(alive) == 2
