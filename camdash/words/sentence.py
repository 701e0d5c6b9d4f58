"""Sentences that remember how they were made, so that a page can say them in its reader's language.

`say("{name} has no pixels.", name="a.png")` is the English text, a `str` like any other, in logs, on the command line
and in files. Beside it stand its template and what fills it: `translated` looks the template up in a catalog and fills
it anew. English is the key of the catalogs, as gettext has it; `python -m tools.collect_words` collects all templates.
"""

from collections.abc import Iterable
from string import Formatter
from typing import Any, LiteralString, Protocol, Self

Value = str | int | float
"""What fills a template. A sentence among the values is translated too; all else stays as it is."""

COUNT = "count"


class Language(Protocol):
    """A language's catalog: what gettext calls translations."""

    def gettext(self, message: str, /) -> str:
        """Return the translation of a template; the template where there is none."""
        ...

    def ngettext(self, one: str, many: str, count: int, /) -> str:
        """Return the translation of a template in the form for so many."""
        ...


class Sentence(str):
    """An English text with the template and the values of which it was made.

    Attributes:
        template: the text with names in braces; the form for one where there are two.
        many: the form for any other number; empty where there is one form.
        values: what stands in place of the names.
    """

    template: str
    many: str
    values: dict[str, Value]

    def __new__(cls, template: str, many: str, values: dict[str, Value]) -> Self:
        """Fill a template in English."""
        form = template if not many or values[COUNT] == 1 else many
        made = super().__new__(cls, form.format_map(values))
        made.template, made.many, made.values = template, many, values
        return made

    def __str__(self) -> "Sentence":
        """Return the sentence itself: so it outlives `str` of an error that carries it."""
        return self

    def __reduce__(self) -> tuple[type["Sentence"], tuple[str, str, dict[str, Value]]]:
        """Return what it is made of anew, by copy and pickle."""
        return Sentence, (self.template, self.many, self.values)


def say(template: LiteralString, /, **values: Value) -> Sentence:
    """Return a sentence; the template must be written out where it is said, for the catalogs."""
    return Sentence(template, "", values)


def say_many(one: LiteralString, many: LiteralString, /, count: int, **values: Value) -> Sentence:
    """Return a sentence about `{count}` things in English's two forms; each language has its own rule and forms."""
    return Sentence(one, many, {COUNT: count, **values})


def unfilled(template: LiteralString, /) -> Sentence:
    """Return a template as a text, its names still in braces: the browser, or a later call, fills them."""
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    return Sentence(template, "", {name: f"{{{name}}}" for name in names})


def joined(separator: str, parts: Iterable[Value]) -> str:
    """Return the parts in one text, each of which can still be translated; a separator of signs needs no catalog."""
    kept = [part for part in parts if part != ""]
    if not any(isinstance(part, Sentence) for part in kept):
        return separator.join(map(str, kept))
    names = [f"part{place}" for place in range(len(kept))]
    return Sentence(separator.join(f"{{{name}}}" for name in names), "", dict(zip(names, kept, strict=True)))


def translated(text: str, language: Language) -> str:
    """Return a sentence in a language, any other text as it is; in English where a translation has other names."""
    if not isinstance(text, Sentence) or not text.template:
        return text
    values = {name: _inner(value, language) for name, value in text.values.items()}
    try:
        return _template(text, language).format_map(values)
    except (LookupError, ValueError, AttributeError, TypeError):
        return str.__str__(text)


def translated_all(part: Any, language: Language) -> Any:
    """Return what JSON can write with all its sentences in a language; tuples become lists."""
    if isinstance(part, dict):
        return {key: translated_all(value, language) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [translated_all(one, language) for one in part]
    return translated(part, language) if isinstance(part, str) else part


def _template(text: Sentence, language: Language) -> str:
    if not text.many:
        return language.gettext(text.template)
    count = text.values[COUNT]
    return language.ngettext(text.template, text.many, count if isinstance(count, int) else 2)


def _inner(value: Value, language: Language) -> Value:
    return translated(value, language) if isinstance(value, str) else value
