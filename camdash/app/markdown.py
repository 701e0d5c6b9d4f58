"""Words on the page."""

import re

from camdash.app.language import localized
from camdash.words.names import visible

SPACES = re.compile(r"[^\S\u00a0]+")
"""All but no-break spaces, which hold a figure and its unit together."""

MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=])")


def named(name: str) -> str:
    """Return a file's name as code, in which Markdown finds no link, address, picture or HTML either."""
    return f"`{visible(' '.join(name.split())).replace('`', chr(39))}`"


def plain(text: str) -> str:
    """Return a sentence in the page's language, in which Markdown shows each sign as it is."""
    return MARKDOWN_SIGNS.sub(r"\\\1", SPACES.sub(" ", localized(text)).strip())
