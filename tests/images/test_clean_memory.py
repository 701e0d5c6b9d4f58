"""In a decoder's process fresh memory is zero, and what was freed is gone."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from camdash.images.decoder_process import CLEAN_MEMORY
from camdash.images.pool import DecodingPool
from tests.images.decoders import workers
from tests.pictures import image_bytes, speckle

LEFT = """
import numpy
found = {}
for size in (600, 5000, 300_000, 9_000_000):
    films = [numpy.full(size, 77, numpy.uint8) for _ in range(20)]
    del films
    found[size] = sum(int((numpy.empty(size + 8, numpy.uint16).view(numpy.uint8) == 77).sum()) for _ in range(20))
print(sum(found.values()))
"""

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc clears memory by a variable")


def left(environment: dict[str, str]) -> int:
    """Return how many bytes of a freed picture are found in fresh memory."""
    done = subprocess.run(
        [sys.executable, "-c", LEFT], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_nothing_of_a_freed_picture_is_found_in_fresh_memory() -> None:
    assert left({}) > 0  # it would be, without
    assert left(CLEAN_MEMORY) == 0


def test_a_decoder_runs_so() -> None:
    pool = DecodingPool(1)
    pool.decode(image_bytes(speckle(8, 8)))
    given = Path(f"/proc/{workers()[-1]}/environ").read_bytes().split(b"\0")
    pool.close()
    assert {f"{name}={value}".encode() for name, value in CLEAN_MEMORY.items()} <= set(given)
