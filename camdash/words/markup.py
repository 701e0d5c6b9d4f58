"""HTML whose words stand in double braces, `<p>{{The <b>average</b> of all classes}}</p>`: each is a template."""

import re

from camdash.words.sentence import Language

_WORDS = re.compile(r'(=")?\{\{(.*?)\}\}', re.DOTALL)


def templates_in(html: str) -> list[str]:
    """Return all templates in HTML, for the catalogs.

    Raises:
        ValueError: words stand within others, or are only a part of an attribute.
    """
    found = list(_WORDS.finditer(html))
    for one in found:
        if "{{" in one[2] or html[: one.start()].endswith("=") or re.search(r'="[^">]*$', html[: one.start()]):
            raise ValueError(f"words must fill an attribute whole, and hold no others: {one[0]}")
    return [_template(one) for one in found]


def html_in(html: str, language: Language) -> str:
    """Return HTML with its words in a language. What a catalog says is taken for HTML, but quotes in an attribute."""

    def said(found: re.Match[str]) -> str:
        words = language.gettext(_template(found))
        return f'="{words.replace(chr(34), "&quot;")}' if found[1] else words

    return _WORDS.sub(said, html)


def _template(found: re.Match[str]) -> str:
    return " ".join(found[2].split())
