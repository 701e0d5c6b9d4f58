"""Text from a stranger's file: what is fit to be shown, how the rest is shown, and when two names are one to a reader.

Not fit are control characters, halves of surrogate pairs, separators of lines, and the signs by which Unicode turns
the direction of writing: they break a page, a terminal or a UTF-8 file, or show another text than is there.
"""

import re
import unicodedata

from camdash.words.names import UNFIT, visible

LONGEST = 200
"""Characters of a name from a file that are shown."""

UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
"""Signs of no width (Unicode's Default_Ignorable_Code_Point, beside the category Cf), and the empty Braille cell."""


def printable(text: str, longest: int = LONGEST) -> str:
    """Return a text with what is not fit to be shown written as an escape, and cut where it is too long."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return visible(cut)


def is_fit(text: str) -> bool:
    """Tell whether a text can be shown and written as it is."""
    return UNFIT.search(text) is None


def same(name: str) -> str:
    """Return what is equal for names that a reader cannot tell apart: case, width, and signs that are not seen."""
    seen = "".join(sign for sign in name if unicodedata.category(sign) != "Cf" and not UNSEEN.match(sign))
    folded = unicodedata.normalize("NFKC", seen).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
