"""Streamlit may mount a component twice at once, and take back either; or put one beside another that gives way."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from camdash.app.viewer import CSS, HTML, JAVASCRIPT
from camdash.app.viewer.payload import pack
from camdash.app.viewer.settings import ViewerSettings
from camdash.rendering.color import opencv_table
from camdash.rendering.looks import LOOKS
from tests.browser.synthetic import viewer_data

MOUNT = """async ([code, data]) => {
  const { default: mount } = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const parentElement = document.querySelector("#host");
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  window.ends = [0, 1].map(() => mount({ parentElement, data: bytes, setStateValue() {} }));
}"""

# The first picture is decoded once `window.release` is called, and the second at once.
MOUNT_BESIDE = """async ([code, ...data]) => {
  const { default: mount } = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const decode = window.createImageBitmap;
  const released = new Promise((resolve) => (window.release = resolve));
  window.createImageBitmap = async (...given) => {
    window.createImageBitmap = decode;
    await released;
    return decode.apply(window, given);
  };
  data.forEach((text, place) => {
    const parentElement = document.querySelector(`#host${place}`);
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    mount({ parentElement, data: bytes, setStateValue() {} });
  });
}"""


INFERNO = replace(LOOKS[0], id="inferno", label="Inferno", reading="Brighter is more.", table=opencv_table("inferno"))


def sent(sample: int) -> str:
    """Return what the viewer is given of a sample, as text."""
    return base64.b64encode(pack(viewer_data("pad", sample, ViewerSettings()))).decode()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1280, "height": 720})
    opened.set_content(f"<style>{CSS}</style><div id=host>{HTML}</div>")
    opened.evaluate(MOUNT, [JAVASCRIPT, sent(0)])
    yield opened
    opened.close()


@pytest.mark.parametrize("taken_back", [0, 1])
def test_a_viewer_that_is_mounted_twice_is_painted_whichever_is_taken_back(page: Any, taken_back: int) -> None:
    page.evaluate("place => window.ends[place]()", taken_back)
    page.locator(".camdash[data-state=painted]").wait_for()
    assert page.locator("canvas[data-map-id]").count() == 7
    page.evaluate("place => window.ends[place]()", 1 - taken_back)
    assert page.locator("canvas[data-map-id]").count() == 0


def test_a_viewer_that_gives_way_leaves_the_settings_of_the_later_radiograph(browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    hosts = "".join(f"<div id=host{place}>{HTML}</div>" for place in range(2))
    page.set_content(f"<style>{CSS}</style>{hosts}")
    page.evaluate(MOUNT_BESIDE, [JAVASCRIPT, sent(0), sent(1)])
    page.locator("#host1 .camdash[data-state=painted]").wait_for()
    page.evaluate("window.release()")
    page.locator("#host0 .camdash[data-state=painted]").wait_for()
    assert page.evaluate("window.__camdash.image") == "image 1"
    page.close()


def test_a_look_is_offered_explained_and_painted_by_its_entry_alone(
    browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camdash.app.viewer.payload.LOOKS", (*LOOKS, INFERNO))
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_content(f"<style>{CSS}</style><div id=host>{HTML}</div>")
    page.evaluate(MOUNT, [JAVASCRIPT, sent(0)])
    page.locator(".camdash[data-state=painted]").wait_for()
    page.get_by_role("radio", name="Inferno").check()
    page.locator("figcaption", has_text=INFERNO.reading).wait_for()
    pixel = "node => [...node.getContext('2d').getImageData(node.width - 1, 0, 1, 1).data]"
    red, green, blue, _ = page.locator(".legend canvas").evaluate(pixel)
    share = INFERNO.opacity
    expected = INFERNO.table[-1] * share + 128 * (1 - share)
    assert [red, green, blue] == pytest.approx(expected.tolist(), abs=1)
    assert INFERNO.about in page.locator("#about-inferno").text_content()
    page.close()
