"""Several people at the real server, each over a websocket of their own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import numpy as np
import pytest

from tests.app.conftest import PATIENCE, small_server, until
from tests.conftest import image_bytes, speckle
from tests.support.server import Server
from tests.support.session import Run, Session
from tests.support.small import QUERY

Tab = Callable[[], Session]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with small_server(tmp_path_factory.mktemp("checkpoints"), "--server.disconnectedSessionTTL", "1") as running:
        yield running


@pytest.fixture
def tab(server: Server) -> Iterator[Tab]:
    """Open a tab that looks at the small checkpoint; all are closed when the test ends."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Session(server.address, QUERY))


@contextmanager
def held(server: Server) -> Iterator[None]:
    """Keep the device busy until the block ends, or until it is released within."""
    server.ask("hold")
    try:
        yield
    finally:
        server.ask("release")


def film(number: int) -> tuple[str, bytes]:
    return f"film{number}.png", image_bytes(speckle(300 + 50 * number, 400))


def test_everyone_gets_the_maps_of_their_own_film(server: Server, tab: Tab) -> None:
    films = [film(number) for number in range(3)]
    alone = [tab().look(*each).maps for each in films]
    sessions = [tab() for _ in films]
    together = threading.Barrier(len(films))

    def look(session: Session, each: tuple[str, bytes]) -> Run:
        together.wait(PATIENCE)
        return session.look(*each)

    with ThreadPoolExecutor(len(films)) as pool:
        runs = list(pool.map(look, sessions, films))
    largest = max(abs(float(grid.mean())) for maps in alone for grid in maps.values())
    for expected, run in zip(alone, runs, strict=True):
        assert expected.keys() == run.maps.keys()
        for name, grid in expected.items():
            np.testing.assert_allclose(run.maps[name], grid, rtol=0, atol=1e-5 * largest)
    assert float(np.abs(alone[0]["class-0"] - alone[1]["class-0"]).max()) > 1e-2 * largest


def test_looking_at_all_ends_with_the_last(tab: Tab) -> None:
    assert tab().look_at_all(dict(film(number) for number in range(3))).file == film(2)[0]


def waits(server: Server, count: int) -> None:
    until(lambda: server.ask("waiting") == count)


def test_a_closed_tab_gives_up_its_place_and_the_next_is_told(server: Server, tab: Tab) -> None:
    first, second = tab(), tab()
    with held(server):
        first.upload(dict([film(5)]))
        second.upload(dict([film(6)]))
        first.ask()
        waits(server, 1)
        second.ask()
        assert second.told() == "Waiting: 2 analyses ahead of you"
        first.close()
        waits(server, 1)
        server.ask("release")
        run = second.wait()
    assert run.lines[0] == "Waiting: 2 analyses ahead of you"
    assert "0" not in "".join(run.lines)
    assert run.maps


def test_a_click_while_waiting_begins_the_page_anew(server: Server, tab: Tab) -> None:
    session = tab()
    with held(server):
        session.upload(dict([film(7)]))
        session.ask()
        waits(server, 1)
        session.press("Foot")
        server.ask("release")
        run = session.wait()
    assert run.file == "foot.png"


def test_a_person_who_only_looks_waits_for_nobody(server: Server, tab: Tab) -> None:
    waiting, looking = tab(), tab()
    with held(server):
        waiting.upload(dict([film(8)]))
        waiting.ask()
        waits(server, 1)
        assert looking.rerun().maps
        assert server.ask("waiting") == 1
