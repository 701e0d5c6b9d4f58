"""What the browser says by itself is in the page's language, too."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from camdash.rendering.looks import LOOKS
from tests.browser.visits import settled, upload
from tests.conftest import image_bytes, speckle
from tests.support.pseudo import english

Open = Callable[..., Any]
TEXTS = """() => {
  const found = new Set();
  const read = ["title", "aria-label", "placeholder", "alt", "aria-valuetext"];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) found.add(node.textContent.trim());
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (node.matches("style, script, noscript, [data-testid=stIconMaterial]")) return;
      for (const name of read) found.add(node.getAttribute(name) ?? "");
    }
    for (const child of node.shadowRoot?.childNodes ?? []) walk(child);
    for (const child of node.childNodes) walk(child);
  };
  walk(document.querySelector("[data-testid=stApp]"));
  return [...found].filter(Boolean);
}"""
NAMES = {
    *("Chest frontal", "Chest lateral", "Hip", "Hand", "Foot", "hand", "foot", "film", ".png"),
    *("camdash", "body-parts", "shortcut", "resnet34", "PyTorch", "ONNX Runtime", "CPU", "PNG", "ZIP", "MB"),
}
STREAMLIT = {
    *("Skip to main content", "Sidebar", "Collapse sidebar", "Choose an option", "Open", "file upload", "Upload"),
    *("64MB per file", "App pages", "Main menu", "Link to heading", "Help", "Clear value", "Remove file", "Show more"),
}
"""What Streamlit itself says, and nobody can set."""
ITS_OWN = re.compile(
    r"^(Fullscreen|Help for|Remove |Show/hide columns|Download as CSV|Search|data:)| icon$|[0-9.]+KB$"
    r"|^(Add files|CSV|warning)$"
)


@pytest.fixture(scope="module")
def address(serve: Callable[..., str]) -> str:
    return serve("tests/browser/pages/pseudo.py")


def left(page: Any) -> dict[str, set[str]]:
    """Return the English that is left, as a reader and a screen reader meet it."""
    said = {text: english(text, NAMES) for text in page.evaluate(TEXTS) if text not in STREAMLIT}
    return {text: words for text, words in said.items() if words and not ITS_OWN.search(text)}


def test_the_first_page_and_all_that_its_controls_show_leave_no_english(address: str, open_page: Open) -> None:
    page = open_page(address)
    settled(page)
    assert left(page) == {}
    for look in LOOKS:
        page.locator(f"input[name=look][value={look.id}]").check()
        settled(page)
        assert left(page) == {}
    page.locator("input[name=mode][value=contrast]").check()
    page.locator("button.windowing").click()
    page.locator("#window [name=inverted]").check()
    settled(page)
    assert left(page) == {}
    page.keyboard.press("Escape")
    page.locator("button.choose").click()
    assert left(page) == {}


def test_uploads_and_two_checkpoints_leave_no_english(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?with=shortcut&view=difference")
    settled(page)
    upload(page, *((f"film{k}.png", image_bytes(speckle(200 + k, 150))) for k in range(2)))
    page.locator(".uploads .file", has_text="film1.png").wait_for()
    settled(page)
    page.locator("canvas[data-key]").first.hover()
    page.locator("figure.panel .here").first.wait_for()
    assert left(page) == {}
