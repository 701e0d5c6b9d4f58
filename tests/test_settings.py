"""The settings in the environment: each is checked, and a sentence names the one that makes no sense."""

import os
import re
from pathlib import Path

import pytest

from camdash.errors import UsageError
from camdash.settings import (
    KNOWN,
    card_writing,
    check_settings,
    checkpoints_at_once,
    engine_choice,
    folder_faults,
    unknown_settings,
)
from camdash.words.sentence import translated
from tests.support.marked import Marked, unmarked

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("CAMDASH_DEVICE", value) for value in (" cpu", "CPU", "cuda:-1", "cuda:", "\udcff", "0", "x" * 99)),
        *(("CAMDASH_ENGINE", value) for value in ("steam", "ONNX", " ", "torch,onnx", "\udcff")),
        *(("CAMDASH_CHECKPOINTS_AT_ONCE", value) for value in ("0", "-1", "two", "1.5", " 2", "9" * 5000, "²")),
        *(("CAMDASH_UPLOADS_MB", value) for value in ("0", "-1", "two", "1.5", " 2", "9" * 5000, "²")),
        *(("CAMDASH_WRITE_CARDS", value) for value in ("maybe", "YES", "1", " ", "\udcff")),
        *(("CAMDASH_CHECKPOINTS", value) for value in ("/no/such/folder", "x" * 300, __file__, "/dev/null", " ")),
    ],
)  # fmt: skip
def test_a_value_that_makes_no_sense_is_refused_with_a_sentence_that_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=rf"^{name} (is|names) '") as refused:
        check_settings({name: value})
    said = str(refused.value)
    assert said.endswith(".")
    assert said.isprintable()
    assert len(said) < 400
    assert unmarked(translated(said, Marked())) == ""


def test_what_makes_sense_is_taken_and_what_is_empty_is_not_set(tmp_path: Path) -> None:
    check_settings({})
    check_settings(dict.fromkeys(KNOWN, ""))
    folders = os.pathsep.join([str(tmp_path), "", str(ROOT)])
    check_settings({"CAMDASH_DEVICE": "cuda:1", "CAMDASH_ENGINE": "onnx", "CAMDASH_CHECKPOINTS": folders})
    assert [card_writing(env) for env in ({}, {"CAMDASH_WRITE_CARDS": "yes"})] == ["local", "yes"]
    assert engine_choice({"CAMDASH_ENGINE": "torch"}) == "torch"
    assert checkpoints_at_once({"CAMDASH_CHECKPOINTS_AT_ONCE": "12"}) == 12


def test_every_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    parts = [str(tmp_path / name) for name in ("gone", "pipe")]
    first, second = folder_faults({"CAMDASH_CHECKPOINTS": os.pathsep.join([*parts, str(tmp_path)])})
    assert first.startswith(f"CAMDASH_CHECKPOINTS names '{parts[0]}', which cannot be read as a folder: No such file")
    assert second.startswith(f"CAMDASH_CHECKPOINTS names '{parts[1]}', which cannot be read as a folder: Not a dir")


def test_a_variable_that_is_no_setting_is_named_with_the_one_that_was_meant() -> None:
    said = unknown_settings({"CAMDASH_DEVCIE": "cpu", "CAMDASH_\x1b[2J": "x", "CAMDASH_DEVICE": "cpu", "HOME": "/"})
    assert said == [
        r"CAMDASH_\x1b[2J is not a setting of camdash, so it changes nothing.",
        "CAMDASH_DEVCIE is not a setting of camdash, so it changes nothing. Did you mean CAMDASH_DEVICE?",
    ]


def test_every_variable_that_the_project_reads_is_known() -> None:
    patterns = ("camdash/**/*.py", "benchmarks/*.py", "tests/support/*.py", "tests/**/conftest.py")
    sources = [path for pattern in patterns for path in ROOT.glob(pattern)]
    text = " ".join(path.read_text(encoding="utf-8") for path in [*sources, ROOT / ".ci/run", ROOT / "README.md"])
    assert set(re.findall(r"CAMDASH_[A-Z_]*[A-Z]", text)) == set(KNOWN)
