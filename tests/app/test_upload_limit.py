"""Uploads are refused before they are read: the real server, with room for 100 MB, and clients of every kind."""

import asyncio
import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from starlette.exceptions import HTTPException
from starlette.types import Message

from camdash.app.memory.limit import _no_more_than
from camdash.images.limits import LARGEST_SESSION, MOST_FILES
from tests.app.conftest import PATIENCE, ROOT, small_server, until
from tests.app.test_opened import archive
from tests.conftest import image_bytes, speckle
from tests.support.server import Server
from tests.support.session import Session
from tests.support.small import QUERY

MB = 2**20
BOUNDARY = "----camdash"
HEAD = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="film.dcm"\r\n\r\n'.encode()
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("checkpoints")
    with small_server(folder, "--server.disconnectedSessionTTL", "1", CAMDASH_UPLOADS_MB="100") as running:
        yield running


@pytest.fixture
def session(server: Server) -> Iterator[Session]:
    """A tab of a server that holds nothing else."""
    until(lambda: server.ask("held") == 0)
    with Session(server.address, QUERY) as opened:
        yield opened


@contextmanager
def begun(server: Server, session: Session, **headers: str) -> Iterator[http.client.HTTPConnection]:
    """An upload whose headers are sent, and the first of its lines."""
    (place,) = session.places(["film.dcm"])
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=PATIENCE)
    connection.putrequest("PUT", place.upload_url)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        **session.headers,
        **names,
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(HEAD if "Transfer-Encoding" not in names else chunk(HEAD))
    try:
        yield connection
    finally:
        connection.close()


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def said(session: Session) -> str:
    """Return what the page says, without the signs that keep Markdown from reading it."""
    return "\n".join(session.rerun().texts()).replace("\\", "")


def test_a_tab_that_sends_too_much_keeps_a_gigabyte_and_the_page_says_what_was_not_uploaded(
    tmp_path: Path,
) -> None:
    film = bytes(63 * MB)
    names = [f"film{number}.dcm" for number in range(18)]  # 1,134 MB; 16 of them are 1,008 MB
    with small_server(tmp_path, CAMDASH_UPLOADS_MB="4096") as server, Session(server.address, QUERY) as session:
        answers = {name: answer for each in names for name, answer in session.try_upload({each: film}).items()}
        assert server.ask("held") == 16 * len(film) <= LARGEST_SESSION
        assert [name for name, answer in answers.items() if answer.status_code == 413] == names[16:]
        refused = "`film16.dcm` and `film17.dcm` were not uploaded. A tab holds at most 1,024 MB"
        until(lambda: refused in said(session))  # the server may draw the page once by itself
        session.remove("film0.dcm")
        until(lambda: "not uploaded" not in said(session))
        assert session.try_upload({"again.dcm": film})["again.dcm"].ok
        assert server.ask("held") == 16 * len(film)


def test_an_upload_is_refused_while_its_body_is_still_to_come(server: Server, session: Session) -> None:
    session.upload({"first.dcm": bytes(60 * MB)})
    with begun(server, session, Content_Length=str(41 * MB)) as connection:
        answer = connection.getresponse()
        assert answer.status == 413
        assert b"The server is full: it holds at most 100 MB" in answer.read()
    assert server.ask("held") == 60 * MB


def test_a_client_that_announces_an_upload_and_sends_nothing_is_refused_too(server: Server, session: Session) -> None:
    session.upload({"first.dcm": bytes(60 * MB)})
    (place,) = session.places(["film.dcm"])
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=PATIENCE)
    connection.putrequest("PUT", place.upload_url)
    connection.putheader("Content-Length", str(41 * MB))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
    until(lambda: "1 file was not uploaded." in said(session))


def test_uploads_that_come_at_the_same_time_share_the_room(server: Server, session: Session) -> None:
    size = 40 * MB
    whole = str(len(HEAD) + size + len(TAIL))
    with ExitStack() as stack:
        first, second, third = (stack.enter_context(begun(server, session, Content_Length=whole)) for _ in range(3))
        assert third.getresponse().status == 413
        for connection in (first, second):
            connection.send(bytes(size) + TAIL)
            assert connection.getresponse().status == 204
    assert server.ask("held") == 2 * size


def test_an_upload_that_breaks_off_leaves_its_room(server: Server, session: Session) -> None:
    with begun(server, session, Content_Length=str(60 * MB)) as connection:
        connection.send(bytes(5 * MB))
        with begun(server, session, Content_Length=str(60 * MB)) as other:
            assert other.getresponse().status == 413
    until(lambda: session.try_upload({"film.dcm": bytes(60 * MB)})["film.dcm"].ok)
    assert server.ask("held") == 60 * MB


def test_an_upload_that_does_not_say_how_long_it_is_needs_room_for_the_longest(
    server: Server, session: Session
) -> None:
    with begun(server, session, Transfer_Encoding="chunked") as connection:
        connection.send(chunk(bytes(MB)) + chunk(TAIL) + chunk(b""))
        assert connection.getresponse().status == 204
    assert server.ask("held") == MB
    session.upload({"first.dcm": bytes(40 * MB)})
    with begun(server, session, Transfer_Encoding="chunked") as connection:
        assert connection.getresponse().status == 413
    assert server.ask("held") == 41 * MB


def test_an_upload_without_length_is_cut_off_where_it_is_too_long(server: Server, session: Session) -> None:
    with begun(server, session, Transfer_Encoding="chunked") as connection:
        for _ in range(66):
            connection.send(chunk(bytes(MB)))
        assert connection.getresponse().status == 413
    assert server.ask("held") == 0


