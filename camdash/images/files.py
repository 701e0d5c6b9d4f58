"""Image files in folders: found, sorted, told from others."""

from pathlib import Path

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")
SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"BM", b"RIFF")


def files_of(path: Path, without: Path | None = None) -> tuple[list[Path], int]:
    """Return the images that a path stands for, and how many other files of a folder were passed over.

    A file stands for itself. A folder stands for the images below it, sorted: what begins like an image or is named
    like one, so that a broken image is reported and a text file is not. Hidden files are not looked at, nor those
    below the folder `without` (what an earlier run wrote), unless it is `path` itself.
    """
    if not path.is_dir():
        return [path], 0
    files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    if without is not None and without.resolve() != path.resolve():
        files = [file for file in files if without.resolve() not in file.resolve().parents]
    images = [file for file in files if file.suffix.lower() in SUFFIXES or _begins_like_an_image(file)]
    return images, len(files) - len(images)


def _begins_like_an_image(path: Path) -> bool:
    try:
        with path.open("rb") as content:
            return content.read(8).startswith(SIGNATURES)
    except OSError:
        return False
