"""Checkpoints with more classes than a screen has room for."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from camdash.networks.cards.card import Card, Fit, Preprocessing
from camdash.settings import FOLDERS_VARIABLE
from tests.browser.test_links import copied
from tests.browser.visits import settled
from tests.conftest import save_checkpoint, small_card

Open = Callable[..., Any]
PART = re.compile(r"Part \d+")
COLORED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) count += data[at] !== data[at + 2];
  return count;
}"""
COUNTS = {"eighteen": 18, "forty": 40, "thousand": 1000}


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("checkpoints")
    for name, count in COUNTS.items():
        save_checkpoint(folder, name, small_card(classes=count))
    # Fifteen of its eighteen classes are also the first one's, three are not.
    shifted = tuple(f"Part {k}" for k in range(3, 21))
    save_checkpoint(folder, "shifted", Card("resnet18", shifted, Preprocessing((64, 96), Fit.STRETCH)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDERS_VARIABLE, str(folder))
        yield serve("streamlit_app.py")


def names(page: Any) -> list[str]:
    found: list[str] = page.locator("figure.panel h4").all_inner_texts()
    return found


def shares(page: Any) -> list[float]:
    """Return what stands at the panels' heads, in percent."""
    texts = page.locator("figure.panel:not(.film) .share").all_inner_texts()
    return [float(text.lstrip("<> ").removesuffix(" %")) for text in texts if text]


@pytest.mark.parametrize("name", COUNTS)
def test_the_most_probable_classes_are_shown_and_all_others_on_request(
    address: str, open_page: Open, name: str
) -> None:
    page = open_page(f"{address}/?checkpoint={name}")
    settled(page)
    assert len(names(page)) == 7
    assert names(page)[0] == "Radiograph"
    assert names(page)[-1] == "Average of all classes"
    predicted = page.locator("h3").first.inner_text().rpartition(",")[0]
    assert names(page)[1] == predicted
    assert shares(page) == sorted(shares(page), reverse=True)
    page.get_by_role("radio", name=f"All {COUNTS[name]} classes", exact=True).check()
    settled(page)
    assert len(names(page)) == 13  # twelve maps beside the radiograph
    assert names(page)[1] == predicted
    assert shares(page) == sorted(shares(page), reverse=True)
    assert page.locator("figure.panel").nth(1).bounding_box()["y"] < 720 - 150
    first = names(page)
    page.get_by_role("button", name="Next classes").click()
    settled(page)
    assert page.locator(".pager output").inner_text() == f"12–{min(22, COUNTS[name])} of {COUNTS[name]}"
    assert {*names(page)} & {*first} == {"Radiograph", "Average of all classes"}
    assert len(names(page)) == min(13, COUNTS[name] - 11 + 2)
    colored = page.locator("figure.panel canvas").nth(1).evaluate(COLORED)
    assert colored > 100
    page.get_by_role("button", name="Previous classes").click()
    settled(page)
    assert names(page) == first


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("screen", [(1280, 720), (853, 480)])
def test_the_chart_is_never_taller_than_a_third_of_the_screen_and_a_table_has_all(
    address: str, open_page: Open, name: str, screen: tuple[int, int]
) -> None:
    page = open_page(f"{address}/?checkpoint={name}", *screen)
    settled(page)
    assert page.locator(".st-key-softmax").bounding_box()["height"] <= screen[1] / 3
    count = COUNTS[name]
    page.locator(".stPlotlyChart .ytick text", has_text=f"{count - 7} other classes").wait_for()
    page.get_by_role("button", name=f"All {count} probabilities").click()
    table = page.locator("[data-testid=stPopoverBody] [data-testid=stDataFrame]")
    table.wait_for()
    assert table.locator("table").get_attribute("aria-rowcount") == str(count + 1)


def test_what_is_looked_for_is_shown_in_panels_and_in_the_table(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?checkpoint=thousand")
    settled(page)
    page.locator(".toolbar").get_by_role("searchbox", name="Find a class").fill("part 77")
    page.locator(".pager output", has_text="1–11 of 11").wait_for()
    settled(page)
    assert {*names(page)[1:-1]} == {"Part 77", *(f"Part {k}" for k in range(770, 780))}
    assert all(page.locator("figure.panel canvas").nth(k).evaluate(COLORED) > 100 for k in range(1, 12))
    page.get_by_role("button", name="All 1000 probabilities").click()
    table = page.locator("[data-testid=stPopoverBody] [data-testid=stDataFrame] table[aria-rowcount='12']")
    table.wait_for(state="attached")
    page.keyboard.press("Escape")
    page.locator(".toolbar").get_by_role("searchbox", name="Find a class").fill("nobody")
    page.locator(".pager output", has_text="No class has this in its name.").wait_for()
    page.get_by_role("radio", name="Top 5", exact=True).check()
    settled(page)
    assert len(names(page)) == 7
    assert page.locator(".toolbar").get_by_role("searchbox", name="Find a class").input_value() == ""


def test_two_checkpoints_show_the_same_classes_in_line_and_both_answers_first(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?checkpoint=eighteen&with=shifted", 1440, 900)
    settled(page)
    rows = [row.locator("h4").all_inner_texts() for row in page.locator(".section").all()]
    assert rows[0][0] == "Radiograph"
    assert rows[0][1:] == rows[1]
    assert len(rows[1]) == 6
    answers = [PART.findall(text)[0] for text in page.locator("h5").all_inner_texts()]
    assert set(answers) <= set(rows[1][:2])
    for row, section in zip((0, 1), page.locator(".section").all(), strict=True):
        marked = section.locator("figure.panel.predicted h4").all_inner_texts()
        assert marked == [answers[row]]
    assert page.locator(".st-key-softmax").bounding_box()["height"] <= 300
    page.get_by_role("radio", name="All 21 classes", exact=True).check()
    settled(page)
    assert len(names(page)) == 1 + 2 * 6


def test_a_link_reopens_all_classes_and_one_that_is_not_among_the_first(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?checkpoint=eighteen&show=every")
    settled(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assert len(names(page)) == 13
    least = names(page)[-2]
    page.locator("figure.panel canvas").nth(11).click()
    settled(page)
    assert names(page) == ["Radiograph", least]
    link = copied(page)
    again = open_page(link.replace("show=every", "show=all"))
    settled(again)
    assert names(again) == ["Radiograph", least]
    again.keyboard.press("Escape")
    settled(again)
    assert len(names(again)) == 7
    all_again = open_page(link)
    settled(all_again)
    all_again.keyboard.press("Escape")
    settled(all_again)
    assert len(names(all_again)) == 13


def test_any_class_can_be_found_and_chosen(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?checkpoint=thousand")
    settled(page)
    page.get_by_role("button", name="Choose…").click()
    menu = page.locator("#choose")
    assert menu.bounding_box()["height"] <= 500
    menu.get_by_role("searchbox", name="Find in this list").fill("part 777")
    assert menu.locator("label:visible").all_inner_texts() == ["Part 777"]
    menu.get_by_text("Part 777", exact=True).click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    settled(page)
    assert "Part 777" in names(page)
    assert len(names(page)) == 8
