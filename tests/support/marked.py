"""A language whose translations are the English texts between marks: what stands outside them was not translated."""

import re

INNERMOST = re.compile(r"«[^«»]*»")


class Marked:
    """Marks the beginning and the end of each template."""

    def gettext(self, message: str, /) -> str:
        return f"«{message}»"

    def ngettext(self, one: str, many: str, count: int, /) -> str:
        return f"«{one if count == 1 else many}»"


def unmarked(text: str) -> str:
    """Return what stands between no marks."""
    while (rest := INNERMOST.sub("", text)) != text:
        text = rest
    return text
