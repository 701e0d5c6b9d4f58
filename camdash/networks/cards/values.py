"""Values of a card's fields, which anybody may have written: each is what it should be, or a ValueError says what."""

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import reduce
from typing import Any, TypeVar

from camdash.networks.text import is_fit, printable, same
from camdash.words.sentence import say

Choice = TypeVar("Choice", bound=StrEnum)

LONGEST_NAME = 200
"""Characters of a class name."""

LONGEST_WORDS = 20_000
"""Characters of a free text."""


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the fields of a JSON object, none of which may stand in it twice."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError(say("a key stands in it twice"))
    return fields


def names(value: object, key: str, most: int) -> tuple[str, ...]:
    """Return a list of names, trimmed, which a reader can tell from each other."""
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise ValueError(say("{key} must be a list of names", key=key))
    if len(value) > most:
        raise ValueError(say("{key} must be at most {most} names", key=key, most=most))
    trimmed = tuple(name.strip() for name in value)
    for name in trimmed:
        _check_fit(name, key, LONGEST_NAME)
    seen = {same(name) for name in trimmed}
    if "" in seen:
        raise ValueError(say("{key} must be a list of names, and one of them is empty", key=key))
    if len(seen) < len(trimmed):
        raise ValueError(say("{key} must differ from each other, by more than case and spaces", key=key))
    return trimmed


def words(value: object, key: str) -> str:
    """Return a free text; a list's items are put one after another."""
    text = "; ".join(_one(item) for item in value) if isinstance(value, list) else _one(value)
    _check_fit(text.replace("\n", " ").replace("\r", " ").replace("\t", " "), key, LONGEST_WORDS)
    return text


def truth(value: object, key: str) -> bool | None:
    """Return true, false, or None where the card does not say."""
    if value is not None and not isinstance(value, bool):
        raise ValueError(say("{key} must be true or false", key=key))
    return value


def one_of(value: object, numbers: Sequence[int], key: str) -> int | None:
    """Return one of a few whole numbers, or None where the card does not say."""
    if value is not None and (type(value) is not int or value not in numbers):
        raise ValueError(_not_one_of(key, map(str, numbers), value))
    return value


def some_of(value: object, known: Sequence[str], key: str) -> tuple[str, ...]:
    """Return some of a few words, in their own order; none where the card does not say."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(word, str) and word in known for word in value):
        listed = reduce(lambda first, second: say("{first} and {second}", first=first, second=second), known)
        raise ValueError(
            say("{key} must be a list of {words}, not {value}", key=key, words=listed, value=_shown(value))
        )
    return tuple(word for word in known if word in value)


def choice(kind: type[Choice], value: object, key: str, known: Sequence[str] = ()) -> Choice:
    """Return one of a few words: all of their kind, or those that are `known`."""
    among = known or list(kind)
    if not isinstance(value, str) or value not in among:
        raise ValueError(_not_one_of(key, among, value))
    return kind(value)


def number(value: object, key: str, largest: float) -> float:
    """Return one number."""
    if type(value) in (int, float):  # true and false are none
        return numbers(value, key, largest)[0]
    raise ValueError(say("{key} must be a number, not {value}", key=key, value=_shown(value)))


def list_of_numbers(value: object, key: str, largest: float) -> tuple[float, ...]:
    """Return a list of numbers."""
    if type(value) is not list:
        raise ValueError(say("{key} must be a list of numbers, not {value}", key=key, value=_shown(value)))
    return tuple(number(item, key, largest) for item in value)


def text(value: object, key: str, longest: int) -> str:
    """Return a short text, trimmed; an empty one where the card does not say."""
    if value is None:
        return ""
    if type(value) is not str:
        raise ValueError(say("{key} must be a text, not {value}", key=key, value=_shown(value)))
    _check_fit(value, key, longest)
    return value.strip()


def lengths(value: object, key: str, largest: int) -> tuple[int, int]:
    """Return two whole numbers of pixels."""
    if not isinstance(value, list) or len(value) != 2 or not all(type(length) is int for length in value):
        raise ValueError(say("{key} must be whole numbers of pixels, as in [512, 512]", key=key))
    if not all(1 <= length <= largest for length in value):
        raise ValueError(say("{key} must lie between 1 and {largest} pixels", key=key, largest=largest))
    return value[0], value[1]


def numbers(value: object, key: str, largest: float) -> tuple[float, ...]:
    """Return one number, or a few: one for each channel."""
    values: list[Any] = value if isinstance(value, list) else [value]
    if not values or any(isinstance(item, bool) or not isinstance(item, int | float) for item in values):
        raise ValueError(say("{key} must be a number, or a list of one number per channel", key=key))
    if not all(abs(item) <= largest for item in values):
        raise ValueError(say("{key} must be a finite number, of at most {largest:g}", key=key, largest=largest))
    return tuple(float(item) for item in values)


def _not_one_of(key: str, known: Iterable[str], value: object) -> str:
    return say("{key} must be one of {known}, not {value}", key=key, known=", ".join(known), value=_shown(value))


def _one(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _shown(value: object) -> str:
    return printable(repr(value), 60)


def _check_fit(text: str, key: str, longest: int) -> None:
    if len(text) > longest:
        raise ValueError(say("{key} must be at most {longest} characters long", key=key, longest=longest))
    if not is_fit(text):
        raise ValueError(
            say(
                "{key} must be without control characters, lone surrogates and signs that change the direction of "
                "writing",
                key=key,
            )
        )
