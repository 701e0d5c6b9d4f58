"""The folder of --output: whole files, one run at a time, and a sentence where nothing can be written."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from camdash.command_line.explaining.output import UNFINISHED, OutputFolder, check_output
from camdash.command_line.main import main
from camdash.errors import UsageError, WriteError
from camdash.whole_files import write_whole
from tests.command_line.conftest import ROOT, environment, json_lines, no_trace, run
from tests.conftest import image_bytes, save_checkpoint, small_card, speckle


def film(path: Path, rows: int = 40) -> str:
    path.write_bytes(image_bytes(speckle(rows, 50)))
    return str(path)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def limited(folder: Path, name: str, size: int) -> subprocess.CompletedProcess[str]:
    """Write a file of so many bytes in a child that may write 1,000 to a file."""
    program = (
        "import resource, sys\nfrom pathlib import Path\nfrom camdash.whole_files import write_whole\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_whole(Path(sys.argv[1]), b'x' * int(sys.argv[2]))"
    )
    command = [sys.executable, "-c", program, str(folder / name), str(size)]
    return subprocess.run(command, cwd=ROOT, env=environment(), text=True, capture_output=True, check=False)


def test_a_file_is_written_under_its_name_alone(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.png", b"one")
    write_whole(tmp_path / "a.png", b"two")
    assert names(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"two"


def test_what_does_not_fit_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    assert limited(tmp_path, "a.png", 1000).returncode == 0
    done = limited(tmp_path, "a.png", 1001)  # the system writes 1,000 bytes and refuses the last
    assert f"WriteError: Nothing can be written to {tmp_path / 'a.png'}: File too large." in done.stderr
    assert limited(tmp_path, "b.png", 5000).returncode == 1
    assert names(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").stat().st_size == 1000


@pytest.mark.parametrize(
    ("name", "reason"),
    [("folder", "Is a directory"), ("gone/a.png", "No such file"), ("手" * 86, "File name too long")],
)
def test_a_name_that_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(WriteError, match=rf"^Nothing can be written to {tmp_path / name}: {reason}"):
        write_whole(tmp_path / name, b"x")
    assert names(tmp_path) == ["folder"]


def test_a_name_as_long_as_the_file_system_allows_is_written(tmp_path: Path) -> None:
    write_whole(tmp_path / ("手" * 85), b"x")
    assert names(tmp_path) == ["手" * 85]


def test_a_file_that_goes_beyond_the_limit_of_the_system_ends_the_run_with_a_sentence(
    tmp_path: Path, shipped: Path
) -> None:
    films, output = [film(tmp_path / "small.png"), film(tmp_path / "tall.png", 4000)], tmp_path / "out"
    checkpoint = ["--checkpoint", str(shipped / "small.safetensors"), "--output", str(output)]
    limit = 'ulimit -f 100; exec "$0" "$@"'  # in blocks of 1,024 bytes; the overlay of the tall film has more
    command = ["bash", "-c", limit, sys.executable, "-m", "camdash", "explain", "--json", *checkpoint, *films]
    done = subprocess.run(command, cwd=ROOT, env=environment(), text=True, capture_output=True, check=False)
    assert done.returncode == 1
    assert no_trace(done.stderr)
    said = done.stderr.splitlines()[-1]
    assert said.startswith(f"camdash: Nothing can be written to {output}/tall_small_class-part-0_evidence_")
    assert ": File too large. Stopped after 1 of 2 radiographs. What is done stays" in said
    assert [row["file"] for row in json_lines(done.stdout)] == films[:1]
    assert [name for name in names(output) if not name.startswith("small_")] == ["predictions.csv", UNFINISHED]
    table = (output / "predictions.csv").read_text().splitlines()
    assert [line.partition(",")[0] for line in table] == ["file", films[0]]


def test_the_predictions_of_an_earlier_run_are_kept_under_another_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    output = tmp_path / "out"
    for number in range(3):
        assert main(["explain", "--output", str(output), film(tmp_path / f"film{number}.png", 40 + number)]) == 0
    tables = [name for name in names(output) if name.endswith(".csv")]
    assert tables == ["predictions.csv", "predictions.earlier-2.csv", "predictions.earlier.csv"]
    for table, film_name in zip(tables, ("film2.png", "film1.png", "film0.png"), strict=True):
        _, line = (output / table).read_text().splitlines()
        assert line.startswith(str(tmp_path / film_name))
    assert (
        f"What an earlier run wrote to {output / 'predictions.csv'} is now in predictions.earlier.csv." in caplog.text
    )
    assert UNFINISHED not in names(output)


def test_a_second_run_into_a_folder_is_refused_while_the_first_one_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output, one = tmp_path / "out", film(tmp_path / "film.png")
    with OutputFolder(output):
        assert main(["explain", "--output", str(output), one]) == 2
        assert f"camdash: Another run is writing to {output}." in capsys.readouterr().err
        assert names(output) == [UNFINISHED]
    assert names(output) == []
    assert main(["explain", "--output", str(output), one]) == 0


def test_a_killed_run_leaves_no_lock(tmp_path: Path) -> None:
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom camdash.command_line.explaining.output import OutputFolder\n"
        "with OutputFolder(Path(sys.argv[1])) as folder:\n    folder.begin('x')\n    os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, check=False)
    assert done.returncode == -9
    with OutputFolder(tmp_path) as folder:
        assert not folder.unfinished  # there is no table: nothing was done
    (tmp_path / "predictions.csv").write_text("x")
    with OutputFolder(tmp_path) as folder:
        assert (folder.unfinished, folder.made_with) == (True, "x")


def test_what_a_killed_run_has_half_written_is_removed_by_the_next(tmp_path: Path) -> None:
    (tmp_path / ".camdash-0123.tmp").write_bytes(b"half")
    (tmp_path / ".other.tmp").write_bytes(b"not ours")
    with OutputFolder(tmp_path):
        pass
    assert names(tmp_path) == [".other.tmp"]


def folder_in_the_way(path: Path) -> None:
    (path / "predictions.csv").mkdir(parents=True)


def pipe_in_the_way(path: Path) -> None:
    path.mkdir()
    os.mkfifo(path / "predictions.csv")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (Path.touch, "File exists"),
        (lambda path: path.symlink_to(path.name), "Too many levels of symbolic links"),
        (os.mkfifo, "File exists"),
        (folder_in_the_way, "File exists"),
        (pipe_in_the_way, "File exists"),
    ],
)
def test_what_stands_in_the_way_is_found_before_anything_is_loaded(
    tmp_path: Path, make: Callable[[Path], object], reason: str
) -> None:
    make(tmp_path / "out")
    with pytest.raises(UsageError, match=rf"^Nothing can be written to {tmp_path}/out.*: {reason}\.$"):
        check_output(tmp_path / "out")


def test_a_folder_below_a_file_or_with_an_impossible_name_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = film(tmp_path / "film.png")
    for output, reason in ((f"{one}/out", "Not a directory"), (str(tmp_path / ("x" * 300)), "File name too long")):
        assert main(["explain", "--output", output, one]) == 2
        assert f"camdash: Nothing can be written to {output}: {reason}." in capsys.readouterr().err


def test_a_folder_that_may_not_be_written_to_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out").chmod(0o555)
    tmp_path.chmod(0o555)
    monkeypatch.chdir(tmp_path)
    try:
        if os.geteuid() == 0:
            os.seteuid(65534)  # the superuser may write everywhere
        for folder in ("out", "new/out"):
            with pytest.raises(UsageError, match=rf"^Nothing can be written to {folder}.*: Permission denied\.$"):
                OutputFolder(Path(folder)).__enter__()
    finally:
        os.seteuid(os.getuid())
        tmp_path.chmod(0o755)


def test_a_folder_that_vanishes_meanwhile_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out") as folder:
        folder.begin("x")
        for path in (tmp_path / "out").iterdir():
            path.unlink()
        (tmp_path / "out").rmdir()
        with pytest.raises(WriteError, match="No such file or directory"):
            write_whole(folder.path / "a.png", b"x")


def test_long_names_of_file_checkpoint_and_class_together_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = small_card(2)
    long = card.__class__(card.architecture, tuple(f"{'long ' * 30}{name}" for name in "ab"), card.preprocessing)
    checkpoint = save_checkpoint(tmp_path, "c" * 200, long)
    one = film(tmp_path / ("f" * 250 + ".png"))
    assert main(["explain", "--json", "--checkpoint", str(checkpoint), "--output", str(tmp_path / "out"), one]) == 0
    assert len(list((tmp_path / "out").glob("*.png"))) == 3


def test_the_results_of_a_run_are_in_the_table_in_full(tmp_path: Path, shipped: Path) -> None:
    one = film(tmp_path / "film.png")
    arguments = ["--checkpoint", str(shipped / "small.safetensors"), "--output", str(tmp_path / "out"), one]
    done = run("explain", "--json", *arguments)
    assert done.returncode == 0
    assert no_trace(done.stderr)
    (row,) = json_lines(done.stdout)
    _, line = (tmp_path / "out/predictions.csv").read_text().splitlines()
    assert ",".join(map(repr, row["logits"].values())) in line
