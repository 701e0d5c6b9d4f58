"""Formats that are not read: each is named, and the sentence says what to do."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
from collections.abc import Iterator
from functools import partial

import numpy as np

from tests.images.dicom_files import dicom
from tests.images.table.case import Case
from tests.pictures import image_bytes, speckle

NO_IMAGE = r"This is not an image file\. Use DICOM, PNG, JPEG, TIFF, BMP, WebP, GIF, JPEG 2000, JPEG XL, AVIF or PGM\."
FILM = speckle(8, 9, np.uint16)


def cases() -> Iterator[Case]:
    """Yield the cases."""
    for name, content in named().items():
        sentence = rf"This file is in the {name.partition(',')[0]} format, which is not supported\. [A-Z].*\."
        yield Case("formats that are not read", name, partial(bytes, content), sentence=sentence)
    for name, content in packed().items():
        sentence = rf"This file is an archive \({name}\)\. Unpack it first\."
        yield Case("formats that are not read", name, partial(bytes, content), sentence=sentence)
    for inside, content in (("DICOM", dicom(FILM)), ("NIfTI", nifti()), ("PNG", image_bytes(speckle(8, 9)))):
        sentence = rf"This file is an archive \(gzip\) with a {inside} file inside\. Unpack it first\..*"
        yield Case("formats that are not read", f"gzip of {inside}", partial(gzip.compress, content), sentence=sentence)
    for name, content in unknown().items():
        yield Case("formats that are not read", name, partial(bytes, content), sentence=NO_IMAGE)


def nifti(order: str = "<", size: int = 348, magic: bytes = b"n+1\0") -> bytes:
    head = struct.pack(f"{order}I", size) + (magic if size == 540 else b"")
    return head + bytes(344 - len(head)) + (magic if size == 348 else bytes(4)) + bytes(300)


def box(brand: bytes, *others: bytes) -> bytes:
    """Return the first box of a file (ISO/IEC 14496-12, 4.3), and some rubbish."""
    content = brand + bytes(4) + b"".join(others)
    return struct.pack(">I", 8 + len(content)) + b"ftyp" + content + bytes(200)


def named() -> dict[str, bytes]:
    array = io.BytesIO()
    np.save(array, FILM)
    return {
        "HEIC": box(b"heic", b"mif1", b"heic"),
        "HEIC, of a kind of its own": box(b"mif1", b"heic"),
        "HEIC, not said which": box(b"mif1"),
        "NIfTI": nifti(),
        "NIfTI, header alone": nifti(magic=b"ni1\0"),
        "NIfTI, big endian": nifti(">"),
        "NIfTI, version 2": nifti(size=540, magic=b"n+2\0"),
        "Analyze": nifti(magic=bytes(4)),
        "NumPy": array.getvalue(),
        "PDF": b"%PDF-1.7\n" + bytes(99),
        "NRRD": b"NRRD0004\ntype: uint16\n",
        "MetaImage": b"ObjectType = Image\nNDims = 2\n",
        "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(99),
        "MATLAB": b"MATLAB 5.0 MAT-file" + bytes(120),
        "FITS": b"SIMPLE  =                    T" + b" " * 99,
        "Photoshop": b"8BPS\0\1" + bytes(99),
        "OpenEXR": b"\x76\x2f\x31\x01" + bytes(99),
        "JPEG XR": b"II\xbc\x01" + bytes(99),
        "JPEG-LS": b"\xff\xd8\xff\xf7" + bytes(99),
        "QOI": b"qoif" + bytes(99),
        "video": box(b"isom", b"mp42"),
        "video, AVI": b"RIFF\0\0\0\0AVI LIST" + bytes(99),
        "video, MPEG": b"\0\0\1\xba" + bytes(99),
        "camera raw": box(b"crx ", b"crx "),
        "Office document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
    }


def packed() -> dict[str, bytes]:
    tape = io.BytesIO()
    with tarfile.open(fileobj=tape, mode="w") as target:
        target.addfile(tarfile.TarInfo("film.dcm"))
    return {
        "gzip": gzip.compress(b"patient,age\n"),
        "bzip2": bz2.compress(b"film"),
        "xz": lzma.compress(b"film"),
        "Zstandard": b"\x28\xb5\x2f\xfd" + bytes(9),
        "7-Zip": b"7z\xbc\xaf\x27\x1c" + bytes(99),
        "RAR": b"Rar!\x1a\x07\0" + bytes(99),
        "tar": tape.getvalue(),
    }


def unknown() -> dict[str, bytes]:
    return {
        "text": b"patient,age\n1,70\n",
        "text that begins like a bitmap": b"BMI of the patients\n" + b"24\n" * 99,
        "text that begins like a PGM": b"P53 is a gene\n",
        "HTML": b"<html>",
        "SVG": b"<svg/>",
        "sound": b"RIFF\0\0\0\0WAVEfmt " + bytes(99),
        "zeros": bytes(500),
        "one byte": b"\x89",
        "PNG: its first bytes": b"\x89PNG",
        "JPEG XL: its first byte": b"\xff",
    }
