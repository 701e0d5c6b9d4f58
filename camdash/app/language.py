"""What the page says, in its language."""

from typing import LiteralString

from camdash.words.catalogs import ENGLISH, catalog
from camdash.words.sentence import Language, Sentence, Value, translated


def language_name() -> str:
    """Return the language in which the page is shown."""
    return ENGLISH


def page_catalog() -> Language:
    """Return the catalog of that language, for what draws words by itself."""
    return catalog(language_name())


def tr(template: LiteralString, /, **values: Value) -> str:
    """Return a sentence of the page in its language; the template must be written out, for the catalogs."""
    return localized(Sentence(template, "", values))


def tr_many(one: LiteralString, many: LiteralString, /, count: int, **values: Value) -> str:
    """Return a sentence of the page about `{count}` things in its language."""
    return localized(Sentence(one, many, {"count": count, **values}))


def localized(text: str) -> str:
    """Return what any part of camdash says in the page's language; a name stays as it is."""
    return translated(text, page_catalog())
