"""What a tab held is gone once its time is over. Nobody collects garbage for these tests: the server must do it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from camdash.app.memory.upload_memory import share_bytes_of_copies
from tests.app.conftest import small_server, until
from tests.app.test_opened import archive
from tests.conftest import image_bytes, speckle
from tests.support.server import Server
from tests.support.session import Session
from tests.support.small import QUERY

Tab = Callable[[], Session]
NOTHING = {"uploads": 0, "files": 0, "copies": 0, "radiographs": 0, "analyses": 0}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("checkpoints")
    with small_server(folder, "--server.disconnectedSessionTTL", "2") as running:
        yield running


@pytest.fixture
def tab(server: Server) -> Iterator[Tab]:
    """Open a tab at a server that nobody else uses; all are closed when the test ends."""
    until(lambda: server.ask("tabs") == 0)
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Session(server.address, QUERY))


def films(count: int, first: int = 0) -> dict[str, bytes]:
    return {f"film{number}.png": image_bytes(speckle(100 + number, 90)) for number in range(first, first + count)}


def all_gone(server: Server) -> bool:
    """Whether nothing is left of any tab, but the shell of the last one, which Streamlit drops when another comes."""
    found: dict[str, int] = server.ask("objects")
    return found.pop("sessions") <= 1 and found == NOTHING and not server.ask("held")


def test_nothing_of_a_closed_tab_is_left(server: Server, tab: Tab) -> None:
    session = tab()
    session.look_at_all(films(3))
    assert server.ask("objects")["files"] == 3
    session.close()
    until(lambda: all_gone(server))


def test_its_session_itself_goes_when_another_comes(server: Server, tab: Tab) -> None:
    for _ in range(3):
        session = tab()
        session.look_at_all(films(2))
        session.close()
        until(lambda: all_gone(server))
    tab()
    until(lambda: server.ask("objects")["sessions"] == 1)


def test_nothing_is_left_of_a_tab_that_is_closed_while_it_waits_for_the_device(server: Server, tab: Tab) -> None:
    session = tab()
    session.upload(films(2, first=10))
    server.ask("hold")
    try:
        session.ask()
        until(lambda: server.ask("waiting") == 1)
        session.close()
        until(lambda: all_gone(server))
    finally:
        server.ask("release")


def test_nothing_is_left_of_a_tab_that_is_closed_while_its_worklist_runs(server: Server, tab: Tab) -> None:
    session = tab()
    session.upload(films(30, first=20))
    session.ask()
    until(lambda: server.ask("objects")["analyses"] > 5)
    session.close()
    until(lambda: all_gone(server))


def test_nothing_is_left_of_a_tab_that_streamlit_has_forgotten_before_its_time_was_seen(
    server: Server, tab: Tab
) -> None:
    session = tab()
    session.look_at_all(films(2))
    session.close()
    assert server.ask("stall")
    until(lambda: all_gone(server))


def test_a_page_that_is_loaded_again_leaves_nothing_of_what_it_was(server: Server, tab: Tab) -> None:
    before = tab()
    before.look_at_all(films(2))
    before.close()
    after = tab()
    after.look_at_all(films(1, first=60))
    until(lambda: (found := server.ask("objects"))["files"] == 1 and found["sessions"] == 1)
    assert after.rerun().file == "film60.png"


def test_a_removed_film_is_gone_and_what_was_made_of_it(server: Server, tab: Tab) -> None:
    session = tab()
    session.look_at_all(films(3))
    kept = server.ask("objects")
    session.remove("film2.png")
    session.remove("film0.png")
    until(lambda: server.ask("objects")["files"] == 1)
    found = server.ask("objects")
    assert found["radiographs"] < kept["radiographs"]
    assert found["analyses"] < kept["analyses"]
    assert server.ask("held") == len(films(2)["film1.png"])
    assert session.rerun().file == "film1.png"
    session.remove("film1.png")
    until(lambda: server.ask("objects")["files"] == 0)


def test_a_removed_zip_file_is_gone_and_what_was_in_it(server: Server, tab: Tab) -> None:
    session = tab()
    session.upload({"study.zip": archive(films(3))})
    session.rerun()
    assert server.ask("objects")["copies"] == 3, "they are not the upload's own bytes"
    session.remove("study.zip")
    until(lambda: server.ask("objects")["files"] == 0)


def test_a_film_is_in_memory_once(server: Server, tab: Tab) -> None:
    session = tab()
    session.look_at_all(films(3))
    session.rerun()
    assert server.ask("objects")["copies"] == 0


def test_a_copy_of_an_upload_shares_its_bytes() -> None:
    share_bytes_of_copies()
    record = UploadedFileRec("id", "film.png", "image/png", bytes(1000))
    upload = UploadedFile(record, FileURLs())
    made = deepcopy(upload)
    assert made.getvalue() is record.data
    assert made == upload
    assert (made.name, made.size, made.file_id) == ("film.png", 1000, "id")
    upload.close()
    assert deepcopy(upload).getvalue() == b""


def test_a_film_that_is_removed_in_the_list_is_gone_and_what_was_made_of_it(server: Server, tab: Tab) -> None:
    session = tab()
    session.look_at_all(films(3))
    assert session.remove_listed("film2.png").file == "film1.png"
    until(lambda: server.ask("objects")["files"] == 2)
    assert server.ask("held") == sum(map(len, list(films(3).values())[:2]))
    assert session.listed == ["film0.png", "film1.png"]
    assert session.rerun().file == "film1.png"
    session.remove_all()
    until(lambda: server.ask("objects")["files"] == 0 and not server.ask("held"))


def test_a_film_that_is_removed_from_a_zip_file_gives_its_memory_back(server: Server, tab: Tab) -> None:
    session = tab()
    session.upload({"study.zip": archive(films(3))})
    session.rerun()
    session.remove_listed("film1.png")
    until(lambda: server.ask("objects")["copies"] == 2)
    assert session.listed == ["film0.png", "film2.png"]
    assert session.rerun().file == "film0.png"
    session.remove_listed("film0.png")
    session.remove_listed("film2.png")
    until(lambda: server.ask("objects")["files"] == 0)
    until(lambda: server.ask("held") == 0)


def test_removing_the_film_that_is_looked_at_opens_one_that_can_be_shown(server: Server, tab: Tab) -> None:
    session = tab()
    session.upload({"one.png": films(1)["film0.png"], "words.png": b"dear sir", **films(1, first=5)})
    assert session.rerun().file == "one.png"
    assert session.remove_listed("one.png").file == "film5.png"
