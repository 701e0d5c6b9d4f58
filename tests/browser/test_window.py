"""The window in the browser: drawn as the server would, by sliders, figures, presets and the right button."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from camdash.app.viewer.modes import Mode
from camdash.images.window import VoiFunction, Window
from camdash.rendering.enlarge import enlarge
from camdash.rendering.files.export import Drawing, shown
from camdash.rendering.looks import EVIDENCE, POSITIVE
from camdash.rendering.overlay import overlay
from camdash.rendering.scale import scales
from tests.browser.synthetic import FITS, LABELS, film, viewer_maps
from tests.browser.test_viewer_pixels import (
    act,
    at_one_to_one,
    canvas,
    choose,
    choose_look,
    difference,
    painted,
    pixels,
)

Open = Callable[..., Any]
# Of 8 bits; of 16 bits, MONOCHROME1 with padding, whose first window is LINEAR; of floats.
WINDOWS = {
    0: Window(90, 60),
    2: Window(25_000, 8_000, VoiFunction.LINEAR),
    3: Window(0.11, 0.08),
}


@pytest.fixture(scope="module")
def address(serve: Callable[..., str]) -> str:
    return serve("tests/browser/pages/synthetic.py")


@pytest.fixture
def page(address: str, open_page: Open) -> Any:
    opened = open_page(address, 1500, 1000)
    painted(opened, "average")
    return opened


def open_sample(page: Any, sample: int) -> None:
    page.get_by_role("radiogroup", name="Sample").get_by_text(str(sample), exact=True).click()
    page.locator("figure.panel .first", has_text=LABELS[sample]).wait_for()
    at_one_to_one(page, lossless=False)


def open_menu(page: Any) -> Any:
    page.get_by_role("button", name="Window", exact=True).click()
    return page.locator("#window")


def set_window(page: Any, window: Window) -> None:
    menu = open_menu(page)
    for name, number in (("Centre", window.centre), ("Width", window.width)):
        figure = menu.get_by_role("spinbutton", name=name)
        figure.fill(str(number))
        figure.press("Tab")
    page.keyboard.press("Escape")
    painted(page, "class-3")


def expected(sample: int, drawing: Drawing) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return what the server would draw: the radiograph, and the overlay of the predicted class."""
    maps = [one for one in viewer_maps(sample) if Mode.EVIDENCE in one.modes]
    scale = scales([one.values for one in maps], EVIDENCE)[3]
    grey = shown(film(sample), drawing)
    drawn = overlay(grey, enlarge(maps[3].values, FITS["stretch"]), scale, drawing.opacity)
    return np.repeat(grey[:, :, None], 3, axis=2), drawn


def assert_drawn(page: Any, sample: int, drawing: Drawing) -> None:
    grey, drawn = expected(sample, drawing)
    assert difference(pixels(page, "radiograph"), grey) <= 2
    assert difference(pixels(page, "class-3"), drawn) <= 2


@pytest.mark.parametrize("sample", WINDOWS)
def test_another_window_is_drawn_as_the_server_would_and_inverted_too(page: Any, sample: int) -> None:
    window = WINDOWS[sample]
    open_sample(page, sample)
    set_window(page, window)
    assert_drawn(page, sample, Drawing(window=window))
    open_menu(page).get_by_role("switch", name="Invert").check()
    painted(page, "class-3")
    assert_drawn(page, sample, Drawing(window=window, inverted=True))
    assert difference(*(expected(sample, Drawing(window=window, inverted=one))[0] for one in (False, True))) > 100


@pytest.mark.parametrize("sample", WINDOWS)
def test_the_default_window_is_drawn_inverted_as_the_server_would(page: Any, sample: int) -> None:
    open_sample(page, sample)
    menu = open_menu(page)
    menu.get_by_role("switch", name="Lossless").check()
    page.locator("figure.panel .second", has_text="lossless").first.wait_for()
    menu.get_by_role("switch", name="Invert").check()
    painted(page, "class-3")
    assert_drawn(page, sample, Drawing(inverted=True))


def test_a_preset_of_the_file_is_drawn_with_its_own_function(page: Any) -> None:
    open_sample(page, 2)
    menu = open_menu(page)
    presets = menu.get_by_role("combobox", name="Preset")
    assert presets.locator("option:not([hidden])").all_inner_texts() == ["Default: Window 1", "Window 2", "Full range"]
    presets.select_option("Window 2")
    painted(page, "class-3")
    assert_drawn(page, 2, Drawing(window=film(2).presets[1].window))
    presets.select_option("Full range")
    painted(page, "class-3")
    assert_drawn(page, 2, Drawing(window=film(2).presets[2].window))