@pytest.mark.parametrize("length", ["10", "-1", "9" * 40, "ten"])
def test_a_false_length_brings_nothing_in(length: str, server: Server, session: Session) -> None:
    with begun(server, session, Content_Length=length, Transfer_Encoding="chunked") as connection:
        try:
            connection.send(chunk(bytes(MB)) + chunk(TAIL) + chunk(b""))
            status = connection.getresponse().status
        except (ConnectionError, http.client.HTTPException):
            status = 400
    assert server.ask("held") == (MB if status == 204 else 0)
    session.upload({"film.dcm": bytes(60 * MB)})
    with begun(server, session, Content_Length=str(60 * MB)) as connection:
        assert connection.getresponse().status == 413


def test_a_body_that_is_longer_than_was_said_is_broken_off() -> None:
    async def body() -> Message:
        return {"type": "http.request", "body": bytes(6), "more_body": True}

    received = []

    async def read() -> None:
        receive = _no_more_than(10, body)
        while True:
            received.append(await receive())

    with ThreadPoolExecutor(1) as thread, pytest.raises(HTTPException, match="longer than it said"):
        thread.submit(lambda: asyncio.run(read())).result()  # in this one a browser's loop may be running
    assert len(received) == 1


def test_a_removed_file_gives_its_room_back_and_the_sentence_goes(server: Server, session: Session) -> None:
    session.upload({"first.dcm": bytes(60 * MB), "film.png": image_bytes(speckle(40, 50))})
    session.rerun()
    assert session.try_upload({"second.dcm": bytes(60 * MB)})["second.dcm"].status_code == 413
    until(lambda: "`second.dcm` was not uploaded." in said(session))
    session.remove("first.dcm")
    until(lambda: "not uploaded" not in said(session))
    session.upload({"second.dcm": bytes(60 * MB)})
    assert server.ask("held") > 60 * MB


def test_the_page_says_so_by_itself_when_all_were_refused(server: Server, session: Session) -> None:
    session.upload({"first.dcm": bytes(60 * MB)})
    session.rerun()
    session.try_upload({"second.dcm": bytes(60 * MB)})
    text = "\n".join(session.wait().texts())  # nobody asked for it
    assert "`second.dcm` was not uploaded." in text


def test_the_rest_of_a_drop_is_taken(server: Server, session: Session) -> None:
    film = image_bytes(speckle(60, 50))
    answers = session.try_upload({"a.dcm": bytes(60 * MB), "b.dcm": bytes(60 * MB), "film.png": film})
    assert [answer.status_code for answer in answers.values()] == [204, 413, 204]
    until(lambda: "`b.dcm` was not uploaded." in said(session))
    assert server.ask("held") == 60 * MB + len(film)


def test_all_visitors_together_have_a_limit_and_each_is_told(server: Server, session: Session) -> None:
    session.upload({"mine.dcm": bytes(60 * MB)})
    with Session(server.address, QUERY) as other:
        assert other.try_upload({"theirs.dcm": bytes(60 * MB)})["theirs.dcm"].status_code == 413
        until(lambda: "The server is full" in said(other))
        assert "not uploaded" not in said(session)
        other.upload({"small.dcm": bytes(MB)})


def test_a_tab_takes_so_many_files_and_no_more(server: Server, session: Session) -> None:
    answers = session.try_upload({f"{number}.png": b"no image" for number in range(MOST_FILES + 2)})
    refused = [name for name, answer in answers.items() if answer.status_code == 413]
    assert refused == [f"{MOST_FILES}.png", f"{MOST_FILES + 1}.png"]
    until(lambda: f"A tab holds at most {MOST_FILES} files." in said(session))


def test_what_a_zip_file_unpacks_to_takes_room_too(server: Server, session: Session) -> None:
    film = image_bytes(speckle(300, 400), "BMP")
    packed = archive({f"{number}.bmp": film for number in range(3)})
    session.upload({"study.zip": packed})
    session.rerun()
    assert server.ask("held") == len(packed) + 3 * len(film)
    session.remove("study.zip")
    assert server.ask("held") == 0


@pytest.mark.parametrize("name", ["", "nobody", "../health"])
def test_a_session_that_is_not_there_gets_no_file(name: str, server: Server, session: Session) -> None:
    answer = requests.put(
        f"{server.address}/_stcore/upload_file/{name}/a",
        files={"file": ("film.dcm", bytes(MB))},
        headers=session.headers,
        timeout=PATIENCE,
    )
    assert answer.status_code >= 400
    assert server.ask("held") == 0


def test_a_file_that_comes_when_its_tab_is_gone_is_dropped(server: Server, session: Session) -> None:
    size = 5 * MB
    with begun(server, session, Content_Length=str(len(HEAD) + size + len(TAIL))) as connection:
        connection.send(bytes(size // 2))
        session.close()
        until(lambda: server.ask("tabs") == 0)
        connection.send(bytes(size - size // 2) + TAIL)
        connection.getresponse()
    until(lambda: server.ask("held") == 0)


def test_nonsense_in_the_variable_ends_the_server_with_a_sentence() -> None:
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", "0"]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "CAMDASH_UPLOADS_MB": "lots"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 2
    assert "CAMDASH_UPLOADS_MB is 'lots'; it is a whole number of megabytes, 1 or more." in ended.stderr
    assert "Traceback" not in ended.stderr
