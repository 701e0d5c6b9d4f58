"""Raster files to radiographs: exact where they are exact, and a sentence where they are not images."""

import struct
import zlib

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from camdash.errors import ImageError
from camdash.images.decoding import decode
from camdash.images.limits import LARGEST_FILE, MOST_PIXELS
from tests.pictures import image_bytes, opencv_bytes, speckle

ORIENTATION = 0x0112
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
CORNERS = np.array([[1, 2, 3], [4, 5, 6]])
TURNED = {
    1: [[1, 2, 3], [4, 5, 6]],
    2: [[3, 2, 1], [6, 5, 4]],
    3: [[6, 5, 4], [3, 2, 1]],
    4: [[4, 5, 6], [1, 2, 3]],
    5: [[1, 4], [2, 5], [3, 6]],
    6: [[4, 1], [5, 2], [6, 3]],
    7: [[6, 3], [5, 2], [4, 1]],
    8: [[3, 6], [2, 5], [1, 4]],
}
"""How each EXIF orientation (TIFF 6.0, tag 274) shows the stored rows 1 2 3 and 4 5 6."""


def png(rows: int, columns: int, depth: int, color_type: int, scanlines: bytes, interlaced: int = 0) -> bytes:
    """Return a PNG put together by hand (W3C PNG, clause 11.2), for what no library writes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", columns, rows, depth, color_type, 0, 0, interlaced)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(scanlines)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def oriented(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_eight_bit_grey_is_exact_and_shown_from_0_to_255(kind: str) -> None:
    values = speckle(17, 23)
    found = decode(image_bytes(values, kind))
    np.testing.assert_array_equal(found.values, values)
    np.testing.assert_array_equal(found.display(), values)
    assert (found.values.dtype, found.shape, found.encoding) == (np.dtype("uint8"), (17, 23), f"{kind}, 8 bits")
    assert (found.window.centre, found.window.width) == pytest.approx((127.5, 255))


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_sixteen_bit_grey_is_exact_and_shown_over_its_own_range(suffix: str) -> None:
    values = speckle(17, 23, np.uint16)
    values[0, :2] = 1000, 60000
    values = np.clip(values, 1000, 60000)
    found = decode(opencv_bytes(values, suffix))
    np.testing.assert_array_equal(found.values, values)
    assert found.values.dtype == np.uint16
    assert found.encoding.endswith(", 16 bits")
    assert (found.window.centre, found.window.width) == pytest.approx((30500, 59000))


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_every_value_of_a_sixteen_bit_ramp_survives(suffix: str) -> None:
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    found = decode(opencv_bytes(ramp, suffix))
    np.testing.assert_array_equal(found.values, ramp)
    assert len(np.unique(found.display())) == 256


def test_one_bit_is_black_and_white() -> None:
    found = decode(image_bytes(Image.fromarray(np.array([[True, False], [False, True]]))))
    np.testing.assert_array_equal(found.values, [[255, 0], [0, 255]])


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_color_becomes_brightness_by_bt_601(kind: str) -> None:
    # 255 * 0.299 = 76.2, 255 * 0.587 = 149.7, 255 * 0.114 = 29.1
    found = decode(image_bytes(np.array([[RED, GREEN, BLUE, (9, 9, 9)]], np.uint8), kind))
    np.testing.assert_array_equal(found.values, [[76, 150, 29, 9]])


def test_grey_stored_as_color_is_exact() -> None:
    values = speckle(16, 16)
    np.testing.assert_array_equal(decode(image_bytes(np.dstack([values] * 3))).values, values)


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_sixteen_bit_color_becomes_brightness_of_sixteen_bits(suffix: str) -> None:
    blue_green_red = np.array([[[0, 0, 60000], [0, 60000, 0], [60000, 0, 0], [40001, 40001, 40001]]], np.uint16)
    found = decode(opencv_bytes(blue_green_red, suffix))
    np.testing.assert_array_equal(found.values, [[17940, 35220, 6840, 40001]])
    assert found.encoding.endswith(", 16 bits")


def test_transparency_is_black() -> None:
    rgba = np.array([[(200, 200, 200, 255), (200, 200, 200, 0), (200, 200, 200, 51)]], np.uint8)
    np.testing.assert_array_equal(decode(image_bytes(rgba)).values, [[200, 0, 40]])
    luminance_and_opacity = Image.fromarray(np.array([[(100, 255), (100, 0)]], np.uint8), "LA")
    np.testing.assert_array_equal(decode(image_bytes(luminance_and_opacity)).values, [[100, 0]])


def test_transparency_of_sixteen_bits_is_black() -> None:
    pixels = struct.pack(">HHHH", 40000, 65535, 20000, 0)
    np.testing.assert_array_equal(decode(png(1, 2, 16, 4, b"\0" + pixels)).values, [[40000, 0]])


def test_a_palette_is_looked_up() -> None:
    picture = Image.fromarray(np.array([[0, 1, 2]], np.uint8))
    picture.putpalette([*RED, *BLUE, 7, 7, 7])
    np.testing.assert_array_equal(decode(image_bytes(picture)).values, [[76, 29, 7]])


@pytest.mark.parametrize("orientation", TURNED)
def test_exif_orientation_of_a_jpeg_is_applied(orientation: int) -> None:
    blocks = np.kron(40 * CORNERS, np.ones((16, 16))).astype(np.uint8)
    found = decode(image_bytes(blocks, "JPEG", quality=100, exif=oriented(orientation)))
    np.testing.assert_array_equal(np.round(found.values[8::16, 8::16] / 40), TURNED[orientation])


def with_segment(stream: bytes, content: bytes) -> bytes:
    """Return a JPEG with an APP1 segment at its beginning (ITU-T T.81, B.2.4.6)."""
    return stream[:2] + struct.pack(">BBH", 0xFF, 0xE1, len(content) + 2) + content + stream[2:]


def jpeg_of_twelve_bits() -> bytes:
    """Return blocks of 600 times the corners' numbers."""
    blocks = np.kron(600 * CORNERS, np.ones((16, 16))).astype(np.uint16)
    return bytes(imagecodecs.jpeg8_encode(blocks, level=100, bitspersample=12))


