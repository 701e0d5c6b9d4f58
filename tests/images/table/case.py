"""A file of the table, and what is expected of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from camdash.images.radiograph import Radiograph


@dataclass(frozen=True)
class Case:
    """A file and the radiograph, or the sentence, that it must give.

    Attributes:
        kind: the line of the ledger that it counts in.
        name: what is special about it.
        build: returns the file; it is called when the case is tried.
        values: the expected values, exact unless there is a tolerance.
        grey: the expected grey in [0, 1], within 1e-6.
        sentence: a regular expression for the whole sentence, if the file must be refused.
        tolerance: how far lossy compression may move a value.
        has: further attributes of the radiograph.
    """

    kind: str
    name: str
    build: Callable[[], bytes]
    values: ArrayLike | Callable[[bytes], NDArray[Any]] | None = None
    grey: ArrayLike | Callable[[bytes], NDArray[Any]] | None = None
    sentence: str | None = None
    tolerance: float = 0
    has: dict[str, Any] = field(default_factory=dict)

    def check(self, found: Radiograph, data: bytes) -> None:
        """Compare a radiograph with what is expected."""
        if self.values is not None:
            values = self.values(data) if callable(self.values) else np.asarray(self.values)
            assert found.shape == values.shape
            assert np.abs(found.values.astype(np.float64) - values).max() <= self.tolerance
        if self.grey is not None:
            grey = self.grey(data) if callable(self.grey) else np.asarray(self.grey)
            np.testing.assert_allclose(found.grey(), grey, atol=1e-6)
            assert np.abs(found.display() - 255 * grey).max() <= 0.5001
        for name, value in self.has.items():
            assert getattr(found, name) == value, name
        assert np.isfinite(found.grey()).all()
        assert found.values.flags.c_contiguous

    def check_refusal(self, sentence: str) -> None:
        """Compare a refusal with the expected sentence."""
        assert self.sentence is not None, f"refused: {sentence}"
        assert re.fullmatch(self.sentence, sentence), sentence
