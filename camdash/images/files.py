"""Image files in folders: found, sorted, told from others by how they begin."""

from pathlib import Path

from camdash.images.dicom.recognition import FIRST_BYTES, is_dicom

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".dcm", ".dicom")
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"BM", b"RIFF")


def files_of(path: Path, without: Path | None = None) -> tuple[list[Path], int]:
    """Return the images that a path stands for, and how many other files of a folder were passed over.

    A file stands for itself. A folder stands for the images below it, sorted: what begins like an image or is named
    like one, so that a broken image is reported and a text file is not. Hidden files are not looked at, nor those
    below the folder `without` (what an earlier run wrote), unless it is `path` itself. The directory of a DICOM
    disc (DICOMDIR) is no image, and ZIP files are not looked into.
    """
    if not path.is_dir():
        return [path], 0
    files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    if without is not None and without.resolve() != path.resolve():
        files = [file for file in files if without.resolve() not in file.resolve().parents]
    images = [file for file in files if _is_an_image(file)]
    return images, len(files) - len(images)


def begins_like_an_image(start: bytes) -> bool:
    """Return whether a file that starts so may be a radiograph; 132 bytes suffice."""
    return start.startswith(SIGNATURES) or is_dicom(start)


def _is_an_image(path: Path) -> bool:
    if path.name.upper() == "DICOMDIR":
        return False
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        with path.open("rb") as content:
            return begins_like_an_image(content.read(FIRST_BYTES))
    except OSError:
        return False