@pytest.mark.parametrize("orientation", TURNED)
def test_exif_orientation_of_a_jpeg_of_twelve_bits_is_applied(orientation: int) -> None:
    stream = jpeg_of_twelve_bits()
    for first in (b"http://ns.adobe.com/xap/1.0/\0<x/>", b""):
        data = with_segment(stream, oriented(orientation).tobytes())
        found = decode(with_segment(data, first) if first else data)
        np.testing.assert_array_equal(np.round(found.values[8::16, 8::16] / 600), TURNED[orientation])
        assert found.encoding == "JPEG, 12 bits"


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize(
    "content", [b"", b"Exif\0\0", b"Exif\0\0II", b"Exif\0\0" + b"\xff" * 40, b"Exif\0\0MM\0*\0\0\0\x08\0\1"]
)
def test_exif_that_cannot_be_read_turns_nothing(content: bytes) -> None:
    found = decode(with_segment(jpeg_of_twelve_bits(), content))
    np.testing.assert_array_equal(np.round(found.values[8::16, 8::16] / 600), CORNERS)


def test_a_jpeg_of_twelve_bits_in_four_inks_is_refused_by_name() -> None:
    inks = np.full((16, 16, 4), 1000, np.uint16)
    data = bytes(imagecodecs.jpeg8_encode(inks, bitspersample=12))
    with pytest.raises(ImageError, match=r"^This is a JPEG of 12 bits in four inks, which is not supported\."):
        decode(data)


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_orientation_of_png_and_tiff_is_applied_at_any_depth(orientation: int, dtype: type[np.generic]) -> None:
    values = CORNERS.astype(dtype)
    as_png = decode(image_bytes(values, "PNG", exif=oriented(orientation)))
    as_tiff = decode(image_bytes(values, "TIFF", tiffinfo={ORIENTATION: orientation}))
    np.testing.assert_array_equal(as_png.values, TURNED[orientation])
    np.testing.assert_array_equal(as_tiff.values, TURNED[orientation])


