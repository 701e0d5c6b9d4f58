"""A network with one class in the viewer: no average is offered, and nothing is said of one."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="module")
def address(serve: Callable[..., str]) -> str:
    return serve("tests/browser/pages/synthetic.py")


@pytest.fixture
def page(address: str, open_page: Callable[..., Any]) -> Any:
    opened = open_page(address)
    opened.locator("canvas[data-map-id=average]").wait_for()
    return opened


def leave_one_class(page: Any) -> None:
    page.get_by_role("radiogroup", name="Classes").get_by_text("1", exact=True).click()
    page.locator("canvas[data-map-id=contrast-1], canvas[data-map-id=class-1]").wait_for(state="detached")
    page.locator("canvas[data-map-id=average]").wait_for(state="detached")
    page.locator(".camdash[data-state=painted]").wait_for()


def test_with_one_class_no_average_and_no_contrast_is_offered_or_explained(page: Any) -> None:
    average = page.locator("label:has(input[name=show][value=average])")
    assert average.is_visible()
    page.locator("input[name=mode][value=contrast]").check()
    page.locator("canvas[data-map-id=contrast-0]").wait_for()
    leave_one_class(page)
    page.locator("canvas[data-map-id=class-0]").wait_for()
    assert not average.is_visible()
    assert page.locator("fieldset.mode").is_hidden()
    assert page.locator(".camdash figure.panel .bar").first.is_hidden()  # alone, it would be full whatever the total
    assert "the total is the mean of all spots" in page.locator(".camdash .legend").inner_text()
    page.locator("button[name=help]").click()
    page.get_by_text("How to read this").wait_for()
    words = page.locator("#help").inner_text()
    assert "average" not in words
    assert "changes no probability" not in words


def test_who_looked_at_the_average_sees_the_one_class(page: Any) -> None:
    page.locator("input[name=show][value=average]").check()
    page.locator("canvas[data-map-id=class-0]").wait_for(state="detached")
    leave_one_class(page)
    page.locator("canvas[data-map-id=class-0]").wait_for()
    assert page.locator("input[name=show]:checked").get_attribute("value") == "all"


def test_the_classic_look_draws_the_one_class(page: Any) -> None:
    leave_one_class(page)
    page.locator(".looks input[value=classic]").check()
    page.locator("canvas[data-map-id=heat-class-0]").wait_for()
    assert page.locator(".only-three").get_attribute("title").startswith("Overlay of the predicted class, ")
