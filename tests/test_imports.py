"""To import a module of the core sets nothing for the whole process; the doors do, when they are used."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.small import NAME, small_checkpoint

ROOT = Path(__file__).resolve().parents[1]
CORE = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "camdash").rglob("*.py")
    if "app" not in path.parts
)

EACH = """
import importlib, json, os, sys
import gdcm, imagecodecs, netpbmfile, onnx, onnxruntime, openjpeg, plotly.graph_objects, pydicom.pixels
import safetensors.torch, simplejpeg, tifffile, torch.nn.utils.fusion
from PIL import Image
from tests.support.process_settings import foreign_objects, settings

Image.preinit()
onnxruntime.disable_telemetry_events = lambda: os.environ.update(TELEMETRY="switched off")
assert not [name for name in sys.modules if name.partition(".")[0] in ("camdash", "torchvision")]

def changes(look, modules):
    before = look()
    for module in modules:
        importlib.import_module(module)
    after = look()
    changed = [name for name in before if after.get(name) != before[name]]
    return changed + ["torchvision, with a stand-in or without"] * ("torchvision" in sys.modules)

def apart(*work):
    reader, writer = os.pipe()
    if not os.fork():
        os.write(writer, json.dumps(changes(*work)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        found = json.loads(answer.read() or '["it cannot be imported"]')
    os.wait()
    return found

modules, found = sys.argv[1:], {}
for look in (settings, foreign_objects):
    if apart(look, modules):
        found |= next({module: changed} for module in modules if (changed := apart(look, [module])))
print(json.dumps(found))
"""
"""Compares what is set after imports with what was, in processes that have only the libraries.

One imports all modules. If that changes anything, each is imported in its own process, and the first is named.
"""

PREPARED = """
import os, sys, torch
from torchvision.ops.roi_align import is_compile_supported as asked
asked = asked.__module__.partition(".")[0]
print(torch.backends.cudnn.allow_tf32, os.environ["ORT_DISABLE_TELEMETRY"], asked, "timm" in sys.modules)
"""
DOORS = {
    "Python": f"import camdash\ncamdash.load_checkpoint({NAME!r})",
    "the command line": "from camdash.command_line.main import main\nmain(['checkpoints'])",
    "the page": """
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("streamlit_app.py", default_timeout=120).run()
assert not page.exception
""",
    "none, to load a checkpoint": f"""
from pathlib import Path
import torchvision
from camdash.networks.catalog.checkpoints import checkpoint_folders, describe, find
from camdash.networks.loading import load
load(describe(find({NAME!r}, checkpoint_folders())), "cpu")
""",
}


def run(*command: str, environment: dict[str, str]) -> str:
    """Return what a program of Python prints last."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Variables of a process that has a small checkpoint, and nothing of what these tests' own process has set."""
    small_checkpoint(tmp_path)
    own = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    return own | {"CAMDASH_CHECKPOINTS": str(tmp_path), "CAMDASH_DEVICE": "cpu", "PYTHONPATH": str(ROOT)}


def test_to_import_a_module_of_the_core_sets_nothing_for_the_process(environment: dict[str, str]) -> None:
    assert len(CORE) > 100
    assert json.loads(run("-c", EACH, *CORE, environment=environment)) == {}


@pytest.mark.parametrize("door", DOORS)
def test_who_comes_in_by_a_door_is_prepared_and_waits_for_no_timm(door: str, environment: dict[str, str]) -> None:
    fast, silent, asked, slow = run("-c", DOORS[door] + PREPARED, environment=environment).split()
    assert (fast, silent, slow) == ("False", "1", "False")
    assert asked == ("torch" if "import torchvision" in DOORS[door] else "camdash")
