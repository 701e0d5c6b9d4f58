"""The looks: one row of choices above the panels."""

from collections.abc import Callable
from typing import Any

import pytest

from camdash.app.films.samples import SHORTCUT
from camdash.rendering.looks import LOOKS
from tests.browser.visits import settled

Open = Callable[..., Any]
COMPARED = f"/?checkpoint=body-parts&with={SHORTCUT}"


def test_the_looks_stand_in_one_row_of_the_viewers_toolbar_and_not_in_the_sidebar(
    address: str, open_page: Open
) -> None:
    page = open_page(address)
    settled(page)
    group = page.get_by_role("group", name="Look")
    words = group.locator("label span")
    assert words.all_inner_texts() == [look.label for look in LOOKS]
    assert len({box["y"] for box in (one.bounding_box() for one in words.all())}) == 1
    assert page.get_by_role("toolbar").locator("fieldset.looks").count() == 1
    assert page.locator("[data-testid=stSidebar]").get_by_text("Positive only").count() == 0


@pytest.mark.parametrize("path", ["/", COMPARED])
def test_the_toolbar_takes_two_rows_at_most_on_a_small_screen(address: str, open_page: Open, path: str) -> None:
    page = open_page(address + path)
    settled(page)
    tops = page.locator(".toolbar").evaluate(
        "bar => [...bar.children].filter(one => one.offsetWidth).map(one => one.getBoundingClientRect().top)"
    )
    assert max(tops) - min(tops) < 40
    assert page.locator(".toolbar").bounding_box()["height"] <= 66


def test_arrow_keys_go_from_look_to_look_and_each_is_explained(address: str, open_page: Open) -> None:
    page = open_page(address)
    settled(page)
    looks = page.locator("input[name=look]")
    looks.first.focus()
    page.keyboard.press("ArrowRight")
    settled(page)
    assert page.locator("input[name=look]:checked").get_attribute("value") == "positive"
    assert "Only what speaks for a class" in page.locator(".legend").inner_text()
    for look in looks.all():
        about = page.locator(f"#{look.get_attribute('aria-describedby')}").text_content()
        title = look.locator("xpath=..").get_attribute("title")
        assert title == " ".join(about.split())
        assert len(title) > 20
    page.locator("button[name=help]").click()
    assert "Only what speaks for a class, on one scale." in " ".join(page.locator("#help").inner_text().split())


PLACES = """bar => Object.fromEntries([...bar.querySelectorAll(".choice label:not([hidden])")]
    .filter(one => one.offsetWidth && one.textContent.trim() !== "")
    .map(one => [`${one.closest("fieldset").className}: ${one.textContent.trim()}`, one.getBoundingClientRect().x]))"""


def test_a_look_with_panels_of_its_own_moves_nothing_that_there_was(address: str, open_page: Open) -> None:
    page = open_page(address)
    settled(page)
    toolbar = page.locator(".toolbar")
    before = toolbar.evaluate(PLACES)
    assert {"choice looks: Own scale", "choice mode: Contrast", "choice show: All classes"} <= set(before)
    page.locator("input[name=look][value=classic]").check()
    settled(page)
    after = toolbar.evaluate(PLACES)
    assert set(after) - set(before) == {"choice show: Classic"}
    assert {words: after[words] for words in before} == pytest.approx(before, abs=3)  # what is chosen is bold
