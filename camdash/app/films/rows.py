"""What is kept of each radiograph for the tables: a line of words and figures, and a small picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from camdash.evidence import overview, worklist


@dataclass(frozen=True, eq=False)
class ListedRow:
    """A radiograph in the worklist.

    Attributes:
        line: what the checkpoint says of it.
        picture: its thumbnail with the overlay of the predicted class, as a data URI; empty where there is none.
        square: its grey levels brought to the unit square, (SQUARE, SQUARE); None where there are none.
    """

    line: worklist.Line
    picture: str = ""
    square: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class ComparedRow:
    """A radiograph in the comparison, with its picture as a data URI; empty where there is none."""

    line: overview.Line
    picture: str = ""
