"""`camdash` opens the dashboard."""

import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from threading import Event

import pytest

from camdash.command_line.main import main
from camdash.command_line.tally import Tally
from tests.command_line.conftest import PATIENCE, ROOT, command, environment


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def health(port: int, process: "subprocess.Popen[bytes]") -> bytes:
    between = Event()
    for _ in range(5 * PATIENCE):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=PATIENCE) as answer:
                body: bytes = answer.read().strip()
                return body
        except urllib.error.URLError:
            between.wait(0.2)
    return b""


def test_the_dashboard_is_served_from_any_folder_and_ends_at_a_signal(tmp_path: Path) -> None:
    port = free_port()
    begun = subprocess.Popen(
        command("dashboard", "--port", str(port), "--no-browser"),
        cwd=tmp_path,
        env=environment(PYTHONPATH=str(ROOT)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        assert health(port, begun) == b"ok"
    finally:
        begun.send_signal(signal.SIGTERM)
        said, _ = begun.communicate(timeout=PATIENCE)
    assert b"Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_nothing_takes_the_place_of_a_process_that_asks_from_python() -> None:
    tally = Tally()
    assert main([], tally) == 0
    assert tally.then[1:4] == ("-m", "streamlit", "run")
    assert Path(tally.then[4]).name == "streamlit_app.py"
    assert main(["dashboard", "--port", "9000", "--address", "127.0.0.1", "--no-browser"], tally) == 0
    assert tally.then[-4:] == ("--server.port", "9000", "--server.address", "127.0.0.1")


@pytest.mark.parametrize("port", ["0", "-1", "65536"])
def test_a_port_that_there_is_not_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dashboard", f"--port={port}"]) == 2
    assert capsys.readouterr().err == f"camdash: --port is {port}. It can be 1 to 65535.\n"


def test_a_setting_that_makes_no_sense_is_said_before_anything_is_opened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CAMDASH_UPLOADS_MB", "lots")
    assert main([]) == 2
    assert "CAMDASH_UPLOADS_MB is 'lots'" in capsys.readouterr().err
