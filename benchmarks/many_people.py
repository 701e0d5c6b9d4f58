"""Sixteen people upload a film and look at once, on one machine, while a seventeenth only looks.

    python -m benchmarks.many_people [--sessions 16] [--json FILE]

Real websocket clients against the real server. First one person after another, which gives the time that a film
takes and its right maps; then all at once. Prints a table, and for each goal whether it was reached. Run it on a quiet
machine of two cores: the clients run there too. The looker's opacity needs playwright and Debian's Chromium.
"""

import argparse
import json
import platform
import shutil
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.films import films
from benchmarks.page_times import MOVE
from tests.support.server import PATIENCE, Server
from tests.support.session import Run, Session

SAME = 1e-5
"""Largest accepted difference from the maps of a sequential run, in parts of the largest logit."""


@dataclass
class Look:
    """One person's film: seconds from the upload's beginning to the maps, and what the page was given."""

    wait: float
    run: Run


def look(session: Session, film: tuple[str, bytes]) -> Look:
    begin = time.perf_counter()
    run = session.look(*film)
    return Look(run.asked - begin + (run.seen or float("nan")), run)


def one_after_another(address: str, some: list[tuple[str, bytes]]) -> list[Look]:
    looks = []
    for film in some:
        with Session(address) as session:
            looks.append(look(session, film))
    return looks


def all_at_once(address: str, some: list[tuple[str, bytes]], looker: "Looker") -> list[Look]:
    sessions = [Session(address) for _ in some]
    together = threading.Barrier(len(some) + 1)

    def person(session: Session, film: tuple[str, bytes]) -> Look:
        together.wait(PATIENCE)
        return look(session, film)

    with ThreadPoolExecutor(len(some)) as pool:
        asked = [pool.submit(person, *each) for each in zip(sessions, some, strict=True)]
        together.wait(PATIENCE)
        looker.watch(lambda: all(one.done() for one in asked))
        looks = [one.result() for one in asked]
    for session in sessions:
        session.close()
    return looks


class Looker:
    """Somebody who only looks: a browser's opacity, and reruns of the page over what is already analysed."""

    def __init__(self, address: str, page: Any) -> None:
        self._session = Session(address)
        self._session.click("Foot")
        self._page = page
        self.opacity: list[float] = []
        self.reruns: list[float] = []

    def watch(self, done: Any) -> None:
        """Move the opacity and click from sample to sample, in turn, until the others are done."""
        labels = ("Hand", "Foot")
        while not done():
            self.reruns.append(self._session.click(labels[len(self.reruns) % 2]).seconds * 1000)
            if self._page is not None:
                self.opacity.append(self._page.evaluate_opacity())
            time.sleep(0.1)


class Chromium:
    """A browser whose viewer shows the first sample."""

    def __init__(self, address: str) -> None:
        from playwright.sync_api import sync_playwright

        self._playwright = sync_playwright().start()
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        self._browser = self._playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        self._page = self._browser.new_page(viewport={"width": 1280, "height": 720})
        self._page.goto(address)
        self._page.wait_for_selector(".camdash[data-state=painted]", timeout=PATIENCE * 1000)
        self._slider = self._page.locator(".camdash input[type=range]").first
        for _ in range(2):
            self.evaluate_opacity()

    def evaluate_opacity(self) -> float:
        """Return the milliseconds from a move of the opacity to the second frame after it."""
        return float(self._slider.evaluate(MOVE, 1))

    def close(self) -> None:
        """End the browser."""
        self._browser.close()
        self._playwright.stop()


def seconds_to_drop(server: Server, film: tuple[str, bytes]) -> float:
    """Return the seconds from the closing of a waiting tab's websocket until its work is out of the line."""
    session = Session(server.address)
    session.upload(dict([film]))
    server.ask("hold")
    session.ask()
    while not server.ask("waiting"):
        time.sleep(0.05)
    begin = time.perf_counter()
    session.close()
    while server.ask("waiting"):
        time.sleep(0.02)
    seconds = time.perf_counter() - begin
    server.ask("release")
    return seconds


def deviation(alone: Look, together: Look) -> float:
    """Return the largest difference of a map's values, in parts of the largest logit's size (mean over cells)."""
    first, second = alone.run.maps, together.run.maps
    logit = max(abs(float(grid.mean())) for name, grid in first.items() if name.startswith("class-"))
    return max(float(np.abs(first[name] - second[name]).max()) for name in first) / logit


def figures(alone: list[Look], together: list[Look], looker: Looker, drop: float) -> dict[str, Any]:
    count, total = len(alone), sum(one.wait for one in alone)
    waits = sorted(one.wait for one in together)
    fair = [total / count * place for place in range(1, count + 1)]
    ratios = [wait / share for wait, share in zip(waits, fair, strict=True)]
    return {
        "sessions": count,
        "machine": f"{platform.processor() or platform.machine()}, {len_cores()} cores",
        "sequential_s": total,
        "a_film_alone_s": total / count,
        "all_at_once_s": waits[-1],
        "p95_wait_s": float(np.percentile(waits, 95)),
        "p95_wait_to_fair_share": float(np.percentile(waits, 95) / np.percentile(fair, 95)),
        "wait_to_fair_share_by_rank": [round(ratio, 2) for ratio in ratios],
        "largest_deviation": max(deviation(*pair) for pair in zip(alone, together, strict=True)),
        "told_of_the_line": sum(bool(one.run.lines) for one in together),
        "longest_line": max((int(line.split()[0]) for one in together for line in one.run.lines), default=0),
        "drop_s": drop,
        "looker_reruns_ms": _spread(looker.reruns),
        "looker_opacity_ms": _spread(looker.opacity),
    }


def len_cores() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _spread(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    return {
        "count": len(values),
        "median": round(statistics.median(values), 1),
        "p95": round(float(np.percentile(values, 95)), 1),
        "most": round(max(values), 1),
    }


def goals(found: dict[str, Any]) -> list[tuple[str, bool]]:
    reruns, opacity = found["looker_reruns_ms"], found["looker_opacity_ms"]
    said = [
        ("every one gets the maps of a sequential run, within 1e-5 of the largest logit", "largest_deviation", SAME),
        ("p95 of the wait under 1.5 times the fair share", "p95_wait_to_fair_share", 1.5),
        ("a closed tab's work is dropped within 5 s", "drop_s", 5),
    ]
    lines = [(f"{text}: {found[name]:.3g}", found[name] < limit) for text, name, limit in said]
    lines.append((f"the line's length is shown: to {found['told_of_the_line']} people", found["told_of_the_line"] > 0))
    lines.append((f"a looker's rerun under 300 ms (median): {reruns.get('median')}", reruns.get("median", 1e9) < 300))
    if opacity:
        lines.append((f"a looker's opacity under 50 ms (median): {opacity['median']}", opacity["median"] < 50))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=16)
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    some = list(films(options.sessions).items())
    with Server() as server:
        chromium = None if options.no_browser or not shutil.which("chromium") else Chromium(server.address)
        looker = Looker(server.address, chromium)
        one_after_another(server.address, some[:2])  # warm-up
        alone = one_after_another(server.address, some)
        together = all_at_once(server.address, some, looker)
        found = figures(alone, together, looker, seconds_to_drop(server, some[0]))
        if chromium is not None:
            chromium.close()
    for name, value in found.items():
        print(f"{name:28} {value}")
    for text, reached in goals(found):
        print(f"{'reached' if reached else 'MISSED ':8} {text}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
