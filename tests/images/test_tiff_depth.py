"""TIFF files whose tag says fewer bits than their compressed data has."""

import io
import struct
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tifffile import TiffFile, imwrite

from camdash.errors import ImageError
from camdash.images.decoding import decode
from tests.pictures import speckle

DEEP = speckle(32, 40, np.uint16)


def tiff(values: NDArray[Any], compression: str, bits: int) -> bytes:
    """Return a TIFF file whose tag for the bits of a sample (258) says what it is told."""
    content = io.BytesIO()
    imwrite(content, values, compression=compression, photometric="minisblack")
    data = bytearray(content.getvalue())
    with TiffFile(io.BytesIO(bytes(data))) as opened:
        struct.pack_into("<H", data, opened.pages.first.tags[258].valueoffset, bits)
    return bytes(data)


@pytest.mark.parametrize("compression", ["lerc", "jpeg2000", "jpegxl"])
@pytest.mark.parametrize("values", [DEEP, DEEP >> 8], ids=["high", "low"])
def test_data_of_more_bits_than_the_tag_says_is_refused(compression: str, values: NDArray[Any]) -> None:
    np.testing.assert_array_equal(decode(tiff(values, compression, 16)).values, values)
    said = r"^The TIFF file says 8 bits, and its compressed data has 16\. Export it again\.$"
    with pytest.raises(ImageError, match=said):
        decode(tiff(values, compression, 8))


@pytest.mark.parametrize("compression", ["jpeg2000", "jpegxl"])
def test_data_of_fewer_bits_than_the_tag_says_is_read(compression: str) -> None:
    values = speckle(32, 40)
    np.testing.assert_array_equal(decode(tiff(values, compression, 16)).values, values)
