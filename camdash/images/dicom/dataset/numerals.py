"""Numbers that DICOM files hold as text (PS3.5, 6.2: DS and IS), also those that are not written as it says.

Read are a decimal comma (1000,5), groups of three (1.000,5; 1,000.5; 1 000), and a unit behind the number (400 HU).
One comma alone is a decimal comma, also in "1000,2000", which may be meant as two values: DICOM parts values by a
backslash, and the first of the two is then nearly right. Several commas that make no groups of three are no number.
"""

import math
import re
from dataclasses import dataclass

PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(E[+-]?\d+)?", re.ASCII | re.IGNORECASE)
UNIT = re.compile(r"\s*(HU|OD|US|PVAL|PCT|%|MM|CM|UNITS?)$", re.ASCII | re.IGNORECASE)
GROUPS = re.compile(r"([+-]?\d{1,3})((?:([ '.,\u00a0])\d{3})(?:\3\d{3})*)(?:([.,])(\d*))?", re.ASCII)
COMMA = re.compile(r"([+-]?\d*),(\d*(?:E[+-]?\d+)?)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Numeral:
    """A finite number, and whether it is written as the standard says."""

    value: float
    as_standard: bool = True


def read_numeral(text: str) -> Numeral | None:
    """Return the number that a text stands for, or None if it is none, or none that is finite."""
    stripped = text.strip(" \0\t\r\n")
    if (value := _plain(stripped)) is not None:
        return Numeral(value)
    bare = UNIT.sub("", stripped)
    if (value := _plain(bare)) is None:
        value = _plain(_with_a_point(bare))
    return None if value is None else Numeral(value, as_standard=False)


def _plain(text: str) -> float | None:
    if not PLAIN.fullmatch(text) or not math.isfinite(value := float(text)):
        return None
    return value


def _with_a_point(text: str) -> str:
    """Return a number with a decimal point in place of the comma, and without groups; anything else as it is."""
    if comma := COMMA.fullmatch(text):
        return f"{comma[1]}.{comma[2]}"
    groups = GROUPS.fullmatch(text)
    if groups is None or groups[3] == groups[4]:
        return text
    return groups[1] + groups[2].replace(groups[3], "") + ("." + groups[5] if groups[4] else "")
