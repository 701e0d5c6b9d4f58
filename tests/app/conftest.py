"""The page, run by AppTest over small checkpoints of the test's own."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from camdash.networks.catalog import checkpoints as catalog
from camdash.networks.loaded import LoadedCheckpoint
from camdash.settings import FOLDERS_VARIABLE
from tests.conftest import save_checkpoint, small_card
from tests.support.server import Server
from tests.support.small import small_checkpoint

ROOT = Path(__file__).parents[2]
PATIENCE = 240
"""Seconds within which the server must have done something, on a busy machine."""


@contextmanager
def small_server(folder: Path, *options: str, **variables: str) -> Iterator[Server]:
    """Run the real server over a small checkpoint of its own in `folder`."""
    small_checkpoint(folder)
    with Server(*options, environment={FOLDERS_VARIABLE: str(folder), **variables}) as running:
        yield running


def until(come: Callable[[], bool]) -> None:
    """Wait until something has come, on a busy machine too."""
    between, end = threading.Event(), time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if come():
            return
        between.wait(0.05)
    pytest.fail("nothing came of it")


@pytest.fixture
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the shipped one, with two small checkpoints."""
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    save_checkpoint(folder, "first")
    save_checkpoint(folder, "second", small_card(classes=7))
    monkeypatch.setattr(catalog, "SHIPPED", folder)
    monkeypatch.delenv(FOLDERS_VARIABLE, raising=False)
    return folder


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The shape of every batch that went through a network."""
    seen: list[tuple[int, ...]] = []
    original = LoadedCheckpoint.maps_and_pooled

    def counted(checkpoint, inputs):  # type: ignore[no-untyped-def]
        seen.append(tuple(inputs.shape))
        return original(checkpoint, inputs)

    monkeypatch.setattr(LoadedCheckpoint, "maps_and_pooled", counted)
    return seen


@pytest.fixture
def page(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The page, not yet run; caches are emptied before and after."""
    monkeypatch.chdir(ROOT)
    st.cache_resource.clear()
    st.cache_data.clear()
    yield AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    st.cache_resource.clear()
    st.cache_data.clear()


def viewers(page: AppTest) -> int:
    """Return how many viewers stand on a page."""
    return sum(one.proto.component_name.endswith("viewer") for one in page.get("bidi_component"))
