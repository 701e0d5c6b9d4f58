"""How many checkpoints the page keeps on the device, and what else it runs there."""

import json
import os
import subprocess
import sys
import weakref
from pathlib import Path
from statistics import median

import pytest
from streamlit.testing.v1 import AppTest

from camdash.networks import report
from camdash.networks.cards.card import Checkpoint
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load_any
from camdash.running import loaded_checkpoints
from tests.app.switching import switch
from tests.app.test_checkpoints_page import shown
from tests.app.test_page import analysed
from tests.conftest import image_bytes, save_checkpoint, speckle

SWITCHES = 20
SIZE = 45 * 2**20
"""Bytes of the small checkpoints' weights."""


@pytest.fixture
def alive(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many networks were there after each load, wherever it was asked for."""
    references: list[weakref.ref[LoadedCheckpoint]] = []
    counts: list[int] = []

    def counted(checkpoint: Checkpoint, device: str) -> LoadedCheckpoint:
        before = sum(reference() is not None for reference in references)
        loaded = load_any(checkpoint, device)
        references.append(weakref.ref(loaded))
        counts.append(before + 1)
        return loaded

    monkeypatch.setattr(loaded_checkpoints, "load_any", counted)
    monkeypatch.setattr(report, "load_any", counted)
    return counts


def test_at_most_two_checkpoints_are_there_over_twenty_switches(
    checkpoints: Path, page: AppTest, alive: list[int], passes: list[tuple[int, ...]]
) -> None:
    save_checkpoint(checkpoints, "third")
    page.run()
    for number in range(1, SWITCHES + 1):
        film = (f"film{number}.png", image_bytes(speckle(40 + number, 30)), "image/png")
        page.file_uploader(key="uploads").set_value([film])
        switch(page, number)
    assert analysed(passes) == len(alive) == 1 + SWITCHES
    assert max(alive) == 2


def test_memory_stays_flat_over_twenty_switches(checkpoints: Path) -> None:
    save_checkpoint(checkpoints, "third")
    command = [sys.executable, "-m", "tests.app.switching", str(checkpoints), str(SWITCHES)]
    one_arena = os.environ | {"MALLOC_ARENA_MAX": "1"}
    done = subprocess.run(command, env=one_arena, capture_output=True, text=True, check=True)
    sizes: list[int] = json.loads(done.stdout.splitlines()[-1])
    assert len(sizes) == SWITCHES
    assert median(sizes[-6:]) - median(sizes[3:9]) < SIZE  # networks that stay would be eleven times that


def test_an_analysed_image_needs_its_checkpoint_no_more(
    checkpoints: Path, page: AppTest, alive: list[int], passes: list[tuple[int, ...]]
) -> None:
    save_checkpoint(checkpoints, "third")
    page.run()
    for number in (1, 2):
        switch(page, number)
    loads, done = len(alive), len(passes)
    switch(page, 0)
    assert (len(alive), len(passes)) == (loads, done)


def test_a_report_of_a_checkpoint_makes_room_first(page: AppTest, alive: list[int]) -> None:
    page.run()
    switch(page, 1)
    AppTest.from_function(shown, default_timeout=60).run()
    assert alive == [1, 2, 2, 2]
