"""What libraries say while they decode stays unsaid, and their settings are the program's own again afterwards."""

import io
import logging
import warnings
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import ExifTags, Image

from camdash.errors import ImageError
from camdash.images import decoding
from camdash.images.decoding import decode
from camdash.images.silence import LOGGERS
from tests.images.dicom_files import dicom
from tests.pictures import image_bytes, speckle

CANARY = "CANARY^DOE"


@pytest.mark.parametrize("kind", ["TIFF", "PNG", "JPEG"])
def test_a_description_in_a_raster_file_is_not_logged(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    stream, exif = io.BytesIO(), Image.Exif()
    exif[ExifTags.Base.ImageDescription] = CANARY
    exif[ExifTags.Base.Orientation] = 3
    Image.fromarray(speckle(8, 9)).save(stream, kind, exif=exif)
    with caplog.at_level(logging.DEBUG):
        Image.open(io.BytesIO(stream.getvalue())).getexif().items()
        assert CANARY in caplog.text
        caplog.clear()
        decode(stream.getvalue())
    assert caplog.text == ""


@pytest.mark.parametrize("name", LOGGERS)
@pytest.mark.parametrize("data", [dicom(speckle(8, 9)), image_bytes(speckle(8, 9), "TIFF"), b"no image"])
def test_settings_of_the_program_hold_again_once_a_file_is_decoded(
    name: str, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger, settings = logging.getLogger(name), pydicom.config.settings
    monkeypatch.setattr(logger, "level", logging.ERROR)
    monkeypatch.setattr(settings, "_reading_validation_mode", pydicom.config.RAISE)
    before = list(warnings.filters)
    try:
        decode(data)
    except ImageError:
        assert data == b"no image"
    assert (logger.level, settings.reading_validation_mode) == (logging.ERROR, pydicom.config.RAISE)
    assert warnings.filters == before


def test_nothing_is_said_and_no_value_is_judged_while_a_file_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def look(*_: object) -> Any:
        seen.append([logging.getLogger(name).isEnabledFor(logging.CRITICAL) for name in LOGGERS])
        raise ImageError("Looked.")

    monkeypatch.setattr(decoding, "decode_raster", look)
    with pytest.raises(ImageError, match="Looked"):
        decode(b"any")
    assert seen == [[False] * len(LOGGERS)]


def test_a_dicom_value_that_breaks_the_standard_is_read_where_the_program_is_strict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = dicom(speckle(8, 9, np.uint16), WindowCenter="3" * 20, WindowWidth="9000", SpecificCharacterSet="ISO 9")
    expected = decode(data)
    monkeypatch.setattr(pydicom.config.settings, "_reading_validation_mode", pydicom.config.RAISE)
    np.testing.assert_array_equal(decode(data).display(), expected.display())
