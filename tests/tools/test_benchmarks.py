"""The benchmarks are run by hand; that they still find what they measure is seen here."""

import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_finds_all_that_it_names(name: str) -> None:
    assert importlib.import_module(f"benchmarks.{name}").__doc__
