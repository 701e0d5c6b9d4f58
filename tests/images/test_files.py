"""Images in folders: DICOM is found by how it begins, whatever its name."""

import os
from pathlib import Path

import pytest

from camdash.images.dicom.recognition import FIRST_BYTES, is_dicom
from camdash.images.files import files_of
from camdash.images.formats import skipped_words
from tests.images import dicom_files as files
from tests.images.dicom_files import dicom
from tests.images.seeds import archive, seeds
from tests.images.table.unread import nifti
from tests.pictures import image_bytes, speckle


def test_dicom_without_a_name_ending_is_found_and_the_rest_skipped(tmp_path: Path) -> None:
    for name, data in {
        "IM0001": dicom(speckle(4, 4)),
        "IM0002": dicom(speckle(4, 4), preamble=False, meta=False, syntax=files.IMPLICIT),
        "film.dcm": b"broken", "DICOMDIR": dicom(speckle(4, 4)), "notes.txt": b"hello", "study.zip": archive(),
        "film": image_bytes(speckle(4, 4)), ".hidden.png": image_bytes(speckle(4, 4)), "volume.nii": nifti(),
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(data)
    os.mkfifo(tmp_path / "pipe.png")
    found, skipped = files_of(tmp_path)
    assert [path.name for path in found] == ["IM0001", "IM0002", "film", "film.dcm"]
    assert skipped == {"DICOMDIR": 1, "other": 1, "NIfTI": 1, "ZIP": 1}


def test_skipped_files_are_said_by_kind() -> None:
    assert skipped_words({}) == ""
    assert skipped_words({"other": 1}) == "Skipped 1 file that is not an image."
    assert skipped_words({"other": 2}) == "Skipped 2 files that are not images."
    assert skipped_words({"PDF": 1}) == "Skipped 1 file that is not supported: 1 PDF."
    several = {"other": 3, "PDF": 1, "NIfTI": 2, "HEIC": 1}
    assert skipped_words(several) == "Skipped 7 files that are not supported: 2 NIfTI, 1 HEIC, 1 PDF, 3 other."


@pytest.mark.parametrize("name", sorted(seeds()))
def test_dicom_is_told_from_everything_else(name: str) -> None:
    assert is_dicom(seeds()[name][:FIRST_BYTES]) == name.startswith("dicom")


@pytest.mark.parametrize("data", [b"", b"\x08\x00", b"patient,age\n" * 20, archive(), bytes(300), b"\x7fELF" * 50])
def test_what_is_no_dicom_is_not_taken_for_it(data: bytes) -> None:
    assert not is_dicom(data)
