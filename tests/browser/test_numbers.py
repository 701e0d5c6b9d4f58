"""Shares on the page are written by one rule."""

from collections.abc import Callable
from typing import Any

from tests.browser.visits import settled


def test_every_share_on_the_page_has_a_space_before_its_sign(
    serve: Callable[..., str], open_page: Callable[..., Any]
) -> None:
    page = open_page(serve("streamlit_app.py"))
    settled(page)
    page.locator(".stPlotlyChart .bars text").first.wait_for()
    said = page.locator("body").inner_text() + " ".join(page.locator(".camdash").all_inner_texts())
    signs = said.count("%")
    assert signs > 6
    assert said.count(" %") + said.count("\u00a0%") == signs
