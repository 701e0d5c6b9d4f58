"""Shares are written by one rule on the server and in the browser."""

from collections.abc import Callable
from typing import Any

import numpy as np

from camdash.rendering.charts import percent
from tests.browser.conftest import ROOT

WORDS = ROOT / "camdash" / "app" / "viewer" / "js" / "words" / "words.js"
EDGES = [0.0, 0.0009999, 0.001, 0.00149, 0.0105, 0.5, 0.99849, 0.9985, 0.9989, 0.999, 0.9990001, 1.0]


def test_browser_and_server_write_each_share_alike(browser: Any) -> None:
    shares = [*EDGES, *np.random.default_rng(3).random(300).tolist()]
    page = browser.new_page()
    written = page.evaluate(f"shares => {{ {WORDS.read_text(encoding='utf-8')}; return shares.map(percent); }}", shares)
    page.close()
    assert written == [percent(share) for share in shares]
    assert all(one.endswith(" %") for one in written)


def test_every_share_on_the_page_has_a_space_before_its_sign(
    serve: Callable[..., str], open_page: Callable[..., Any]
) -> None:
    page = open_page(serve("streamlit_app.py"))
    page.locator(".camdash[data-state=painted]").wait_for()
    page.locator(".stPlotlyChart .bars text").first.wait_for()
    said = page.locator("body").inner_text() + " ".join(page.locator(".camdash").all_inner_texts())
    signs = said.count("%")
    assert signs > 6
    assert said.count(" %") + said.count("\u00a0%") == signs
