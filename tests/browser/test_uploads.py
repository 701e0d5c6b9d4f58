"""Uploads that do not fit, in a browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from camdash.settings import UPLOADS_VARIABLE
from tests.browser.conftest import serve_small
from tests.browser.visits import settled, upload
from tests.conftest import image_bytes, speckle

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page whose server holds a megabyte of files."""
    yield from serve_small(serve, tmp_path_factory.mktemp("checkpoints"), **{UPLOADS_VARIABLE: "1"})


def test_a_file_without_room_is_named_and_the_others_of_the_drop_are_shown(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?checkpoint=whole")
    settled(page)
    film = image_bytes(speckle(200, 150))
    upload(page, ("large.dcm", bytes(2**21)), ("film.png", film))
    said = page.get_by_text("large.dcm was not uploaded. The server is full: it holds at most 1 MB of files")
    said.wait_for()
    page.locator(".camdash .first", has_text="film.png").first.wait_for()
    upload(page, ("again.png", image_bytes(speckle(201, 150))))
    page.locator(".camdash .first", has_text="again.png").first.wait_for()
    assert page.get_by_text("TypeError").count() == 0


def test_the_button_for_more_files_has_words(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?checkpoint=whole")
    settled(page)
    upload(page, ("film.png", image_bytes(speckle(200, 150))))
    button = page.get_by_role("button", name="Add files")
    button.wait_for()
    assert button.evaluate("node => getComputedStyle(node, '::after').content") == '"Add files"'