def with_half_the_color(grey: np.ndarray[tuple[int, int], np.dtype[np.uint8]], orientation: int) -> bytes:
    """Return a TIFF of YCbCr whose color has half the size, put together by hand (TIFF 6.0, section 21)."""
    rows, columns = grey.shape
    blocks = grey.reshape(rows // 2, 2, columns // 2, 2).swapaxes(1, 2).reshape(-1, 4)
    content = zlib.compress(np.hstack([blocks, np.full((len(blocks), 2), 128, np.uint8)]).tobytes())
    fields = {
        256: (4, 1, columns), 257: (4, 1, rows), 258: (3, 3, 8), 259: (3, 1, 8), 262: (3, 1, 6), 273: (4, 1, 14),
        274: (3, 1, orientation), 277: (3, 1, 3), 278: (4, 1, rows), 279: (4, 1, len(content)), 284: (3, 1, 1),
        530: (3, 2, 2 + (2 << 16)),
    }  # fmt: skip
    directory = struct.pack("<H", len(fields))
    directory += b"".join(struct.pack("<HHII", tag, *field) for tag, field in fields.items()) + bytes(4)
    return b"II*\0" + struct.pack("<I", 14 + len(content)) + struct.pack("<HHH", 8, 8, 8) + content + directory


@pytest.mark.parametrize("orientation", TURNED)
def test_orientation_of_a_tiff_that_pillow_reads_is_applied_once(orientation: int) -> None:
    stored = np.kron(40 * CORNERS, np.ones((4, 4))).astype(np.uint8)
    decoded = decode(with_half_the_color(stored, orientation))
    shown = np.kron(40 * np.array(TURNED[orientation]), np.ones((4, 4)))
    np.testing.assert_allclose(decoded.values, shown, atol=1)


def test_a_cmyk_jpeg_becomes_brightness() -> None:
    inks = np.zeros((16, 16, 4), np.uint8)
    inks[:, 8:, 3] = 255  # black ink on the right
    found = decode(image_bytes(Image.fromarray(inks, "CMYK"), "JPEG", quality=100))
    assert found.values[8, 2] > 250
    assert found.values[8, 13] < 5


def test_a_jpeg_and_a_webp_of_a_smooth_ramp_are_near_it() -> None:
    ramp = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (48, 1))
    for kind, name in (("JPEG", "JPEG"), ("WEBP", "WebP")):
        found = decode(image_bytes(ramp, kind, quality=95))
        assert found.encoding == f"{name}, 8 bits"
        assert np.abs(found.values.astype(int) - ramp).max() <= 6
    lossless = decode(image_bytes(np.dstack([ramp] * 3), "WEBP", lossless=True))
    np.testing.assert_array_equal(lossless.values, ramp)


def test_float_tiff_is_exact_and_shown_over_its_own_range() -> None:
    values = np.array([[-1.5, 0.25], [2.5, 1e-3]], np.float32)
    found = decode(opencv_bytes(values, ".tiff"))
    np.testing.assert_array_equal(found.values, values)
    assert (found.window.centre, found.window.width) == pytest.approx((0.5, 4))
    assert (found.values.dtype, found.encoding) == (np.dtype("float32"), "TIFF, float")


def test_a_tiff_of_sixteen_bits_whose_white_is_zero_is_turned_over() -> None:
    values = np.array([[0, 1000, 65535]], np.uint16)
    found = decode(image_bytes(values, "TIFF", tiffinfo={262: 0}))
    np.testing.assert_array_equal(found.values, values)
    np.testing.assert_array_equal(found.display(), [[255, 251, 0]])  # 255 * 64535 / 65535 = 251.1


