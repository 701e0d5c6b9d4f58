"""Words on the page."""

import re

MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=])")


def plain(text: str) -> str:
    """Return text that Markdown shows letter by letter: no file name becomes a link, a picture or HTML."""
    return MARKDOWN_SIGNS.sub(r"\\\1", " ".join(text.split()))
