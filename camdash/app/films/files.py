"""The files that a visitor gave, and what of each the network is given."""

import hashlib
from dataclasses import dataclass

from camdash.words.names import visible

FilmKey = tuple[str, bool]
"""What tells a film from all others: the digest of its file, and whether it is inverted."""


@dataclass(frozen=True, eq=False)
class ImageFile:
    """A file that the user gave, or a sample: its name as it is shown, content and sha256."""

    name: str
    data: bytes
    sha256: str

    @classmethod
    def of(cls, name: str, data: bytes) -> "ImageFile":
        """Return the file with its digest; what does not show in its name is written out."""
        return cls(visible(name), data, hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, eq=False)
class Film:
    """A file as the network is given it: as it is, or `inverted`, that is with black and white exchanged."""

    file: ImageFile
    inverted: bool = False

    @property
    def name(self) -> str:
        """The file's name."""
        return self.file.name

    @property
    def sha256(self) -> str:
        """The digest of the file."""
        return self.file.sha256

    @property
    def key(self) -> FilmKey:
        """What tells it from all other films."""
        return self.sha256, self.inverted
