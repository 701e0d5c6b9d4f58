"""The real server (`streamlit run streamlit_app.py`) in a process of its own, which answers questions about itself.

    python -m benchmarks.server PORT

runs it; `Server` starts it from a benchmark or a test. It reads a command a line from standard input and answers with
a line of JSON: `hold` and `release` the device, `waiting` (pieces in the line), `memory` (bytes resident, after a
collection of garbage and a malloc_trim), `objects` (sessions, uploads), `rolled` (spooled files that went over
to the disk, unlinked ones too), `spool` (two megabytes through a spooled file that has Starlette's own limit).
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from benchmarks.memory import resident

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 300


class Server:
    """A running server."""

    def __init__(self, *options: str, environment: dict[str, str] | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.server", str(port), *options],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._await_health()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate(timeout=PATIENCE)
        self._log.close()

    def ask(self, command: str) -> Any:
        """Give a command and return its answer."""
        if self._process.stdin is None or self._process.stdout is None:
            raise ConnectionError("the server has no pipes")
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:  # Streamlit greets there too
            if line.startswith("{"):
                return json.loads(line)["answer"]
        raise ConnectionError(f"the server is gone:\n{self.log()}")

    def log(self) -> str:
        """Return what the server has written to its log."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def _await_health(self) -> None:
        for _ in range(PATIENCE * 5):
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=PATIENCE) as answer:
                    if answer.read().strip() == b"ok":  # any other path is answered with the page
                        return
            except urllib.error.URLError:
                time.sleep(0.2)
            if self._process.poll() is not None:
                break
        raise ConnectionError(f"the server did not come up:\n{self.log()}")


class _Inside:
    """What the server's process answers."""

    def __init__(self) -> None:
        self._release = threading.Event()
        self._rolled = 0
        roll_over = tempfile.SpooledTemporaryFile.rollover

        def counted(file: tempfile.SpooledTemporaryFile[bytes]) -> None:
            self._rolled += 1
            roll_over(file)

        tempfile.SpooledTemporaryFile.rollover = counted  # type: ignore[assignment, method-assign]

    def hold(self) -> bool:
        """Keep the device busy until it is released."""
        from camdash.evidence.queue import queue_of
        from camdash.networks.loading import preferred_device

        begun, self._release = threading.Event(), threading.Event()
        release = self._release

        def work() -> None:
            begun.set()
            release.wait()

        queue = queue_of(str(preferred_device()))
        threading.Thread(target=queue.run, args=("holder", work, lambda: True), daemon=True).start()
        return begun.wait(PATIENCE)

    def release(self) -> bool:
        self._release.set()
        return True

    def waiting(self) -> int:
        from camdash.evidence.queue import queue_of
        from camdash.networks.loading import preferred_device

        return queue_of(str(preferred_device())).waiting

    def memory(self) -> int:
        return resident()

    def rolled(self) -> int:
        return self._rolled

    def spool(self) -> int:
        with tempfile.SpooledTemporaryFile(max_size=2**20) as file:
            return file.write(bytes(2 * 2**20))

    def objects(self) -> dict[str, int]:
        from streamlit.runtime import Runtime
        from streamlit.runtime.app_session import AppSession
        from streamlit.runtime.uploaded_file_manager import UploadedFileRec

        gc.collect()
        found = gc.get_objects()
        return {
            "sessions": sum(isinstance(one, AppSession) for one in found),
            "uploads": sum(isinstance(one, UploadedFileRec) for one in found),
            "runtime": int(Runtime.exists()),
        }


def _answer(answers: TextIO) -> None:
    inside = _Inside()
    commands: dict[str, Callable[[], Any]] = {
        name: getattr(inside, name) for name in ("hold", "release", "waiting", "memory", "objects", "rolled", "spool")
    }
    for line in sys.stdin:
        print(json.dumps({"answer": commands[line.strip()]()}), file=answers, flush=True)
    os.kill(os.getpid(), signal.SIGTERM)  # who started it is gone


def main() -> None:
    from streamlit.web.cli import main as streamlit

    answers, sys.stdout = sys.stdout, sys.stderr  # nobody reads there what Streamlit prints; it goes to the log
    threading.Thread(target=_answer, args=(answers,), daemon=True).start()
    sys.argv = ["streamlit", "run", str(ROOT / "streamlit_app.py"), "--server.port", *sys.argv[1:]]
    streamlit()


if __name__ == "__main__":
    main()
