"""What a session keeps of its uploads has bounds, and goes with them."""

from collections.abc import Callable, Hashable
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from camdash.app.films import caches
from camdash.app.films.files import ImageFile
from camdash.images.sandbox.pool import shared_pool
from tests.app.test_page import analysed, film, upload
from tests.app.uploads_list import answers
from tests.support.state import remembered


def test_of_the_analyses_that_are_kept_the_oldest_gives_way_to_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "MOST", 3)
    kept: dict[Hashable, int] = {}
    for number in range(10):
        caches._keep(kept, number, 10 * number)
        assert kept == {earlier: 10 * earlier for earlier in range(max(0, number - 2), number + 1)}


def test_what_was_kept_in_the_meantime_is_what_all_get() -> None:
    kept: dict[Hashable, str] = {"film": "first"}
    assert caches._keep(kept, "film", "second") == "first"
    assert kept == {"film": "first"}


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the analyses that the page's session keeps."""
    seen: list[Any] = []
    original = caches._analyses

    def watched() -> Any:
        seen.append(original())
        return seen[-1]

    monkeypatch.setattr(caches, "_analyses", watched)
    return lambda: len(seen[-1])


def test_a_session_keeps_no_more_analyses_than_its_bound_whoever_asked_for_them(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, kept: Callable[[], int]
) -> None:
    monkeypatch.setattr(caches, "MOST", 4)
    page.run()
    for name in ("foot", "hip", "chest_frontal", "chest_lateral", "hand"):
        page.button(key=f"sample-{name}").click().run()
        assert not page.exception
        assert kept() <= 4
    assert kept() == 4
    upload(page, *((f"film{number}.png", film(number)) for number in range(4)))  # analysed together, in a batch
    assert all(answer.endswith(" %") for answer in answers(page))
    assert kept() == 4


def test_what_is_kept_of_an_upload_goes_with_it(
    page: AppTest, passes: list[tuple[int, ...]], kept: Callable[[], int]
) -> None:
    upload(page.run(), *((f"film{number}.png", film(number)) for number in range(3)))
    assert (kept(), analysed(passes)) == (4, 4)
    assert len(remembered(page).analysing.rows) == 3  # each with its thumbnail
    page.file_uploader(key="uploads").set_value([]).run()
    assert not remembered(page).analysing.rows
    page.button(key="sample-hand").click().run()
    assert (kept(), analysed(passes)) == (1, 4)


def shown(files: "list[ImageFile]") -> None:
    from camdash.app.films import caches

    for file in files:
        caches.decoded(file)


def test_a_session_keeps_a_few_decoded_radiographs_and_decodes_the_others_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    st.cache_resource.clear()
    pool, seen = shared_pool(), list[bytes]()

    class Counted:
        def decode(self, data: bytes) -> Any:
            seen.append(data)
            return pool.decode(data)

    monkeypatch.setattr(caches, "shared_pool", Counted)
    files = [ImageFile.of(f"film{number}.png", film(number)) for number in range(caches.RADIOGRAPHS + 1)]
    page = AppTest.from_function(shown, default_timeout=60, args=(files,))
    page.run()
    assert not page.exception
    assert len(seen) == len(files)
    # The last four are there still; the first is not, and drives out another one.
    page.args = (files[1:],)
    page.run()
    assert len(seen) == len(files)
    page.args = (files[:1],)
    page.run()
    assert len(seen) == len(files) + 1
    st.cache_resource.clear()
