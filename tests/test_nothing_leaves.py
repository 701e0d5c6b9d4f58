"""Nothing about use leaves this machine or stays in the home folder, whichever way camdash is used.

The children have an empty home folder, and none of the variables by which a library notices that it is tested (ONNX
Runtime is silent where `CI` is set). What is looked up is seen by strace.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import timm
import torch
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.conftest import image_bytes, speckle
from tests.support.server import Server
from tests.support.session import Session
from tests.support.small import NAME, QUERY, small_checkpoint

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 300
KEPT = ("PATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "OMP_NUM_THREADS")
"""All that the children see of the environment."""
STRACE = shutil.which("strace")
CALL = re.compile(
    r"(?P<call>connect|sendto|sendmsg|sendmmsg)\(.*?sa_family=AF_INET6?.*?sin6?_port=htons\((?P<port>\d+)\)"
    r".*?\"(?P<address>[^\"]+)\"(?:, &sin6_addr\))?"
)
LIBRARY = """
import sys
from pathlib import Path
from camdash.evidence.analysis import analyse
from camdash.images.decoding import decode
from camdash.networks.catalog.checkpoints import checkpoint_folders, describe, find
from camdash.networks.loading import load
checkpoint = load(describe(find("small", checkpoint_folders())), "cpu")
analysis = analyse(decode(Path(sys.argv[1]).read_bytes()), checkpoint)
assert "ONNX Runtime" in analysis.engine, analysis.engine
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A radiograph in a file."""
    path = tmp_path / "film.png"
    path.write_bytes(image_bytes(speckle(60, 50)))
    return path


@pytest.fixture
def environment(tmp_path: Path, home: Path) -> dict[str, str]:
    """What a child sees: the empty home, small checkpoints, ONNX Runtime as engine, and a wish to be counted."""
    (tmp_path / "checkpoints").mkdir()
    small_checkpoint(tmp_path / "checkpoints")
    torch.save(timm.create_model("test_resnet", num_classes=3).state_dict(), tmp_path / "checkpoints" / "of-timm.pth")
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {
        "HOME": str(home),
        "CAMDASH_CHECKPOINTS": str(tmp_path / "checkpoints"),
        "CAMDASH_DEVICE": "cpu",
        "CAMDASH_ENGINE": "onnx",
        "ORT_DISABLE_TELEMETRY": "0",
    }


def command(way: str, film: Path) -> list[str]:
    """Return the command of a way to use camdash."""
    ways = {
        "explain": ["-m", "camdash", "explain", "--checkpoint", NAME, "--output", str(film.parent / "out"), str(film)],
        "the list of checkpoints": ["-m", "camdash", "checkpoints"],
        "Python": ["-c", LIBRARY, str(film)],
    }
    return [sys.executable, *ways[way]]


WAYS = ("explain", "the list of checkpoints", "Python")


def written(home: Path) -> list[str]:
    """Return what lies in a home folder."""
    return sorted(str(path.relative_to(home)) for path in home.rglob("*"))


@pytest.fixture
def strace(tmp_path: Path) -> Sequence[str]:
    """The beginning of a command whose calls to the network are written to `calls.txt`; nothing without strace."""
    if STRACE:
        return (STRACE, "-f", "--seccomp-bpf", "-qq", "-e", "trace=%network", "-o", str(tmp_path / "calls.txt"))
    if os.environ.get("CAMDASH_REQUIRE_STRACE"):
        pytest.fail("strace is not installed (Debian's package `strace`)")
    return ()


def looked_up(calls: Path) -> list[str]:
    """Return the calls that reach beyond this machine.

    A datagram socket that is connected to port 1 sends nothing: Streamlit asks so for this machine's own address.
    """
    if not STRACE:
        pytest.skip("the home folder is empty; strace (Debian's package) is not installed to see what is looked up")
    found = [match for line in calls.read_text(errors="replace").splitlines() for match in CALL.finditer(line)]
    return [one[0] for one in found if not one["address"].startswith(("127.", "::1")) and one["port"] not in "01"]


@pytest.mark.skipif(not STRACE, reason="strace is not installed (Debian's package `strace`)")
def test_a_look_up_is_seen(tmp_path: Path, strace: Sequence[str]) -> None:
    script = "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 53))"
    subprocess.run([*strace, sys.executable, "-c", script], check=True, timeout=PATIENCE)
    (call,) = looked_up(tmp_path / "calls.txt")
    assert "htons(53)" in call


@pytest.mark.parametrize("way", WAYS)
def test_the_home_folder_stays_empty_and_no_name_is_looked_up_by(
    way: str, tmp_path: Path, home: Path, film: Path, environment: dict[str, str], strace: Sequence[str]
) -> None:
    whole = [*strace, *command(way, film)]
    subprocess.run(whole, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=PATIENCE)
    assert written(home) == []
    assert looked_up(tmp_path / "calls.txt") == []


def test_the_variable_is_set_whatever_the_environment_says(environment: dict[str, str]) -> None:
    prepared = "from camdash.networks.preparation import prepare; prepare()"
    script = f"{prepared}; import os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout == "1\n"


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_the_home_folder_stays_empty_and_no_name_is_looked_up_by_a_page_at(
    address: str, tmp_path: Path, home: Path, environment: dict[str, str], strace: Sequence[str]
) -> None:
    """Started elsewhere, so that its settings are not those of the working folder."""
    silent = {"CI": "", "GITHUB_ACTIONS": "", "TF_BUILD": ""}  # by which libraries notice that they are tested
    options = ("--server.address", address)
    with Server(*options, environment=environment | silent, before=strace, folder=tmp_path) as server:
        with Session(server.address, QUERY) as session:
            session.look("film.png", image_bytes(speckle(60, 50)))
            for title in ("Worklist", "Checkpoints", "Radiographs"):
                session.turn_to(title)
        stream = f"{server.address.replace('http', 'ws', 1)}/_stcore/stream"
        with pytest.raises(WebSocketException):  # Streamlit would ask at which address the world sees this machine
            connect(stream, origin=Origin("http://elsewhere.example"))
    assert written(home) == []
    assert looked_up(tmp_path / "calls.txt") == []
