"""Enlarging a panel and coming back; the wheel over a panel."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_viewer_pixels import READ, canvas, painted

Open = Callable[..., Any]
TO_ALL: dict[str, Callable[[Any], None]] = {
    "the button": lambda page: page.get_by_role("button", name="Back to all").click(),
    "all classes": lambda page: page.get_by_text("All classes", exact=True).click(),
    "fit": lambda page: page.get_by_role("button", name="Fit").click(),
    "escape with the focus elsewhere": lambda page: (page.locator("body").focus(), page.keyboard.press("Escape"))[1],
    "a second click": lambda page: canvas(page, "class-2").click(),
}


@pytest.fixture(scope="module")
def address(serve: Callable[..., str]) -> str:
    return serve("tests/browser/pages/synthetic.py")


@pytest.fixture
def page(address: str, open_page: Open) -> Any:
    opened = open_page(address, 1500, 1000)
    painted(opened, "average")
    return opened


@pytest.mark.parametrize("way", TO_ALL)
def test_every_way_leads_back_to_all_panels(page: Any, way: str) -> None:
    back = page.get_by_role("button", name="Back to all")
    assert not back.is_visible()
    canvas(page, "class-2").click()
    canvas(page, "class-0").wait_for(state="detached")
    assert back.is_visible()
    TO_ALL[way](page)
    canvas(page, "class-0").wait_for()
    assert page.locator("figure.panel").count() == 7
    assert not back.is_visible()


def test_an_enlarged_panel_stays_in_another_look_that_has_it(page: Any) -> None:
    canvas(page, "class-2").click()
    canvas(page, "class-0").wait_for(state="detached")
    for look in ("positive", "own", "evidence"):
        page.locator(f"input[name=look][value={look}]").evaluate("node => node.click()")
        page.locator(f"input[name=look][value={look}]:checked").wait_for()
        assert page.locator("figure.panel").count() == 2
    page.locator("input[name=look][value=classic]").evaluate("node => node.click()")
    page.locator("figure.panel").nth(2).wait_for()


def test_escape_closes_a_menu_before_it_leaves_an_enlarged_panel(page: Any) -> None:
    canvas(page, "class-2").click()
    canvas(page, "class-0").wait_for(state="detached")
    page.get_by_role("button", name="Help").click()
    page.get_by_role("heading", name="How to read this").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("heading", name="How to read this").wait_for(state="hidden")
    assert page.locator("figure.panel").count() == 2


def test_the_wheel_scrolls_the_page_until_a_panel_was_clicked(page: Any) -> None:
    film = canvas(page, "radiograph")
    hint = page.locator(".camdash .hint:not(.notice)")
    before = film.evaluate(READ)
    film.hover()
    page.mouse.wheel(0, -200)
    hint.wait_for()
    assert hint.inner_text() == "Click a panel, or hold Ctrl, to zoom with the wheel."
    painted(page, "radiograph")
    assert film.evaluate(READ) == before
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    page.locator(".camdash.zoomed").wait_for()
    page.keyboard.press("0")
    page.get_by_role("button", name="Fit").click()
    page.locator(".camdash:not(.zoomed)").wait_for()
    canvas(page, "class-2").click()
    canvas(page, "class-0").wait_for(state="detached")
    canvas(page, "class-2").hover()
    page.mouse.wheel(0, -200)
    page.locator(".camdash.zoomed").wait_for()
    assert not hint.is_visible()
    page.locator("[data-testid=stRadio]").first.click()
    page.get_by_role("button", name="Fit").click()
    page.locator(".camdash:not(.zoomed)").wait_for()
    canvas(page, "class-2").hover()
    page.mouse.wheel(0, -200)
    painted(page, "class-2")
    assert page.locator(".camdash.zoomed").count() == 0
