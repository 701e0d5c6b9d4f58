"""In a decoder's process fresh memory is zero, and what was freed is gone, from 1 kB on."""

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from camdash.images.sandbox.decoder_process import CLEAN_MEMORY
from camdash.images.sandbox.pool import DecodingPool
from tests.images.decoders import workers
from tests.pictures import image_bytes, speckle

LEFT = """
import numpy
found = {}
for size in SIZES:
    films = [numpy.full(size, 77, numpy.uint8) for _ in range(20)]
    del films
    fresh = [numpy.empty(size, numpy.uint8) for _ in range(20)]
    found[size] = sum(int((film == 77).sum()) for film in fresh)
print(sum(found.values()))
"""

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc clears memory by a variable")


KEPT = 1024
"""Bytes below which NumPy keeps freed arrays for itself, beyond glibc's reach."""

LARGE = (KEPT, 1500, 5000, 300_000, 9_000_000)


def left(environment: dict[str, str], sizes: Sequence[int]) -> int:
    """Return how many bytes of freed pictures are found in fresh memory of the same sizes."""
    done = subprocess.run(
        [sys.executable, "-c", LEFT.replace("SIZES", repr(tuple(sizes)))],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def test_nothing_of_a_freed_picture_is_found_in_fresh_memory() -> None:
    assert left({}, LARGE) > 0  # it would be, without
    assert left(CLEAN_MEMORY, LARGE) == 0


def test_below_one_kilobyte_arrays_of_numpy_are_not_cleared_as_the_docs_say() -> None:
    assert left(CLEAN_MEMORY, (KEPT - 1,)) > 0


def test_a_decoder_runs_so() -> None:
    pool = DecodingPool(1)
    pool.decode(image_bytes(speckle(8, 8)))
    given = Path(f"/proc/{workers()[-1]}/environ").read_bytes().split(b"\0")
    pool.close()
    assert {f"{name}={value}".encode() for name, value in CLEAN_MEMORY.items()} <= set(given)
