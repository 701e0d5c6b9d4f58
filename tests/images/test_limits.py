"""The limits and their sentences."""

import numpy as np
import pytest

from camdash.errors import ImageError
from camdash.images.decoding import decode
from camdash.images.limits import LARGEST_FILE, LARGEST_SESSION, MOST_FILES, check_count, check_session, check_size
from camdash.images.sandbox.pool import DecodingPool
from tests.images.seeds import seeds
from tests.pictures import opencv_bytes


def test_each_limit_holds_what_it_says_and_no_more() -> None:
    check_size(LARGEST_FILE)
    check_count(MOST_FILES)
    check_session(LARGEST_SESSION)
    with pytest.raises(ImageError, match=r"^The file is 65 MB; at most 64 MB are read\.$"):
        check_size(65 * 2**20)
    with pytest.raises(ImageError, match=r"^These are 501 files; at most 500 are read at once\.$"):
        check_count(MOST_FILES + 1)
    with pytest.raises(ImageError, match=r"^The files take 1,025 MB together; at most 1,024 MB are kept\. Remove some"):
        check_session(LARGEST_SESSION + 2**20)


def test_the_most_pixels_fit_into_the_memory_of_a_decoder() -> None:
    pool = DecodingPool(1)
    found = pool.decode(opencv_bytes(np.full((10_000, 10_000), 9, np.uint16), ".png"))
    assert found.shape == (10_000, 10_000)
    pool.close()


def test_a_file_is_decoded_in_this_process_as_in_another() -> None:
    assert decode(seeds()["png 8"]).encoding == "PNG, 8 bits"
