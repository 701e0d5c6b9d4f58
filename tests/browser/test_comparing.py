"""Two checkpoints side by side, in a browser."""

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from camdash.networks.cards.card import Fit
from camdash.networks.cards.writing import write_checkpoint
from camdash.settings import FOLDERS_VARIABLE
from tests.browser.test_viewer_pixels import READ
from tests.browser.visits import settled, upload
from tests.conftest import image_bytes, random_network, save_checkpoint, small_card, speckle

Open = Callable[..., Any]
LINK = "/?checkpoint=whole&with=cropped"


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("checkpoints")
    save_checkpoint(folder, "whole", small_card(size=(512, 512)))
    save_checkpoint(folder, "cropped", small_card(size=(256, 256), fit=Fit.CROP))
    strong = random_network().state_dict()
    strong["fc.weight"] = strong["fc.weight"] * 100
    write_checkpoint(folder / "strong.safetensors", strong, small_card(size=(512, 512)), half=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDERS_VARIABLE, str(folder))
        yield serve("streamlit_app.py")


@pytest.fixture
def page(address: str, open_page: Open) -> Any:
    opened = open_page(address + LINK)
    settled(opened)
    return opened


def canvas(page: Any, key: str) -> Any:
    return page.locator(f"canvas[data-key='{key}']")


def pixels(page: Any, key: str) -> NDArray[np.uint8]:
    rows, columns, text = canvas(page, key).evaluate(READ)
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(rows, columns, 4)


def choose_mode(page: Any, mode: str) -> None:
    page.locator(f".mode input[value={mode}]").check()
    settled(page)


def test_both_rows_stand_on_the_first_screen_with_each_class_above_itself(page: Any) -> None:
    assert page.locator(".camdash canvas[data-map-id=radiograph]").count() == 1
    for k in range(5):
        above, beneath = (canvas(page, f"{row}/class-{k}").bounding_box() for row in (0, 1))
        assert above["x"] == pytest.approx(beneath["x"], abs=1)
        assert above["y"] + above["height"] <= 720
        assert beneath["y"] + 40 <= 720
    assert [label.inner_text() for label in page.locator(".section h3").all()] == ["A · whole", "B · cropped"]


def test_zoom_moves_both_rows(page: Any) -> None:
    keys = ("radiograph", "0/class-1", "1/class-1")
    before = [pixels(page, key) for key in keys]
    canvas(page, "1/class-1").focus()
    page.keyboard.press("+")
    settled(page)
    assert all((pixels(page, key) != old).any() for key, old in zip(keys, before, strict=True))


def test_the_difference_is_resampled_and_leaves_what_one_did_not_see_untouched(page: Any) -> None:
    tall = np.full((600, 300), 128, np.uint8)
    upload(page, ("tall.png", image_bytes(tall)))
    page.locator(".camdash").get_by_text("tall.png", exact=True).first.wait_for()
    choose_mode(page, "difference")
    assert page.locator("canvas[data-map-id^=class]").count() == 0
    assert "resampled" in page.locator(".section h3").inner_text()
    assert "resampled" in page.locator("figure.panel .second").nth(1).inner_text()
    film, drawn = pixels(page, "radiograph"), pixels(page, "2/class-0")
    # The cropped network saw the middle half of the rows.
    touched = (film != drawn).any(axis=(1, 2))
    rows = len(touched)
    assert not touched[: round(0.24 * rows)].any()
    assert not touched[round(0.76 * rows) :].any()
    assert touched[round(0.3 * rows) : round(0.7 * rows)].all()


