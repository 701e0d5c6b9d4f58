"""Raster files as public bug reports describe them, where this machine has them."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from camdash.errors import ImageError
from camdash.images.decoding import decode
from camdash.images.radiograph import Radiograph
from tests.conftest import SHARED

ROWS, COLUMNS = 61, 47


def report(name: str) -> bytes:
    path: Path = SHARED / "reports" / name
    if not path.is_file():
        pytest.skip(f"no reports in {path.parent}")
    return path.read_bytes()


def drawn() -> NDArray[np.float64]:
    """Return the picture that all of them show, in [0, 1], by the formula that stands beside them."""
    y, x = np.mgrid[:ROWS, :COLUMNS]
    grey = np.exp(-(((x - 0.35 * 47) / (0.2 * 47)) ** 2)) * (0.3 + 0.7 * y / 60) + 0.15 * x / 46
    picture: NDArray[np.float64] = (grey - grey.min()) / (grey.max() - grey.min())
    return picture


def near(found: Radiograph, levels: int) -> bool:
    """Tell whether a radiograph shows the picture, but for the rounding of so many levels."""
    return bool(np.abs(found.grey() - drawn()).max() < 0.6 / levels)


@pytest.mark.parametrize(
    "name",
    [
        *("tiff_planar2_16.tif", "tiff_planar2_2samples.tif", "tiff_grey_alpha_16.tif"),
        *("tiff_zstd.tif", "tiff_jpeg2000.tif", "tiff_jpegxl.tif"),
    ],
)
def test_a_deep_tiff_is_exact(name: str) -> None:
    found = decode(report(name))
    assert found.values.dtype == np.uint16
    assert near(found, 65535)


def test_a_tiff_in_half_precision_is_exact() -> None:
    assert near(decode(report("tiff_float16.tif")), 2**11)


def test_pixels_without_a_number_are_black_and_said() -> None:
    found = decode(report("tiff_float_nan.tif"))
    np.testing.assert_allclose(found.values[5:], drawn()[5:], atol=1e-6)
    assert not found.grey()[:5].any()
    assert "no finite number" in found.notes[0]


@pytest.mark.parametrize("name", ["gif.gif", "film.jp2", "film.jxl", "mias.pgm"])
def test_formats_that_people_have_are_read(name: str) -> None:
    assert near(decode(report(name)), 255)


@pytest.mark.parametrize(
    ("name", "said"),
    [("phone.heic", "HEIC"), ("film.nii.gz", "NIfTI"), ("film.npy", "NumPy"), ("gz.dcm.gz", "gzip")],
)
def test_formats_that_are_not_read_are_named(name: str, said: str) -> None:
    with pytest.raises(ImageError, match=rf"^This file is .*{said}.*\. [A-Z].*\.$"):
        decode(report(name))
