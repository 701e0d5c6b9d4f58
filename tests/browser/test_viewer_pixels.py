"""The browser paints what the server would."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from camdash.app.viewer.modes import Mode
from camdash.rendering.enlarge import enlarge
from camdash.rendering.looks import CLASSIC, EVIDENCE, LOOKS, OWN_SCALE, POSITIVE
from camdash.rendering.overlay import overlay
from camdash.rendering.scale import Look, scales
from tests.browser.synthetic import FITS, LABEL, SHAPE, grey_levels, viewer_maps

READ = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let text = "";
  for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));
  return [canvas.height, canvas.width, btoa(text)];
}"""
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def address(serve: Callable[..., str]) -> str:
    return serve("tests/browser/pages/synthetic.py")


@pytest.fixture
def page(address: str, open_page: Open) -> Any:
    # In a window this large, three panels in a row hold the whole radiograph at 1:1.
    opened = open_page(address, 1500, 1000)
    painted(opened, "average")
    return opened


def canvas(page: Any, map_id: str) -> Any:
    return page.locator(f"canvas[data-map-id='{map_id}']")


def painted(page: Any, map_id: str) -> None:
    """Wait until the panel is there and shows what is set."""
    canvas(page, map_id).wait_for()
    page.locator(".camdash[data-state=painted]").wait_for()


def act(page: Any, map_id: str, action: Callable[[], Any]) -> None:
    """Change a setting, which the viewer notes at once, and wait until it is painted."""
    action()
    painted(page, map_id)


def choose(page: Any, name: str, group: str = ".toolbar") -> None:
    page.locator(group).get_by_role("radio", name=name, exact=True).check()


def choose_look(page: Any, look: Look) -> None:
    page.locator(f".looks input[value={look.id}]").check()
    page.locator(".camdash[data-state=painted]").wait_for()


def set_opacity(page: Any, percent: int) -> None:
    page.locator("input[name=opacity]").fill(str(percent))


def pixels(page: Any, map_id: str) -> NDArray[np.uint8]:
    """Return what the canvas shows of the radiograph, which stands in its middle at 1:1: (rows, columns, 3)."""
    rows, columns, text = canvas(page, map_id).evaluate(READ)
    picture = np.frombuffer(base64.b64decode(text), np.uint8).reshape(rows, columns, 4)[..., :3]
    top = round_half_up(rows / 2 - SHAPE[0] / 2)
    left = round_half_up(columns / 2 - SHAPE[1] / 2)
    return picture[top : top + SHAPE[0], left : left + SHAPE[1]]


def round_half_up(value: float) -> int:
    """Return what JavaScript's Math.round does."""
    return int(np.floor(value + 0.5))


def at_one_to_one(page: Any, lossless: bool = True) -> None:
    """Show the radiograph beside the predicted class, one radiograph pixel on one canvas pixel."""
    choose(page, "Top class")
    if lossless:
        page.get_by_role("button", name="Window", exact=True).click()
        page.get_by_role("switch", name="Lossless").check()
        page.keyboard.press("Escape")
        page.locator("figure.panel .second", has_text="lossless").first.wait_for()
    act(page, "class-3", lambda: page.get_by_role("button", name="1:1").click())


def expected(fit: str, look: Look, opacity: float, smooth: bool = True, map_id: str = "class-3") -> NDArray[np.uint8]:
    shown = [one for one in viewer_maps(0) if Mode.EVIDENCE in one.modes]
    drawn = dict(zip((one.id for one in shown), scales([one.values for one in shown], look), strict=True))
    values = next(one.values for one in shown if one.id == map_id)
    return overlay(grey_levels(0), enlarge(values, FITS[fit], smooth), drawn[map_id], opacity)


