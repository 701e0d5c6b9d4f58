"""One hostile file: its name, who writes it, and what is said of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.networks.zoo import TINY, card_of, saved


@dataclass(frozen=True)
class Case:
    """A hostile file.

    Attributes:
        name: of the file.
        write: writes it, and what lies beside it.
        sentence: a pattern of what is said of it; None where it can be used.
    """

    name: str
    write: Callable[[Path], object]
    sentence: str | None

    def __str__(self) -> str:
        return self.name.encode("ascii", "backslashreplace").decode("ascii")[:40]


def with_card(text: str | bytes) -> Callable[[Path], object]:
    """Return what writes good weights with this card beside them."""

    def write(path: Path) -> None:
        saved(path)
        path.with_suffix(".json").write_bytes(text if isinstance(text, bytes) else text.encode("ascii"))

    return write


def card(**changed: object) -> str:
    """Return the JSON of a card of the tiny network with some fields changed."""
    return json.dumps(card_of(TINY) | changed)
