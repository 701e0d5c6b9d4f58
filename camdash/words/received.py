"""Sentences between processes, in JSON. Who sends one may be hostile: it fills names, and does nothing else."""

import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

from camdash.words.sentence import Sentence, Value

LONGEST = 4096
"""Characters of a sentence with all that stands in it. None that is said here has a tenth of them."""

DEEPEST = 8
"""Sentences within each other."""

_FORM = re.compile(r"[,+]?(\.[0-9])?[dfg]?")
"""How a template may write a number."""

_LONGEST_NUMBER = "{:,.9f}"
"""The longest form that this allows."""


def parts_of(text: str) -> Any:
    """Return a text as JSON can carry it: a plain string, or template, second form and values."""
    if not isinstance(text, Sentence):
        return text
    values = {name: parts_of(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return [text.template, text.many, values]


def text_of(parts: Any) -> str:
    """Return the text of which `parts_of` made the parts.

    Raises:
        TypeError, ValueError, LookupError, OverflowError: they are no such parts, or make a sentence that is too long.
    """
    if isinstance(parts, str):
        return parts
    if length_of(parts) > LONGEST:
        raise ValueError("this sentence is too long")
    return _made(parts)


def length_of(parts: Any) -> int:
    """Return how long a text gets at most, before it is made: in a short one a long one may stand over and over.

    Raises:
        TypeError, ValueError, LookupError, OverflowError: the parts are none of a text, or too deep.
    """
    return _length(parts, 0)


def _made(parts: Any) -> str:
    if isinstance(parts, str):
        return parts
    template, many, values = parts
    return Sentence(template, many, {name: _value(value) for name, value in values.items()})


def _value(parts: Any) -> Value:
    return parts if isinstance(parts, int | float) else _made(parts)


def _length(parts: Any, depth: int) -> int:
    if isinstance(parts, str):
        return len(parts)
    if isinstance(parts, int | float):
        return len(_LONGEST_NUMBER.format(parts))
    template, many, values = parts
    if not (isinstance(template, str) and isinstance(many, str) and isinstance(values, dict)):
        raise TypeError("this is no sentence")
    if not template or not all(map(str.isidentifier, values)):  # other names reach into what they name
        raise ValueError("this is no template")
    if depth == DEEPEST:
        raise ValueError("this sentence is too deep")
    inner = {name: _length(value, depth + 1) for name, value in values.items()}
    return max(*inner.values(), *(sum(_lengths(form, inner)) for form in (template, many)))


def _lengths(template: str, inner: dict[str, int]) -> Iterator[int]:
    for literal, name, form, conversion in Formatter().parse(template):
        yield len(literal)
        if name is None:
            continue
        if conversion or not _FORM.fullmatch(form or ""):
            raise ValueError("this is no template")
        yield inner[name]
