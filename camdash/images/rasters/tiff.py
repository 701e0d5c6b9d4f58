"""TIFF files, read by tifffile and its codecs: the first page, at any depth and in any layout (TIFF 6.0).

A compression that is not in `COMPRESSIONS` is refused by name, before a codec sees a byte of it.
"""

import io
import struct
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tifffile import COMPRESSION, PHOTOMETRIC, TIFF, TiffFile, TiffPage

from camdash.errors import ImageError
from camdash.images.limits import MOST_PIXELS, check_pixels
from camdash.images.radiograph import FLOAT, depth_of
from camdash.images.rasters.samples import (
    Channel,
    Opacity,
    brightness,
    channel_of,
    eight_bits,
    on_high_black,
    without_inks,
)
from camdash.images.streams.headers import LOSSLESS, describe, frame_marker
from camdash.images.streams.jpeg_data import grey_end_notes, jpeg_data_notes
from camdash.words.sentence import say

MOST_PAGES = 1000
"""Where counting ends."""

FAX, OLD_JPEG, JPEG = (2, 3, 4), 6, (7, 34892)
COMPRESSIONS = (
    *(1, 5, 8, 32773, 32946),  # none, LZW, deflate, PackBits
    *FAX,
    *(OLD_JPEG, *JPEG),
    *(33003, 33005, 34712),  # JPEG 2000
    *(34887, 34925, 34926, 50000),  # LERC, LZMA, Zstandard
    *(34927, 50001, 50002, 52546),  # WebP, JPEG XL
)
"""The compressions that are decoded (TIFF 6.0, sections 9 to 11 and 22, and what came later), by their numbers."""

OWN_DEPTH = (33003, 33005, 34712, 34887, 50002, 52546)
"""Compressions whose data says itself how deep it is: JPEG 2000, LERC, JPEG XL."""

RUN_ON = (*FAX, OLD_JPEG, *JPEG)
"""Compressions whose decoders fill in what is missing at the end, in place of an error."""


GREY_PART = say("A part of the picture ends in one grey. Its JPEG data may end early.")


@dataclass(frozen=True, eq=False)
class FirstPage:
    """The first page of a TIFF file.

    Attributes:
        channel: its values.
        bits: how they are stored, in words ("16 bits", "float").
        orientation: 1 to 8 (tag 274), not yet applied.
        white_is_zero: whether the values count from white.
        pages: how many pages the file has; no more than `MOST_PAGES` are counted.
    """

    channel: Channel
    bits: str
    orientation: int
    white_is_zero: bool
    pages: int


def read_tiff(data: bytes) -> FirstPage:
    """Decode the first page of a TIFF file.

    Up to eight bits become 0 to 255, brighter = higher; deeper values stay as they are. Of more samples than color
    and opacity need the first is read, and a note says so.

    Raises:
        ImageError: the page is compressed in a way that is not read, too large, or damaged.
        ValueError, LookupError, TypeError, OSError, RuntimeError, struct.error: as tifffile and its codecs raise for
            damaged files.
    """
    with TiffFile(io.BytesIO(data)) as opened:
        page = opened.pages.first
        check_pixels(page.imagelength, page.imagewidth * page.imagedepth)
        _check_compression(page, data)
        _check_inks(page)
        _check_depth(page, data)
        channel = _eight_bit_page(page, data) if _is_shallow(page) else _deep_page(page, data)
        channel = replace(channel, notes=(*channel.notes, *_jpeg_notes(page, data)))
        return FirstPage(
            channel,
            _bits(page),
            1 if _is_shallow(page) and _is_pillows(page) else int(page.tags.valueof(274, 1)),
            white_is_zero=page.photometric == PHOTOMETRIC.MINISWHITE and not _is_shallow(page),
            pages=_count_pages(opened, data),
        )


