"""Time the dashboard as a person sees it, in headless Chromium on this machine.

    python benchmarks/page_times.py

Needs the environment of the tests and Debian's Chromium. Prints the seconds from opening the page on a fresh server
to the first analysed sample, the seconds from choosing a new sample to its painted maps, the milliseconds from a
move of the opacity, or of the window's width, to the second frame after it, and those between two frames while a film
of 3000 x 3000 pixels is moved and zoomed in seven panels. Run it on a quiet machine.
"""

import io
import shutil
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PORT = 8890
ADDRESS = f"http://127.0.0.1:{PORT}"
PAINTED = ".camdash[data-state=painted]"
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
SAMPLES = {"Front": "Chest frontal", "Side": "Chest lateral", "Hip": "Hip", "Foot": "Foot"}
MOVE = """(slider, by) => new Promise(done => {
  const start = performance.now();
  slider.value = String(Number(slider.value) - by);
  slider.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
})"""

CHANGED = """([button, viewer, name]) => new Promise((done) => {
  const start = performance.now();
  const isShown = () => {
    const says = (heading) => heading.textContent.replace(/\\s+/g, " ").includes(name);
    const answer = [...document.querySelectorAll("h3:not([data-copy] *)")].find(says);
    const painted = viewer.dataset.state === "painted";
    return painted && answer?.checkVisibility({ visibilityProperty: true });
  };
  const look = () => (isShown() ? done((performance.now() - start) / 1000) : requestAnimationFrame(look));
  button.click();
  requestAnimationFrame(look);
})"""  # looks at each frame; playwright's own waiting looks only every half second after a while

SIDE, MOVES = 3000, 150
GAPS = """() => {
  const gaps = (window.gaps = []);
  let last = performance.now();
  const look = (now) => {
    gaps.push(now - last);
    last = now;
    if (window.gaps === gaps) requestAnimationFrame(look);
  };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(look); });
}"""
STOP = "() => { const found = window.gaps; window.gaps = null; return found; }"


def main() -> None:
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(PORT)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_health()
        with sync_playwright() as playwright:
            flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
            _measure(browser.new_page(viewport={"width": 1280, "height": 720}))
            browser.close()
    finally:
        server.terminate()
        server.wait()


def _measure(page: Any) -> None:
    start = time.perf_counter()
    page.goto(ADDRESS)
    page.wait_for_selector(PAINTED, timeout=120_000)
    print(f"open to first analysed sample: {time.perf_counter() - start:.1f} s")
    page.wait_for_selector(IDLE)
    seconds = [_sample(page, label, name) for label, name in SAMPLES.items()]
    print(f"new sample to painted maps: median {statistics.median(seconds):.2f} s, most {max(seconds):.2f} s")
    slider = page.locator(".camdash input[type=range]").first
    _moves("opacity", slider, 1)
    page.get_by_role("button", name="Window", exact=True).click()
    width = page.locator("#window input[name=width]")
    width.evaluate(MOVE, 0.01)
    page.wait_for_selector(PAINTED)
    page.wait_for_selector(IDLE)
    _moves("window", width, 0.01)
    page.keyboard.press("Escape")
    _upload(page)
    canvases = page.locator(".camdash figure.panel canvas")
    print(f"{canvases.count()} panels of {SIDE} x {SIDE} pixels:")
    _gaps(page, "zoom", canvases.nth(1), _zoom)
    _gaps(page, "pan", canvases.nth(1), _pan)


def _upload(page: Any) -> None:
    coarse = np.random.default_rng(5).integers(0, 255, (60, 60)).astype(np.float32)
    grey = np.clip(cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    film = {"name": "film.png", "mimeType": "image/png", "buffer": file.getvalue()}
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files([film])
    page.locator(".camdash figure.panel", has_text=f"{SIDE} × {SIDE} pixels").wait_for()
    page.wait_for_selector(PAINTED)
    page.wait_for_selector(IDLE)


def _zoom(page: Any) -> None:
    page.keyboard.down("Control")
    for move in range(MOVES):
        page.mouse.wheel(0, -40 if move < MOVES // 2 else 30)
    page.keyboard.up("Control")


def _pan(page: Any) -> None:
    page.mouse.down()
    for move in range(MOVES):
        page.mouse.move(640 + 60 * np.cos(move / 9), 480 + 40 * np.sin(move / 9))
    page.mouse.up()


def _gaps(page: Any, name: str, canvas: Any, act: Callable[[Any], None]) -> None:
    """Print how long it takes from frame to frame while the mouse does something over a panel."""
    canvas.scroll_into_view_if_needed()
    canvas.hover()
    before = int(canvas.get_attribute("data-painted"))
    page.evaluate(GAPS)
    act(page)
    gaps = page.evaluate(STOP)
    paintings = int(canvas.get_attribute("data-painted")) - before
    median, most = np.percentile(gaps, [50, 95])
    print(f"{name}: {paintings} paintings in {len(gaps)} frames, gap median {median:.1f} ms, 95 % {most:.1f} ms")


def _moves(name: str, slider: Any, by: float) -> None:
    """Print how long 20 moves of a slider take, after two that do not count."""
    times = [slider.evaluate(MOVE, by) for _ in range(22)][2:]
    print(f"{name} to second frame: median {statistics.median(times):.0f} ms, most {max(times):.0f} ms")


def _sample(page: Any, label: str, name: str) -> float:
    """Return the seconds from a click on a sample to the frame that shows its answer and its maps."""
    button = page.get_by_role("button", name=label, exact=True).element_handle()
    seconds: float = page.evaluate(CHANGED, [button, page.query_selector(".camdash"), f"{name}, "])
    page.wait_for_selector(IDLE)
    return seconds


def _await_health() -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{ADDRESS}/_stcore/health") as answer:
                if answer.read().strip() == b"ok":
                    return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError("the server did not come up")


if __name__ == "__main__":
    main()
