"""Pixel data that goes on after the picture's end (PS3.5, 8.1.1): shown as the file says, with a note."""

from typing import Any

import numpy as np
import pytest

from camdash.images.decoding import decode
from tests.images.dicom_files import BIG, DEFLATED, EXPLICIT, IMPLICIT, dicom, layout_of

GREY = np.add.outer(np.arange(30), np.arange(21)).astype(np.uint8)
FILM = GREY.astype(np.uint16) * 40
SAID = "check that the picture is complete."


def surplus_notes(content: bytes) -> list[str]:
    return [note for note in decode(content).notes if SAID in note]


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG, DEFLATED])
def test_a_file_with_fewer_rows_than_its_pixel_data_says_so(syntax: str) -> None:
    content = dicom(FILM, syntax=syntax, Rows=20)
    (note,) = surplus_notes(content)
    assert note.startswith("Ignored 420 bytes after the picture (20 rows, 21 columns).")
    np.testing.assert_array_equal(decode(content).values, FILM[:20])


@pytest.mark.parametrize(
    "wrong", [{"Columns": 20}, {"Rows": 29}, {"Rows": 1}], ids=["columns", "a row", "all rows but one"]
)
def test_columns_and_rows_that_are_wrong_are_noted_too(wrong: dict[str, Any]) -> None:
    assert surplus_notes(dicom(FILM, **wrong))


def test_colors_with_rows_left_over_are_noted() -> None:
    colors = np.repeat(GREY[:, :, None], 3, axis=2)
    assert surplus_notes(dicom(colors, Rows=20))
    assert not surplus_notes(dicom(colors))


def test_colors_that_share_their_hue_in_pairs_take_two_thirds() -> None:
    layout = layout_of(np.zeros((25, 20, 3), np.uint8)) | {"PhotometricInterpretation": "YBR_FULL_422"}
    assert not surplus_notes(dicom(bytes(25 * 20 * 2), **layout))
    (note,) = surplus_notes(dicom(bytes(30 * 20 * 2), **layout))
    assert note.startswith("Ignored 200 bytes")


def test_several_frames_in_a_file_that_says_one_are_noted() -> None:
    (note,) = surplus_notes(dicom(np.concatenate([FILM, FILM]), Rows=30, NumberOfFrames=1))
    assert note.startswith("Ignored 1,260 bytes")


@pytest.mark.parametrize("film", [FILM, FILM[:, :20], GREY[:29, :21], GREY[:1, :1]])
def test_a_byte_that_makes_the_length_even_is_none_too_many(film: np.ndarray) -> None:
    assert not surplus_notes(dicom(film))