def _check_compression(page: TiffPage, data: bytes) -> None:
    number = int(page.compression)
    if number not in COMPRESSIONS:
        known = number in COMPRESSION.__members__.values()
        name = COMPRESSION(number).name.replace("_", " ") if known else say("number {number}", number=number)
        raise ImageError(
            say("The TIFF file's compression ({name}) is not supported. Save it with LZW or without any.", name=name)
        )
    if number in JPEG:
        for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False):
            if frame_marker(data[offset : offset + count]) in LOSSLESS:  # its decoder was seen to crash
                raise ImageError(say("The TIFF file holds lossless JPEG, which is not supported. Save it with LZW."))


def _check_depth(page: TiffPage, data: bytes) -> None:
    """Refuse data of more bits than the tag says: tifffile would keep the low ones, or take one value for two."""
    if page.compression not in OWN_DEPTH or not page.dataoffsets:
        return
    offset, count = page.dataoffsets[0], page.databytecounts[0]
    said = 8 * np.dtype(page.dtype).itemsize
    if (stream := describe(data[offset : offset + count])) is not None:  # JPEG 2000 takes long to decode
        own = stream.precision
    else:
        own = _bits_decoded(page, data[offset : offset + count])
    if own > said:
        raise ImageError(
            say(
                "The TIFF file says {said} bits, and its compressed data has {found}. Export it again.",
                said=said,
                found=own,
            )
        )


def _bits_decoded(page: TiffPage, segment: bytes) -> int:
    """Return the bits of a sample of LERC or JPEG XL; 0 where it is packed once more, or damaged."""
    try:
        return 8 * int(TIFF.DECOMPRESSORS[page.compression](segment).dtype.itemsize)
    except (RuntimeError, ValueError):  # tifffile sees to it
        return 0


def _jpeg_notes(page: TiffPage, data: bytes) -> tuple[str, ...]:
    """Return a note on damage in a page's JPEG strips or tiles, whose tables stand apart (TIFF Technical Note 2).

    Raises:
        ValueError: the data of one ends early.
    """
    if page.compression == OLD_JPEG and page.tags.valueof(513):  # one stream for all strips (section 22)
        start = int(page.tags.valueof(513))
        return jpeg_data_notes(data[start : start + int(page.tags.valueof(514, len(data)))])
    if page.compression not in JPEG:
        return ()
    tables = (page.jpegtables or b"")[2:-2]
    segments = dict.fromkeys(zip(page.dataoffsets, page.databytecounts, strict=False))
    for offset, count in segments:
        stream = data[offset : offset + count]
        if notes := jpeg_data_notes(stream[:2] + tables + stream[2:] if tables else stream):
            return notes
    return ()


def _grey_ends(page: TiffPage, samples: NDArray[Any]) -> tuple[str, ...]:
    """Return a note where a strip or tile of JPEG of more than 8 bits ends in grey."""
    if page.compression not in JPEG:
        return ()
    strip = min(page.rowsperstrip or page.imagelength, page.imagelength), page.imagewidth
    height, width = (page.tilelength, page.tilewidth) if page.is_tiled else strip
    for top in range(0, samples.shape[0], height):
        for left in range(0, samples.shape[1], width):
            part = samples[top : top + height, left : left + width]
            if notes := grey_end_notes(part, page.bitspersample):
                return notes if part.shape[:2] == samples.shape[:2] else (GREY_PART,)
    return ()


def _check_inks(page: TiffPage) -> None:
    """Refuse fewer than four inks: which colors they have is not known (section 16)."""
    if page.photometric == PHOTOMETRIC.SEPARATED and page.samplesperpixel < 4:
        raise ImageError(
            say(
                "The TIFF file holds {count} inks; only cyan, magenta, yellow and black together are supported. "
                "Save it in grey.",
                count=int(page.samplesperpixel),
            )
        )


def _is_shallow(page: TiffPage) -> bool:
    """Return whether eight bits without sign hold each sample."""
    bits = page.bitspersample
    return page.sampleformat == 1 and max(bits if isinstance(bits, tuple) else (bits,)) <= 8


