"""The panels are as large as the screen allows, and what is predicted is seen first."""

from collections.abc import Callable
from typing import Any

import pytest

from camdash.app.films.samples import SHORTCUT
from camdash.rendering.looks import LOOKS
from tests.browser.visits import settled

Open = Callable[..., Any]
COMPARED = f"/?checkpoint=body-parts&with={SHORTCUT}"

# Width, height, device pixels a CSS pixel -> the least sides of a panel, alone and in a comparison, CSS pixels. Alone:
# eight places in four columns and two rows. Compared: seven columns, a row for each checkpoint.
SCREENS = {
    (1280, 720, 1): (150, 105),
    (1440, 900, 1): (260, 145),
    (1680, 1050, 1): (320, 180),
    (1920, 1080, 1): (340, 215),
    (2560, 1440, 1): (520, 300),
    (1280, 720, 1.5): (150, 105),
    (853, 480, 1.5): (120, 105),
}
BOXES = """() => {
  const host = [...document.querySelectorAll("*")].find(node => node.shadowRoot?.querySelector(".camdash"));
  return [...host.shadowRoot.querySelectorAll("figure.panel")].map(panel => {
    const { left, top, bottom, width, height } = panel.querySelector(".box").getBoundingClientRect();
    const end = panel.querySelector("figcaption").getBoundingClientRect().bottom;
    return { left, top, bottom, width, height, end, predicted: panel.classList.contains("predicted") };
  });
}"""
CUT = """() => {
  const host = [...document.querySelectorAll("*")].find(node => node.shadowRoot?.querySelector(".camdash"));
  const words = "h4, .share, .mark, .figure, .second, figcaption, .scale span, .section h3, .legend";
  const isCut = ({ clientWidth, clientHeight, scrollWidth, scrollHeight }) =>
    clientWidth && (scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1);
  return [...host.shadowRoot.querySelectorAll(words)].filter(isCut).map(node => node.textContent);
}"""


@pytest.mark.parametrize("screen", SCREENS)
def test_panels_are_as_large_as_the_screen_allows(
    address: str, open_page: Open, screen: tuple[int, int, float]
) -> None:
    page = open_page(address, *screen)
    settled(page)
    boxes = page.evaluate(BOXES)
    assert len(boxes) == 7
    assert min(min(box["width"], box["height"]) for box in boxes) >= SCREENS[screen][0]
    if screen[1] > 480:
        # No larger ones would fit: the last row ends at the end of the screen, or the columns fill its width.
        assert 0.9 * screen[1] <= max(box["end"] for box in boxes) <= screen[1] + 16


@pytest.mark.parametrize("screen", SCREENS)
def test_compared_panels_are_as_large_as_the_screen_allows(
    address: str, open_page: Open, screen: tuple[int, int, float]
) -> None:
    page = open_page(address + COMPARED, *screen)
    settled(page)
    boxes = page.evaluate(BOXES)
    assert len(boxes) == 13
    assert min(min(box["width"], box["height"]) for box in boxes) >= SCREENS[screen][1]


@pytest.mark.parametrize("screen", [(1280, 720, 1), (1440, 900, 1), (1920, 1080, 1), (853, 480, 1.5)], ids=str)
def test_the_demonstrations_panels_take_the_whole_width_of_one_screen(
    address: str, open_page: Open, screen: tuple[int, int, float]
) -> None:
    page = open_page(address, *screen)
    settled(page)
    page.get_by_role("button", name="Right for the wrong reason").click()
    page.locator(".legend button").wait_for()
    settled(page)
    boxes = page.evaluate(BOXES)
    assert len(boxes) == 3
    wide = page.locator("figure.legend").bounding_box()["width"]
    assert sum(box["width"] for box in boxes) >= 0.97 * wide
    assert max(box["end"] for box in boxes) <= screen[1]


TOTAL = 18
"""What the bar of a total takes beneath its panel."""


def test_a_warning_leaves_both_checkpoints_totals_on_the_screen(address: str, open_page: Open) -> None:
    page = open_page(f"{address}{COMPARED}&sample=hand", 1280, 720)
    settled(page)
    page.get_by_text("unlike the training images of B").wait_for()
    assert max(box["bottom"] for box in page.evaluate(BOXES)) + TOTAL <= 720


@pytest.mark.parametrize("screen", SCREENS)
def test_what_is_predicted_stands_beside_the_radiograph_and_is_seen_without_scrolling(
    address: str, open_page: Open, screen: tuple[int, int, float]
) -> None:
    page = open_page(address, *screen)
    settled(page)
    for sample in ("Foot", "Front"):
        page.get_by_role("button", name=sample, exact=True).click()
        page.locator("h3", has_text=sample if sample == "Foot" else "Chest frontal").first.wait_for()
        settled(page)
        film, predicted, *_ = page.evaluate(BOXES)
        assert predicted["predicted"]
        assert predicted["top"] == pytest.approx(film["top"], abs=1)
        assert predicted["bottom"] <= screen[1]


def test_each_checkpoint_shows_its_answer_first_and_classes_stay_in_line(address: str, open_page: Open) -> None:
    page = open_page(f"{address}{COMPARED}&sample=hand_marked", 1440, 900)
    settled(page)
    rows = [[one.inner_text() for one in row.locator("h4").all()] for row in page.locator(".section").all()]
    assert rows[0][0] == "Radiograph"
    assert rows[0][1:] == rows[1]
    assert rows[1][-1] == "Average of all classes"
    marked = [place for place, box in enumerate(page.evaluate(BOXES)) if box["predicted"]]
    assert all(place % 6 in (0, 1, 2) for place in marked)


@pytest.mark.parametrize("query", ["/?", f"{COMPARED}&"])
@pytest.mark.parametrize("screen", [(1280, 720, 1), (1920, 1080, 1)])
def test_no_words_of_a_panel_are_cut_in_any_look(
    address: str, open_page: Open, query: str, screen: tuple[int, int, float]
) -> None:
    page = open_page(address + query, *screen)
    settled(page)
    for look in LOOKS:
        page.locator(f"input[name=look][value={look.id}]").check()
        settled(page)
        assert page.evaluate(CUT) == [], look.id
