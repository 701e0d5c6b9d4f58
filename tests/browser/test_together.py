"""Another image: answer and maps change in one frame, and nothing on the page fades or moves."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from camdash.settings import FOLDERS_VARIABLE
from tests.app.mapless import save_mapless
from tests.browser.conftest import NOT_RUNNING
from tests.browser.visits import settled, upload
from tests.conftest import image_bytes, speckle

Open = Callable[..., Any]

WATCH = """([key, slow]) => {
  const find = () => [...document.querySelectorAll(".stMain *")].map((one) => one.shadowRoot?.querySelector(".camdash"))
    .find((one) => one?.querySelector("canvas[data-map-id]"));
  const digest = (canvas) => {
    const row = canvas.getContext("2d").getImageData(0, canvas.height >> 1, canvas.width, 1).data;
    return row.reduce((sum, value) => (31 * sum + value) | 0, 0);
  };
  const blocks = ".stElementContainer, .stVerticalBlock, .stHorizontalBlock, .stColumn, .stExpander, .camdash";
  const look = () => {
    const root = find();
    const canvas = root?.querySelector(`canvas[data-key='${key}']`);
    if (canvas?.width) {
      const words = [...document.querySelectorAll(".stMain h3, .stMain h5")].filter((one) => one.checkVisibility(
        { visibilityProperty: true }));
      window.frames_seen.push({
        answer: words.map((one) => one.innerText).join(" | "),
        chart: document.querySelector(".stMain .stPlotlyChart").checkVisibility({ visibilityProperty: true }) &&
          document.querySelectorAll(".stMain .stPlotlyChart")[0].textContent,
        maps: digest(canvas),
        top: root.getBoundingClientRect().top,
        faintest: Math.min(...[...document.querySelectorAll(blocks)].map((one) => getComputedStyle(one).opacity)),
        figures: document.querySelector("[data-testid=stStatusWidget]")?.checkVisibility() ?? false,
      });
    }
    requestAnimationFrame(look);
  };
  window.frames_seen = [];
  const decode = window.createImageBitmap;
  window.createImageBitmap = async (...given) => {
    await new Promise((resolve) => setTimeout(resolve, slow));
    return decode.apply(window, given);
  };
  look();
}"""


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("checkpoints")
    save_mapless(folder, "squeeze")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDERS_VARIABLE, str(folder))
        yield serve("streamlit_app.py")


def frames_while(page: Any, key: str, act: Callable[[], None], slow: int) -> list[dict[str, Any]]:
    """Return what each frame showed from before `act` until all is drawn; pictures take `slow` ms more to decode."""
    page.locator(".stMain .stPlotlyChart svg .point").first.wait_for(state="attached")
    page.evaluate(WATCH, [key, slow])
    page.wait_for_function("window.frames_seen.length > 3")
    act()
    page.wait_for_function("window.frames_seen.at(-1).maps !== window.frames_seen[0].maps")
    page.wait_for_selector(NOT_RUNNING)
    settled(page)
    page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    frames: list[dict[str, Any]] = page.evaluate("window.frames_seen")
    return frames


def check(frames: list[dict[str, Any]]) -> None:
    before, after = frames[0], frames[-1]
    assert before["maps"] != after["maps"]
    assert before["answer"] != after["answer"]
    shown = [(one["answer"], one["chart"], one["maps"]) for one in frames]
    both = [tuple(one[key] for key in ("answer", "chart", "maps")) for one in (before, after)]
    assert sorted(set(shown), key=shown.index) == both
    assert {round(one["top"]) for one in frames} == {round(before["top"])}
    assert min(one["faintest"] for one in frames) == pytest.approx(1)
    assert not any(one["figures"] for one in frames)


@pytest.mark.parametrize(
    ("query", "key", "slow"),
    [
        ("checkpoint=body-parts", "0/class-3", 0),
        ("checkpoint=body-parts", "0/class-3", 400),
        ("checkpoint=body-parts&with=squeeze", "0/only-A-class-3", 400),
        ("checkpoint=squeeze", "radiograph", 400),
    ],
)
def test_a_sample_changes_answer_chart_and_maps_in_one_frame(
    address: str, open_page: Open, query: str, key: str, slow: int
) -> None:
    page = open_page(f"{address}/?{query}")
    settled(page)
    check(frames_while(page, key, page.get_by_role("button", name="Foot", exact=True).click, slow))


def test_an_upload_changes_them_in_one_frame_too(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?checkpoint=body-parts")
    settled(page)

    def act() -> None:
        upload(page, ("film.png", image_bytes(speckle(300, 200))))

    frames = frames_while(page, "0/class-3", act, 400)
    shown = [(one["answer"], one["maps"]) for one in frames]
    assert len(set(shown)) == 2
    assert min(one["faintest"] for one in frames) == pytest.approx(1)


def test_another_checkpoint_changes_them_in_one_frame_too(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?checkpoint=body-parts")
    settled(page)

    def act() -> None:
        page.get_by_role("combobox", name="Checkpoint").click()
        page.get_by_role("option", name="shortcut ·").click()

    frames = frames_while(page, "0/class-3", act, 400)
    assert len({(one["chart"], one["maps"]) for one in frames}) == 2


def test_the_answer_is_never_held_back_for_good(address: str, open_page: Open) -> None:
    page = open_page(f"{address}/?checkpoint=body-parts")
    settled(page)
    page.evaluate("() => { window.createImageBitmap = () => new Promise(() => {}); }")  # a picture never decoded
    page.get_by_role("button", name="Foot", exact=True).click()
    page.locator(".stMain h3", has_text="Foot, ").first.wait_for()
    page.locator("[data-copy]").wait_for(state="detached")
    assert page.locator(".stMain h3").first.inner_text().startswith("Foot, ")
    assert page.locator(".stMain h3").first.is_visible()
