"""The whole dashboard in a browser: the checkpoint and the samples that ship, and files dropped on it."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from camdash.evidence.analysis import analyse
from camdash.images.decoding import decode
from camdash.images.window import Window
from camdash.networks.catalog.checkpoints import SHIPPED, describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loading import load
from camdash.rendering.files.export import Drawing, overlay_png
from tests.browser.conftest import NOT_RUNNING
from tests.browser.visits import heading, settled, upload
from tests.conftest import image_bytes, speckle

Open = Callable[..., Any]
HOSTILE = "<img src=x onerror=alert(1)>.png"


def test_the_first_screen_shows_answer_bars_and_all_panels_without_scrolling(page: Any) -> None:
    assert heading(page).startswith("Hand, ")
    boxes = [canvas.bounding_box() for canvas in page.locator(".camdash canvas[data-map-id]").all()]
    assert len(boxes) == 7
    assert max(box["y"] + box["height"] for box in boxes) <= 720
    assert min(box["width"] for box in boxes) >= 200
    assert page.locator(".stPlotlyChart").first.bounding_box()["y"] >= 0
    assert page.get_by_text("Research and demonstration only, not for diagnosis").first.is_visible()


def test_every_sample_is_named_rightly(page: Any) -> None:
    for label, name in [("Front", "Chest frontal"), ("Side", "Chest lateral"), ("Hip", "Hip"), ("Foot", "Foot")]:
        page.get_by_role("button", name=label, exact=True).click()
        page.locator("h3", has_text=f"{name}, ").first.wait_for()
        settled(page)
        assert heading(page).startswith(f"{name}, ")


def test_the_page_asks_no_other_machine_for_anything(address: str, open_page: Open) -> None:
    asked: list[str] = []
    blank = open_page(address)
    blank.on("request", lambda request: asked.append(request.url))
    blank.reload()
    settled(blank)
    others = [url for url in asked if not url.startswith((address, address.replace("http", "ws"), "blob:", "data:"))]
    assert asked
    assert others == []


def test_an_uploaded_film_is_explained_and_its_name_is_only_text(page: Any) -> None:
    upload(page, (HOSTILE, image_bytes(speckle(300, 200))))
    page.locator(".camdash").get_by_text(HOSTILE, exact=True).first.wait_for()
    settled(page)
    assert page.locator("img[src=x]").count() == 0
    assert "200 × 300 pixels" in page.locator(".camdash").inner_text()


def test_a_bad_file_gives_a_sentence_and_the_good_one_beside_it_is_shown(page: Any) -> None:
    upload(page, ("note.png", b"dear colleague"), ("film.png", image_bytes(speckle(200, 200))))
    page.locator(".camdash").get_by_text("film.png", exact=True).first.wait_for()
    page.get_by_text("This is not an image file").first.wait_for()
    settled(page)
    row = page.locator(".uploads li", has_text="note.png")
    assert row.get_by_text("cannot be read").is_visible()
    row.get_by_text("cannot be read").click()
    page.locator(".uploads [aria-current]", has_text="note.png").wait_for()
    page.locator(".uploads li", has_text="film.png").click()
    page.locator(".uploads [aria-current]", has_text="film.png").wait_for()
    settled(page)
    assert page.get_by_text("This is not an image file").count() == 0


def test_opacity_and_panels_survive_another_sample(page: Any) -> None:
    slider = page.locator(".camdash input[type=range]").first
    slider.focus()
    for _ in range(5):
        slider.press("ArrowLeft")
    moved = slider.input_value()
    page.get_by_role("radio", name="Top class").check()
    settled(page)
    page.get_by_role("button", name="Foot", exact=True).click()
    page.locator("h3", has_text="Foot, ").first.wait_for()
    settled(page)
    assert page.locator(".camdash input[type=range]").first.input_value() == moved
    assert page.locator(".camdash canvas[data-map-id]").count() == 2


def test_the_classic_look_is_one_click_away_and_shows_its_three_pictures(page: Any) -> None:
    page.get_by_role("radio", name="Classic").check()
    settled(page)
    assert page.locator(".camdash canvas[data-map-id]").count() == 3


def test_a_download_is_the_overlay_at_the_radiographs_size(page: Any, tmp_path: Path) -> None:
    upload(page, ("film.png", image_bytes(speckle(300, 200))))
    page.locator(".camdash").get_by_text("film.png", exact=True).first.wait_for()
    settled(page)
    page.get_by_role("button", name="Download", exact=False).first.click()
    with page.expect_download() as started:
        page.locator("[data-testid=stPopoverBody]").get_by_role("button", name="Hand").click()
    saved = Path(started.value.path()).read_bytes()
    assert started.value.suggested_filename.startswith("film_body-parts_class-hand_evidence_")
    assert Image.open(io.BytesIO(saved)).size == (200, 300)
    with page.expect_download() as started:
        page.get_by_role("button", name="Raw maps (.npz)").click()
    archive = np.load(io.BytesIO(Path(started.value.path()).read_bytes()))
    assert archive["maps"].shape == (5, 16, 16)


def test_a_download_is_drawn_through_the_window_that_was_set(page: Any) -> None:
    data = image_bytes(speckle(300, 200))
    upload(page, ("film.png", data))
    page.locator(".camdash").get_by_text("film.png", exact=True).first.wait_for()
    settled(page)
    before = download_keys(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Window", exact=True).click()
    for name, value in (("Centre", "90"), ("Width", "60")):
        page.get_by_role("spinbutton", name=name).fill(value)
        page.get_by_role("spinbutton", name=name).press("Enter")
    page.locator("figure.panel .second", has_text="centre 90, width 60").first.wait_for()
    page.keyboard.press("Escape")
    download_keys(page)
    page.wait_for_function(
        "before => !document.querySelector('[data-testid=stPopoverBody]').innerHTML.includes(before)", arg=before
    )
    page.wait_for_selector(NOT_RUNNING)
    with page.expect_download() as started:
        page.locator("[data-testid=stPopoverBody]").get_by_role("button", name="Hand").click()
    saved = np.asarray(Image.open(started.value.path())).astype(int)
    film, checkpoint = decode(data), load(describe(entry_of(SHIPPED / "body-parts.safetensors")), "cpu")
    analysis = analyse(film, checkpoint)
    expected, default = (
        np.asarray(Image.open(io.BytesIO(overlay_png(film, analysis, drawing, "class-3")))).astype(int)
        for drawing in (Drawing(window=Window(90, 60)), Drawing())
    )
    assert np.abs(saved - expected).max() <= 2
    assert np.abs(saved - default).mean() > 10


def download_keys(page: Any) -> str:
    """Open the downloads; return the class of the first button, which says what it draws."""
    page.get_by_role("button", name="Download", exact=False).first.click()
    button = page.locator("[data-testid=stPopoverBody] [class*=st-key-download-film]").first
    button.wait_for()
    found: str = button.evaluate("node => [...node.classList].find(name => name.startsWith('st-key-download-film'))")
    return found


def test_uploads_outlive_a_visit_to_the_checkpoints(page: Any) -> None:
    upload(page, ("film.png", image_bytes(speckle(300, 200))))
    page.locator(".camdash").get_by_text("film.png", exact=True).first.wait_for()
    settled(page)
    page.get_by_role("link", name="Checkpoints").click()
    page.get_by_text("can be used").first.wait_for()
    page.wait_for_selector(NOT_RUNNING)
    page.get_by_role("link", name="Radiographs").click()
    page.locator(".camdash").get_by_text("film.png", exact=True).first.wait_for()
    settled(page)
    assert "200 × 300 pixels" in page.locator(".camdash").inner_text()
