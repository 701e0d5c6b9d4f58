"""Light and dark: a switch on every page, and words that can be read in both."""

from collections.abc import Callable
from typing import Any

import pytest

from camdash.app.films.samples import SHORTCUT
from tests.browser.contrast import LEAST_OF_LARGE_TEXT, of_mark, too_faint
from tests.browser.visits import settled, upload
from tests.conftest import image_bytes, speckle

Open = Callable[..., Any]
BACKGROUND = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
DARK, LIGHT = "rgb(14, 17, 22)", "rgb(255, 255, 255)"


def shown_in(page: Any, color: str) -> None:
    page.wait_for_function(f"color => {BACKGROUND} === color", arg=color)


def switch(page: Any, to: str) -> None:
    page.get_by_role("button", name=f"Show the page in the {to} theme").click()
    shown_in(page, LIGHT if to == "light" else DARK)
    page.locator("[data-testid=stMainMenuPopover]").wait_for(state="detached")


def test_the_page_is_dark_until_somebody_chooses_light_which_outlives_a_reload(address: str, open_page: Open) -> None:
    page = open_page(address)
    shown_in(page, DARK)
    settled(page)
    switch(page, "light")
    page.reload()
    shown_in(page, LIGHT)
    settled(page)
    page.goto(f"{address}/checkpoints")
    shown_in(page, LIGHT)
    switch(page, "dark")
    page.goto(address)
    shown_in(page, DARK)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_seen_first_is_the_servers_choice_and_not_the_browsers(
    serve: Callable[..., str], address: str, browser: Any, scheme: str
) -> None:
    for where, color in ((address, DARK), (serve("streamlit_app.py", "--theme.base", "light"), LIGHT)):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(where)
        page.get_by_role("button", name="Show the page in the").wait_for()
        shown_in(page, color)
        context.close()


def test_a_choice_in_streamlits_own_menu_counts_too(address: str, open_page: Open) -> None:
    page = open_page(address)
    shown_in(page, DARK)
    settled(page)
    page.locator("[data-testid=stMainMenuPopover]").wait_for(state="detached")
    page.locator("[data-testid=stMainMenuButton]").click()
    page.get_by_role("menuitemradio", name="Light").click()
    shown_in(page, LIGHT)
    page.get_by_role("button", name="Show the page in the dark theme").wait_for()
    page.reload()
    shown_in(page, LIGHT)
    settled(page)
    shown_in(page, LIGHT)


def test_the_switch_changes_viewer_and_chart_and_resets_neither_view_nor_uploads(address: str, open_page: Open) -> None:
    page = open_page(address)
    shown_in(page, DARK)
    settled(page)
    upload(page, ("film.png", image_bytes(speckle(300, 200))))
    page.locator(".camdash").get_by_text("film.png", exact=True).first.wait_for()
    page.get_by_role("radio", name="Top class", exact=True).check()
    page.locator("canvas[data-map-id=radiograph]").focus()
    page.keyboard.press("+")
    page.locator(".camdash.zoomed").wait_for()
    settled(page)
    before = colors(page)
    switch(page, "light")
    settled(page)
    assert all(one != other for one, other in zip(before, colors(page), strict=True))
    assert page.locator("figure.panel .first").first.inner_text() == "film.png"
    assert page.locator("figure.panel").count() == 2
    assert page.locator(".camdash.zoomed").count() == 1


def colors(page: Any) -> list[str]:
    return [page.locator(one).first.evaluate(COLOR) for one in (".camdash", ".stPlotlyChart .ytick text")]


COLOR = "node => { const { color, fill } = getComputedStyle(node); return node instanceof SVGElement ? fill : color; }"


@pytest.mark.parametrize("path", ["/", f"/?checkpoint=body-parts&with={SHORTCUT}", "/worklist", "/checkpoints"])
def test_all_words_have_the_contrast_of_wcag_aa_in_both_themes(address: str, open_page: Open, path: str) -> None:
    page = open_page(address + path, 1440, 900)
    shown_in(page, DARK)
    if not path.strip("/").isalpha():
        settled(page)
        page.locator(".stPlotlyChart .ytick text").first.wait_for()
    assert too_faint(page) == []
    switch(page, "light")
    page.get_by_role("button", name="Show the page in the dark theme").wait_for()
    assert too_faint(page) == []


@pytest.mark.parametrize("mark", [".choice :checked + span", ".panel.predicted .bar b", ".panel .bar.against b"])
def test_marks_of_color_stand_out_in_both_themes(address: str, open_page: Open, mark: str) -> None:
    page = open_page(address)
    shown_in(page, DARK)
    settled(page)
    assert of_mark(page, mark) >= LEAST_OF_LARGE_TEXT
    switch(page, "light")
    assert of_mark(page, mark) >= LEAST_OF_LARGE_TEXT
