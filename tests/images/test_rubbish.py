"""No picture holds what lay in memory before: whatever that was, a file gives the same pixels, or a sentence."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUBBISH = (165, 90)
SHOWN = "import numpy; print(numpy.empty(5000, numpy.uint8).tobytes().hex(), numpy.empty(9_000_000, numpy.uint8)[:9])"

pytestmark = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="only glibc fills fresh memory (mallopt(3), M_PERTURB)"
)


def started(rubbish: int, *arguments: str) -> subprocess.Popen[str]:
    """Start Python with this rubbish in what it allocates."""
    environment = {"MALLOC_PERTURB_": str(rubbish), "PYTHONMALLOC": "malloc", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # decoders print what they think of broken files
        text=True,
    )


def test_the_rubbish_is_seen_where_memory_is_not_written() -> None:
    shown = [started(rubbish, "-c", SHOWN).communicate()[0] for rubbish in RUBBISH]
    assert shown[0] != shown[1]
    assert all(shown)


def test_every_file_of_the_tests_gives_the_same_over_different_rubbish() -> None:
    runs = [started(rubbish, "-m", "tests.images.rubbish", str(rubbish)) for rubbish in RUBBISH]
    first, second = (json.loads(run.communicate()[0]) for run in runs)
    assert len(first) > 1500
    assert {name: first[name] for name in first if first[name] != second[name]} == {}
    assert first.keys() == second.keys()
