"""The files that are dropped on the page, and the pages that show them."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

from tests.browser.controls.press import rest
from tests.browser.visits import settled, upload
from tests.pictures import image_bytes, speckle

Open = Callable[..., Any]


def film(number: int) -> dict[str, Any]:
    """Return a drawn radiograph as the browser is given it."""
    return {"name": f"film{number}.png", "mimeType": "image/png", "buffer": image_bytes(speckle(200 + number, 150))}


def empty(number: int) -> bytes:
    """Return a ZIP file without a radiograph."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("note.txt", f"dear colleague {number}")
    return content.getvalue()


def compared(open_page: Open, address: str, *others: tuple[str, bytes]) -> Any:
    """Open the dashboard with two checkpoints and three radiographs, which are not in the order of their names."""
    page = open_page(f"{address}/?checkpoint=body-parts&with=shortcut", 1280, 900)
    settled(page)
    upload(page, *((f"film{k}.png", film(k)["buffer"]) for k in (1, 0, 2)), *others)
    page.get_by_text("1 of 3", exact=True).wait_for()
    page.locator(".st-key-comparison").wait_for()
    page.locator(".uploads .answer", has_text="B: ").nth(2).wait_for()
    settled(page)
    return page


def alone(open_page: Open, address: str) -> Any:
    """Open the dashboard with one checkpoint and no upload."""
    page = open_page(f"{address}/?checkpoint=body-parts", 1280, 900)
    settled(page)
    return page


def with_remarks(open_page: Open, address: str) -> Any:
    """Open the same, and drop what there is something to say of."""
    return compared(open_page, address, *((f"empty{k}.zip", empty(k)) for k in range(3)))


def enlarged(open_page: Open, address: str) -> Any:
    """Open the same with remarks, and enlarge a panel."""
    page = with_remarks(open_page, address)
    page.locator("canvas[data-map-id=average]").first.click()
    page.get_by_role("button", name="Back to all").wait_for()
    settled(page)
    return page


def samples(open_page: Open, address: str) -> Any:
    """Open the worklist without a radiograph."""
    page = open_page(f"{address}/worklist?checkpoint=body-parts&with=shortcut", 1280, 900)
    page.get_by_role("button", name="List the five samples").wait_for()
    rest(page)
    return page


def checkpoints(open_page: Open, address: str) -> Any:
    """Open the page of checkpoints."""
    page = open_page(f"{address}/checkpoints", 1280, 900)
    page.locator("summary", has_text="refused.pt").wait_for()
    rest(page)
    return page


def many_classes(open_page: Open, address: str) -> Any:
    """Open the dashboard with a checkpoint of more classes than are shown at once."""
    page = open_page(f"{address}/?checkpoint=eighteen", 1280, 900)
    settled(page)
    return page
