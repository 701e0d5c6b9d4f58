"""A checkpoint folder for the command line, and what it prints."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from camdash.networks.catalog import checkpoints as catalog
from camdash.settings import FOLDERS_VARIABLE
from tests.conftest import image_bytes, save_checkpoint, speckle


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one checkpoint, `small`: a random resnet18 of five parts with an input of 64 x 96."""
    folder = tmp_path_factory.mktemp("checkpoints")
    save_checkpoint(folder)
    return folder


@pytest.fixture(autouse=True)
def only_the_small_checkpoint(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line find that folder alone, and run on the CPU."""
    monkeypatch.setattr(catalog, "SHIPPED", shipped)
    monkeypatch.delenv(FOLDERS_VARIABLE, raising=False)
    monkeypatch.setenv("CAMDASH_DEVICE", "cpu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two radiographs, one of them deeper, a broken one, an empty one, and files that are no images."""
    (tmp_path / "films/deeper").mkdir(parents=True)
    (tmp_path / "films/b.png").write_bytes(image_bytes(speckle(40, 50)))
    (tmp_path / "films/deeper/a.jpg").write_bytes(image_bytes(speckle(50, 40), "JPEG"))
    (tmp_path / "films/a.png").write_bytes(image_bytes(speckle(40, 50))[:200])
    (tmp_path / "films/c.png").write_bytes(b"")
    (tmp_path / "films/notes.txt").write_text("no image")
    return tmp_path / "films"


def json_lines(text: str) -> list[dict[str, Any]]:
    """Return the object of each line; every line must be one."""
    return [json.loads(line) for line in text.splitlines()]


ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "CAMDASH_DEVICE": "cpu", "CAMDASH_ENGINE": "torch"}
"""With one engine, so that the same radiograph gives the same figures to the last digit."""

PATIENCE = 300
"""Seconds within which a child must come to its end, on a busy machine."""


def command(*arguments: str) -> list[str]:
    """Return the command line of `python -m camdash`."""
    return [sys.executable, "-m", "camdash", *arguments]


def environment(**changed: str) -> dict[str, str]:
    """Return the environment of a child."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return inherited | ENVIRONMENT | changed


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run camdash in a child to its end; its output is text, what is no UTF-8 in it escaped."""
    whole: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment(), "cwd": ROOT}
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command(*arguments), encoding="utf-8", errors="backslashreplace", timeout=PATIENCE, **(whole | options)
    )
    return done


def heed_signals() -> None:
    """Let a child heed what these tests themselves may have been told to ignore, in the background of a shell."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def start(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start camdash in a child whose output waits to be read after some 4 kB, so that it can be stopped half way."""
    whole: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment(), "cwd": ROOT}
    whole["preexec_fn"] = heed_signals
    begun: subprocess.Popen[str] = subprocess.Popen(
        command(*arguments), encoding="utf-8", pipesize=4096, **(whole | options)
    )
    return begun


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """A folder of eleven radiographs and a broken one; their rows do not fit a pipe of 4 kB."""
    folder = tmp_path / "films"
    folder.mkdir()
    for k in range(11):
        (folder / f"film{k:02}.png").write_bytes(image_bytes(speckle(40 + k, 50)))
    (folder / "film05broken.png").write_bytes(image_bytes(speckle(40, 50))[:300])
    return folder


def no_trace(text: str) -> bool:
    """Return whether a program's words have no traceback and no complaint of the interpreter."""
    return not any(word in text for word in ("Traceback", "ignored", "Error:", 'File "'))


def first_line(running: subprocess.Popen[str]) -> str:
    """Return a child's first line, and leave all others in the pipe: a reader's buffer would make room for them."""
    if running.stdout is None:
        raise ValueError("the child's output is not kept")
    line = b""
    while not line.endswith(b"\n"):
        read = os.read(running.stdout.fileno(), 1)
        assert read, "the child ended without a line"
        line += read
    return line.decode()


def rest(running: subprocess.Popen[str]) -> tuple[str, str]:
    """Return what a child has still to say, when it has come to its end; `communicate` would lose what was buffered."""
    if running.stdout is None or running.stderr is None:
        raise ValueError("the child's streams are not kept")
    with running:
        return running.stdout.read(), running.stderr.read()
