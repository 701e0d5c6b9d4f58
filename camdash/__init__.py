"""camdash shows what an X-ray classifier looks at: one forward pass, the exact evidence of every class.

import camdash

analysis = camdash.explain("hand.png")
analysis.save("explained")
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camdash.api import explain, load_checkpoint, read_radiograph

__all__ = ["explain", "load_checkpoint", "read_radiograph"]


def __getattr__(name: str) -> object:
    """Load what is asked for when it is asked for: PyTorch takes seconds."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from camdash import api

    return getattr(api, name)


def __dir__() -> list[str]:
    """List also what is not loaded yet."""
    return sorted([*globals(), *__all__])
