"""Text of strangers on a terminal: what cannot be printed is escaped, so that no file's name commands the terminal."""

import unicodedata

LONGEST = 60
"""Characters of a name in a table."""

SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    """Return text in one line, with every character escaped that is not seen or turns others over.

    Those are control and format characters (among them escape sequences, line ends and bidirectional overrides),
    surrogates and what Unicode does not define. An escape is one of JSON too.
    """
    if text.isprintable():
        return text
    return "".join(sign if _is_seen(sign) else escaped(sign) for sign in text)


def encodable(text: str, encoding: str) -> str:
    """Return text with every character escaped that an encoding does not have."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(sign if _fits(sign, encoding) else escaped(sign) for sign in text)
    return text


def escaped(sign: str) -> str:
    """Return a character as JSON escapes it."""
    if sign in SHORT:
        return SHORT[sign]
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _is_seen(sign: str) -> bool:
    return sign.isprintable() or unicodedata.category(sign) == "Zs"


def _fits(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
