import subprocess
import sys

FRESH = """
import sys
from camdash.networks.preparation import prepare
prepare()
assert "torchvision" in sys.modules
import camdash.networks.loading
print([name for name in ("torch._dynamo", "torch._dynamo.utils", "sympy") if name in sys.modules])
from torchvision.ops.roi_align import is_compile_supported
print(is_compile_supported("cpu"))
import torch._dynamo.utils
print(torch._dynamo.utils.is_compile_supported("cpu"))
"""


def test_the_compiler_is_imported_by_who_uses_it_and_answers_for_itself() -> None:
    run = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, text=True, check=True)
    imported, through_torchvision, itself = run.stdout.split("\n")[:3]
    assert imported == "[]"
    assert through_torchvision == itself