def _bits(page: TiffPage) -> str:
    if page.sampleformat == 3:
        return FLOAT
    bits = page.bitspersample
    stored = depth_of(int(max(bits) if isinstance(bits, tuple) else max(bits, 8)))
    return say("{bits}, signed", bits=stored) if page.sampleformat == 2 else stored


def _is_pillows(page: TiffPage) -> bool:
    """Return whether Pillow decodes a page, and turns it upright as well: what tifffile leaves to others."""
    return bool(page.compression == OLD_JPEG or (page.is_subsampled and page.compression not in JPEG))


def _eight_bit_page(page: TiffPage, data: bytes) -> Channel:
    if _is_pillows(page):
        with Image.open(io.BytesIO(data), formats=["TIFF"]) as image:
            return Channel(eight_bits(image))
    samples = _samples(page, data)
    bits = page.bitspersample
    if page.photometric == PHOTOMETRIC.PALETTE:
        return Channel(eight_bits(Image.fromarray(_looked_up(samples[:, :, 0], page.colormap))))
    if isinstance(bits, int) and bits < 8 and samples.max() < 2**bits:  # a codec may give more bits than the tag says
        samples = np.rint(samples * (255 / (2**bits - 1))).astype(np.uint8)
    elif isinstance(bits, tuple):
        most = np.array([2**length - 1 for length in bits])
        samples = np.rint(samples * (255 / most)).clip(0, 255).astype(np.uint8)
    samples = samples.astype(np.uint8, copy=False)
    if page.photometric == PHOTOMETRIC.MINISWHITE:
        white = samples[:, :, 1:2] if _opacity(page) is Opacity.MULTIPLIED else np.uint8(255)
        grey = np.maximum(white, samples[:, :, :1]) - samples[:, :, :1]
        samples = np.concatenate([grey, samples[:, :, 1:]], axis=2)
    if page.photometric == PHOTOMETRIC.SEPARATED:
        return Channel(eight_bits(Image.fromarray(np.ascontiguousarray(samples[:, :, :4]), "CMYK")))
    if _colors(page) == 3 and samples.shape[2] >= 3:
        opaque = np.full_like(samples[:, :, :1], 255)
        seen = _opacity(page) is Opacity.STRAIGHT
        four = np.concatenate([samples[:, :, :3], samples[:, :, 3:4] if seen else opaque], axis=2)
        return Channel(eight_bits(Image.fromarray(four, "RGBA")), notes=_left_out(page))
    return Channel(brightness(_used(samples, page), _opacity(page), 255).astype(np.uint8), notes=_left_out(page))


def _deep_page(page: TiffPage, data: bytes) -> Channel:
    samples = _samples(page, data)
    channel = _deep_channel(page, samples)
    return replace(channel, notes=(*channel.notes, *_grey_ends(page, samples)))


def _deep_channel(page: TiffPage, samples: NDArray[Any]) -> Channel:
    if page.photometric == PHOTOMETRIC.PALETTE:
        return Channel(eight_bits(Image.fromarray(_looked_up(samples[:, :, 0], page.colormap))))
    if samples.dtype.kind not in "iuf":
        raise ImageError(say("The TIFF file holds complex numbers, which are not supported. Save their magnitude."))
    opaque = 1 if samples.dtype.kind == "f" else 2**page.bitspersample - 1
    if page.photometric == PHOTOMETRIC.SEPARATED:
        return channel_of(brightness(without_inks(samples, opaque)))
    opacity, used = _opacity(page), _used(samples, page)
    if page.photometric == PHOTOMETRIC.MINISWHITE and opacity is not None:
        channel = channel_of(on_high_black(used, opacity, opaque))
    else:
        channel = channel_of(brightness(used, opacity, opaque))
    return replace(channel, notes=(*channel.notes, *_left_out(page)))


def _colors(page: TiffPage) -> int:
    """Return how many samples make up the color; only the first of others is looked at."""
    colors = page.photometric == PHOTOMETRIC.RGB or (page.photometric == PHOTOMETRIC.YCBCR and page.compression in JPEG)
    return 3 if colors and page.samplesperpixel >= 3 else 1


