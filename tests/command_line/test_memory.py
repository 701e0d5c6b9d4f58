"""Too little memory: a sentence and status 1, whether the libraries cannot be loaded or a pass cannot be made."""

import resource
from pathlib import Path

import pytest

from camdash.command_line.main import main
from camdash.errors import is_out_of_memory
from camdash.networks.loaded import LoadedCheckpoint
from tests.command_line.conftest import json_lines, no_trace, run
from tests.conftest import image_bytes, speckle

SENTENCE = "camdash: There is too little memory. Close other programs, or raise the limit (ulimit -v)."


@pytest.mark.parametrize("limit", [resource.RLIMIT_AS, resource.RLIMIT_DATA])
@pytest.mark.parametrize("megabytes", [120, 300])
@pytest.mark.parametrize("arguments", [["explain"], ["checkpoints"]])
def test_libraries_that_do_not_fit_the_memory_give_a_sentence(
    films: Path, arguments: list[str], limit: int, megabytes: int
) -> None:
    def little() -> None:
        resource.setrlimit(limit, (megabytes * 2**20, megabytes * 2**20))

    done = run(*arguments, *([str(films)] if arguments == ["explain"] else []), preexec_fn=little)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{SENTENCE}\n")


@pytest.mark.parametrize("megabytes", [700, 1500, 3050, 3150])
def test_a_memory_that_may_just_do_gives_results_or_sentences(films: Path, shipped: Path, megabytes: int) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))

    done = run("explain", "--json", "--checkpoint", str(shipped / "small.safetensors"), str(films), preexec_fn=little)
    assert done.returncode == 1  # one film is broken
    assert no_trace(done.stderr)
    assert SENTENCE in done.stderr or len(json_lines(done.stdout)) == 12


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: 9 bytes")])
def test_a_pass_without_memory_gives_each_file_its_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def none(*_: object) -> None:
        raise error

    monkeypatch.setattr(LoadedCheckpoint, "maps_and_pooled", none)
    (tmp_path / "a.png").write_bytes(image_bytes(speckle(40, 50)))
    assert main(["explain", "--json", str(tmp_path / "a.png")]) == 1
    (row,) = json_lines(capsys.readouterr().out)
    assert row["error"] == "There is too little memory for this radiograph. Close other programs, and try again."


def test_an_error_that_memory_caused_is_known_and_no_other() -> None:
    caused = ImportError("numpy cannot be imported")
    caused.__cause__ = MemoryError()
    assert is_out_of_memory(caused)
    assert is_out_of_memory(OSError(12, "Cannot allocate memory"))
    assert is_out_of_memory(ImportError("libtorch_cpu.so: failed to map segment from shared object"))
    assert not is_out_of_memory(ImportError("No module named 'torch'"))
    assert not is_out_of_memory(OSError(28, "No space left on device"))
