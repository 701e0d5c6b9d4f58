"""Right files that are damaged: cut short, and with flipped bytes."""

from collections.abc import Iterator

import numpy as np

from tests.images.seeds import seeds

CUTS = 10
FLIPS = 100


def cut(name: str) -> Iterator[bytes]:
    """Yield a right file cut at ten places."""
    whole = seeds()[name]
    for k in range(CUTS):
        yield whole[: k * len(whole) // CUTS]


def flipped(name: str, count: int = FLIPS) -> Iterator[bytes]:
    """Yield a right file with one flipped bit, so many times."""
    whole, random = seeds()[name], np.random.default_rng(len(seeds()[name]))
    for place, bit in zip(random.integers(0, len(whole), count), random.integers(0, 8, count), strict=True):
        changed = bytearray(whole)
        changed[place] ^= 1 << int(bit)
        yield bytes(changed)


def damaged(count: int) -> Iterator[tuple[str, bytes]]:
    """Yield the cut ones, and as many with a flipped bit, with a name each."""
    for name in sorted(seeds()):
        yield from ((f"{name}, cut {k}", data) for k, data in enumerate(cut(name)))
        yield from ((f"{name}, flipped {k}", data) for k, data in enumerate(flipped(name, count)))
