"""The worklist in a browser: from a row to its radiograph, and on to the next."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.conftest import NOT_RUNNING, serve_small
from tests.browser.visits import settled, upload
from tests.conftest import image_bytes, speckle

Open = Callable[..., Any]
HEAD, ROW = 38, 64
"""Pixels of the table's head and of a row."""


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from serve_small(serve, tmp_path_factory.mktemp("checkpoints"))


def test_a_row_opens_its_radiograph_and_the_arrows_go_on_in_the_list_s_order(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?checkpoint=whole")
    settled(page)
    upload(page, *((f"film{k}.png", image_bytes(speckle(200 + k, 150))) for k in range(3)))
    page.get_by_text("1 of 3", exact=True).wait_for()
    page.get_by_role("link", name="Worklist").click()
    page.get_by_text("3 radiographs: 3 Part 1").wait_for()
    page.get_by_text("Mean map of each predicted class").wait_for()
    page.wait_for_selector(NOT_RUNNING)
    table = page.locator(".st-key-worklist [data-testid=stDataFrame]")
    names = table.locator("td[aria-colindex='2']")
    names.nth(2).wait_for(state="attached")
    listed = names.all_text_contents()
    box = table.bounding_box()
    page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + HEAD + ROW * 1.5)  # anywhere in the row
    page.locator(".camdash .first", has_text=listed[1]).first.wait_for()
    page.get_by_text("2 of 3", exact=True).wait_for()
    page.locator(".st-key-arrow-next button:visible").click()
    page.locator(".camdash .first", has_text=listed[2]).first.wait_for()
    assert page.locator(".st-key-arrow-next button:visible").is_disabled()
    page.locator(".st-key-arrow-previous button:visible").click()
    page.locator(".camdash .first", has_text=listed[1]).first.wait_for()


HINT = "Click a row to open it, then use the arrow keys."


def test_the_list_keeps_its_place_and_its_hint_goes_once_it_was_followed(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?checkpoint=whole")
    settled(page)
    upload(page, *((f"film{k}.png", image_bytes(speckle(200 + k, 150))) for k in range(12)))
    page.get_by_text("1 of 12", exact=True).wait_for()
    page.get_by_role("link", name="Worklist").click()
    page.get_by_text(HINT).wait_for()
    page.get_by_text("12 radiographs: ").wait_for()
    page.get_by_text("Mean map of each predicted class").wait_for()
    page.wait_for_selector(NOT_RUNNING)
    scroller = page.locator(".st-key-worklist .dvn-scroller")
    scroller.evaluate("node => (node.scrollTop = 250)")
    page.wait_for_function("document.querySelector('.st-key-worklist .dvn-scroller').scrollTop === 250")
    table = page.locator(".st-key-worklist [data-testid=stDataFrame]")
    names = table.locator("td[aria-colindex='2']")
    names.filter(has_text="film0.png").wait_for(state="detached")  # the table knows that it was scrolled
    box = table.bounding_box()
    page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + HEAD + ROW * 1.5)
    opened = page.locator(".uploads [aria-current] .file")
    opened.filter(has_text="film5.png").wait_for()  # 1.5 rows beneath 250 pixels
    settled(page)
    page.keyboard.press("ArrowRight")
    opened.filter(has_text="film6.png").wait_for()
    page.keyboard.press("ArrowLeft")
    opened.filter(has_text="film5.png").wait_for()
    settled(page)
    page.get_by_role("link", name="Worklist").click()
    page.get_by_text("12 radiographs: ").wait_for()
    page.wait_for_function("document.querySelector('.st-key-worklist .dvn-scroller')?.scrollTop === 250")
    assert page.get_by_text(HINT).count() == 0


def test_the_arrow_keys_change_a_control_and_not_the_radiograph_while_it_has_the_focus(
    address: str, open_page: Open
) -> None:
    page = open_page(f"{address}/?checkpoint=whole")
    settled(page)
    upload(page, *((f"film{k}.png", image_bytes(speckle(200 + k, 150))) for k in range(2)))
    page.get_by_text("1 of 2", exact=True).wait_for()
    settled(page)
    slider = page.locator(".camdash input[type=range]").first
    before = slider.input_value()
    slider.focus()
    slider.press("ArrowRight")
    assert slider.input_value() != before
    assert page.get_by_text("1 of 2", exact=True).is_visible()
