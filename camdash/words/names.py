"""Names that strangers gave to files: what does not show, or turns the text around it, is written out.

The page, every CSV file and the sentences show a name by `visible`; a terminal is given yet less
(`command_line/text.py`).
"""

import re

UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
"""Control characters, halves of surrogate pairs, separators of lines, and the signs that turn the direction of writing:
they break a page, a terminal or a UTF-8 file, or show another text than is there."""


def visible(name: str, keep: str = "") -> str:
    r"""Return a name with every unfit character as an escape: "a\u202eb".

    Args:
        name: the name.
        keep: unfit characters that stay as they are.
    """
    return UNFIT.sub(lambda found: found[0] if found[0] in keep else _escaped(found[0]), name)


def shortened(text: str, longest: int) -> str:
    """Return a text of so many characters at most: a longer one loses its middle, for both ends tell files apart."""
    if len(text) <= longest:
        return text
    tail = longest // 2
    return f"{text[: longest - 1 - tail]}…{text[-tail:]}"


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")
