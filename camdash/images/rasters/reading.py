"""Raster files to radiographs, recognised by their content: each format by its reader, exact at any depth.

Pillow reads what has eight bits. What it would cut to eight bits goes to libraries that do not: imagecodecs (PNG, JPEG
of 12 bits, JPEG 2000, JPEG XL, AVIF), netpbmfile (PGM) and tifffile (TIFF).
"""

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from camdash.errors import ImageError
from camdash.images import formats
from camdash.images.formats import FIRST_BYTES, READ, Format, recognise
from camdash.images.limits import MOST_PIXELS, check_pixels
from camdash.images.radiograph import FLOAT, Radiograph, depth_of, size_facts
from camdash.images.rasters.samples import Channel, brightness, channel_of, eight_bits, last_is_opacity, stretched
from camdash.images.streams.headers import LOSSLESS, describe, exif_of, frame_marker, jpeg_xl_size
from camdash.images.streams.jpeg_data import grey_end_notes, jpeg_data_notes
from camdash.images.window import Window
from camdash.words.sentence import joined, say

DAMAGED = (
    *(OSError, SyntaxError, ValueError, EOFError, TypeError, LookupError, RuntimeError, ZeroDivisionError),
    *(AttributeError, OverflowError, AssertionError, NotImplementedError, struct.error),
)
"""What the readers' libraries raise for broken files."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture.

    Attributes:
        channel: its values.
        bits: how they are stored, in words.
        pages: how many pictures the file holds, of which this is the first.
        inverted: whether the values count from white.
    """

    channel: Channel
    bits: str = depth_of(8)
    pages: int = 1
    inverted: bool = False


def decode_raster(data: bytes) -> Radiograph:
    """Decode a file's content to a radiograph.

    Deeper values than eight bits are kept exact and shown over their own range; eight-bit values are shown from 0
    to 255. Color becomes brightness (BT.601), transparency black. Orientation is applied. Of a file with several
    pages the first is read, and a note says so.

    Raises:
        ImageError: the content is no image that can be read; the sentence says why.
    """
    kind = recognise(data[:FIRST_BYTES])
    if kind is None:
        raise ImageError(say("This is not an image file. Use {formats}.", formats=READ))
    if not kind.is_read:
        raise ImageError(kind.refusal)
    try:
        return _radiograph(READERS[kind](data), kind)
    except Image.DecompressionBombError as error:
        most = MOST_PIXELS / 1e6
        raise ImageError(say("The image has more than {limit:.0f} million pixels.", limit=most)) from error
    except (*DAMAGED, UnidentifiedImageError) as error:
        raise ImageError(say("The image is damaged or cut short. Export it again.")) from error


def _radiograph(picture: Picture, kind: Format) -> Radiograph:
    channel = picture.channel
    rows, columns = channel.values.shape
    pages = (say("The first of {count} pages.", count=picture.pages),) if picture.pages > 1 else ()
    plain = Radiograph(
        channel.values if channel.values.flags.c_contiguous else channel.values.copy(),
        Window.between(0, 255),
        joined(", ", [kind.name, picture.bits]),
        inverted=picture.inverted,
        padding=channel.missing,
        facts=size_facts(rows, columns, picture.bits),
        notes=(*pages, *channel.notes),
    )
    return plain if channel.values.dtype == np.uint8 else replace(plain, window=Window.between(*plain.full_range))


def _eight_bits(data: bytes, kind: str) -> Picture:
    """Decode a picture of eight bits by Pillow."""
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        check_pixels(image.height, image.width)
        pages = getattr(image, "n_frames", 1)
        image.load()
        return Picture(Channel(eight_bits(ImageOps.exif_transpose(image))), pages=pages)


def _png(data: bytes) -> Picture:
    with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
        check_pixels(image.height, image.width)
        pages, orientation = getattr(image, "n_frames", 1), _orientation(image)
        image.load()  # which sees damage that libpng passes by
        _check_rows(data, image)
        if data[24:25] != b"\x10":  # the bit depth of IHDR (W3C PNG, clause 11.2.1)
            return Picture(Channel(eight_bits(ImageOps.exif_transpose(image))), pages=pages)
        clear = image.info.get("transparency")
    samples = _codecs().png_decode(data)
    grey = brightness(samples, last_is_opacity(samples), 65535)
    if clear is not None and last_is_opacity(samples) is None:  # one color that is not opaque (clause 11.3.2.1)
        same = samples == np.array(clear)
        grey = np.where(same if same.ndim == 2 else same.all(axis=2), 0, grey)
    return _deep(grey, depth_of(16), orientation, pages)


def _check_rows(data: bytes, image: Image.Image) -> None:
    """Refuse a PNG whose compressed data end before its last rows do: Pillow leaves these black, libpng sees it.

    Raises:
        RuntimeError: rows are missing.
    """
    if not image.info.get("interlace") and np.asarray(image)[-1].any():
        return
    try:
        _codecs().png_decode(data)
    except RuntimeError as error:
        if "Not enough image data" in str(error):  # whatever else libpng dislikes, Pillow could read
            raise


def _jpeg(data: bytes) -> Picture:
    found = describe(data)
    if found is None or found.precision == 8:
        try:
            picture = _eight_bits(data, "JPEG")
        except UnidentifiedImageError:
            picture = _eight_bits(data, "MPO")  # a JPEG with others behind it
        return replace(picture, channel=replace(picture.channel, notes=jpeg_data_notes(data)))
    check_pixels(found.rows, found.columns)
    if frame_marker(data) in LOSSLESS:
        raise ImageError(
            say("This is a lossless JPEG outside of a DICOM file, which is not supported. Export it as PNG.")
        )
    if found.samples == 4:
        raise ImageError(say("This is a JPEG of 12 bits in four inks, which is not supported. Export it in grey."))
    samples = _codecs().jpeg8_decode(data)
    picture = _deep(brightness(samples), depth_of(found.precision), _orientation_in(exif_of(data)))
    notes = (*picture.channel.notes, *grey_end_notes(samples, found.precision))
    return replace(picture, channel=replace(picture.channel, notes=notes))


