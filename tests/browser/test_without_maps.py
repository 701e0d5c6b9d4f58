"""Networks without exact maps, in a browser: the radiograph is shown, alone or beside the other's maps."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from camdash.settings import FOLDERS_VARIABLE
from tests.app.mapless import REASON, save_mapless
from tests.browser.test_comparing import canvas, pixels
from tests.browser.visits import settled
from tests.conftest import save_checkpoint, small_card

Open = Callable[..., Any]
PANELS = """count => [...document.querySelectorAll("*")].some(
    one => one.shadowRoot?.querySelectorAll("canvas[data-map-id]").length === count)"""
HEAT = ("opacity", "smooth", "mode", "show")


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("checkpoints")
    save_checkpoint(folder, "whole", small_card(size=(256, 256)))
    save_mapless(folder, "squeeze")
    save_mapless(folder, "squeeze2", seed=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDERS_VARIABLE, str(folder))
        yield serve("streamlit_app.py")


def opened(address: str, open_page: Open, query: str) -> Any:
    page = open_page(f"{address}/?{query}")
    settled(page)
    return page


def test_the_radiograph_can_be_zoomed_and_windowed_and_no_control_does_nothing(address: str, open_page: Open) -> None:
    page = opened(address, open_page, "checkpoint=squeeze")
    assert page.locator(".camdash canvas[data-map-id]").count() == 1
    assert page.get_by_text(REASON).first.is_visible()
    assert [name for name in HEAT if page.locator(f".camdash .{name}").first.is_visible()] == []
    assert not page.locator("figure.legend").is_visible()
    shown = pixels(page, "radiograph")
    assert np.ptp(shown[..., 0]) > 100
    canvas(page, "radiograph").focus()
    page.keyboard.press("+")
    settled(page)
    zoomed = pixels(page, "radiograph")
    assert (zoomed != shown).any()
    page.get_by_role("button", name="Fit", exact=True).click()
    settled(page)
    np.testing.assert_array_equal(pixels(page, "radiograph"), shown)
    page.get_by_role("button", name="Window", exact=True).click()
    page.get_by_role("spinbutton", name="Width").fill("40")
    page.get_by_role("spinbutton", name="Width").press("Enter")
    page.locator("figure.panel .second", has_text="width 40").first.wait_for()
    settled(page)
    assert (pixels(page, "radiograph") != shown).any()


def test_a_click_on_the_radiograph_traps_nobody(address: str, open_page: Open) -> None:
    page = opened(address, open_page, "checkpoint=squeeze")
    before = canvas(page, "radiograph").bounding_box()
    canvas(page, "radiograph").click()
    settled(page)
    assert canvas(page, "radiograph").bounding_box() == before


def test_the_help_speaks_of_the_radiograph_alone(address: str, open_page: Open) -> None:
    page = opened(address, open_page, "checkpoint=squeeze")
    page.get_by_role("button", name="Help", exact=True).click()
    said = page.locator("#help").inner_text()
    assert "Window changes how the radiograph is shown" in said
    assert "Orange to red" not in said


@pytest.mark.parametrize(("query", "row"), [("checkpoint=whole&with=squeeze", 0), ("checkpoint=squeeze&with=whole", 1)])
def test_the_others_maps_stand_beside_the_reason(address: str, open_page: Open, query: str, row: int) -> None:
    page = opened(address, open_page, query)
    labels = [label.inner_text() for label in page.locator(".section h3").all()]
    assert labels == (["A · whole", "B · squeeze"] if row == 0 else ["A · squeeze", "B · whole"])
    assert REASON in page.locator(".section").nth(1 - row).inner_text()
    assert (pixels(page, f"{row}/class-0") != pixels(page, "radiograph")).any()
    assert page.locator(".camdash canvas[data-map-id=radiograph]").count() == 1
    assert [name for name in HEAT if not page.locator(f".camdash .{name}").first.is_visible()] == []
    canvas(page, f"{row}/class-0").click()
    canvas(page, f"{row}/class-1").wait_for(state="detached")
    page.get_by_role("button", name="Back to all").click()
    canvas(page, f"{row}/class-1").wait_for()


def test_two_without_maps_show_the_radiograph_once_and_both_reasons(address: str, open_page: Open) -> None:
    page = opened(address, open_page, "checkpoint=squeeze&with=squeeze2")
    assert page.locator(".camdash canvas[data-map-id]").count() == 1
    assert page.locator(".camdash .no-maps").count() == 2
    assert page.get_by_text("Neither A nor B has maps").is_visible()


def test_what_was_set_for_maps_outlives_a_visit_to_a_network_without(address: str, open_page: Open) -> None:
    page = opened(address, open_page, "checkpoint=whole&view=contrast")
    assert page.locator(".mode input[value=contrast]").is_checked()
    for name, panels in (("squeeze", 1), ("whole", 7)):
        page.get_by_role("combobox", name="Checkpoint").click()
        page.get_by_role("option", name=f"{name} ·").click()
        page.wait_for_function(PANELS, arg=panels)
        settled(page)
    assert page.locator(".mode input[value=contrast]").is_checked()
