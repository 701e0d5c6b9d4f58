"""Files whose decoder failed: never refused for good, and no page that tries them for ever."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from camdash.app.session import retries
from camdash.images.sandbox.pool import STARTS, shared_pool
from tests.app.test_comparing import comparing as comparing
from tests.app.test_page import film, texts, upload
from tests.app.test_worklist import films, table
from tests.app.test_worklist import worklist as worklist
from tests.app.uploads_list import answers

FAILED = "No decoder could be started. Try again later."


class NoDecoders:
    """An interpreter that ends at once in place of the real one, until it is mended; it counts its starts."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._starts = folder / "starts"
        self._interpreter = folder / "python"
        self._interpreter.write_text(f"#!/bin/sh\necho started >> {self._starts}\n")
        self._interpreter.chmod(0o700)

    def begin(self) -> None:
        self.mend()
        shared_pool().close()
        shared_pool.cache_clear()
        self._starts.write_text("")
        self._monkeypatch.setattr(sys, "executable", str(self._interpreter))

    def mend(self) -> None:
        self._monkeypatch.undo()

    @property
    def tries(self) -> int:
        """How many files were tried: each starts as many decoders as may fail for it."""
        return len(self._starts.read_text().splitlines()) // STARTS


@pytest.fixture
def no_decoders(tmp_path: Path) -> Iterator[NoDecoders]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield NoDecoders(tmp_path, monkeypatch)


def test_a_worklist_tries_again_at_the_next_click_and_never_by_itself(
    worklist: AppTest, no_decoders: NoDecoders
) -> None:
    no_decoders.begin()
    upload(worklist, *films(3))
    assert list(table(worklist)["predicted"]) == [f"not read: {FAILED}"] * 3
    assert "The decoder failed on 3 files. This may be temporary." in texts(worklist)
    assert no_decoders.tries <= 2 * 3  # files are decoded ahead, which the first, quick run drops
    no_decoders.mend()
    worklist.run()
    assert not worklist.exception
    assert all("Part" in predicted for predicted in table(worklist)["predicted"])
    assert "The decoder failed" not in texts(worklist)


def test_a_file_that_fails_again_and_again_is_tried_by_a_click_on_try_again_alone(
    worklist: AppTest, no_decoders: NoDecoders
) -> None:
    no_decoders.begin()
    upload(worklist, *films(2))
    for _ in range(retries.MOST):
        worklist.run()
    tried = no_decoders.tries
    assert tried >= 2 * retries.MOST
    worklist.run()
    worklist.run()
    assert no_decoders.tries == tried
    no_decoders.mend()
    worklist.run()
    assert list(table(worklist)["predicted"]) == [f"not read: {FAILED}"] * 2
    worklist.button(key="worklist-try-again").click().run()
    assert all("Part" in predicted for predicted in table(worklist)["predicted"])


def test_the_page_tries_the_chosen_file_again_and_the_list_beside_it_too(
    page: AppTest, no_decoders: NoDecoders
) -> None:
    page.run()
    no_decoders.begin()
    upload(page, *films(3))
    assert not page.exception
    assert "No decoder could be started" in texts(page)
    assert answers(page) == ["cannot be read"] * 3
    assert no_decoders.tries == 3
    no_decoders.mend()
    page.button(key="try-again").click().run()
    assert not page.error
    assert all("Part" in predicted for predicted in answers(page))


def test_a_comparison_tries_again(comparing: AppTest, no_decoders: NoDecoders) -> None:
    no_decoders.begin()
    upload(comparing, *((f"film{k}.png", film(k)) for k in range(3)))
    assert list(comparing.dataframe[-1].value["answers"]) == ["not read"] * 3
    assert no_decoders.tries == 3
    no_decoders.mend()
    comparing.button(key="comparison-try-again").click().run()
    assert not comparing.exception
    assert "not read" not in list(comparing.dataframe[-1].value["answers"])
