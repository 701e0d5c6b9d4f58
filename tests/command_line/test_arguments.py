"""What is wrong usage is said before any library is loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

from camdash.command_line.main import main
from tests.command_line.conftest import ROOT, environment, no_trace, run


@pytest.mark.parametrize("empty", ["", " ", "\t\n", "\u00a0", "x\0y"])
@pytest.mark.parametrize(
    ("arguments", "name"),
    [(["--output"], "--output"), (["--checkpoint"], "--checkpoint"), (["film.png"], "A FILE_OR_FOLDER")],
)
def test_an_empty_name_is_wrong_usage(
    arguments: list[str], name: str, empty: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "a.png", *arguments, empty]) == 2
    out, said = capsys.readouterr()
    assert out == ""
    assert said.startswith(f"camdash: {name} is ")
    assert said.count("\n") == 1


def test_standard_input_is_not_read_and_what_to_do_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "-"]) == 2
    assert "Standard input is not read. Save the radiograph to a file" in capsys.readouterr().err


def test_to_resume_needs_the_folder_of_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--resume", "a.png"]) == 2
    assert "--resume needs --output" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "value"), [("CAMDASH_ENGINE", "steam"), ("CAMDASH_CHECKPOINTS", "/no/such")])
@pytest.mark.parametrize("arguments", [["checkpoints"], ["explain", "a.png"]])
def test_a_setting_that_makes_no_sense_is_wrong_usage_of_every_command(
    arguments: list[str], name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(f"camdash: {name} ")


def test_a_device_that_is_not_here_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    for value in ("moon", "privateuseone"):
        done = run("explain", str(tmp_path / "a.png"), env=environment(CAMDASH_DEVICE=value))
        assert (done.returncode, done.stdout) == (2, "")
        assert f"camdash: CAMDASH_DEVICE is '{value}'" in done.stderr
        assert no_trace(done.stderr)


def test_a_variable_that_is_none_of_ours_is_named_in_one_line() -> None:
    done = run("explain", "gone.png", env=environment(CAMDASH_DEVCIE="cpu"))
    first, second = done.stderr.splitlines()
    assert first == "CAMDASH_DEVCIE is not a setting of camdash, so it changes nothing. Did you mean CAMDASH_DEVICE?"
    assert second == "camdash: gone.png does not exist."


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["explain", "--help"],
        ["explain"],
        ["diagnose"],
        ["explain", "--output", "", "a.png"],
        ["explain", "gone.png"],
        ["explain", "--output", __file__, __file__],
    ],
)
def test_neither_help_nor_wrong_usage_loads_a_library(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom camdash.command_line.main import main\n"
        "try: status = main(sys.argv[1:])\nexcept SystemExit as end: status = end.code\n"
        "heavy = [name for name in ('torch', 'numpy', 'cv2', 'PIL', 'pydicom', 'plotly') if name in sys.modules]\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0 if status in (0, 2) else 1)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, env=environment(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_an_unknown_argument_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["explain", "a.png", "--\x1b[2J\nforged"])
    assert stopped.value.code == 2
    assert r"--\u001b[2J\nforged" in capsys.readouterr().err
