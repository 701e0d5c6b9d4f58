"""How much memory is left after ten tabs of twenty radiographs each were closed.

    python -m benchmarks.session_memory [--sessions 10] [--images 20] [--small]

Real websocket clients against the real server: each tab uploads its films and looks at them, then all are closed. The
server's resident memory is taken before, with all tabs open, and after the session's time to live; nothing is collected
or given back for the figure. Goal: within 100 MB of what it was before. `--small` takes a small network, since the
films and not the network are what counts here.
"""

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.films import films
from tests.support.server import Server
from tests.support.session import Session
from tests.support.small import QUERY, small_checkpoint

MB = 2**20
GOAL = 100 * MB
TTL, SPARE = 30, 5
"""Seconds: the time to live in .streamlit/config.toml, and a little more."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--images", type=int, default=20)
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    some = films(options.images)
    with tempfile.TemporaryDirectory() as folder:
        small_checkpoint(Path(folder))
        with Server(environment={"CAMDASH_CHECKPOINTS": folder}) as server:
            query = QUERY if options.small else ""
            with Session(server.address, query) as first:
                first.look_at_all(films(1))
            time.sleep(TTL + SPARE)
            before = _memory(server, "before")
            sessions = []
            for number in range(options.sessions):
                sessions.append(Session(server.address, query))
                sessions[-1].look_at_all(_marked(some, number))
            _memory(server, "ten tabs open")
            for session in sessions:
                session.close()
            _memory(server, "closed just now")
            time.sleep(TTL + SPARE)
            after = _memory(server, "after the time to live")
            print("objects:", server.ask("objects"))
    grown = after - before
    print(f"{'reached' if grown < GOAL else 'MISSED '} back within 100 MB: {grown / MB:+.0f} MB")


def _marked(some: dict[str, bytes], number: int) -> dict[str, bytes]:
    """Return the films with a byte after their end, so that no two tabs have the same."""
    return {f"{number}-{name}": data + bytes([number]) for name, data in some.items()}


def _memory(server: Server, when: str) -> int:
    found = int(server.ask("memory"))
    print(f"{found / MB:7.0f} MB {when}", flush=True)
    return found


if __name__ == "__main__":
    main()
