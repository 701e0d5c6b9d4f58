"""The files that are to be explained, found in folders."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from camdash.errors import UsageError
from camdash.images.files import files_of
from camdash.words.sentence import say


def found_files(paths: Sequence[str], output: Path | None) -> tuple[list[Path], Mapping[str, int]]:
    """Return the files that paths stand for, and how many others in folders were skipped, by kind.

    A folder that may not be read stands among the files, so that it gets its error.

    Raises:
        UsageError: there is nothing at all.
    """
    files: list[Path] = []
    skipped: Counter[str] = Counter()
    for path in map(Path, paths):
        if not os.path.isdir(path):  # noqa: PTH112 - unlike Path's, it raises nothing for a name that is too long
            files.append(path)
            continue
        found, others = files_of(path, without=output)
        files += sorted([*found, *_closed_folders(path)])
        skipped.update(others)
    if not any(os.path.lexists(file) for file in files):
        raise UsageError(say("No image was found in {folders}.", folders=", ".join(paths)))
    return files, skipped


def _closed_folders(folder: Path) -> list[Path]:
    """Return the folders below one, itself included, that may not be read."""
    closed: list[Path] = []

    def note(error: OSError) -> None:
        closed.append(Path(str(error.filename)))

    for _ in os.walk(folder, onerror=note):
        pass
    return closed
