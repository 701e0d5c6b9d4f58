"""A thousand analyses over twenty tabs that open and close: does memory stay where it was?

    python -m benchmarks.soak [--analyses 1000] [--tabs 20] [--small]

Real websocket clients against the real server, four tabs at a time, each closed after its films. The server's
resident memory (after a malloc_trim) is taken after the first 50 analyses and at the end, each time with all tabs
closed and their time to live (2 s here) over. Goal: within 5 %. `--small` takes a small network in place of the one
that ships: some 3 minutes less.
"""

import argparse
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.films import films
from tests.support.server import Server
from tests.support.session import Session
from tests.support.small import QUERY, small_checkpoint

MB = 2**20
FIRST, AT_ONCE, TTL, SPARE = 50, 4, 2, 4
GOAL = 0.05
SIZE = 512
"""Pixels of the longer side of a film."""


def tab(address: str, query: str, number: int, count: int, some: dict[str, bytes]) -> None:
    """Open a tab, upload so many films, wait until all are analysed, and close it."""
    mine = {f"{number}-{k}.jpg": data + number.to_bytes(2) for k, data in enumerate(list(some.values())[:count])}
    with Session(address, query) as session:
        session.upload(mine)
        session.rerun()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--analyses", type=int, default=1000)
    parser.add_argument("--tabs", type=int, default=20)
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    each = options.analyses // options.tabs
    some = films(max(each, FIRST // AT_ONCE + 1), SIZE)
    with tempfile.TemporaryDirectory() as folder:
        small_checkpoint(Path(folder))
        settings = ("--server.disconnectedSessionTTL", str(TTL))
        with Server(*settings, environment={"CAMDASH_CHECKPOINTS": folder}) as server:
            query = QUERY if options.small else ""
            before = soak(server, query, [FIRST // AT_ONCE] * AT_ONCE, some)
            after = soak(server, query, [each] * options.tabs, some)
    grown = after / before - 1
    print(f"{'reached' if abs(grown) < GOAL else 'MISSED '} memory at the end: {grown:+.1%} of that after {FIRST}")


def soak(server: Server, query: str, counts: list[int], some: dict[str, bytes]) -> int:
    """Open a tab for each count, a few at a time; return the bytes resident once their time to live is over."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tabs = [
            pool.submit(tab, server.address, query, len(counts) * 100 + number, count, some)
            for number, count in enumerate(counts)
        ]
        for one in tabs:
            one.result()
    seconds = time.perf_counter() - begin
    time.sleep(TTL + SPARE)
    found = int(server.ask("memory"))
    print(f"{found / MB:7.0f} MB after {sum(counts)} analyses in {len(counts)} tabs ({seconds:.0f} s)", flush=True)
    return found


if __name__ == "__main__":
    main()
