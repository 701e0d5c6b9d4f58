"""Rescale Slope and Intercept (PS3.3, C.11.1) that single precision cannot hold, and streams with fewer bits."""

import numpy as np
import pytest

from camdash.errors import ImageError
from camdash.images.decoding import decode
from tests.images.dicom_files import dicom
from tests.images.table.dicom_syntaxes import described
from tests.pictures import image_bytes

RAMP = np.arange(4096, dtype=np.uint16).reshape(64, 64)
BASELINE = "1.2.840.10008.1.2.4.50"


@pytest.mark.parametrize(
    ("slope", "intercept"), [("1e-300", "0"), ("1e-5", "1e5"), ("1", "1e9"), ("-1e-50", "1"), ("1e-4", "-4096")]
)
def test_a_rescale_that_would_lose_grey_levels_is_refused(slope: str, intercept: str) -> None:
    with pytest.raises(ImageError, match="grey levels would be lost"):
        decode(dicom(RAMP, RescaleSlope=slope, RescaleIntercept=intercept))


@pytest.mark.parametrize(
    ("slope", "intercept"), [("1e-30", "0"), ("1e-5", "1"), ("1", "8388608"), ("-0.5", "1e6"), ("1e20", "0")]
)
def test_any_other_keeps_every_level(slope: str, intercept: str) -> None:
    values = decode(dicom(RAMP, RescaleSlope=slope, RescaleIntercept=intercept)).values
    assert len(np.unique(values)) == RAMP.size


def test_a_jpeg_of_eight_bits_in_a_file_that_says_twelve_is_shown_by_its_own() -> None:
    grey = np.add.outer(np.arange(48), np.arange(64)).astype(np.uint8)
    stream = image_bytes(grey, "JPEG", quality=100)
    found = decode(dicom([stream], syntax=BASELINE, **described(grey.astype(np.uint16), 12)))
    np.testing.assert_allclose(found.values, grey, atol=2)
    assert found.values.dtype == np.uint8
    assert any("8 bits, fewer than the file says" in note for note in found.notes)
