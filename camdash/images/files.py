"""Image files in folders: found, sorted, told from others."""

from pathlib import Path

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"BM", b"RIFF")


def files_of(path: Path) -> tuple[list[Path], int]:
    """Return the images that a path stands for, and how many other files of a folder were passed over.

    A file stands for itself. A folder stands for the images below it, sorted: what begins like an image or is named
    like one, so that a broken image is reported and a text file is not.
    """
    if not path.is_dir():
        return [path], 0
    files = sorted(file for file in path.rglob("*") if file.is_file())
    images = [file for file in files if file.suffix.lower() in SUFFIXES or _begins_like_an_image(file)]
    return images, len(files) - len(images)


def _begins_like_an_image(path: Path) -> bool:
    try:
        with path.open("rb") as content:
            return content.read(8).startswith(SIGNATURES)
    except OSError:
        return False
