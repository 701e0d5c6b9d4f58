"""torchvision without PyTorch's compiler, which takes longer to import than all the rest that camdash needs.

One line of torchvision asks for it: the pooling of regions, of which only detectors make use. While torchvision is
imported a module stands in the compiler's place; whoever does call that function gets the compiler's own answer.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

COMPILER = "torch._dynamo.utils"


def is_compile_supported(device_type: str) -> bool:
    """Ask the compiler, which is imported now, whether it can compile for a device."""
    answer: bool = import_module(COMPILER).is_compile_supported(device_type)
    return answer


class _StandIn(ModuleType):
    """What is imported in the compiler's place; anything but the one function comes from the compiler itself."""

    is_compile_supported = staticmethod(is_compile_supported)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # `inspect` looks through all modules for their files
            raise AttributeError(name)
        _give_way()
        return getattr(import_module(COMPILER), name)


def _give_way() -> None:
    if isinstance(sys.modules.get(COMPILER), _StandIn):
        sys.modules.pop(COMPILER, None)  # two threads may give way at once


def import_torchvision() -> None:
    """Import torchvision, before anything else does; where something did, there is nothing left to gain."""
    if "torchvision" in sys.modules:
        return
    import_module("torch")
    sys.modules.setdefault(COMPILER, _StandIn(COMPILER))
    try:
        import_module("torchvision")
    finally:
        _give_way()