def test_the_first_page_of_several_is_read() -> None:
    pages = [Image.fromarray(np.full((4, 4), level, np.uint8)) for level in (10, 200)]
    found = decode(image_bytes(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    np.testing.assert_array_equal(found.values, np.full((4, 4), 10))


@pytest.mark.parametrize("values", [np.array([[7]], np.uint8), np.array([[700]], np.uint16)])
def test_a_picture_of_one_pixel_is_a_radiograph(values: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> None:
    found = decode(opencv_bytes(values, ".png"))
    assert found.values.tolist() == values.tolist()
    assert np.isfinite(found.grey()).all()


def test_a_constant_sixteen_bit_picture_is_shown_without_dividing_by_zero() -> None:
    found = decode(opencv_bytes(np.full((3, 4), 5000, np.uint16), ".png"))
    np.testing.assert_array_equal(found.display(), np.zeros((3, 4)))


def test_a_file_is_recognised_by_its_content_alone() -> None:
    assert decode(image_bytes(speckle(8, 8), "BMP")).encoding == "BMP, 8 bits"
    assert decode(image_bytes(speckle(8, 8), "GIF")).encoding == "GIF, 8 bits"


def test_an_empty_file_is_said_to_be_empty() -> None:
    with pytest.raises(ImageError, match=r"^The file is empty\. Export the radiograph again\.$"):
        decode(b"")


@pytest.mark.parametrize("content", [b"patient,age\n1,70\n", b"\x00" * 300, b"<svg/>", b"\x89PNG", b"RIFF"])
def test_what_is_no_image_is_said_not_to_be_one(content: bytes) -> None:
    with pytest.raises(ImageError, match=r"^This is not an image file\."):
        decode(content)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data", "ignore:Truncated File Read")  # Pillow, of a cut TIFF
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
@pytest.mark.parametrize("part", [0.5, 0.9])
def test_a_file_cut_short_is_said_to_be_damaged(kind: str, part: float) -> None:
    whole = image_bytes(speckle(64, 64), kind)
    with pytest.raises(ImageError, match=r"^(The image is damaged or cut short|This is not an image file)\."):
        decode(whole[: int(len(whole) * part)])


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data", "ignore:Truncated File Read")
def test_a_deep_file_cut_short_is_said_to_be_damaged(suffix: str) -> None:
    whole = opencv_bytes(speckle(64, 64, np.uint16), suffix)
    with pytest.raises(ImageError, match=r"^(The image is damaged or cut short|This is not an image file)\."):
        decode(whole[: len(whole) // 2])


@pytest.mark.parametrize(("depth", "color_type"), [(1, 0), (8, 0), (16, 0), (8, 2), (8, 3), (8, 6), (16, 6)])
def test_a_png_without_its_last_rows_is_said_to_be_damaged(depth: int, color_type: int) -> None:
    """Its compressed data end as they should, so that no reader misses the rows: they would be shown black."""
    row = b"\0" + b"\x01" * (8 * depth * {0: 1, 2: 3, 3: 1, 6: 4}[color_type] // 8)
    colors = bytes(range(256)) * 3 if color_type == 3 else b""
    for rows in (0, 3, 5):
        with pytest.raises(ImageError, match="damaged or cut short"):
            decode(with_palette(png(6, 8, depth, color_type, row * rows), colors))
    assert decode(with_palette(png(6, 8, depth, color_type, row * 6), colors)).values.shape == (6, 8)
    black = b"\0" * len(row)
    assert decode(with_palette(png(6, 8, depth, color_type, row * 5 + black), colors)).values.shape == (6, 8)


@pytest.mark.parametrize(("rows", "columns"), [(8, 8), (9, 5), (1, 1), (3, 2)])
def test_an_interlaced_png_without_its_last_pass_is_said_to_be_damaged(rows: int, columns: int) -> None:
    """The passes' starts and steps, as the clause's own drawing has them: 1 6 4 6 2 6 4 6 in the first row."""
    drawing = np.array([list(row) for row in ("16462646", "77777777", "56565656", "77777777") * 2], int)
    drawing[4] = [int(sign) for sign in "36463646"]
    passes = np.tile(drawing, (2, 1))[:rows, :columns]
    lines = [(row == k).sum() for k in range(1, 8) for row in passes if (row == k).any()]
    stream = b"".join(b"\0" + b"\x09" * int(length) for length in lines)
    without_last = b"".join(b"\0" + b"\x09" * int(length) for length in lines[:-1])
    whole = decode(png(rows, columns, 8, 0, stream, interlaced=1))
    np.testing.assert_array_equal(whole.values, np.full((rows, columns), 9))
    with pytest.raises(ImageError, match="damaged or cut short"):
        decode(png(rows, columns, 8, 0, without_last, interlaced=1))


def with_palette(data: bytes, colors: bytes) -> bytes:
    """Put a PLTE chunk behind the header of a PNG that needs one."""
    if not colors:
        return data
    chunk = struct.pack(">I", len(colors)) + b"PLTE" + colors + struct.pack(">I", zlib.crc32(b"PLTE" + colors))
    return data[:33] + chunk + data[33:]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_pixels_that_are_not_finite_are_black_and_said(value: float) -> None:
    found = decode(opencv_bytes(np.array([[value, 5, 7, 9]], np.float32), ".tiff"))
    np.testing.assert_allclose(found.grey(), [[0, 0, 0.5, 1]])
    assert found.padding is not None
    assert found.padding.tolist() == [[True, False, False, False]]
    assert found.notes == ("25 % of the pixels hold no finite number; they are shown black.",)


def test_a_picture_without_any_finite_number_is_refused() -> None:
    with pytest.raises(ImageError, match="values that are not finite numbers"):
        decode(opencv_bytes(np.array([[np.nan, np.inf]], np.float32), ".tiff"))


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(ImageError, match=r"^The file is 64 MB; at most 64 MB are read\.$"):
        decode(bytes(LARGEST_FILE + 1))


@pytest.mark.parametrize("side", [11_000, 20_000])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(side: int) -> None:
    assert side * side > MOST_PIXELS
    with pytest.raises(ImageError, match=r"^The image has .*100 million"):
        decode(png(side, side, 8, 0, b""))