def difference(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> int:
    return int(np.abs(first.astype(int) - second.astype(int)).max())


@pytest.mark.parametrize("fit", FITS)
def test_each_look_and_opacity_is_painted_as_the_server_would(page: Any, fit: str) -> None:
    page.get_by_role("radiogroup", name="Fit").get_by_text(fit, exact=True).click()
    page.locator("figure.panel .second", has_text=f"{fit}:").wait_for()
    at_one_to_one(page)
    for look in LOOKS:
        choose_look(page, look)
        act(page, "class-3", lambda: choose(page, "Top class"))
        for percent in (100, 50, 0):
            set_opacity(page, percent)
            painted(page, "class-3")
            assert difference(pixels(page, "class-3"), expected(fit, look, percent / 100)) <= 2, (look, percent)


def test_the_grid_is_painted_as_the_server_would(page: Any) -> None:
    at_one_to_one(page)
    act(page, "class-3", lambda: choose(page, "Grid"))
    assert difference(pixels(page, "class-3"), expected("stretch", EVIDENCE, 0.85, smooth=False)) <= 2


def test_the_radiograph_is_painted_as_it_is(page: Any) -> None:
    at_one_to_one(page)
    film = np.repeat(grey_levels(0)[:, :, None], 3, axis=2)
    assert difference(pixels(page, "radiograph"), film) == 0


def test_the_classic_preset_shows_overlay_heat_map_and_radiograph(page: Any) -> None:
    at_one_to_one(page)
    choose_look(page, CLASSIC)
    painted(page, "heat-class-3")
    headings = page.locator("figure.panel h4").all_inner_texts()
    assert headings == ["Overlay: Hand", "Heat map: Hand", "Radiograph"]
    choose(page, "Average")
    painted(page, "heat-average")
    headings = page.locator("figure.panel h4").all_inner_texts()
    assert headings == ["Overlay: Average", "Heat map: Average", "Radiograph"]
    assert page.locator("figure.panel .mark").last.inner_text() == "Hand 98.7 %"
    shown = [one.values for one in viewer_maps(0) if Mode.EVIDENCE in one.modes]
    values = enlarge(shown[-1], FITS["stretch"])
    heat = overlay(np.zeros(values.shape, np.uint8), values, scales(shown, CLASSIC)[-1], 1.0)
    act(page, "heat-average", lambda: page.get_by_role("button", name="1:1").click())
    assert difference(pixels(page, "heat-average"), heat) <= 2


def test_leaving_classic_restores_the_panels(page: Any) -> None:
    choose(page, "Average")
    choose_look(page, CLASSIC)
    painted(page, "heat-class-3")
    choose_look(page, EVIDENCE)
    canvas(page, "heat-class-3").wait_for(state="detached")
    assert page.locator("figure.panel h4").all_inner_texts() == ["Radiograph", "Average"]


def test_opacity_zoom_and_panels_survive_another_radiograph(page: Any) -> None:
    choose(page, "Top class")
    set_opacity(page, 40)
    act(page, "class-3", lambda: page.get_by_role("button", name="1:1").click())
    before = pixels(page, "radiograph")
    page.get_by_role("radiogroup", name="Sample").get_by_text("1", exact=True).click()
    page.locator("figure.panel .first", has_text="second.png").wait_for()
    assert page.locator("input[name=opacity]").input_value() == "40"
    assert page.locator("figure.panel h4").all_inner_texts() == ["Radiograph", "Hand"]
    assert difference(pixels(page, "radiograph"), before) > 20
    assert np.corrcoef(pixels(page, "radiograph")[..., 0].ravel(), grey_levels(1).ravel())[0, 1] > 0.99


def test_each_look_remembers_its_own_opacity(page: Any) -> None:
    set_opacity(page, 33)
    choose_look(page, POSITIVE)
    assert page.locator(".opacity output").inner_text() == "85 %"
    choose_look(page, EVIDENCE)
    assert page.locator("input[name=opacity]").input_value() == "33"


def test_enter_enlarges_a_panel_and_escape_returns(page: Any) -> None:
    canvas(page, "class-2").focus()
    page.keyboard.press("Enter")
    canvas(page, "class-0").wait_for(state="detached")
    assert page.locator("figure.panel h4").all_inner_texts() == ["Radiograph", "Hip"]
    page.keyboard.press("Escape")
    canvas(page, "class-0").wait_for()
    assert page.locator("figure.panel").count() == 7


def film_canvas(page: Any) -> NDArray[np.uint8]:
    """Return the whole canvas of the radiograph: (rows, columns, 3)."""
    rows, columns, text = canvas(page, "radiograph").evaluate(READ)
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(rows, columns, 4)[..., :3]


def test_keys_zoom_pan_and_fit_and_never_pan_beyond_the_radiograph(page: Any) -> None:
    canvas(page, "class-2").focus()
    fitted = film_canvas(page)
    for _ in range(4):
        act(page, "class-2", lambda: page.keyboard.press("+"))
    zoomed = film_canvas(page)
    act(page, "class-2", lambda: page.keyboard.press("ArrowDown"))
    down = film_canvas(page)
    act(page, "class-2", lambda: page.keyboard.press("ArrowRight"))
    right = film_canvas(page)
    # What lies beneath comes up, what lies at the right comes to the left: 40 CSS pixels each.
    assert difference(down[:-40], zoomed[40:]) <= 2
    assert difference(right[:, :-40], down[:, 40:]) <= 2
    assert difference(down, zoomed) > 20
    for key in ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft"):
        for _ in range(20):
            page.keyboard.press(key)
        painted(page, "class-2")
        # Beyond the radiograph all is black; of its own pixels few are.
        edges = [line.mean() for line in (film_canvas(page)[one] for one in (0, -1, np.s_[:, 0], np.s_[:, -1]))]
        assert min(edges) > 5, key
    act(page, "class-2", lambda: page.keyboard.press("0"))
    assert difference(film_canvas(page), fitted) == 0
    assert difference(zoomed, fitted) > 20


def test_a_hover_says_the_cell_in_each_panel_and_moves_nothing(page: Any) -> None:
    boxes = [box.bounding_box() for box in page.locator("figure.panel").all()]
    canvas(page, "class-2").hover()
    page.locator("figure.panel .here").first.wait_for()
    assert page.locator("figure.panel .here").count() == 7
    hip = viewer_maps(0)[2]
    share, evidence = hip.values[4, 4] / 64, hip.values.mean()
    said = f"here: {share:+.4f} of {evidence:+.2f} evidence".replace("-", "−")
    assert page.locator("figure.panel .here").nth(4).inner_text() == said  # after radiograph, Hand and two chests
    assert [box.bounding_box() for box in page.locator("figure.panel").all()] == boxes


def test_what_the_cells_contribute_adds_up_to_the_evidence_that_is_named(page: Any) -> None:
    hand = viewer_maps(0)[3]
    assert float((hand.values / 64).sum()) == pytest.approx(hand.evidence)


BARS = """() => {
  const host = [...document.querySelectorAll("*")].find(node => node.shadowRoot?.querySelector(".camdash"));
  return [...host.shadowRoot.querySelectorAll("figure.panel")].map(panel => {
    const parts = [".bar", ".bar i", ".bar b"].map(name => panel.querySelector(name));
    const [bar, zero, fill] = parts.map(part => part.getBoundingClientRect());
    const place = x => (x - bar.left) / bar.width;
    const hidden = panel.querySelector(".bar").hidden;
    return hidden ? null : [place(zero.left), place(fill.left), place(fill.right)];
  });
}"""


def test_the_totals_of_all_classes_are_bars_on_one_axis(page: Any) -> None:
    given = viewer_maps(0)
    in_order = [given[place] for place in (3, 0, 1, 2, 4)]  # the predicted one first
    totals = [float(one.logit) for one in in_order if one.logit is not None]
    low, high = min(0.0, *totals), max(0.0, *totals)
    film, *bars, average = page.evaluate(BARS)
    assert film is None
    assert average is None
    for total, (zero, start, end) in zip(totals, bars, strict=True):
        assert zero == pytest.approx(-low / (high - low), abs=0.03)
        assert start == pytest.approx((min(total, 0) - low) / (high - low), abs=0.03)
        assert end == pytest.approx((max(total, 0) - low) / (high - low), abs=0.03)
    said = page.locator("figure.panel .figure").all_inner_texts()[1:6]
    assert said == [f"Total {total:+.2f}".replace("-", "−") for total in totals]


def test_the_legend_tells_strength_at_a_spot_from_the_total_and_has_its_lower_end_at_the_left(page: Any) -> None:
    legend = page.locator(".legend")
    assert "Color is the strength at one spot; the bar is the total." in legend.inner_text()
    assert "faint" not in legend.inner_text()
    low, high = (float(np.abs(one.values).max()) * sign for one in viewer_maps(0)[3:4] for sign in (-1, 1))
    ends = {
        EVIDENCE: (f"{low:+.1f} against".replace("-", "−"), f"for {high:+.1f} logits"),
        OWN_SCALE: ("strongest against", "strongest for"),
        CLASSIC: ("panel's lowest", "panel's highest"),
    }
    for look, (lower, higher) in ends.items():
        choose_look(page, look)
        legend.locator(".low", has_text=lower).wait_for()
        assert legend.locator(".high").inner_text() == higher
        places = [legend.locator(name).bounding_box()["x"] for name in (".low", ".high")]
        assert places[0] < places[1]
        _, columns, text = legend.locator("canvas").evaluate(READ)
        bar = np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, columns, 4)[0].astype(int)
        assert bar[0, 2] > bar[0, 0] + 50, "blue at the left"
        assert bar[-1, 0] > bar[-1, 2] + 50, "red at the right"