def _opacity(page: TiffPage) -> Opacity | None:
    """Return what the first extra sample is (section 18); one of unspecified meaning is left out."""
    extra = page.extrasamples
    if not extra or page.samplesperpixel - len(extra) != _colors(page):
        return None
    return {1: Opacity.MULTIPLIED, 2: Opacity.STRAIGHT}.get(int(extra[0]))


def _used(samples: NDArray[Any], page: TiffPage) -> NDArray[Any]:
    return samples[:, :, : _colors(page) + (_opacity(page) is not None)]


def _left_out(page: TiffPage) -> tuple[str, ...]:
    used = _colors(page) + (_opacity(page) is not None)
    luma_alone = page.photometric in (PHOTOMETRIC.YCBCR, PHOTOMETRIC.CIELAB, PHOTOMETRIC.ICCLAB)
    if page.samplesperpixel <= used or luma_alone:
        return ()
    if used > 1:
        return (say("Further channels were left out."),)
    return (say("The first of {count} channels.", count=int(page.samplesperpixel)),)


def _looked_up(index: NDArray[Any], colormap: NDArray[Any] | None) -> NDArray[np.uint8]:
    """Return the colors of a palette (section 5); some writers give it eight bits in place of sixteen."""
    if colormap is None:
        raise ValueError("no palette")
    deep = colormap.max() > 255
    colors: NDArray[np.uint8] = (colormap >> 8 if deep else colormap).astype(np.uint8).T[index]
    return colors


def _samples(page: TiffPage, data: bytes) -> NDArray[Any]:
    """Return the samples of a page: (rows, columns, samples)."""
    if prod(page.shaped) > 4 * MOST_PIXELS:
        check_pixels(page.imagelength, page.imagewidth * page.samplesperpixel * page.imagedepth)
    _check_segments(page, len(data))
    blank = np.zeros(page.shaped, page.dtype)  # no byte of it may stay as some other file left it
    planes = page.asarray(out=blank, squeeze=False, maxworkers=1)[:, 0]
    rows, columns = planes.shape[1:3]
    return np.moveaxis(planes, 0, 2).reshape(rows, columns, -1)


def _check_segments(page: TiffPage, size: int) -> None:
    """Raise ValueError if a strip or tile is not in the file; tifffile would draw it in black.

    Where an uncompressed one is said to have no bytes, it has as many as its pixels need.
    """
    count = prod(page.chunked)
    offsets, lengths = list(page.dataoffsets), list(page.databytecounts)
    if page.compression == 1:
        lengths = [length or _uncompressed(page) for length in lengths]
        page.databytecounts = tuple(lengths)
    if not page.is_contiguous and (len(offsets) < count or len(lengths) < count):
        raise ValueError("too few strips or tiles")
    for offset, length in zip(offsets[:count], lengths[:count], strict=False):
        beyond = page.compression in RUN_ON and offset + length > size
        if not 0 < offset < size or length <= 0 or beyond:
            raise ValueError("a strip or tile is not in the file")


def _uncompressed(page: TiffPage) -> int:
    rows, columns = (page.tilelength, page.tilewidth) if page.is_tiled else (page.rowsperstrip, page.imagewidth)
    samples = page.samplesperpixel if page.planarconfig == 1 else 1
    return int(rows * ((columns * samples * page.bitspersample + 7) // 8))


def _count_pages(opened: TiffFile, data: bytes) -> int:
    """Follow the chain of directories (section 2); one that bites its tail ends there."""
    form, place = opened.tiff, opened.pages.first.offset
    seen: set[int] = set()
    while place and place not in seen and len(seen) < MOST_PAGES:
        try:
            (tags,) = struct.unpack_from(form.tagnoformat, data, place)
            (following,) = struct.unpack_from(form.offsetformat, data, place + form.tagnosize + tags * form.tagsize)
        except (struct.error, OverflowError):
            return len(seen) + 1
        seen.add(place)
        place = following
    return len(seen)
