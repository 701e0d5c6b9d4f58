"""The front door for Python: `import camdash`, then `camdash.explain("hand.png").save("explained")`.

One device, one thread: call it from one thread at a time.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from camdash.errors import ImageError, UsageError
from camdash.evidence.analysis import Analysis, analyse
from camdash.images.arrays import pixels_of, radiograph_of
from camdash.images.decoding import decode
from camdash.images.radiograph import Radiograph
from camdash.images.regular_files import content
from camdash.networks.catalog.checkpoints import checkpoint_folders, describe, find
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load_any, preferred_device
from camdash.networks.preparation import prepare
from camdash.networks.text import printable
from camdash.rendering.files.export import export_files
from camdash.whole_files import write_whole, writing
from camdash.words.sentence import joined, say

Source = str | Path | bytes | NDArray[Any]
"""A file by its name, a file's content, or pixels."""


@dataclass(frozen=True, eq=False)
class Explanation(Analysis):
    """An analysis that can be saved, where there are maps.

    Attributes:
        radiograph: what was analysed.
        name: of its file, without folder and ending; "image" where it has none.
        sha256: of its file's content, or of its pixels.
    """

    radiograph: Radiograph = field(kw_only=True)
    name: str = field(kw_only=True)
    sha256: str = field(kw_only=True)

    def save(self, folder: str | Path) -> list[Path]:
        """Write an overlay of each class and of the average (PNG), and the raw maps (.npz), into a folder.

        Of more than 50 classes the overlays are those of the 50 most probable. The folder is made where there is none.
        File names carry a digest of image, checkpoint and drawing.

        Returns:
            the files.

        Raises:
            UsageError: the folder cannot be made, or there are no maps; `no_map` says why.
            WriteError: a file cannot be written; no part of it stays.
        """
        if not self.has_maps:
            nowhere = say("There are no maps to write to {folder}.", folder=str(folder))
            raise UsageError(joined(" ", [nowhere, self.no_map]))
        return list(_written(Path(folder), export_files(self.name, self.sha256, self.radiograph, self)))


def explain(source: Source, checkpoint: str | Path | LoadedCheckpoint | None = None) -> Explanation:
    """Run a checkpoint's network once on a radiograph, and return prediction and maps, where it has exact ones.

    Args:
        source: a file by its name, a file's content, or pixels (see `read_radiograph`).
        checkpoint: what `load_checkpoint` returned (load it once for many radiographs), or the name or path of one;
            by default the first that ships.

    Raises:
        ImageError: the radiograph cannot be read.
        CheckpointError: the checkpoint cannot be used, or gives logits that are not finite.
        UsageError: there is no such checkpoint or device.
    """
    data, name = _source(source)
    radiograph = _radiograph(data)
    loaded = checkpoint if isinstance(checkpoint, LoadedCheckpoint) else load_checkpoint(checkpoint)
    analysis = analyse(radiograph, loaded)
    found = {one.name: getattr(analysis, one.name) for one in fields(analysis)}
    return Explanation(**found, radiograph=radiograph, name=name, sha256=_digest(data))


def load_checkpoint(name: str | Path | None = None, device: str | None = None) -> LoadedCheckpoint:
    """Load a checkpoint, check that its maps add up to its logits, and bring it to its device.

    Args:
        name: its name in the folders of checkpoints, or its path; by default the first that ships.
        device: a device of PyTorch; by default that of `CAMDASH_DEVICE`, else CUDA where there is one, else the CPU.

    Raises:
        CheckpointError: it cannot be used.
        UsageError: there is no such checkpoint or device.
    """
    prepare()
    found = find(None if name is None else str(name), checkpoint_folders())
    return load_any(describe(found), device or preferred_device())


def read_radiograph(source: Source) -> Radiograph:
    """Read a radiograph in this process.

    A stranger's file may crash a decoder; the dashboard and the command line decode in processes of their own.

    Args:
        source: a file by its name, or its content (DICOM or any raster format that camdash reads, at most 64 MB); or
            pixels: (rows, columns) grey or (rows, columns, 3) color, as an array or what NumPy makes one of: lists,
            an image of Pillow, a tensor on the processor that requires no gradients.

    Raises:
        ImageError: it cannot be read; the sentence says why.
    """
    return _radiograph(_source(source)[0])


def _source(source: Source) -> tuple[bytes | NDArray[Any], str]:
    if isinstance(source, str | Path):
        if os.path.isdir(source):  # noqa: PTH112 - unlike Path's, it raises nothing for a name that is too long
            raise ImageError(say("{name} is a folder. Name a file in it.", name=printable(str(source))))
        return content(Path(source)), Path(source).stem
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source), "image"
    return pixels_of(source), "image"


def _radiograph(data: bytes | NDArray[Any]) -> Radiograph:
    return decode(data) if isinstance(data, bytes) else radiograph_of(data)


def _digest(data: bytes | NDArray[Any]) -> str:
    """Return the sha256 of a file's content, or of an array's type, shape and values."""
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest()
    found = hashlib.sha256(f"{data.dtype.str} {data.shape} ".encode())
    found.update(np.ascontiguousarray(data).tobytes())
    return found.hexdigest()


def _written(folder: Path, files: Iterator[tuple[str, bytes]]) -> Iterator[Path]:
    with writing(folder, begun=False):
        folder.mkdir(parents=True, exist_ok=True)
    for name, made in files:
        write_whole(folder / name, made)
        yield folder / name