def test_a_file_name_is_text_and_never_html(page: Any) -> None:
    assert page.locator("figure.panel .first").first.inner_text() == LABEL
    assert page.locator("figure.panel img").count() == 0
    assert page.title() != "broken"


def test_panels_wrap_rather_than_shrink_below_200_pixels(address: str, open_page: Open) -> None:
    narrow = open_page(address, 700, 720)
    painted(narrow, "average")
    assert all(panel.bounding_box()["width"] >= 200 for panel in narrow.locator("figure.panel").all())


def test_all_panels_fit_on_a_screen_of_1280_by_720(address: str, open_page: Open) -> None:
    opened = open_page(address, 1280, 720)
    painted(opened, "average")
    # What stands above may arrive after the viewer; it then makes room.
    opened.wait_for_function("""() => {
      const host = [...document.querySelectorAll("*")].find(node => node.shadowRoot?.querySelector(".camdash"));
      const captions = [...host.shadowRoot.querySelectorAll("figure.panel figcaption")];
      return captions.every(caption => caption.getBoundingClientRect().bottom <= window.innerHeight);
    }""")


def test_the_server_is_told_of_the_settings(page: Any) -> None:
    choose_look(page, POSITIVE)
    set_opacity(page, 25)
    choose(page, "Contrast")
    told = "look=<Look positive>, opacity=0.25"
    page.get_by_text(told, exact=False).wait_for()
    page.get_by_text("mode='contrast', smooth=True, lossless=False", exact=False).wait_for()


def test_on_a_dense_screen_canvases_have_as_many_pixels(address: str, open_page: Open) -> None:
    dense = open_page(address, 1280, 720, ratio=2)
    painted(dense, "average")
    size = canvas(dense, "average").evaluate("node => [node.width, node.clientWidth]")
    assert size[0] == 2 * size[1]
