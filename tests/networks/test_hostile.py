"""Whatever lies in a folder of checkpoints: each file is a sentence or can be used, and none does anything else."""

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from camdash.errors import CheckpointError
from camdash.networks.catalog.checkpoints import find
from camdash.networks.catalog.descriptions import TICK_NS, Descriptions, described
from camdash.networks.catalog.folders import entries
from camdash.networks.files.content import BLOCK
from camdash.networks.loading import load_any
from camdash.networks.report import intake
from camdash.networks.text import is_fit
from tests.networks.hostile import CASES, places
from tests.networks.hostile.case import Case
from tests.networks.zoo import TINY, card_of, saved

LONGEST = 120
"""Seconds after which a file that hangs is stopped, so that the others are tested."""

OPENED: list[str] = []
"""What was opened since a test began to listen."""

LISTENING: list[bool] = []


def listen(event: str, arguments: tuple[object, ...]) -> None:
    if LISTENING and event == "open" and arguments[1] is None:  # os.open, which camdash opens these files with
        OPENED.append(str(arguments[0]))


sys.addaudithook(listen)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """The paths that were opened since the test began."""
    OPENED.clear()
    LISTENING.append(True)
    yield OPENED
    LISTENING.clear()


@pytest.fixture(autouse=True)
def no_hanging() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"not done after {LONGEST} seconds")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST)
    yield
    signal.alarm(0)


def later() -> int:
    """A second from now."""
    return time.time_ns() + 10**9


def written(case: Case, folder: Path) -> Path:
    case.write(folder / case.name)
    return folder / case.name


def test_there_are_many_of_them_and_each_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 200


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_file_is_a_sentence_or_can_be_used(case: Case, tmp_path: Path) -> None:
    written(case, tmp_path)
    (entry,) = entries([tmp_path])
    report = intake(entry)
    assert report.usable is (case.sentence is None), report.error
    if case.sentence is not None:
        assert re.search(case.sentence, report.error or "")
        assert (report.error or "").endswith(".")
    assert all(is_fit(text) for text in (report.name, report.error or "", *report.conversions, *report.ignored))
    assert len(report.error or "") < 2000
    if report.usable:  # the report has loaded it
        assert described(entry).checkpoint == report.checkpoint
    elif (checkpoint := described(entry).checkpoint) is not None:  # what is wrong shows when it is loaded
        with pytest.raises(CheckpointError, match=case.sentence):
            load_any(checkpoint, "cpu")
    assert not list(tmp_path.glob("*.ran"))


@pytest.mark.parametrize("write", [*places.SENTENCES, places.folder], ids=lambda write: write.__name__)
@pytest.mark.parametrize("ending", [".pth", ".json", ".familiarity"])
def test_what_is_no_regular_file_is_never_opened(write, ending: str, tmp_path: Path, opened: list[str]) -> None:  # type: ignore[no-untyped-def]
    if ending != ".pth":
        saved(tmp_path / "a.pth")
    write((tmp_path / "a").with_suffix(ending))
    for entry in entries([tmp_path]):
        intake(entry)
    large = write is places.sparse  # a regular file: opened, and refused by its size
    assert any(path.endswith(f"a{ending}") for path in opened) is large


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """A read of the first block of 20 GB would do no harm; one of all of it would fill the memory."""
    places.sparse(tmp_path / "a.pth")
    before = Path("/proc/self/io").read_text()
    (entry,) = entries([tmp_path])
    assert not intake(entry).usable
    read = [int(re.search(r"rchar: (\d+)", text)[1]) for text in (before, Path("/proc/self/io").read_text())]  # type: ignore[index]
    assert read[1] - read[0] < BLOCK


def test_a_folder_is_looked_at_and_no_file_is_opened_twice(tmp_path: Path, opened: list[str]) -> None:
    for number in range(300):
        (tmp_path / f"junk{number}.pth").write_bytes(b"junk" * (number % 2))
        (tmp_path / f"other{number}.txt").write_bytes(b"junk")
    saved(tmp_path / "good.pth", None, **card_of(TINY))
    descriptions = Descriptions(later)
    first = descriptions.look([tmp_path])
    assert sorted(opened) == sorted(str(path) for path in tmp_path.iterdir() if path.suffix in (".pth", ".json"))
    opened.clear()
    assert descriptions.look([tmp_path]) == first
    assert opened == []
    assert [one.entry.name for one in first if one.checkpoint is not None] == ["good"]


def test_a_file_that_was_changed_just_now_is_read_again_until_that_is_past(tmp_path: Path, opened: list[str]) -> None:
    """A disk's clock goes in steps: a second change within one leaves no trace in the file's state."""
    path = saved(tmp_path / "good.pth")
    (entry,) = entries([tmp_path])
    times = iter([entry.changed_ns + 1, entry.changed_ns + TICK_NS, entry.changed_ns + TICK_NS])
    descriptions, counts = Descriptions(lambda: next(times)), []
    for _ in range(3):
        opened.clear()
        descriptions.look([tmp_path])
        counts.append(opened.count(str(path)))
    assert counts == [1, 1, 0]


def test_what_is_gone_or_replaced_is_described_anew(tmp_path: Path) -> None:
    descriptions = Descriptions()
    path = saved(tmp_path / "a.pth")
    (before,) = descriptions.look([tmp_path])
    path.write_bytes(b"junk")
    (after,) = descriptions.look([tmp_path])
    assert (before.error, after.checkpoint) == (None, None)
    path.unlink()
    assert descriptions.look([tmp_path]) == ()


@contextmanager
def as_nobody() -> Iterator[None]:
    """Take the rights of a user who owns nothing, where the tests run as one who may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("ending", [".pth", ".json", ".familiarity"])
def test_a_file_that_may_not_be_read_is_a_sentence(ending: str) -> None:
    with TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        saved(folder / "a.pth", None, **card_of(TINY))
        (folder / "a.familiarity").write_bytes(b"x")
        (folder / "a").with_suffix(ending).chmod(0)
        with as_nobody():
            (entry,) = entries([folder])
            error = intake(entry).error
    assert error is not None
    assert error.endswith(f"a{ending} cannot be read: Permission denied.")


def test_a_folder_that_may_not_be_read_holds_nothing() -> None:
    with TemporaryDirectory() as made:
        saved(Path(made) / "a.pth")
        Path(made).chmod(0o300)
        with as_nobody():
            assert entries([Path(made)]) == []
        Path(made).chmod(0o700)


def test_the_default_is_the_first_that_can_be_used(tmp_path: Path) -> None:
    for case in [case for case in CASES if case.sentence is not None and case.name.startswith(("archive", "place"))]:
        written(case, tmp_path)
    saved(tmp_path / "zebra.pth", None, **card_of(TINY))
    assert find(None, [tmp_path]).name == "zebra"