def test_a_click_enlarges_a_class_in_both_and_the_address_reopens_it(address: str, page: Any, open_page: Open) -> None:
    choose_mode(page, "contrast")
    canvas(page, "1/class-2").click()
    canvas(page, "0/class-1").wait_for(state="detached")
    assert page.locator("figure.panel h4").all_inner_texts() == ["Radiograph", "A · Part 2", "B · Part 2"]
    page.wait_for_url("**view=contrast&class=Part+2")
    again = open_page(page.url)
    canvas(again, "1/class-2").wait_for()
    settled(again)
    assert again.locator("figure.panel h4").all_inner_texts() == ["Radiograph", "A · Part 2", "B · Part 2"]
    assert again.locator(".mode input[value=contrast]").is_checked()
    again.keyboard.press("Escape")


def test_checkpoints_whose_peaks_differ_have_a_scale_each_at_first(address: str, open_page: Open) -> None:
    opened = open_page(f"{address}/?checkpoint=whole&with=strong")
    settled(opened)
    legend = opened.locator("figure.legend")
    assert "B's scale is 100 times A's." in legend.inner_text()
    own = pixels(opened, "0/class-0")
    strong = pixels(opened, "1/class-0")  # the same map, a hundred times as strong, but for rounding
    assert np.abs(own.astype(int) - strong).max() <= 2
    opened.get_by_role("button", name="Use one scale").click()
    settled(opened)
    assert "B's peak is 100 times A's." in legend.inner_text()
    pale, film = pixels(opened, "0/class-0"), pixels(opened, "radiograph")
    assert np.abs(pale.astype(int) - film).max() < 0.1 * np.abs(own.astype(int) - film).max()
    opened.get_by_role("button", name="Give each its own scale").click()
    settled(opened)
    np.testing.assert_array_equal(pixels(opened, "0/class-0"), own)


def test_checkpoints_of_like_peaks_share_a_scale(page: Any) -> None:
    assert "One scale for all panels." in page.locator("figure.legend").inner_text()
    assert not page.locator("figure.legend button").is_visible()


def test_the_top_class_of_each_stands_in_one_row(page: Any) -> None:
    page.get_by_role("radio", name="Top class", exact=True).check()
    settled(page)
    names = page.locator("figure.panel h4").all_inner_texts()
    assert names[0] == "Radiograph"
    assert [name[:3] for name in names[1:]] == ["A ·", "B ·"]
    tops = {box["y"] for box in (one.bounding_box() for one in page.locator("figure.panel").all())}
    assert len(tops) == 1


def test_a_row_of_the_table_opens_its_image(page: Any) -> None:
    upload(page, *((f"film{k}.png", image_bytes(speckle(200 + k, 150))) for k in range(3)))
    page.get_by_test_id("stMain").get_by_text("answers differ").wait_for()
    settled(page)
    table = page.locator("[data-testid=stDataFrame]").last
    table.scroll_into_view_if_needed()
    names = table.locator("td[aria-colindex='2']")
    names.nth(2).wait_for(state="attached")
    listed = names.all_text_contents()
    place = next(index for index, name in enumerate(listed) if name != "film0.png")
    box = table.bounding_box()
    page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 38 + 48 * place + 24)  # anywhere in the row
    shown = page.locator(".camdash .first", has_text=listed[place]).first
    shown.wait_for()
    assert shown.is_visible()
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop === 0")


def test_comparing_can_be_stopped_and_what_is_done_stays(page: Any) -> None:
    upload(page, *((f"film{k}.png", image_bytes(speckle(300 + k, 250))) for k in range(40)))
    page.get_by_text(re.compile(r"[1-9]\d* of 40 · .+ left")).wait_for()
    page.get_by_role("button", name="Stop comparing").click()
    page.get_by_text("Stopped: ", exact=False).wait_for()
    settled(page)
    assert page.get_by_role("button", name="Go on").is_visible()
    assert page.get_by_test_id("stMain").get_by_text("answers differ").is_visible()


def test_a_link_to_what_is_not_here_is_said(address: str, open_page: Open) -> None:
    opened = open_page(f"{address}/?checkpoint=whole&with=gone")
    settled(opened)
    said = opened.get_by_text("The link asks for with “gone”")
    said.wait_for()
    assert said.is_visible()
