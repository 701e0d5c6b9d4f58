"""The page with a thousand classes, in headless Chromium on this machine.

    python -m benchmarks.many_classes [--classes 1000] [--side 224]

Makes two random ResNet-18, and opens the page with one of them and with both. Prints the seconds from opening the page
to painted maps, the bytes that the browser has received by then, and the milliseconds to painted maps after a click on
the next page of classes, on a class that is enlarged, and after a part of a name was typed. Of these the viewer waits
0.3 s for more changes before it asks the server. A `--side` of 224 gives grids of 7 x 7, one of 1024 grids of 32 x 32.
Run it on a quiet machine.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torchvision
from playwright.sync_api import sync_playwright
from torch import nn

from camdash.networks.cards.card import Card, Fit, Preprocessing
from camdash.networks.cards.writing import write_checkpoint
from tests.support.server import Server

SETTLED = (
    "[data-testid=stApp][data-test-script-state=notRunning]:has(.camdash):not(:has(.camdash:not([data-state=painted])))"
)
REPEATS = 5
SENT = """() => {
  const found = { bytes: 0 };
  const read = WebSocket.prototype.addEventListener;
  window.sent = found;
  const Given = window.WebSocket;
  window.WebSocket = class extends Given {
    constructor(...how) {
      super(...how);
      read.call(this, "message", ({ data }) => (found.bytes += data.byteLength ?? data.size ?? data.length));
    }
  };
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", type=int, default=1000)
    parser.add_argument("--side", type=int, default=224)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for seed, name in enumerate(("one", "other")):
            _save(Path(folder), name, options.classes, options.side, seed)
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        with Server(environment={"CAMDASH_CHECKPOINTS": folder}) as server:
            for query in ("checkpoint=one", "checkpoint=one&with=other"):
                print(f"{query}, {options.classes} classes, {options.side} x {options.side} pixels:")
                _measure(browser, f"{server.address}/?{query}&sample=hand")
        browser.close()


def _save(folder: Path, name: str, classes: int, side: int, seed: int) -> None:
    torch.manual_seed(seed)
    network = torchvision.models.resnet18(weights=None, num_classes=classes)
    network.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    card = Card("resnet18", tuple(f"Finding {k}" for k in range(classes)), Preprocessing((side, side), Fit.STRETCH))
    write_checkpoint(folder / f"{name}.safetensors", network.state_dict(), card, half=False)


def _measure(browser: Any, address: str) -> None:
    opened = [_open(browser, address) for _ in range(3)]
    page = opened[-1][0]
    seconds = [time_ for _, time_ in opened[1:]]
    print(f"open to painted maps: {opened[0][1]:.2f} s at first, then {', '.join(f'{one:.2f}' for one in seconds)} s")
    print(f"received until then: {page.evaluate('window.sent.bytes') / 1e6:.2f} MB")
    page.locator(".show label", has_text="All ").click()
    page.wait_for_selector(SETTLED)
    _times("next page of classes", page, lambda: page.locator("button[name=next]").click())
    _times("a class enlarged", page, lambda: page.locator("figure.panel canvas").nth(3).click(), _back)
    field = page.locator(".toolbar input[type=search]")
    wanted = iter(f"{k}" for k in range(41, 99, 7))
    _times("a part of a name typed", page, lambda: field.fill(next(wanted)))


def _open(browser: Any, address: str) -> tuple[Any, float]:
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.add_init_script(f"({SENT})()")
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(SETTLED, timeout=120_000)
    return page, time.perf_counter() - start


def _back(page: Any) -> None:
    page.keyboard.press("Escape")
    page.wait_for_selector(SETTLED)


def _times(name: str, page: Any, act: Callable[[], None], after: Callable[[Any], None] = lambda _: None) -> None:
    found = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        act()
        page.wait_for_selector(SETTLED)
        found.append(1000 * (time.perf_counter() - start))
        after(page)
    print(f"{name}, to painted maps: median {statistics.median(found):.0f} ms, most {max(found):.0f} ms")


if __name__ == "__main__":
    main()
