"""Streamlit may mount a component twice at once, and take back either: the viewer stays until both are taken back."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from camdash.app.viewer import CSS, HTML, JAVASCRIPT
from camdash.app.viewer.payload import pack
from camdash.app.viewer.settings import ViewerSettings
from tests.browser.synthetic import viewer_data

MOUNT = """async ([code, data]) => {
  const { default: mount } = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const parentElement = document.querySelector("#host");
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  window.ends = [0, 1].map(() => mount({ parentElement, data: bytes, setStateValue() {} }));
}"""


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1280, "height": 720})
    opened.set_content(f"<style>{CSS}</style><div id=host>{HTML}</div>")
    opened.evaluate(MOUNT, [JAVASCRIPT, base64.b64encode(pack(viewer_data("pad", 0, ViewerSettings()))).decode()])
    yield opened
    opened.close()


@pytest.mark.parametrize("taken_back", [0, 1])
def test_a_viewer_that_is_mounted_twice_is_painted_whichever_is_taken_back(page: Any, taken_back: int) -> None:
    page.evaluate("place => window.ends[place]()", taken_back)
    page.locator(".camdash[data-state=painted]").wait_for()
    assert page.locator("canvas[data-map-id]").count() == 7
    page.evaluate("place => window.ends[place]()", 1 - taken_back)
    assert page.locator("canvas[data-map-id]").count() == 0
