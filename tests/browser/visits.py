"""What every test of the page does: wait until it is drawn, give it files, read its answer."""

from typing import Any

from tests.browser.conftest import NOT_RUNNING

SETTLED = f"{NOT_RUNNING}:has(.camdash):not(:has(.camdash:not([data-state=painted])))"
"""A page whose script has run and whose viewer is painted, at one moment.

A viewer that gives way to the next one stays painted until that one is, so all that there are count.
"""


def settled(page: Any) -> None:
    """Wait until the script has run and the viewer shows what it was given."""
    page.wait_for_selector(SETTLED)


def upload(page: Any, *files: tuple[str, bytes]) -> None:
    given = [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    page.locator("input[type=file]:not([webkitdirectory])").first.set_input_files(given)


def heading(page: Any) -> str:
    text: str = page.locator("h3").first.inner_text()
    return text
