"""Nothing of a patient gets past the reader: files whose every identifying field is a canary."""

import logging
import warnings
from functools import partial
from typing import Any

import numpy as np
import pytest
from pydicom._dicom_dict import DicomDictionary

from camdash.errors import ImageError
from camdash.images.decoding import decode
from camdash.images.dicom.dataset.reading import ELEMENTS
from tests.images import dicom_files as files
from tests.images.dicom_files import dicom, layout_of
from tests.pictures import image_bytes, speckle

CANARY = "CANARY^DOE"
TEXT = ("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UT", "AS", "DA", "TM", "DT", "UC", "UR")
LEFT = ("PhotometricInterpretation", "SpecificCharacterSet", "BurnedInAnnotation")
"""What decides on how the file is read."""


def with_canaries(syntax: str = files.EXPLICIT, **more: Any) -> bytes:
    """Return a film with a canary in every element of text that the standard has, the shown ones among them."""
    texts: dict[str, Any] = {
        keyword: CANARY
        for tag, (vr, _, _, _, keyword) in DicomDictionary.items()
        if keyword and vr in TEXT and 0x0008_0000 <= tag < 0x7FE0_0000 and keyword not in LEFT
    }
    return dicom(speckle(8, 9, np.uint16), syntax=syntax, **texts | more)


@pytest.mark.parametrize("syntax", [files.EXPLICIT, files.IMPLICIT, files.BIG, files.DEFLATED])
def test_no_text_of_the_file_is_in_the_radiograph_or_the_log(syntax: str, caplog: pytest.LogCaptureFixture) -> None:
    data = with_canaries(syntax, WindowCenter=["30000", "50000"], WindowWidth=["9000", "9000"])
    assert with_canaries().count(b"CANARY") > 500
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        found = decode(data)
    told = [repr(found), repr(found.facts), repr(found.presets), found.encoding, *found.notes, caplog.text]
    assert all("CANARY" not in text for text in [*told, *(str(warning.message) for warning in warned)])
    assert [preset.name for preset in found.presets] == ["Window 1", "Window 2", "Full range"]
    assert {"Modality", "Body part", "View position"}.isdisjoint(dict(found.facts))


@pytest.mark.parametrize(
    "wrong",
    [
        {"PhotometricInterpretation": CANARY}, {"NumberOfFrames": CANARY}, {"Rows": b"CANARY^D"}, {"Rows": b"C"},
        {"RescaleSlope": CANARY}, {"PixelSpacing": [CANARY, CANARY]}, {"LUTData": b"CANARY^DOE!!"},
        {"SpecificCharacterSet": CANARY}, {"BitsStored": b"CA"}, {"ModalityLUTSequence": [{"LUTExplanation": CANARY}]},
    ],
    ids=str,
)  # fmt: skip
def test_no_error_quotes_the_file(wrong: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    said = ""
    with caplog.at_level(logging.DEBUG):
        try:
            said = repr(decode(with_canaries(**wrong)))
        except ImageError as error:
            said = str(error)
    assert said
    assert "CANARY" not in said + caplog.text


def test_a_transfer_syntax_that_is_a_name_is_not_repeated() -> None:
    with pytest.raises(ImageError, match="transfer syntax is of no valid number"):
        decode(dicom([b"??"], syntax=CANARY, **layout_of(speckle(8, 9))))


def test_comments_in_raster_files_are_dropped() -> None:
    for kind in ("JPEG", "TIFF", "PNG"):
        build = partial(image_bytes, speckle(8, 9), kind)
        data = build(comment=CANARY) if kind == "JPEG" else build(description=CANARY) if kind == "TIFF" else build()
        assert "CANARY" not in repr(decode(data))


def test_what_is_parsed_is_a_short_list_without_the_patient() -> None:
    identifying = "Patient Physician Institution Study Series Instance Date Time Accession Name Comment"
    assert len(ELEMENTS) < 50
    assert not [keyword for keyword in ELEMENTS if any(word in keyword for word in identifying.split())]


def test_facts_are_words_of_the_standard() -> None:
    found = decode(
        dicom(speckle(8, 9, np.uint16), Modality="DX", BodyPartExamined="HIP", ViewPosition="AP",
              PixelSpacing=["0.1", "0.1"], WindowCenter="30000", WindowWidth="9000",
              WindowCenterWidthExplanation="Normal")
    )  # fmt: skip
    assert dict(found.facts) == {
        "Rows": "8", "Columns": "9", "Spacing": "0.1 x 0.1 mm", "Body part": "Hip", "View position": "AP",
        "Modality": "DX", "Photometric interpretation": "MONOCHROME2", "Bits": "16 of 16",
        "Transfer syntax": "Explicit VR Little Endian", "Window": "30000 / 9000, LINEAR",
    }  # fmt: skip
    assert found.presets[0].name == "Normal"
