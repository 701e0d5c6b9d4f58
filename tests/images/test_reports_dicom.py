"""DICOM files as public bug reports describe them, where this machine has them: each gives what its README says."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image

from camdash.images.decoding import decode
from camdash.images.sandbox.pool import DecodingPool
from tests.conftest import SHARED
from tests.images.picture import picture

REPORTS = SHARED / "reports"


def values() -> NDArray[np.float64]:
    """Return the formula's values, rounded to the 12 bits of the files."""
    return np.rint(picture() * 4095)


def linear(centre: float, width: float) -> NDArray[Any]:
    """Return grey by PS3.3, C.11.2.1.2.1."""
    return np.clip((values() - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)


def through_table(content: bytes) -> NDArray[Any]:
    """Return the file's own table / its largest entry, which lies far below the 16 bits that it declares."""
    item = pydicom.dcmread(io.BytesIO(content)).VOILUTSequence[0]
    entries = np.frombuffer(item.LUTData, "<u2")
    assert item.LUTDescriptor[2] == 16
    assert entries.max() < 4096
    grey: NDArray[Any] = entries[values().astype(int)] / entries.max()
    return grey


def as_other_readers_have_it(content: bytes) -> NDArray[Any]:
    frame = pydicom.encaps.get_frame(pydicom.dcmread(io.BytesIO(content)).PixelData, 0, number_of_frames=1)
    with Image.open(io.BytesIO(frame)) as image:
        return np.asarray(image.convert("L")) / 255


EXPECTED: dict[str, tuple[Callable[[bytes], NDArray[Any]], str]] = {
    "voi_lut_narrow": (through_table, "A VOI table declares 16 bits"),
    "voi_lut_and_window": (through_table, "A VOI table declares 16 bits"),
    "voi_lut_short": (lambda _: linear(2048, 4096), "Ignored a VOI table with fewer entries than it declares."),
    "voi_lut_zero": (lambda _: linear(2048, 4096), "Ignored a VOI table whose entries are all the same."),
    "window_comma": (lambda _: linear(1000.5, 2000), "A window is not written as DICOM requires."),
    "window_below_1": (lambda _: np.clip((values() * 1e-5 - 0.02) / 0.02 + 0.5, 0, 1), ""),
    "frames_0": (lambda _: values() / 4095, ""),
    "stored_too_small": (lambda _: values() / 4095, "The file declares 8 bits, but its values need 12. All were used."),
    "jpeg_ycc_as_rgb_nomarker": (as_other_readers_have_it, "its compressed picture is in YCbCr."),
}
"""Each file's grey, and the note that it must have, if any."""


@pytest.fixture(scope="module")
def reports() -> dict[str, bytes]:
    found = sorted(REPORTS.glob("*.dcm"))
    if not found:
        pytest.skip(f"no files of bug reports in {REPORTS}")
    return {path.stem: path.read_bytes() for path in found}


def test_every_dicom_file_of_the_reports_gives_what_its_readme_says(reports: dict[str, bytes]) -> None:
    assert set(reports) <= set(EXPECTED)
    for name, content in reports.items():
        expected, note = EXPECTED[name]
        film = decode(content)
        np.testing.assert_allclose(film.grey(), expected(content), atol=1e-6, err_msg=name)
        assert any(note in one for one in film.notes) if note else film.notes == (), name


def test_they_come_out_of_the_decoders_own_processes_alike(reports: dict[str, bytes]) -> None:
    pool = DecodingPool(1)
    for content in reports.values():
        there, here = pool.decode(content), decode(content)
        np.testing.assert_array_equal(there.grey(), here.grey())
        assert there.notes == here.notes
    pool.close()


def test_the_readme_names_every_dicom_file(reports: dict[str, bytes]) -> None:
    readme = (Path(REPORTS) / "README.md").read_text()
    assert [name for name in reports if f"{name}.dcm" not in readme] == []
