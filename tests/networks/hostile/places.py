"""Where no file is: pipes, devices, sockets, links that lead nowhere, and files larger than any disk."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.networks.hostile.case import Case
from tests.networks.zoo import TINY, card_of, saved

HUGE = 20 * 10**9


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def waiting_device(path: Path) -> None:
    path.symlink_to("/dev/tty")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's address is short
        try:
            opened.bind(path.name)
        finally:
            os.chdir(here)


def dangling(path: Path) -> None:
    path.symlink_to(path.parent / "gone")


def circle(path: Path) -> None:
    path.symlink_to(path.name)


def sparse(path: Path) -> None:
    with path.open("wb") as content:
        content.truncate(HUGE)


def folder(path: Path) -> None:
    path.mkdir()


def linked_pipe(path: Path) -> None:
    target = path.parent / f"{path.name}.target"
    os.mkfifo(target)
    path.symlink_to(target)


def file_of_the_kernel(path: Path) -> None:
    path.symlink_to("/proc/self/environ")


def beside(ending: str, write: Callable[[Path], object]) -> Callable[[Path], object]:
    """Return what writes good weights, and something else beside them."""

    def written(path: Path) -> None:
        saved(path, None, **card_of(TINY))
        other = path.with_suffix(ending)
        other.unlink(missing_ok=True)
        write(other)

    return written


SENTENCES = {
    pipe: "is a named pipe, not a file",
    linked_pipe: "is a named pipe, not a file",
    device: "is a device, not a file",
    waiting_device: "is a device, not a file",
    listening: "is a socket, not a file",
    dangling: "cannot be read: No such file",
    circle: "cannot be read: Too many levels of symbolic links",
    sparse: "is larger than 4 GB, so it was not read|is too large",
}

CASES = (
    *(Case(f"place-{write.__name__}.pth", write, sentence) for write, sentence in SENTENCES.items()),
    Case("place-sparse.safetensors", sparse, "is larger than 4 GB, so it was not read"),
    Case("place-file-of-the-kernel.pth", file_of_the_kernel, r"\."),
    *(
        Case(f"{ending[1:]}-{write.__name__}.pth", beside(ending, write), sentence)
        for ending in (".json", ".familiarity")
        for write, sentence in ({**SENTENCES, folder: "is a folder"}).items()
    ),
)
