"""Right files cut short and with flipped bytes: each gives a picture or a sentence, and nothing else."""

import contextlib
from collections.abc import Callable

import numpy as np
import pytest

from camdash.errors import ImageError
from camdash.images.decoding import decode
from tests.images.damage import cut, flipped
from tests.images.seeds import seeds


def tried(data: bytes) -> None:
    with contextlib.suppress(ImageError):
        assert np.isfinite(decode(data).grey()).all()


@pytest.mark.parametrize("name", sorted(seeds()))
def test_a_file_cut_at_ten_places_gives_a_picture_or_a_sentence(name: str) -> None:
    for data in cut(name):
        tried(data)


@pytest.mark.parametrize("name", sorted(seeds()))
def test_a_file_with_a_flipped_byte_gives_a_picture_or_a_sentence(name: str) -> None:
    for data in flipped(name):
        tried(data)


def rubbish_before_the_scan() -> bytes:
    """Return a file over which gdcm ended the process."""
    whole = seeds()["dicom jpeg 12"]
    return whole.replace(b"\xff\xda", b"\x07\xff\xda", 1)


def pixels_of_an_unknown_kind() -> bytes:
    return seeds()["dicom without preamble"].replace(b"\xe0\x7f\x10\x00OW", b"\xe0\x7f\x10\x00O\x06", 1)


def meta_of_an_odd_length() -> bytes:
    return seeds()["dicom explicit"].replace(b"\x02\x00\x00\x00UL\x04\x00", b"\x02\x00\x00\x00UL\x55\x00", 1)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(rubbish_before_the_scan, id="a 12-bit JPEG with rubbish between its segments"),
        pytest.param(pixels_of_an_unknown_kind, id="pixel data of a VR that there is not"),
        pytest.param(meta_of_an_odd_length, id="a group length of 85 bytes"),
    ],
)
def test_what_fuzzing_found_is_refused(content: Callable[[], bytes]) -> None:
    with pytest.raises(ImageError, match=r"^(The DICOM file|The picture in the DICOM file) "):
        decode(content())
