"""What this process holds in memory."""

import ctypes
import gc
from pathlib import Path


def resident() -> int:
    """Return the bytes of this process that lie in memory, as it is: nothing is collected or given back for it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def resident_at_best() -> int:
    """Return them once garbage is collected and what was freed has gone back to the system.

    For what a part of camdash keeps; never for what a server keeps, which nobody tidies up.
    """
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    return resident()
