"""A link shows a colleague what was seen."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_page import heading, settled, upload
from tests.conftest import image_bytes, speckle

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def address(serve: Callable[..., str]) -> str:
    return serve("streamlit_app.py")


@pytest.fixture
def page(address: str, open_page: Open) -> Any:
    opened = open_page(address)
    settled(opened)
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return opened


def copied(page: Any) -> str:
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Link copied").wait_for()
    found: str = page.evaluate("navigator.clipboard.readText()")
    return found


def names(page: Any) -> list[str]:
    found: list[str] = page.locator("figure.panel h4").all_inner_texts()
    return found


def test_a_copied_link_reopens_sample_panels_look_and_cells(page: Any, open_page: Open) -> None:
    page.get_by_role("button", name="Foot", exact=True).click()
    page.locator("h3", has_text="Foot, ").first.wait_for()
    settled(page)
    page.locator("input[name=look][value=positive]").check()
    page.get_by_role("radio", name="Top class", exact=True).check()
    page.get_by_role("radio", name="Grid", exact=True).check()
    settled(page)
    again = open_page(copied(page))
    settled(again)
    assert heading(again) == heading(page)
    assert names(again) == names(page) == ["Radiograph", "Foot"]
    assert again.locator("input[name=look][value=positive]").is_checked()
    assert again.get_by_role("radio", name="Grid", exact=True).is_checked()


def test_a_copied_link_reopens_panels_that_were_chosen_one_by_one(page: Any, open_page: Open) -> None:
    page.get_by_role("button", name="Choose…").click()
    for name in ("Hip", "Foot", "Radiograph"):
        page.locator("#choose").get_by_text(name, exact=True).click()
    page.keyboard.press("Escape")
    settled(page)
    shown = names(page)
    assert "Hip" not in shown
    again = open_page(copied(page))
    settled(again)
    assert names(again) == shown


def test_the_link_to_an_upload_says_whose_file_to_open_and_never_its_name(page: Any, open_page: Open) -> None:
    film = image_bytes(speckle(300, 200))
    upload(page, ("jane_doe.png", film))
    page.locator(".camdash").get_by_text("jane_doe.png", exact=True).first.wait_for()
    settled(page)
    link = copied(page)
    assert "jane" not in link
    again = open_page(link)
    settled(again)
    digest = link.partition("image=")[2][:16]
    said = again.get_by_text("Open the file whose sha256 begins with")
    assert digest in said.inner_text()
    upload(again, ("other_name.png", film))
    again.locator(".camdash").get_by_text("other_name.png", exact=True).first.wait_for()
    said.wait_for(state="detached")
