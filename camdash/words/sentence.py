"""Sentences that remember how they were made, so that a page can say them in its reader's language.

`say("{name} has no pixels.", name="a.png")` is the English text, a `str` like any other, in logs, on the command line
and in files. Beside it stand its template and what fills it: `translated` looks the template up in a catalog and fills
it anew. English is the key of the catalogs, as gettext has it; `tools/catalogs.sh` collects all templates.
"""

import re
from collections.abc import Iterable
from string import Formatter
from typing import Any, LiteralString, Protocol, Self

Value = str | int | float
"""What fills a template. A sentence among the values is translated too; all else stays as it is."""

COUNT = "count"

FORMAT = re.compile(r"[,+]?(\.[0-9])?[dfg]?")
"""How a number may be written in a template that another process sends."""


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
    """Return a sentence in a language; any other text as it is."""
    if not isinstance(text, Sentence):
        return text
    template = text.template
    if text.many:
        count = text.values[COUNT]
        template = language.ngettext(template, text.many, count if isinstance(count, int) else 2)
    else:
        template = language.gettext(template)
    return template.format_map({name: _inner(value, language) for name, value in text.values.items()})


def _inner(value: Value, language: Language) -> Value:
    return translated(value, language) if isinstance(value, str) else value


def parts_of(text: str) -> Any:
    """Return a text as JSON can carry it: a plain string, or template, second form and values."""
    if not isinstance(text, Sentence):
        return text
    values = {name: parts_of(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return [text.template, text.many, values]


def text_of(parts: Any) -> str:
    """Return the text of which `parts_of` made the parts.

    Raises:
        TypeError: they are no such parts.
        ValueError: likewise; `LookupError` where a name has no value.
    """
    if isinstance(parts, str):
        return parts
    template, many, values = parts
    if not (isinstance(template, str) and isinstance(many, str) and isinstance(values, dict)):
        raise TypeError("this is no text")
    _check(template, values)
    _check(many, values)
    return Sentence(template, many, {name: _value(value) for name, value in values.items()})


def _check(template: str, values: dict[str, Any]) -> None:
    """Refuse a template that does more than put values in place of names: who sent it may be hostile."""
    for _, name, form, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or name not in values or conversion or not FORMAT.fullmatch(form or ""):
            raise ValueError("this is no template")


def _value(parts: Any) -> Value:
    return parts if isinstance(parts, int | float) else text_of(parts)
