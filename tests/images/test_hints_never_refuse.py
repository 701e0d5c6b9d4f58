"""Whatever stands in an element that only says how a film is to be shown, the film is read, and is not of one color."""

import struct
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.datadict import tag_for_keyword

from camdash.images.decoding import decode
from tests.images import dicom_files as files
from tests.images.dicom_files import dicom, pixel_data, raw_element
from tests.images.picture import film
from tests.images.table.dicom_syntaxes import described

FILM = np.ascontiguousarray(film()[::3, ::3])
TWELVE = described(FILM, 12)

HINTS = (
    "WindowCenter", "WindowWidth", "WindowCenterWidthExplanation", "VOILUTFunction", "VOILUTSequence",
    "PixelPaddingValue", "PixelPaddingRangeLimit", "PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing",
    "PixelAspectRatio", "PresentationLUTShape", "BurnedInAnnotation", "BodyPartExamined", "ViewPosition",
)  # fmt: skip
OVERLAY = 0x6000_0102
VRS = ("DS", "LO", "UN", "OW", "US", "SL", "FD", "SQ", "AT")
CONTENTS = (
    b"", b"\0", b"\xff", b"\xff\xfe", b"1", b"-1", b"1e999", b"nan\\nan", b"\\\\\\", b"0\\0", b"1000,5", b"CANARY^DOE",
    bytes(8), b"\xff" * 64, b"1\\" * 500, b"\xfe\xff\x00\xe0\xff\xff\xff\xff", b"\xfe\xff\x00\xe0\x00\x00\x00\x00",
    np.array([np.nan, np.inf]).tobytes(), np.array([1e300, -1e300]).tobytes(), b"1" * 400,
)  # fmt: skip


HEAD = dicom(None, **TWELVE)
START = HEAD.index(b"\x08\x00\x60\x00CS")
"""Where the data set begins: with the modality."""


def with_hint(tag: int, vr: str, content: bytes) -> bytes:
    """Return a film with one element more, of any VR and content, in its place."""
    place = START
    while place < len(HEAD) and _tag(place) < tag:
        place += 8 + int.from_bytes(HEAD[place + 6 : place + 8], "little")
    return HEAD[:place] + raw_element(tag, vr, content) + HEAD[place:] + pixel_data(FILM.tobytes())


def _tag(place: int) -> int:
    group, number = struct.unpack_from("<HH", HEAD, place)
    return int(group) << 16 | int(number)


def looked_at(data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = decode(data)
    grey = found.grey()
    assert np.isfinite(grey).all()
    assert np.ptp(grey) > 0.0038  # a window that shows all in one of 255 greys is left out
    assert "CANARY" not in repr(found)


@pytest.mark.parametrize("keyword", HINTS)
def test_no_content_of_a_hint_refuses_a_film(keyword: str) -> None:
    tag = tag_for_keyword(keyword)
    assert tag is not None
    for vr in VRS:
        for content in CONTENTS:
            looked_at(with_hint(tag, vr, content))


@pytest.mark.parametrize("vr", VRS)
def test_no_place_of_an_overlay_refuses_a_film(vr: str) -> None:
    for content in CONTENTS:
        looked_at(with_hint(OVERLAY, vr, content))


@given(
    st.sampled_from(["WindowCenter", "WindowWidth"]),
    st.text(st.sampled_from("0123456789.,-+eE \\HUnaif"), max_size=24),
    st.text(st.sampled_from("0123456789.,-+eE \\"), max_size=24),
    st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID", "?"]),
    st.sampled_from([files.EXPLICIT, files.IMPLICIT, files.BIG]),
)
def test_no_text_for_a_window_refuses_a_film(keyword: str, one: str, other: str, function: str, syntax: str) -> None:
    hints: dict[str, Any] = {"WindowCenter": other, "WindowWidth": other, keyword: one, "VOILUTFunction": function}
    looked_at(dicom(FILM, syntax=syntax, **TWELVE, **hints))


@given(
    st.lists(st.integers(0, 65535), max_size=4),
    st.one_of(st.binary(max_size=64), st.integers(0, 9000).map(lambda count: np.arange(count, dtype=np.uint16))),
    st.booleans(),
)
def test_no_table_refuses_a_film(descriptor: list[int], entries: Any, signed: bool) -> None:
    pixels = FILM.astype(np.int16) - 2048 if signed else FILM
    item = {"LUTDescriptor": np.array(descriptor, "<u2").tobytes(), "LUTData": entries}
    looked_at(dicom(pixels, **described(pixels, 12), VOILUTSequence=[item]))
