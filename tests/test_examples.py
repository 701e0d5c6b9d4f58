"""The examples run, in a process of their own, on the samples that ship."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "camdash" / "app" / "samples"


def run(*arguments: str | Path, program: str | None = None) -> str:
    command = [sys.executable, *map(str, arguments)] if program is None else [sys.executable, "-c", program]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_folder_is_explained(tmp_path: Path) -> None:
    (tmp_path / "films").mkdir()
    for name in ("hand.png", "hip.png"):
        (tmp_path / "films" / name).write_bytes((SAMPLES / name).read_bytes())
    said = run(ROOT / "examples" / "explain_a_folder.py", tmp_path / "films", tmp_path / "out")
    assert "hand.png: Hand, " in said
    assert "hip.png: Hip, " in said
    assert len(list((tmp_path / "out").glob("*.png"))) == 12


def test_the_quarters_add_up() -> None:
    said = run(ROOT / "examples" / "where_the_evidence_lies.py", SAMPLES / "hand.png")
    parts = [float(line.split()[0]) for line in said.splitlines() if "quarter" in line]
    evidence = float(said.split("evidence ")[1].split()[0])
    assert len(parts) == 4
    assert sum(parts) == pytest.approx(evidence, abs=0.03)


def test_the_notebook_runs_from_its_first_cell_to_its_last() -> None:
    notebook = json.loads((ROOT / "examples" / "maps_of_one_radiograph.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert "average" in run(program="\n\n".join(cells))
