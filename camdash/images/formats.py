"""Which format a file has, told from its first bytes: those that are read, and those that are named and refused."""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from camdash.images.dicom.recognition import is_dicom
from camdash.words.sentence import joined, say, say_many

OTHER = say("other")
"""The kind of a file whose format is not known, among files that are counted."""

FIRST_BYTES = 512
"""How many bytes of a file suffice."""

READ = say("DICOM, PNG, JPEG, TIFF, BMP, WebP, GIF, JPEG 2000, JPEG XL, AVIF or PGM")
"""The formats that are read, as a sentence names them."""

SUFFIXES = (
    *(".dcm", ".dicom", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif"),
    *(".jp2", ".j2k", ".jpx", ".jxl", ".avif", ".pgm", ".pnm", ".ppm", ".pbm"),
)
"""File name endings of these formats. In a folder, a file with one of them is always reported, whatever is in it."""

UNPACK = say("Unpack it first.")
AS_PICTURE = say("Export the radiograph as DICOM or PNG.")
AS_RASTER = say("Export it as PNG or TIFF.")
SAVE_PICTURE = say("Save the picture in it as PNG.")


@dataclass(frozen=True)
class Format:
    """A format of files.

    Attributes:
        name: as users know it.
        advice: what to do with such a file, a sentence; empty for a format that is read.
        packing: what a file is that holds others, a sentence; empty for all others.
    """

    name: str
    advice: str = ""
    packing: str = ""

    @property
    def is_read(self) -> bool:
        """Whether files of this format are read as radiographs."""
        return not self.advice

    @property
    def refusal(self) -> str:
        """Why such a file is refused, and what to do."""
        unread = say("This file is in the {format} format, which is not supported.", format=self.name)
        return joined(" ", [self.packing or unread, self.advice])


def packed(how: str, inside: Format | None = None) -> Format:
    """Return the format of a file that holds another one, or several."""
    if inside is None:
        return Format(how, UNPACK, say("This file is an archive ({format}).", format=how))
    packing = say("This file is an archive ({format}) with a {inside} file inside.", format=how, inside=inside.name)
    name = say("{format} ({inside})", format=how, inside=inside.name)
    return Format(name, joined(" ", [UNPACK, inside.advice]), packing)


DICOM = Format("DICOM")
PNG = Format("PNG")
JPEG = Format("JPEG")
TIFF = Format("TIFF")
BMP = Format("BMP")
WEBP = Format("WebP")
GIF = Format("GIF")
JPEG_2000 = Format("JPEG 2000")
JPEG_XL = Format("JPEG XL")
AVIF = Format("AVIF")
PGM = Format("PGM")

HEIC = Format("HEIC", say("Convert it to JPEG or PNG; phones can share photos as JPEG."))
NIFTI = Format("NIfTI", say("NIfTI holds volumes: export the radiograph, or one slice, as DICOM or PNG."))
ANALYZE = Format("Analyze", say("Analyze holds volumes: export one slice as PNG."))
VIDEO = Format(say("video"), say("Export a single frame as PNG."))
CAMERA_RAW = Format(say("camera raw"), AS_RASTER)
OFFICE = Format(say("Office document"), SAVE_PICTURE)
JPEG_LS = Format("JPEG-LS", AS_PICTURE)

SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff\xf7", JPEG_LS),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"\0\0\0\x0cjP  \r\n\x87\n", JPEG_2000),
    (b"\xff\x4f\xff\x51", JPEG_2000),
    (b"\0\0\0\x0cJXL \r\n\x87\n", JPEG_XL),
    (b"\xff\x0a", JPEG_XL),
    (b"\x93NUMPY", Format("NumPy", say("Save the array as PNG or TIFF (imageio.imwrite, tifffile.imwrite)."))),
    (b"%PDF", Format("PDF", SAVE_PICTURE)),
    (b"NRRD000", Format("NRRD", AS_PICTURE)),
    (b"ObjectType = Image", Format("MetaImage", AS_PICTURE)),
    (b"\x89HDF\r\n\x1a\n", Format("HDF5", AS_PICTURE)),
    (b"MATLAB 5.0 MAT-file", Format("MATLAB", AS_PICTURE)),
    (b"SIMPLE  =", Format("FITS", AS_PICTURE)),
    (b"8BPS", Format("Photoshop", AS_RASTER)),
    (b"\x76\x2f\x31\x01", Format("OpenEXR", AS_RASTER)),
    (b"II\xbc\x01", Format("JPEG XR", say("Convert it to PNG or TIFF."))),
    (b"qoif", Format("QOI", say("Convert it to PNG."))),
    (b"IIRO", CAMERA_RAW),
    (b"IIRS", CAMERA_RAW),
    (b"IIU\0", CAMERA_RAW),
    (b"\x1a\x45\xdf\xa3", VIDEO),
    (b"\0\0\1\xba", VIDEO),
    (b"\0\0\1\xb3", VIDEO),
    (b"BZh", packed("bzip2")),
    (b"\xfd7zXZ\0", packed("xz")),
    (b"\x28\xb5\x2f\xfd", packed("Zstandard")),
    (b"7z\xbc\xaf\x27\x1c", packed("7-Zip")),
    (b"Rar!\x1a\x07", packed("RAR")),
    (b"\xd0\xcf\x11\xe0", OFFICE),
    (b"{\\rtf", OFFICE),
)  # fmt: skip
"""What a file begins with, and its format."""