def test_asking_for_the_values_does_not_move_the_picture(page: Any) -> None:
    open_sample(page, 2)
    before = pixels(page, "radiograph")
    open_menu(page)
    page.get_by_text("deep=True", exact=False).wait_for()
    painted(page, "class-3")
    assert difference(pixels(page, "radiograph"), before) == 0


def test_the_right_button_drags_width_and_centre_and_shows_no_menu(page: Any) -> None:
    open_sample(page, 2)
    page.evaluate(
        "addEventListener('contextmenu', event => window.suppressed = [...(window.suppressed ?? []), "
        "event.defaultPrevented])"
    )
    box = canvas(page, "class-3").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down(button="right")
    page.mouse.move(x + 30, y)
    page.mouse.move(x + 30, y + 60)
    page.mouse.up(button="right")
    painted(page, "class-3")
    # 30 pixels to the right: e ** (30 / 300) as wide; 60 downwards: a fifth of the first width lower, for this film is
    # turned, and a lower centre is darker.
    window = Window(20_000 - 0.2 * 30_000, 30_000 * np.exp(0.1), VoiFunction.LINEAR)
    assert_drawn(page, 2, Drawing(window=window))
    assert page.locator("figure.panel h4").all_inner_texts() == ["Radiograph", "Hand"]
    page.get_by_role("radiogroup", name="Sample").click(button="right")
    assert page.evaluate("window.suppressed") == [True, False]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("sample", [0, 2])
def test_a_drag_downwards_darkens_what_is_seen_and_upwards_brightens_it(page: Any, sample: int, turned: bool) -> None:
    open_sample(page, sample)
    set_window(page, film(sample).presets[0].window)  # so that the same window is there before and after
    if turned:
        open_menu(page).get_by_role("switch", name="Invert").check()
        page.keyboard.press("Escape")
    painted(page, "class-3")
    box = canvas(page, "radiograph").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    seen = [pixels(page, "radiograph").mean()]
    for way in (60, -120):
        page.mouse.move(x, y)
        page.mouse.down(button="right")
        page.mouse.move(x, y + way)
        page.mouse.up(button="right")
        painted(page, "class-3")
        seen.append(pixels(page, "radiograph").mean())
    assert seen[1] < seen[0] - 5
    assert seen[2] > seen[1] + 5


def test_what_is_said_of_the_picture_is_how_it_is_shown_and_not_what_the_file_is(page: Any) -> None:
    said = page.locator("figure.panel .second").first
    assert said.inner_text() == "300 × 260 pixels, shown as a JPEG"
    open_menu(page).get_by_role("switch", name="Lossless").check()
    page.locator("figure.panel .second", has_text="lossless").first.wait_for()
    assert said.inner_text() == "300 × 260 pixels, shown lossless"


def test_keys_move_the_sliders_which_say_figures_in_the_radiographs_units(page: Any) -> None:
    open_sample(page, 2)
    centre = open_menu(page).get_by_role("slider", name="Centre")
    assert centre.get_attribute("aria-valuetext") == "20000"
    act(page, "class-3", lambda: centre.press("ArrowRight"))
    assert int(centre.get_attribute("aria-valuetext")) > 20_000
    assert page.locator("#window").get_by_role("spinbutton", name="Centre").input_value() != "20000"


def test_the_server_is_told_of_the_window_and_a_reset(page: Any) -> None:
    open_sample(page, 0)
    set_window(page, WINDOWS[0])
    told = "preset=0, window=Window(centre=90.0, width=60.0, function=<VoiFunction.LINEAR_EXACT: 'LINEAR_EXACT'>)"
    page.get_by_text(told, exact=False).wait_for()
    open_menu(page).get_by_role("button", name="Reset").click()
    page.get_by_text("window=None, inverted=False, deep=True", exact=False).wait_for()


def test_the_window_stays_with_look_and_panels_and_goes_with_the_radiograph(page: Any) -> None:
    open_sample(page, 0)
    set_window(page, WINDOWS[0])
    said = page.locator("figure.panel .second", has_text="centre 90, width 60").first
    said.wait_for()
    choose_look(page, POSITIVE)
    act(page, "average", lambda: choose(page, "All classes"))
    assert said.is_visible()
    open_sample(page, 1)
    assert "JPEG" in page.locator("figure.panel .second").first.inner_text()
    page.get_by_text("window=None, inverted=False, deep=False", exact=False).wait_for()


def test_the_menu_says_that_the_prediction_does_not_change(page: Any) -> None:
    assert "Display only: the prediction does not change." in open_menu(page).inner_text()


def test_a_figure_that_is_none_changes_nothing(page: Any) -> None:
    open_sample(page, 0)
    width = open_menu(page).get_by_role("spinbutton", name="Width")
    width.fill("")
    width.press("Tab")
    painted(page, "class-3")
    assert width.input_value() == "255"