def _tiff(data: bytes) -> Picture:
    from camdash.images.rasters.tiff import read_tiff  # tifffile: 0.1 s, for who opens a TIFF

    page = read_tiff(data)
    channel = _upright(page.channel, page.orientation)
    return Picture(channel, page.bits, page.pages, page.white_is_zero)


def _jpeg_2000(data: bytes) -> Picture:
    found = describe(data)
    if found is None:
        raise ValueError("no SIZ segment")
    check_pixels(found.rows, found.columns)
    if found.precision <= 8:
        return _eight_bits(data, "JPEG2000")
    samples = _codecs().jpeg2k_decode(data)
    return _shallow_or_deep(samples, 2**found.precision - 1, bits=depth_of(found.precision))


def _jpeg_xl(data: bytes) -> Picture:
    size = jpeg_xl_size(data)
    if size is None:
        raise ValueError("no size")
    check_pixels(*size)
    samples = _codecs().jpegxl_decode(data, index=0, numthreads=1)
    return _shallow_or_deep(samples, 1 if samples.dtype.kind == "f" else np.iinfo(samples.dtype).max)


def _avif(data: bytes) -> Picture:
    with Image.open(io.BytesIO(data), formats=["AVIF"]) as image:
        check_pixels(image.height, image.width)
        pages, orientation = getattr(image, "n_frames", 1), _orientation(image)
    samples = _codecs().avif_decode(data, index=0, numthreads=1)
    most = next(2**bits - 1 for bits in (8, 10, 12, 16) if samples.max() < 2**bits)  # AV1 has 8, 10 and 12
    return _shallow_or_deep(samples, most, orientation, pages)


def _pgm(data: bytes) -> Picture:
    from netpbmfile import NetpbmFile

    with NetpbmFile(io.BytesIO(data)) as opened:
        check_pixels(opened.height, opened.width)
        check_pixels(opened.height, opened.width * opened.depth * opened.frames)
        samples, most, frames = opened.asarray(), opened.maxval, opened.frames
        black_is_one = opened.magicnumber in ("P1", "P4")
    first = samples[0] if frames > 1 else samples
    native = ~first if black_is_one else first.astype(first.dtype.newbyteorder("="))
    if native.dtype.kind in "bu" and native.dtype.itemsize == 1:
        if most < 1:
            raise ValueError("white is black")
        native, notes = stretched(native, most, last_is_opacity(native))
        picture = _shallow_or_deep(native, 255, pages=frames)
        return replace(picture, channel=replace(picture.channel, notes=notes))
    return _shallow_or_deep(native, most or 1, pages=frames)


def _shallow_or_deep(
    samples: NDArray[Any], opaque: float, orientation: int = 1, pages: int = 1, bits: str = ""
) -> Picture:
    """Return the picture of grey or of color, with opacity or without."""
    if samples.dtype != np.uint8:
        bits = bits or (FLOAT if samples.dtype.kind == "f" else depth_of(8 * samples.dtype.itemsize))
        return _deep(brightness(samples, last_is_opacity(samples), opaque), bits, orientation, pages)
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[samples.shape[2] if samples.ndim == 3 else 1]
    channel = Channel(eight_bits(Image.fromarray(np.ascontiguousarray(samples), mode)))
    return Picture(_upright(channel, orientation), pages=pages)


def _deep(grey: NDArray[Any], bits: str, orientation: int, pages: int = 1) -> Picture:
    return Picture(_upright(channel_of(grey), orientation), bits, pages)


def _upright(channel: Channel, orientation: int) -> Channel:
    """Apply an orientation (TIFF 6.0, tag 274) that a reader leaves to others."""
    if orientation == 1:
        return channel

    def turned(pixels: NDArray[Any]) -> NDArray[Any]:
        down, across = -1 if orientation in (3, 4, 7, 8) else 1, -1 if orientation in (2, 3, 6, 7) else 1
        return (pixels.T if orientation in (5, 6, 7, 8) else pixels)[::down, ::across].copy()

    missing = None if channel.missing is None else turned(channel.missing)
    return replace(channel, values=turned(channel.values), missing=missing)


def _orientation(image: Image.Image) -> int:
    return int(image.getexif().get(ExifTags.Base.Orientation, 1))


def _orientation_in(content: bytes) -> int:
    """Return the orientation that EXIF says, upright where it cannot be read."""
    exif = Image.Exif()
    try:
        exif.load(content)
        return int(exif.get(ExifTags.Base.Orientation, 1))
    except (*DAMAGED, UnidentifiedImageError):
        return 1


def _codecs() -> Any:
    """Return imagecodecs, which loads each codec when it is first asked for."""
    import imagecodecs

    return imagecodecs


READERS: dict[Format, Callable[[bytes], Picture]] = {
    formats.PNG: _png,
    formats.JPEG: _jpeg,
    formats.TIFF: _tiff,
    formats.BMP: lambda data: _eight_bits(data, "BMP"),
    formats.WEBP: lambda data: _eight_bits(data, "WEBP"),
    formats.GIF: lambda data: _eight_bits(data, "GIF"),
    formats.JPEG_2000: _jpeg_2000,
    formats.JPEG_XL: _jpeg_xl,
    formats.AVIF: _avif,
    formats.PGM: _pgm,
}
