"""The files that are to be explained, found in folders."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from camdash.errors import UsageError
from camdash.images.files import files_of
from camdash.words.sentence import joined, say, say_many


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
        raise UsageError(_nothing_in(paths))
    return files, skipped


def _nothing_in(paths: Sequence[str]) -> str:
    """Return why there is no file: paths that lead nowhere, and folders without an image."""
    missing = [path for path in paths if not os.path.lexists(path)]
    empty = [path for path in paths if path not in missing]
    gone = say_many("{paths} does not exist.", "{paths} do not exist.", len(missing), paths=", ".join(missing))
    nothing = say("No image was found in {folders}.", folders=", ".join(empty))
    return joined(" ", [*[gone] * bool(missing), *[nothing] * bool(empty)])


def _closed_folders(folder: Path) -> list[Path]:
    """Return the folders below one, itself included, that may not be read."""
    closed: list[Path] = []

    def note(error: OSError) -> None:
        closed.append(Path(str(error.filename)))

    for _ in os.walk(folder, onerror=note):
        pass
    return closed
