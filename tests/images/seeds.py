"""One small right file of each format, for whoever breaks files: truncation, flipped bytes, fuzzing."""

import io
import zipfile
from functools import cache
from typing import Any

import imagecodecs
import jpeg_ls
import numpy as np
import tifffile
from numpy.typing import NDArray
from openjpeg.utils import encode_array
from PIL import Image

from tests.images import dicom_files as files
from tests.images.dicom_files import dicom, layout_of
from tests.images.rle import rle
from tests.images.streams import jpeg_12_bits, jpeg_lossless
from tests.pictures import image_bytes, opencv_bytes, speckle

TWELVE_BITS: dict[str, Any] = {"BitsStored": 12, "HighBit": 11}


@cache
def seeds() -> dict[str, bytes]:
    """Return the files by name."""
    return _rasters() | _newer_rasters() | _plain_dicom() | _compressed_dicom()


def archive() -> bytes:
    """Return a small ZIP file with two images and a text: the same bytes at any time, as a test is named by them."""
    members = {
        "study/film.png": image_bytes(speckle(12, 16)),
        "study/film": dicom(speckle(12, 16, np.uint16)),
        "study/readme.txt": b"hello",
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name, data in members.items():
            packed.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _rasters() -> dict[str, bytes]:
    grey, deep = speckle(24, 32), speckle(24, 32, np.uint16)
    palette = Image.fromarray(grey // 2)
    palette.putpalette([value for level in range(256) for value in (level, 255 - level, 7)])
    color = np.dstack([grey, grey.T.reshape(24, 32), 255 - grey])
    return {
        "png 8": image_bytes(grey),
        "png 16": opencv_bytes(deep, ".png"),
        "png 16 color": opencv_bytes(np.dstack([deep, deep[::-1], deep]), ".png"),
        "png palette": image_bytes(palette),
        "png color": image_bytes(color),
        "jpeg": image_bytes(grey, "JPEG"),
        "jpeg progressive": image_bytes(color, "JPEG", progressive=True),
        "tiff 8": image_bytes(grey, "TIFF"),
        "tiff 16 lzw": image_bytes(deep, "TIFF", compression="tiff_lzw"),
        "tiff float deflate": opencv_bytes(deep.astype(np.float32), ".tiff"),
        "tiff pages": image_bytes(
            Image.fromarray(grey), "TIFF", save_all=True, append_images=[Image.fromarray(grey)] * 2
        ),
        "bmp": image_bytes(grey, "BMP"),
        "webp": image_bytes(color, "WEBP"),
        "webp lossless": image_bytes(color, "WEBP", lossless=True),
    }


def _newer_rasters() -> dict[str, bytes]:
    grey, deep = speckle(24, 32), speckle(24, 32, np.uint16)
    planes = np.stack([deep, deep[::-1], deep])
    return {
        "gif": image_bytes(grey, "GIF"),
        "jpeg 2000": image_bytes(grey, "JPEG2000"),
        "jpeg 2000 16": bytes(imagecodecs.jpeg2k_encode(deep, level=0, reversible=True)),
        "jpeg xl 16": bytes(imagecodecs.jpegxl_encode(deep, lossless=True)),
        "avif": image_bytes(grey, "AVIF"),
        "pgm 16": b"P5 32 24 65535\n" + deep.astype(">u2").tobytes(),
        "tiff planes": _tiff(planes, photometric="rgb", planarconfig="separate"),
        "tiff planes in tiles": _tiff(planes, photometric="rgb", planarconfig="separate", tile=(16, 16)),
        "tiff grey and opacity": _tiff(np.dstack([deep, deep]), planarconfig="contig", extrasamples=["unassalpha"]),
        "tiff 12 bits": _tiff(deep >> 4, bitspersample=12),
        "tiff jpeg": _tiff(grey, compression="jpeg"),
        **{f"tiff {name}": _tiff(deep, compression=name) for name in ("zstd", "lzma", "lerc", "jpeg2000", "jpegxl")},
    }


def _tiff(pixels: NDArray[Any], **options: Any) -> bytes:
    content = io.BytesIO()
    tifffile.imwrite(content, pixels, **{"photometric": "minisblack", "metadata": None} | options)
    return content.getvalue()


def _plain_dicom() -> dict[str, bytes]:
    deep = speckle(24, 32, np.uint16) >> 4
    table = {"LUTDescriptor": [4096, 0, 12], "LUTData": np.arange(4096, dtype=np.uint16)[::-1].copy()}
    windows: dict[str, Any] = {
        "WindowCenter": ["2048", "1000"],
        "WindowWidth": ["4096", "200"],
        "PatientName": "CANARY",
    }
    return {
        "dicom explicit": dicom(deep, **TWELVE_BITS, **windows, PixelPaddingValue=0, PixelSpacing=["0.1", "0.2"]),
        "dicom implicit": dicom(deep, syntax=files.IMPLICIT, **TWELVE_BITS, **windows),
        "dicom big": dicom(deep, syntax=files.BIG, **TWELVE_BITS, **windows),
        "dicom deflated": dicom(deep, syntax=files.DEFLATED, **TWELVE_BITS, **windows),
        "dicom without preamble": dicom(deep, preamble=False, meta=False, **TWELVE_BITS),
        "dicom tables": dicom(deep, **TWELVE_BITS, ModalityLUTSequence=[table], VOILUTSequence=[table]),
        "dicom color": dicom(np.dstack([speckle(24, 32)] * 3)),
    }


def _compressed_dicom() -> dict[str, bytes]:
    grey, deep = speckle(24, 32), speckle(24, 32, np.uint16) >> 4
    eight, twelve = layout_of(grey), layout_of(deep) | TWELVE_BITS
    blocks = speckle(3, 4, np.uint16) >> 4
    wide = speckle(32, 40, np.uint16) >> 4  # OpenJPEG wants 32 rows
    return {
        "dicom rle": dicom([rle(deep)], syntax=files.RLE, **twelve),
        "dicom jpeg": dicom([image_bytes(grey, "JPEG")], syntax=files.BASELINE, **eight),
        "dicom jpeg 12": dicom([jpeg_12_bits(blocks)], syntax=files.EXTENDED, **twelve),
        "dicom jpeg lossless": dicom([jpeg_lossless(deep, 12)], syntax=files.LOSSLESS_1, **twelve),
        "dicom jpeg-ls": dicom([bytes(jpeg_ls.encode_array(deep))], syntax=files.LS, **twelve),
        "dicom jpeg 2000": dicom(
            [encode_array(wide, bits_stored=12)], syntax=files.J2K, **layout_of(wide) | TWELVE_BITS
        ),
        "dicom htj2k": dicom([bytes(imagecodecs.htj2k_encode(deep))], syntax=files.HTJ2K, **layout_of(deep)),
    }
