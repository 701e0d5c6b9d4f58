"""Decode every file of the tests in a process whose fresh memory is full of rubbish, and print what came of each.

    MALLOC_PERTURB_=165 PYTHONMALLOC=malloc python -m tests.images.rubbish 165

A decoder that leaves some of its picture unwritten shows what lay in memory before: perhaps somebody else's film. Two
runs with different rubbish then differ. glibc fills what `malloc` gives by the variable (mallopt(3), M_PERTURB); the
small blocks that NumPy keeps for itself are filled here.
"""

import hashlib
import json
import sys
import warnings
from collections.abc import Iterator

import numpy as np

from camdash.errors import ImageError
from camdash.images.decoding import decode
from tests.conftest import SHARED
from tests.images.damage import damaged
from tests.images.holes import holes
from tests.images.table import CASES

FLIPS = 25
"""Files with a flipped bit of each format."""

SMALL, SPARE = 1024, 8
"""Bytes below which NumPy keeps freed blocks, and how many of each size."""


def files() -> Iterator[tuple[str, bytes]]:
    """Yield the files of the table, the damaged ones, those with holes, and the reports where this machine has them."""
    for case in CASES:
        yield f"{case.kind}: {case.name}", case.build()
    yield from damaged(FLIPS)
    yield from holes().items()
    for path in sorted((SHARED / "reports").glob("*.*")):
        yield f"report: {path.name}", path.read_bytes()


def outcome(data: bytes, rubbish: int) -> str:
    """Return a digest of a file's pixels, and of what was drawn; or the sentence that refuses it."""
    blocks = [np.full(size, rubbish, np.uint8) for size in range(1, SMALL) for _ in range(SPARE)]
    del blocks
    try:
        found = decode(data)
    except ImageError as error:
        return str(error)
    padding = b"" if found.padding is None else found.padding.tobytes()
    seen = (repr(found.shape).encode(), found.values.tobytes(), padding, found.display().tobytes())
    return hashlib.sha256(b"".join(seen)).hexdigest()


def main() -> None:
    """Print a JSON object of outcomes by name."""
    rubbish = int(sys.argv[1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        json.dump({name: outcome(data, rubbish) for name, data in files()}, sys.stdout)


if __name__ == "__main__":
    main()
