"""JPEG data that ends early or is damaged: its decoders draw grey and keep silent, camdash does not."""

import io
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tifffile import TiffFile, imwrite

from camdash.errors import ImageError
from camdash.images.decoding import decode
from camdash.images.streams.jpeg_data import DAMAGED_DATA, grey_end_notes, jpeg_data_notes
from tests.images.dicom_files import BASELINE, EXTENDED, LOSSLESS_1, dicom, layout_of
from tests.images.streams import jpeg_lossless
from tests.pictures import speckle

GREY = speckle(64, 64)
TWELVE = speckle(64, 64, np.uint16) >> 4
DEEP = layout_of(TWELVE) | {"BitsStored": 12, "HighBit": 11}


def ended_early(stream: bytes) -> bytes:
    """Return a JPEG whose second half is gone, with the end marker behind the first."""
    return stream[: len(stream) // 2] + b"\xff\xd9"


def zeroed(stream: bytes) -> bytes:
    """Return a JPEG with zeros in place of its third quarter."""
    quarter = len(stream) // 4
    return stream[: 2 * quarter] + bytes(quarter) + stream[3 * quarter :]


def jpeg(**options: object) -> bytes:
    content = io.BytesIO()
    Image.fromarray(GREY).save(content, "JPEG", **options)
    return content.getvalue()


def tiff(stream: bytes) -> bytes:
    """Return a TIFF file of one strip of JPEG."""
    content = io.BytesIO()
    imwrite(content, iter([stream]), shape=GREY.shape, dtype=np.uint8, compression="jpeg", photometric="minisblack")
    return content.getvalue()


def in_dicom(stream: bytes) -> bytes:
    return dicom([stream], syntax=BASELINE, **layout_of(GREY))


FILES: dict[str, Callable[[bytes], bytes]] = {"a file": bytes, "in TIFF": tiff, "in DICOM": in_dicom}


@pytest.mark.parametrize("packed", FILES.values(), ids=FILES)
@pytest.mark.parametrize("progressive", [False, True], ids=["sequential", "progressive"])
def test_data_that_ends_early_is_refused(packed: Callable[[bytes], bytes], progressive: bool) -> None:
    stream = jpeg(progressive=progressive)
    assert decode(packed(stream)).notes == ()
    with pytest.raises(ImageError, match=r"is damaged or cut short( \(JPEG .+\))?\. Export it again\.$"):
        decode(packed(ended_early(stream)))


def of_revision_2(stream: bytes) -> bytes:
    """Return a JPEG whose JFIF segment says a revision that libjpeg warns of, before anything else."""
    at = stream.index(b"JFIF\0") + 5
    return stream[:at] + b"\x02" + stream[at + 1 :]


def of_no_band(stream: bytes) -> bytes:
    """Return a JPEG whose scan says that it has the first coefficient alone, which libjpeg warns of and passes by."""
    end = stream.index(b"\xff\xda") + 2
    end += stream[end] << 8 | stream[end + 1]
    return stream[: end - 2] + b"\0" + stream[end - 1 :]


def with_junk(stream: bytes) -> bytes:
    """Return a JPEG with two bytes between its segments, which libjpeg warns of and passes by."""
    at = stream.index(b"\xff\xda")
    return stream[:at] + b"\x12\x34" + stream[at:]


FIRST_WARNINGS: dict[str, Callable[[bytes], bytes]] = {
    "revision": of_revision_2,
    "no band": of_no_band,
    "junk": with_junk,
}


@pytest.mark.parametrize("warned", FIRST_WARNINGS.values(), ids=FIRST_WARNINGS)
@pytest.mark.parametrize("packed", [bytes, in_dicom], ids=["a file", "in DICOM"])
def test_a_first_warning_does_not_hide_that_the_data_ends_early(
    warned: Callable[[bytes], bytes], packed: Callable[[bytes], bytes]
) -> None:
    assert decode(packed(warned(jpeg()))).notes == ()
    with pytest.raises(ImageError, match="damaged or cut short"):
        decode(packed(ended_early(warned(jpeg()))))


@pytest.mark.parametrize("count", [1, 4, 100])
@pytest.mark.parametrize("padding", [b"\0", b"\x55"], ids=["zeros", "junk"])
def test_a_few_bytes_before_the_end_marker_are_no_damage(count: int, padding: bytes) -> None:
    found = decode(jpeg()[:-2] + count * padding + b"\xff\xd9")
    np.testing.assert_array_equal(found.values, decode(jpeg()).values)
    assert found.notes == ()


@pytest.mark.parametrize("packed", FILES.values(), ids=FILES)
def test_zeros_in_the_data_are_told(packed: Callable[[bytes], bytes]) -> None:
    assert decode(packed(zeroed(jpeg()))).notes == (DAMAGED_DATA,)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("more", [{}, {"progressive": True}, {"optimize": True}, {"restart_marker_rows": 1}], ids=str)
def test_whole_data_of_any_kind_gets_no_note(mode: str, more: dict[str, bool]) -> None:
    content = io.BytesIO()
    Image.fromarray(GREY).convert(mode).save(content, "JPEG", **more)
    assert jpeg_data_notes(content.getvalue()) == ()


@pytest.mark.parametrize("rest", [b"\0" * 100, b"\xff\xd9"], ids=["zeros", "another marker"])
def test_what_follows_whole_data_does_not_matter(rest: bytes) -> None:
    found = decode(jpeg() + rest)
    np.testing.assert_array_equal(found.values, decode(jpeg()).values)
    assert found.notes == ()


def test_a_tiff_with_its_tables_apart_is_looked_at() -> None:
    content = io.BytesIO()
    Image.fromarray(GREY).save(content, "TIFF", compression="jpeg")
    whole = content.getvalue()
    with TiffFile(io.BytesIO(whole)) as opened:
        page = opened.pages.first
        assert page.jpegtables
        start, count = page.dataoffsets[0], page.databytecounts[0]
    assert decode(whole).notes == ()
    broken = bytearray(whole)
    middle = start + count // 2
    broken[middle : middle + 2] = b"\xff\xd9"
    with pytest.raises(ImageError, match="damaged or cut short"):
        decode(bytes(broken))


TWELVE_BITS = bytes(imagecodecs.jpeg8_encode(TWELVE, bitspersample=12))
DEEP_FILES: dict[str, tuple[Callable[[bytes], bytes], bytes]] = {
    "a file": (bytes, TWELVE_BITS),
    "in DICOM": (lambda stream: dicom([stream], syntax=EXTENDED, **DEEP), TWELVE_BITS),
    "lossless": (lambda stream: dicom([stream], syntax=LOSSLESS_1, **DEEP), jpeg_lossless(TWELVE, 12)),
}


@pytest.mark.parametrize(("packed", "stream"), DEEP_FILES.values(), ids=DEEP_FILES)
def test_a_grey_end_of_more_bits_is_told(packed: Callable[[bytes], bytes], stream: bytes) -> None:
    assert decode(packed(stream)).notes == ()
    found = decode(packed(ended_early(stream)))
    assert (found.values[-1] == 2048).all()
    (note,) = found.notes
    filled = int((found.values == 2048).all(axis=1)[::-1].argmin())
    assert note == f"The last {filled} rows are one grey. The JPEG data may end before the picture does."


@pytest.mark.parametrize("layout", [{}, {"rowsperstrip": 16}, {"tile": (32, 32)}], ids=str)
def test_a_grey_end_within_tiff_of_12_bits_is_told(layout: dict[str, Any]) -> None:
    streams = [TWELVE_BITS]
    if layout:
        high, wide = layout.get("tile", (16, 64))
        parts = [TWELVE[y : y + high, x : x + wide] for y in range(0, 64, high) for x in range(0, 64, wide)]
        streams = [bytes(imagecodecs.jpeg8_encode(np.ascontiguousarray(part), bitspersample=12)) for part in parts]
    assert decode(deep_tiff(streams, layout)).notes == ()
    (note,) = decode(deep_tiff([ended_early(streams[0]), *streams[1:]], layout)).notes
    assert note.endswith("JPEG data may end early." if layout else "The JPEG data may end before the picture does.")


def deep_tiff(streams: list[bytes], layout: dict[str, Any]) -> bytes:
    """Return a TIFF file of JPEG of 12 bits."""
    content = io.BytesIO()
    described: dict[str, Any] = {"shape": (64, 64), "dtype": np.uint16, "photometric": "minisblack"}
    imwrite(content, iter(streams), compression="jpeg", bitspersample=12, **described, **layout)
    return content.getvalue()


@given(filled=st.integers(0, 5), precision=st.integers(9, 16), signed=st.booleans())
def test_the_rows_of_the_middle_at_the_end_are_counted(filled: int, precision: int, signed: bool) -> None:
    values = np.zeros((7, 3), np.int32)
    values[0] = values[7 - filled :] = 2 ** (precision - 1) * (-1 if signed else 1)
    rows = {0: [], 1: ["The last row is one grey."]}.get(filled, [f"The last {max(filled, 1)} rows are one grey."])
    expected = tuple(f"{row} The JPEG data may end before the picture does." for row in rows)
    assert grey_end_notes(values, precision) == expected
