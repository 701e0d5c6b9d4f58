"""Real radiographs as machines write them, where this machine has them: all open, and agree with each other."""

from pathlib import Path

import numpy as np
import pytest

from camdash.images.decoding import decode
from camdash.images.radiograph import Radiograph
from tests.conftest import SHARED


@pytest.fixture(scope="module")
def films() -> dict[str, Radiograph]:
    found = sorted((SHARED / "dicom").glob("*.dcm"))
    if not found:
        pytest.skip(f"no real DICOM files in {SHARED / 'dicom'}")
    return {path.stem.split("__")[1]: decode(path.read_bytes()) for path in found}


def test_every_real_dicom_file_opens(films: dict[str, Radiograph]) -> None:
    for name, film in films.items():
        shown = film.display()
        assert min(film.shape) > 300, name
        assert shown.std() > 20, name


def test_one_film_in_two_lossless_syntaxes_is_the_same(films: dict[str, Radiograph]) -> None:
    np.testing.assert_array_equal(films["RG2_JLSL"].values, films["RG2_RLE"].values)
    np.testing.assert_array_equal(films["RG3_J2KR"].values, films["RG3_UNC"].values)


def test_a_film_in_12_bit_jpeg_is_near_the_lossless_one(films: dict[str, Radiograph]) -> None:
    lossy, exact = (films[name].values.astype(float) for name in ("RG2_JPLY", "RG2_RLE"))
    assert np.abs(lossy - exact).mean() < 5
    assert np.corrcoef(lossy.ravel(), exact.ravel())[0, 1] > 0.999


def test_every_real_raster_file_opens() -> None:
    found: list[Path] = sorted((SHARED / "other_body_parts").glob("*.jpg"))
    if not found:
        pytest.skip(f"no real radiographs in {SHARED / 'other_body_parts'}")
    for path in found:
        assert decode(path.read_bytes()).display().std() > 20, path.name
