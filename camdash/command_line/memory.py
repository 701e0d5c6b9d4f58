"""Whether there is memory to load the libraries, asked before it is done: out of memory, they may abort the process."""

import resource
import subprocess
import sys

from camdash.errors import OUT_OF_MEMORY

LIMITS = (resource.RLIMIT_AS, resource.RLIMIT_DATA)
ENOUGH = 8 * 2**30
"""Bytes. A limit from here on is not tried out: the libraries reserve about 3.5 GB, though they use far less."""

MARGIN = 256 * 2**20
"""Bytes that must be left for a checkpoint and a pass once the libraries are loaded."""

PROGRAM = """
import resource, sys
for number, most in zip(map(int, sys.argv[1].split(",")), map(int, sys.argv[2].split(","))):
    resource.setrlimit(number, (most, resource.getrlimit(number)[1]))
from camdash.networks.preparation import prepare
prepare()
import camdash.command_line.explaining.explain
"""
BROKEN_OFF = 127
"""The status with which the loader gives up where it has no memory (glibc)."""


def check_memory() -> None:
    """Where the process has a low limit of memory, try in another one whether the libraries can be loaded within it.

    Raises:
        MemoryError: they cannot.
    """
    low = {number: most for number in LIMITS if (most := _limit(number)) < ENOUGH}
    if not low:
        return
    if min(low.values()) <= MARGIN:
        raise MemoryError
    limits = (",".join(map(str, low)), ",".join(str(most - MARGIN) for most in low.values()))
    command = [sys.executable, "-c", PROGRAM, *limits]
    tried = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    said = tried.stderr.decode(errors="replace").lower()
    if tried.returncode < 0 or tried.returncode == BROKEN_OFF or any(words in said for words in OUT_OF_MEMORY):
        raise MemoryError


def _limit(number: int) -> int:
    soft, _ = resource.getrlimit(number)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft
