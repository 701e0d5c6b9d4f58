"""Right files cut short and with flipped bytes: each gives a picture or a sentence, and nothing else."""

import numpy as np
import pytest

from camdash.errors import ImageError
from camdash.images.decoding import decode
from tests.images.seeds import seeds

CUTS = 10
FLIPS = 100


def tried(data: bytes) -> None:
    try:
        found = decode(data)
    except ImageError as error:
        assert str(error).endswith((".", "read"))
    else:
        assert np.isfinite(found.grey()).all()


@pytest.mark.parametrize("name", sorted(seeds()))
def test_a_file_cut_at_ten_places_gives_a_picture_or_a_sentence(name: str) -> None:
    whole = seeds()[name]
    for k in range(CUTS):
        tried(whole[: k * len(whole) // CUTS])


@pytest.mark.parametrize("name", sorted(seeds()))
def test_a_file_with_a_flipped_byte_gives_a_picture_or_a_sentence(name: str) -> None:
    whole, random = seeds()[name], np.random.default_rng(len(seeds()[name]))
    for place, bit in zip(random.integers(0, len(whole), FLIPS), random.integers(0, 8, FLIPS), strict=True):
        changed = bytearray(whole)
        changed[place] ^= 1 << int(bit)
        tried(bytes(changed))
