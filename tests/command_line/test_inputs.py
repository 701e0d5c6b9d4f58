"""What is given as a file and is none: a sentence in its row, and never a wait."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from camdash.command_line.inputs import found_files
from camdash.command_line.main import main
from camdash.errors import ImageError, UsageError
from camdash.images import regular_files
from camdash.images.limits import LARGEST_FILE
from camdash.images.regular_files import content
from tests.command_line.conftest import json_lines, no_trace, run
from tests.conftest import image_bytes, speckle


def film(path: Path) -> Path:
    path.write_bytes(image_bytes(speckle(40, 50)))
    return path


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (pipe, "This is a named pipe, not a file."),
    "socket": (listening, "This is a socket, not a file."),
    "zero": (lambda path: path.symlink_to("/dev/zero"), "This is a device, not a file."),
    "random": (lambda path: path.symlink_to("/dev/urandom"), "This is a device, not a file."),
    "tty": (lambda path: path.symlink_to("/dev/ptmx"), "This is a device, not a file."),
    "dangling": (lambda path: path.symlink_to("nowhere"), "The file cannot be read: No such file or directory."),
    "loop": (lambda path: path.symlink_to(path.name), "The file cannot be read: Too many levels of symbolic links."),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_file_gets_a_sentence_and_is_never_waited_for(tmp_path: Path, kind: str) -> None:
    make, sentence = ODD[kind]
    make(tmp_path / kind)
    with pytest.raises(ImageError) as refused:
        content(tmp_path / kind)
    assert str(refused.value).startswith(sentence)


def test_each_stands_in_its_row_and_the_others_go_on(tmp_path: Path) -> None:
    for kind, (make, _) in ODD.items():
        make(tmp_path / kind)
    names = [str(tmp_path / kind) for kind in ODD] + ["x" * 300, "/dev/stdin"]
    done = run("explain", "--json", *names, str(film(tmp_path / "film.png")), input="no film")
    rows = json_lines(done.stdout)
    assert done.returncode == 1
    assert no_trace(done.stderr)
    assert [row["file"] for row in rows[:-1]] == names
    assert all(row["error"].startswith(sentence) for row, (_, sentence) in zip(rows, ODD.values(), strict=False))
    assert rows[-3]["error"] == "The file cannot be read: File name too long."
    assert rows[-2]["error"].startswith("This is a named pipe")
    assert rows[-1]["error"] is None


def test_within_a_folder_only_files_are_looked_at_and_links_to_nothing_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film(tmp_path / "film.png")
    for kind, (make, _) in ODD.items():
        make(tmp_path / f"{kind}.png")
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "notes.txt").symlink_to("nowhere")
    assert main(["explain", "--json", str(tmp_path)]) == 1
    dangling, row, loop = json_lines(capsys.readouterr().out)
    assert row["file"] == str(tmp_path / "film.png")
    assert row["error"] is None
    for link, kind in ((dangling, "dangling"), (loop, "loop")):
        assert link["file"] == str(tmp_path / f"{kind}.png")
        assert link["error"].startswith(ODD[kind][1])


def test_a_file_over_the_limit_is_not_read_at_all(tmp_path: Path) -> None:
    with (tmp_path / "huge.png").open("wb") as huge:
        huge.truncate(1 << 40)
    with pytest.raises(ImageError, match="larger than 64 MB"):
        content(tmp_path / "huge.png")


class Meanwhile:
    """`os.fstat`; after its second call, when the file is open and not read yet, something happens to the file."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self.calls = 0
        self.happens = happens

    def __call__(self, number: int) -> os.stat_result:
        found = os.stat(number)
        self.calls += 1
        if self.calls == 2:
            self.happens()
        return found


class System:
    """The module `os`, with one function exchanged."""

    def __init__(self, fstat: Meanwhile) -> None:
        self.fstat = fstat

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


@pytest.mark.parametrize("size", [0, 10, 5000, LARGEST_FILE + 5])
def test_a_file_that_grows_or_shrinks_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = tmp_path / "film.png"
    path.write_bytes(b"x" * 1000)
    monkeypatch.setattr(regular_files, "os", System(Meanwhile(lambda: os.truncate(path, size))))
    with pytest.raises(ImageError, match=r"changed while it was read|larger than 64 MB"):
        content(path)


def test_a_folder_that_may_not_be_read_stands_among_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film(tmp_path / "film.png")
    (tmp_path / "closed").mkdir(mode=0)
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    try:
        if os.geteuid() == 0:
            os.seteuid(65534)  # the superuser may read every folder
        found = found_files(["."], None)
    finally:
        os.seteuid(os.getuid())
    (tmp_path / "closed").chmod(0o700)
    assert found == ([Path("closed"), Path("film.png")], {})
    with pytest.raises(ImageError, match=r"^The folder cannot be read\. Check its permissions\.$"):
        content(Path("closed"))


def test_where_nothing_is_there_at_all_it_is_wrong_usage(tmp_path: Path) -> None:
    gone, empty = str(tmp_path / "gone"), tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UsageError, match=f"^{gone} does not exist.$"):
        found_files([gone], None)
    with pytest.raises(UsageError, match=f"^{gone}, x+ do not exist. No image was found in {empty}.$"):
        found_files([gone, "x" * 300, str(empty)], None)
