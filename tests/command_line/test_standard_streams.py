"""Standard streams that are full, closed or broken: a sentence where one can be written, and the right status."""

import subprocess
from pathlib import Path

import pytest

from tests.command_line.conftest import ROOT, command, environment, json_lines, no_trace, run
from tests.conftest import image_bytes, speckle


def shell(redirection: str, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """Run camdash in a shell that redirects its streams; what the shell itself keeps is returned."""
    line = ["bash", "-c", f'set -o pipefail; "$@" {redirection}', "bash", *command(*arguments)]
    return subprocess.run(
        line,
        cwd=ROOT,
        env=environment(**changed),
        text=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def explained(tmp_path: Path, shipped: Path) -> list[str]:
    """The arguments that explain one good radiograph."""
    (tmp_path / "film.png").write_bytes(image_bytes(speckle(40, 50)))
    return ["explain", "--checkpoint", str(shipped / "small.safetensors"), str(tmp_path / "film.png")]


@pytest.mark.parametrize(("output", "unbuffered"), [(["--json"], "1"), ([], "")], ids=["json", "table"])
def test_a_full_standard_output_is_said(explained: list[str], output: list[str], unbuffered: str) -> None:
    done = shell(">/dev/full", *explained, *output, PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 1
    assert done.stderr.startswith(
        "camdash: Nothing can be written to standard output: No space left on device. Stopped"
    )
    assert no_trace(done.stderr)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("redirection", "sentence"),
    [
        (">/dev/full", "Nothing can be written to standard output: No space left on device."),
        (">&-", "Standard output is closed, so the results have nowhere to go."),
        ("1</dev/null", "Nothing can be written to standard output: Bad file descriptor."),
    ],
)
def test_help_that_cannot_be_printed_is_said(redirection: str, sentence: str, unbuffered: str) -> None:
    done = shell(redirection, "--help", PYTHONUNBUFFERED=unbuffered)
    assert (done.returncode, done.stderr) == (1, f"camdash: {sentence}\n")


def test_with_a_closed_standard_output_nothing_is_computed(explained: list[str]) -> None:
    done = shell(">&-", *explained)
    assert done.returncode == 1
    assert done.stderr == "camdash: Standard output is closed, so the results have nowhere to go.\n"


def test_a_reader_that_has_had_enough_ends_the_run_with_a_sentence(films: Path, shipped: Path) -> None:
    done = shell("| head -n 1", "explain", "--json", "--checkpoint", str(shipped / "small.safetensors"), str(films))
    assert done.returncode == 1
    assert len(json_lines(done.stdout)) == 1
    assert done.stderr.startswith("camdash: Standard output was closed by the program that reads it. Stopped after ")
    assert no_trace(done.stderr)


@pytest.mark.parametrize(("redirection", "unbuffered"), [("2>/dev/full", "1"), ("2>&-", ""), ("2</dev/null", "")])
def test_without_a_standard_error_the_results_and_the_status_are_the_same(
    explained: list[str], redirection: str, unbuffered: str
) -> None:
    missing = [*explained, "gone.png", "--json"]
    done = shell(redirection, *missing, PYTHONUNBUFFERED=unbuffered, CAMDASH_NONSENSE="1")
    assert (done.returncode, done.stderr) == (1, "")
    good, bad = json_lines(done.stdout)
    assert (good["error"], bad["sha256"]) == (None, None)


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-"])
@pytest.mark.parametrize("arguments", [["explain"], ["explain", "gone.png"], ["explain", "--output", "", "x"]])
def test_wrong_usage_has_its_status_where_no_sentence_can_be_written(redirection: str, arguments: list[str]) -> None:
    done = shell(redirection, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


def test_without_any_stream_no_file_takes_their_place(explained: list[str], tmp_path: Path) -> None:
    done = shell("<&- >/dev/null 2>&-", *explained, "--output", str(tmp_path / "out"))
    assert done.returncode == 0
    whole = run(*explained, "--output", str(tmp_path / "whole"))
    assert whole.returncode == 0
    for path in (tmp_path / "whole").iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("encoding", "output"), [("ascii", []), ("latin-1", ["--json"]), ("ascii:strict", ["--json"]), ("utf-8", [])]
)
def test_a_name_that_the_terminal_cannot_show_never_ends_the_run(
    tmp_path: Path, shipped: Path, encoding: str, output: list[str]
) -> None:
    files = [str(tmp_path / name) for name in ("ähm 手.png", "\udcff\x1b[31m\n\u202e.png")]
    for file in files:
        Path(file).write_bytes(image_bytes(speckle(40, 50)))
    arguments = ["explain", "--checkpoint", str(shipped / "small.safetensors"), *output, *files]
    done = run(*arguments, env=environment(PYTHONIOENCODING=encoding, LC_ALL="C.UTF-8"))
    assert done.returncode == 0
    assert no_trace(done.stderr)
    assert "\x1b" not in done.stdout
    if output:
        assert [row["file"] for row in json_lines(done.stdout)] == files
    else:
        assert len(done.stdout.splitlines()) == 3
        assert {"ascii": r"ähm \u624b.png".replace("ä", r"\u00e4"), "utf-8": "ähm 手.png"}[encoding] in done.stdout


def test_an_error_about_a_name_is_one_line_that_commands_no_terminal() -> None:
    done = run("explain", "gone\x1b[2J\nforged: all is well.png")
    assert done.returncode == 2
    assert done.stderr == "camdash: gone\\u001b[2J\\nforged: all is well.png does not exist.\n"