AVIF_BRANDS = {b"avif", b"avis"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2"}
"""Of ISO/IEC 23008-12, annex B, and of AVIF 1.1, section 8."""

BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)
"""Sizes of the second header of a bitmap file, by which it is told from text that begins with BM."""


def recognise(start: bytes) -> Format | None:
    """Return the format of a file that starts so, from `FIRST_BYTES` bytes or more; None where it is not known."""
    return next((found for look in _looks() if (found := look(start)) is not None), None)


def _looks() -> Iterator[Callable[[bytes], Format | None]]:
    yield _by_signature
    yield _by_brand
    yield _riff
    yield _bitmap
    yield _netpbm
    yield lambda start: DICOM if is_dicom(start) else None
    yield _nifti
    yield _tar
    yield _gzip


def _by_signature(start: bytes) -> Format | None:
    return next((found for signature, found in SIGNATURES if start.startswith(signature)), None)


def _by_brand(start: bytes) -> Format | None:
    """Tell files of boxes apart by their brands, the major one first (ISO/IEC 14496-12, 4.3)."""
    if start[4:8] != b"ftyp":
        return None
    (length,) = struct.unpack_from(">I", start)
    brands = [start[8:12], *(start[place : place + 4] for place in range(16, min(length, len(start)), 4))]
    if brands[0] == b"crx ":
        return CAMERA_RAW
    known = (*((brand, AVIF) for brand in AVIF_BRANDS), *((brand, HEIC) for brand in HEIC_BRANDS))
    specific = [found for name in brands if name not in (b"mif1", b"msf1") for brand, found in known if name == brand]
    return specific[0] if specific else HEIC if {b"mif1", b"msf1"} & set(brands) else VIDEO


def _riff(start: bytes) -> Format | None:
    if start[:4] != b"RIFF":
        return None
    return {b"WEBP": WEBP, b"AVI ": VIDEO}.get(start[8:12])


def _bitmap(start: bytes) -> Format | None:
    whole = start[:2] == b"BM" and len(start) >= 18
    return BMP if whole and struct.unpack_from("<I", start, 14)[0] in BMP_HEADERS else None


def _netpbm(start: bytes) -> Format | None:
    """PBM, PGM and PPM in text and in bytes, and PAM: a digit, then white space or a comment."""
    return PGM if start[:1] == b"P" and start[1:2] in b"1234567" and start[2:3] in b" \t\r\n#" and start[2:] else None


def _nifti(start: bytes) -> Format | None:
    """NIfTI-1 and Analyze 7.5, whose headers have 348 bytes, and NIfTI-2, with 540; in either byte order."""
    if len(start) < 348:
        return None
    sizes = {struct.unpack_from(f"{order}I", start)[0] for order in "<>"}
    if 540 in sizes and start[4:7] in (b"n+2", b"ni2"):
        return NIFTI
    if 348 not in sizes:
        return None
    return NIFTI if start[344:347] in (b"n+1", b"ni1") else ANALYZE


def _tar(start: bytes) -> Format | None:
    return packed("tar") if start[257:262] == b"ustar" else None


def _gzip(start: bytes) -> Format | None:
    """Name what is inside as well, as far as its first bytes are there."""
    if start[:2] != b"\x1f\x8b":
        return None
    try:
        inside = recognise(zlib.decompressobj(wbits=31).decompress(start, FIRST_BYTES))
    except zlib.error:
        inside = None
    return packed("gzip", None if inside is None or inside.packing else inside)


def skipped_words(skipped: Mapping[str, int]) -> str:
    """Return a sentence on files that were skipped, by kind; empty where there are none."""
    count = sum(skipped.values())
    if not count:
        return ""
    if set(skipped) == {OTHER}:
        return say_many(
            "Skipped {count:,} file that is not an image.", "Skipped {count:,} files that are not images.", count
        )
    kinds = sorted(skipped, key=lambda kind: (kind == OTHER, -skipped[kind], kind))
    return say_many(
        "Skipped {count:,} file that is not supported: {kinds}.",
        "Skipped {count:,} files that are not supported: {kinds}.",
        count,
        kinds=joined(", ", [joined(" ", [f"{skipped[kind]:,}", kind]) for kind in kinds]),
    )
