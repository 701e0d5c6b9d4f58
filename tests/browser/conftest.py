"""A headless Chromium and a Streamlit server, for tests that look at what is painted."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from camdash.settings import FOLDERS_VARIABLE
from tests.conftest import save_checkpoint, small_card

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
PATIENCE = 60
"""Seconds within which a server must answer and a page must be drawn, on a busy machine."""
NOT_RUNNING = "[data-testid=stApp][data-test-script-state=notRunning]"

Serve = Callable[..., str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def _skip(reason: str) -> None:
    if os.environ.get("CAMDASH_REQUIRE_BROWSER"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium that is never sent beyond this machine."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _skip("playwright is not installed (tests/requirements.txt)")
    if not CHROMIUM:
        _skip("Chromium is not installed (Debian's package `chromium`)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    """Start `streamlit run SCRIPT OPTIONS...` and return its address; all servers end with the file's tests."""
    running: list[tuple[subprocess.Popen[bytes], Any]] = []

    def start(script: Path | str, *options: str) -> str:
        port = _free_port()
        log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / script), *_settings(port), *options]
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        running.append((process, log))
        _await_health(process, log, f"http://127.0.0.1:{port}")
        return f"http://127.0.0.1:{port}"

    yield start
    for process, _ in running:
        process.terminate()
    for process, log in running:
        process.wait(PATIENCE)
        log.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open an address in a fresh context and wait until its script has run."""
    contexts = []

    def open_one(address: str, width: int = 1280, height: int = 720, ratio: float = 1) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=ratio)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(address)
        page.wait_for_selector(NOT_RUNNING)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def address(serve: Serve) -> str:
    """The page as it ships."""
    return serve("streamlit_app.py")


@pytest.fixture
def page(address: str, open_page: Callable[..., Any]) -> Any:
    """The page as a visitor sees it first."""
    opened = open_page(address)
    opened.locator(".camdash[data-state=painted]").wait_for()
    opened.wait_for_selector(NOT_RUNNING)
    return opened


def serve_small(serve: Serve, folder: Path, **variables: str) -> Iterator[str]:
    """Serve the page over one small checkpoint, `whole`, with these variables, as long as a module's tests run."""
    save_checkpoint(folder, "whole", small_card(size=(256, 256)))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {FOLDERS_VARIABLE: str(folder), **variables}.items():
            patch.setenv(name, value)
        yield serve("streamlit_app.py")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _settings(port: int) -> list[str]:
    return [
        *("--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"),
        *("--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false"),
    ]


def _await_health(process: subprocess.Popen[bytes], log: Any, address: str) -> None:
    between = Event()
    for _ in range(PATIENCE * 5):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=PATIENCE) as answer:
                # Streamlit answers any path with its page, so the body counts.
                if answer.read().strip() == b"ok":
                    return
        except urllib.error.URLError:
            between.wait(0.2)
    log.seek(0)
    pytest.fail(f"the server did not come up:\n{log.read().decode(errors='replace')}")
