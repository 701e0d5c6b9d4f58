"""A language that no one speaks: each letter of a template as its full-width form, so that what is not said shows."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Dataframe

KEPT = re.compile(r"\{\{|\}\}|\{[^{}]*\}|<[^<>]*>|:[a-z]+(?:/[a-z_]+)?:|:[a-z]+(?:-[a-z]+)?\[|`[^`]*`|&[a-z]+;")
"""What is no word in a template: names in braces, tags, icons and colors of Markdown, code."""
WIDE = {ord(letter): ord(letter) + 0xFEE0 for letter in map(chr, (*range(65, 91), *range(97, 123)))}
WORD = re.compile(r"[A-Za-z]{2,}")
NO_WORD = re.compile(
    r"<style>.*?</style>|#[0-9a-f]{6}|\b[0-9a-f-]{12,}\b|%\{[^}]*\}|\$\$ID[^\s]*",
    re.DOTALL,
)
"""Style, colors, digests, Plotly's places for figures, Streamlit's names of widgets."""


class Pseudo:
    """The catalog of that language."""

    def gettext(self, message: str, /) -> str:
        """Return a template with its words in wide letters."""
        ends = [0, *(place for found in KEPT.finditer(message) for place in found.span()), len(message)]
        parts = [message[start:end] for start, end in pairwise(ends)]
        return "".join(part if place % 2 else part.translate(WIDE) for place, part in enumerate(parts))

    def ngettext(self, one: str, many: str, count: int, /) -> str:
        """Return the same of the form that English takes."""
        return self.gettext(one if count == 1 else many)


def english(text: str, names: set[str]) -> set[str]:
    """Return the words of a text that are not in wide letters, but for names and what is no word."""
    text = KEPT.sub(" ", NO_WORD.sub(" ", text.replace("\\", "")))
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    return set(WORD.findall(text))


TECHNICAL = {
    *("id", "key", "form_id", "element_id", "url", "icon", "script_hash", "page_script_hash", "user_key", "hash"),
    *("mime", "component_name", "file_name", "url_path", "url_pathname", "type", "kind", "function", "panels", "slot"),
    *("js_content", "css_content", "look", "mode", "table", "show", "token", "address", "image", "default", "state"),
    *("uploads", "selection_mode", "uuid", "styles"),
}
"""What nobody reads of Streamlit's messages and of what the browser's components are given."""
CHARTED = {"text", "name", "title", "label", "hovertemplate", "hovertext", "ticktext", "x", "y"}
"""What is read of a chart."""


def shown(page: AppTest) -> Iterator[str]:
    """Return every text on a page that AppTest has run."""
    for root in (page.main, page.sidebar):
        for node in root:
            proto = getattr(node, "proto", None)
            if proto is not None:
                yield from _texts(proto)
            if isinstance(node, Dataframe):
                yield from _cells(node.value)


def _cells(table: Any) -> Iterator[str]:
    """Return what stands in a table; its columns have titles of their own in its message."""
    for column in table.columns:
        yield from (cell for cell in table[column] if isinstance(cell, str) and not cell.startswith("data:"))


def _texts(message: Any) -> Iterator[str]:
    for field, value in message.ListFields():
        if field.name in TECHNICAL:
            continue
        for one in value if field.is_repeated else (value,):
            if isinstance(one, str):
                yield from _words(field.name, one)
            elif isinstance(one, bytes):
                yield from _blob(one)
            elif hasattr(one, "ListFields"):
                yield from _texts(one)


def _words(name: str, text: str) -> Iterator[str]:
    if name == "spec" and text:
        chart = json.loads(text)
        chart["layout"].pop("template", None)
        yield from _charted(chart)
    elif name in ("columns", "json", "config") and text:
        yield from _in_json(json.loads(text))
    else:
        yield text


def _blob(data: bytes) -> Iterator[str]:
    """Return the texts of the viewer's header, or of a table."""
    if data[4:5] == b"{":
        yield from _in_json(json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")]))


def _in_json(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in TECHNICAL:
                yield from _in_json(value)
    elif isinstance(part, list):
        for one in part:
            yield from _in_json(one)
    elif isinstance(part, str):
        yield part


def _charted(part: Any, key: str = "") -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            yield from _charted(value, name if name in CHARTED or key not in CHARTED else key)
    elif isinstance(part, list):
        for one in part:
            yield from _charted(one, key)
    elif isinstance(part, str) and key in CHARTED:
        yield part
