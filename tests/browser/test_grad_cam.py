"""Grad-CAM in the viewer: beside the exact maps, with nothing said of it that is true of them alone."""

from collections.abc import Callable
from typing import Any

from tests.browser.visits import settled

Open = Callable[..., Any]
KEPT = ("view=slopes", "look=own", "class=Hand", "cells=grid")


def choose(page: Any, layer: str) -> None:
    label = page.locator("[data-testid=stPopoverBody] label", has_text=layer)
    if not label.is_visible():
        page.get_by_role("button", name="Advanced").click()
    label.click()
    page.locator(".section h3", has_text=f"({layer}): does not add up").wait_for()
    settled(page)


def test_choosing_a_layer_keeps_the_look_and_the_enlarged_panel(address: str, open_page: Open) -> None:
    page = open_page(address, 1280, 900)
    settled(page)
    page.locator("input[name=look][value=own]").check()
    page.locator("input[name=smooth][value=grid]").check()
    page.locator("canvas[data-key='0/class-3']").click()
    page.get_by_role("button", name="Back to all").wait_for()
    page.wait_for_url(lambda url: "look=own" in url and "class=Hand" in url)
    choose(page, "layer3")
    assert page.locator("input[name=look][value=own]").is_checked()
    assert page.locator("input[name=smooth][value=grid]").is_checked()
    assert page.get_by_role("button", name="Back to all").is_visible()
    page.wait_for_url(
        lambda url: all(part in url for part in ("stage=layer3", "view=slopes", "look=own", "class=Hand"))
    )
    choose(page, "layer4")
    page.wait_for_url(
        lambda url: all(part in url for part in ("stage=layer4", "view=slopes", "look=own", "class=Hand"))
    )


def test_the_legend_and_the_panels_say_nothing_of_totals(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?stage=layer4&view=slopes", 1280, 900)
    page.locator(".section h3", has_text="does not add up to the answer").wait_for()
    settled(page)
    legend = page.locator("figure.legend").inner_text()
    assert "Red speaks for the class." in legend
    assert not any(word in legend for word in ("blue", "against 0", "the bar is the total"))
    assert page.locator("figure.panel", has_text="Total").count() == 0
    page.locator("input[name=mode][value=evidence]").check()
    page.locator("figure.panel", has_text="Total").first.wait_for()
    assert "blue against" in page.locator("figure.legend").inner_text()
