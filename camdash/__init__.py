"""camdash shows what an X-ray classifier looks at: one forward pass, the exact evidence of every class.

    import camdash

    analysis = camdash.explain("hand.png")
    analysis.save("explained")

To import it switches off the usage data that ONNX Runtime would collect and send, in this process and in those that it
starts, whatever the environment says. ONNX Runtime reads the variable when it is first imported (docs/privacy.md).
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camdash.api import explain, load_checkpoint, read_radiograph

__all__ = ["explain", "load_checkpoint", "read_radiograph"]

os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def __getattr__(name: str) -> object:
    """Load what is asked for when it is asked for: PyTorch takes seconds."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from camdash import api

    return getattr(api, name)


def __dir__() -> list[str]:
    """List also what is not loaded yet."""
    return sorted([*globals(), *__all__])
