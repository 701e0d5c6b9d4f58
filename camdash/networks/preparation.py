"""What camdash sets for a whole process before it runs networks there; importing camdash sets nothing."""

import os
from importlib import import_module

from camdash.networks.architectures.lean_torchvision import import_torchvision


def prepare() -> None:
    """Prepare this process for networks; whoever comes in by a door of camdash is prepared by it.

    - ONNX Runtime collects no usage data, here and in processes that are started from here, whatever the environment
      says. It reads the variable when it is first imported (docs/privacy.md).
    - torchvision is imported without PyTorch's compiler, which takes seconds, unless something has imported it before.
    - CUDA computes convolutions in whole float32: the ten bits of mantissa of TF32, PyTorch's default, would fail the
      check of a network's split.

    To call it again costs nothing.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import_torchvision()
    import_module("torch").backends.cudnn.allow_tf32 = False
