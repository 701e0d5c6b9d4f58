"""The real server (`streamlit run streamlit_app.py`) in a process of its own, which answers questions about itself.

    python -m tests.support.server PORT

runs it; `Server` starts it from a benchmark or a test. It reads a command a line from standard input and answers with
a line of JSON: `hold` and `release` the device, `stall` the event loop, `waiting` (pieces in the line), `memory` (bytes
resident), `objects` (how many there are of sessions, uploads, radiographs and analyses, and of files whose bytes are
not an upload's own), `held` (bytes of all uploads), `tabs`, `rolled` (spooled files that went over to the disk,
unlinked ones too), `spool` (two megabytes through a spooled file that has Starlette's own limit). Nothing is collected
or given back for an answer: the server is seen as it is.
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
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from tests.support.memory import resident

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300


class Server:
    """A running server."""

    def __init__(
        self,
        *options: str,
        environment: Mapping[str, str] | None = None,
        inherits: bool = True,
        before: Sequence[str] = (),
        folder: Path = ROOT,
    ) -> None:
        """Start it, and wait until it answers.

        Args:
            options: for Streamlit.
            environment: variables for its process.
            inherits: whether it has this process's variables too.
            before: what its command begins with, such as strace.
            folder: where it is started.
        """
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
        inherited = dict(os.environ) if inherits else {}
        self._process = subprocess.Popen(
            [*before, sys.executable, "-m", "tests.support.server", str(port), *options],
            cwd=folder,
            env={**inherited, "PYTHONPATH": str(ROOT), **(environment or {})},
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
        self._process.communicate(timeout=PATIENCE)  # its standard input is closed, which ends it
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
        self._sessions: weakref.WeakSet[Any] = weakref.WeakSet()
        self._count_sessions()

    def _count_sessions(self) -> None:
        """Note each session as it begins, since the collector does not list those that began before a freeze."""
        from streamlit.runtime.app_session import AppSession

        begin = AppSession.__init__

        def noted(session: AppSession, *args: Any, **kwargs: Any) -> None:
            self._sessions.add(session)
            begin(session, *args, **kwargs)

        AppSession.__init__ = noted  # type: ignore[assignment, method-assign]

    def hold(self) -> bool:
        """Keep the device busy until it is released."""
        from camdash.networks.loading import preferred_device
        from camdash.running.queue import queue_of

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

    def stall(self) -> bool:
        """Keep the server's event loop busy for twice as long as a closed tab lives."""
        import streamlit as st
        from streamlit import runtime

        def busy() -> None:
            threading.Event().wait(2 * float(st.get_option("server.disconnectedSessionTTL")))
            done.set()

        done = threading.Event()
        runtime.get_instance()._get_async_objs().eventloop.call_soon_threadsafe(busy)
        return done.wait(PATIENCE)

    def waiting(self) -> int:
        from camdash.networks.loading import preferred_device
        from camdash.running.queue import queue_of

        return queue_of(str(preferred_device())).waiting

    def memory(self) -> int:
        return resident()

    def rolled(self) -> int:
        return self._rolled

    def spool(self) -> int:
        with tempfile.SpooledTemporaryFile(max_size=2**20) as file:
            return file.write(bytes(2 * 2**20))

    def held(self) -> int:
        from camdash.app.memory.upload_memory import room

        return room().held()

    def tabs(self) -> int:
        from camdash.app.memory.tabs import all_tabs

        return len(all_tabs())

    def objects(self) -> dict[str, int]:
        from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

        from camdash.app.films.files import ImageFile
        from camdash.app.films.samples import sample
        from camdash.evidence.analysis import Analysis
        from camdash.images.radiograph import Radiograph

        kinds: dict[str, tuple[type, ...]] = {
            "uploads": (UploadedFileRec, UploadedFile),
            "files": (ImageFile,),
            "radiographs": (Radiograph,),
            "analyses": (Analysis,),
        }
        with _alone():
            found = [one for one in gc.get_objects() if isinstance(one, tuple(chain(*kinds.values())))]
            held = {id(one.data) for one in found if isinstance(one, UploadedFileRec)}
            copies = sum(isinstance(one, ImageFile) and id(one.data) not in held for one in found)
            counts = {name: sum(isinstance(one, kind) for one in found) for name, kind in kinds.items()}
            del found
        samples = sample.cache_info().currsize
        own = {"files": counts["files"] - samples, "copies": copies - samples, "sessions": len(self._sessions)}
        return counts | own


@contextmanager
def _alone() -> Iterator[None]:
    """Let no other thread run Python meanwhile.

    Whoever lists all objects holds them: the collector would find nothing to free in that time, and another thread
    could not finish a tuple that it is about to make, which Python calls a SystemError.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(PATIENCE)
    time.sleep(2 * before)  # whoever waits by the old interval has its turn first
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _answer(answers: TextIO) -> None:
    inside = _Inside()
    commands: dict[str, Callable[[], Any]] = {
        name: getattr(inside, name)
        for name in ("hold", "release", "stall", "waiting", "memory", "objects", "held", "tabs", "rolled", "spool")
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
