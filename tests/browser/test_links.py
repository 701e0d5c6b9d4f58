"""A link shows a colleague what was seen."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import NOT_RUNNING
from tests.browser.visits import heading, settled, upload
from tests.conftest import image_bytes, speckle

Open = Callable[..., Any]


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
    said = again.get_by_text("The radiograph below is a sample, not the one of this link")
    assert digest in said.inner_text()
    again.get_by_role("radio", name="Grid", exact=True).check()
    again.wait_for_url("**cells=grid**")
    assert f"image={digest}" in again.url, "also after a reload the page says which file to open"
    upload(again, ("other_name.png", film))
    again.locator(".camdash").get_by_text("other_name.png", exact=True).first.wait_for()
    said.wait_for(state="detached")


def test_who_copies_the_link_to_an_upload_reads_that_the_radiograph_is_not_in_it(page: Any) -> None:
    said = page.get_by_text("The radiograph is not in it")
    copied(page)
    assert said.count() == 0, "a sample is there for everybody"
    upload(page, ("hand.png", image_bytes(speckle(300, 200))))
    page.locator(".camdash").get_by_text("hand.png", exact=True).first.wait_for()
    settled(page)
    copied(page)
    said.wait_for()


def test_back_walks_through_what_was_seen_and_leaves_the_app_last(page: Any, address: str) -> None:
    page.evaluate("window.history.replaceState(null, '', window.location.href)")
    begun = page.evaluate("history.length")
    first, panels = heading(page), names(page)
    page.get_by_role("button", name="Foot", exact=True).click()
    page.locator("h3", has_text="Foot, ").first.wait_for()
    settled(page)
    page.locator(".camdash canvas[data-key$=class-2]").dblclick()
    enlarged = page.locator(".camdash").get_by_role("button", name="Back to all")
    enlarged.wait_for()
    page.wait_for_url("**class=Hip**")
    page.get_by_role("radio", name="Grid", exact=True).check()
    page.wait_for_url("**cells=grid**")
    assert page.evaluate("history.length") == begun + 3, "the address changes once a step"
    page.go_back()
    page.locator("input[name=smooth][value=smooth]:checked").wait_for()
    assert enlarged.is_visible()
    page.go_back()
    enlarged.wait_for(state="hidden")
    assert heading(page).startswith("Foot, ")
    settled(page)
    page.go_back()
    page.locator("h3", has_text=first).first.wait_for()
    settled(page)
    assert names(page) == panels
    assert page.url.rstrip("/") == address
    page.go_forward()
    page.locator("h3", has_text="Foot, ").first.wait_for()
    page.go_forward()
    enlarged.wait_for()
    assert page.evaluate("history.length") == begun + 3


def test_back_returns_from_the_demonstration_and_from_another_checkpoint(page: Any) -> None:
    first, panels = heading(page), names(page)
    begun = page.evaluate("history.length")
    page.get_by_role("button", name="Right for the wrong reason?").click()
    page.get_by_text("Agreement").first.wait_for()
    page.wait_for_url("**show=top**")
    settled(page)
    assert page.evaluate("history.length") == begun + 1
    page.go_back()
    page.locator("h3", has_text=first).first.wait_for()
    settled(page)
    assert names(page) == panels
    assert page.get_by_text("Agreement").count() == 0


def test_back_from_another_page_of_the_app_shows_what_was_seen(page: Any) -> None:
    page.get_by_role("button", name="Foot", exact=True).click()
    page.locator("h3", has_text="Foot, ").first.wait_for()
    page.wait_for_url("**sample=foot**")
    page.get_by_role("link", name="Checkpoints").click()
    page.get_by_text("body-parts").first.wait_for()
    page.wait_for_url("**/checkpoints**")
    page.go_back()
    page.locator("h3", has_text="Foot, ").first.wait_for()
    settled(page)


def test_back_to_an_upload_shows_it_again(page: Any) -> None:
    upload(page, ("film.png", image_bytes(speckle(310, 200))))
    page.locator(".camdash").get_by_text("film.png", exact=True).first.wait_for()
    settled(page)
    page.get_by_role("button", name="Hip", exact=True).click()
    page.locator("h3", has_text="Hip, ").first.wait_for()
    settled(page)
    page.go_back()
    page.locator(".camdash").get_by_text("film.png", exact=True).first.wait_for()


def test_back_from_a_row_of_the_worklist_returns_to_it_in_one_step(page: Any) -> None:
    page.get_by_role("link", name="Worklist").click()
    page.get_by_role("button", name="List the five samples").click()
    page.get_by_text("Mean map of each predicted class").wait_for()
    page.wait_for_selector(NOT_RUNNING)
    page.locator(".st-key-worklist td[aria-colindex='2']").nth(2).wait_for(state="attached")
    box = page.locator(".st-key-worklist [data-testid=stDataFrame]").bounding_box()
    page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 120)  # anywhere in a row
    page.wait_for_url("**sample=**")
    settled(page)
    page.go_back()
    page.wait_for_url("**/worklist**")


def test_back_to_another_page_of_the_app_keeps_what_was_chosen_there(page: Any) -> None:
    upload(page, *((f"film{k}.png", image_bytes(speckle(310 + k, 200))) for k in range(2)))
    page.locator(".camdash").get_by_text("film0.png", exact=True).first.wait_for()
    settled(page)
    page.get_by_role("link", name="Checkpoints").click()
    page.wait_for_url("**/checkpoints**")
    page.get_by_role("combobox", name="Compare with").click()
    page.get_by_role("option").first.click()
    page.get_by_role("link", name="Radiographs").click()
    page.get_by_text("Agreement").first.wait_for()
    page.wait_for_url("**with=shortcut**")
    settled(page)
    page.go_back()
    while "/checkpoints" not in page.url:
        page.go_back()
    page.wait_for_url("**/checkpoints**")
    page.wait_for_selector(NOT_RUNNING)
    page.get_by_role("link", name="Radiographs").click()
    page.get_by_text("Agreement").first.wait_for()
    page.locator(".camdash").get_by_text("film0.png", exact=True).first.wait_for()


def test_a_link_that_says_only_some_of_it_stays_as_it_was_opened(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?sample=foot&view=contrast")
    settled(page)
    page.get_by_role("radio", name="Contrast", exact=True).and_(page.locator(":checked")).wait_for()
    settled(page)
    assert page.url.endswith("/?sample=foot&view=contrast")
    begun = page.evaluate("history.length")
    page.get_by_role("button", name="Hip", exact=True).click()
    page.locator("h3", has_text="Hip, ").first.wait_for()
    page.wait_for_url("**sample=hip**")
    assert page.evaluate("history.length") == begun + 1
    page.go_back()
    page.locator("h3", has_text="Foot, ").first.wait_for()


def test_to_end_a_comparison_is_one_step_also_while_the_difference_is_shown(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?with=shortcut&view=difference")
    settled(page)
    page.get_by_role("radio", name="Difference", exact=True).and_(page.locator(":checked")).wait_for()
    begun = page.evaluate("history.length")
    page.get_by_role("button", name="Clear value").first.click()
    page.get_by_text("Agreement").first.wait_for(state="detached")
    page.wait_for_function("() => !location.search.includes('difference')")
    settled(page)
    assert page.evaluate("history.length") == begun + 1
    page.go_back()
    page.get_by_text("Agreement").first.wait_for()
    page.get_by_role("radio", name="Difference", exact=True).and_(page.locator(":checked")).wait_for()
