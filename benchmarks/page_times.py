"""Time the dashboard as a person sees it, in headless Chromium on this machine.

    python benchmarks/page_times.py

Needs the environment of the tests and Debian's Chromium. Prints the seconds from opening the page on a fresh server
to the first analysed sample, the seconds from choosing a new sample to its painted maps, and the milliseconds from a
move of the opacity, or of the window's width, to the second frame after it. Run it on a quiet machine.
"""

import shutil
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

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


def _moves(name: str, slider: Any, by: float) -> None:
    """Print how long 20 moves of a slider take, after two that do not count."""
    times = [slider.evaluate(MOVE, by) for _ in range(22)][2:]
    print(f"{name} to second frame: median {statistics.median(times):.0f} ms, most {max(times):.0f} ms")


def _sample(page: Any, label: str, name: str) -> float:
    start = time.perf_counter()
    page.get_by_role("button", name=label, exact=True).click()
    page.locator("h3", has_text=f"{name}, ").wait_for()
    page.wait_for_selector(PAINTED)
    seconds = time.perf_counter() - start
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
