"""Values of a card's fields, which anybody may have written: each is what it should be, or a ValueError says what."""

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import reduce
from typing import Annotated, Any, TypeVar

import msgspec

from camdash.networks.text import is_fit, printable, same
from camdash.words.sentence import say

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)
Real = int | float
"""Whole numbers may be larger than any float."""
Some = Annotated[list[T], msgspec.Meta(min_length=1)]

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


def of_type(value: object, kind: type[T], sentence: str) -> T:
    """Return a value if it is of a type, as JSON has types: true and false are no numbers.

    Raises:
        ValueError: with the sentence, it is not.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ValueError(sentence) from error


def names(value: object, key: str, most: int) -> tuple[str, ...]:
    """Return a list of names, trimmed, which a reader can tell from each other."""
    found = of_type(value, Some[str], say("{key} must be a list of names", key=key))
    if len(found) > most:
        raise ValueError(say("{key} must be at most {most} names", key=key, most=most))
    trimmed = tuple(name.strip() for name in found)
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
    return None if value is None else of_type(value, bool, say("{key} must be true or false", key=key))


def one_of(value: object, numbers: Sequence[int], key: str) -> int | None:
    """Return one of a few whole numbers, or None where the card does not say."""
    if value is None:
        return None
    sentence = _not_one_of(key, map(str, numbers), value)
    if (found := of_type(value, int, sentence)) not in numbers:
        raise ValueError(sentence)
    return found


def some_of(value: object, known: Sequence[str], key: str) -> tuple[str, ...]:
    """Return some of a few words, in their own order; none where the card does not say."""
    if value is None:
        return ()
    listed = reduce(lambda first, second: say("{first} and {second}", first=first, second=second), known)
    sentence = say("{key} must be a list of {words}, not {value}", key=key, words=listed, value=shown(value))
    found = of_type(value, list[str], sentence)
    if not set(found) <= set(known):
        raise ValueError(sentence)
    return tuple(word for word in known if word in found)


def choice(kind: type[Choice], value: object, key: str, known: Sequence[str] = ()) -> Choice:
    """Return one of a few words: all of their kind, or those that are `known`."""
    among = known or list(kind)
    sentence = _not_one_of(key, among, value)
    found = of_type(value, kind, sentence)
    if found not in among:
        raise ValueError(sentence)
    return found


def number(value: object, key: str, largest: float) -> float:
    """Return one number."""
    sentence = say("{key} must be a number, not {value}", key=key, value=shown(value))
    return _of_size(of_type([value], Some[Real], sentence), key, largest)[0]


def list_of_numbers(value: object, key: str, largest: float) -> tuple[float, ...]:
    """Return a list of numbers."""
    sentence = say("{key} must be a list of numbers, not {value}", key=key, value=shown(value))
    return _of_size(of_type(value, Some[Real], sentence), key, largest)


def text(value: object, key: str, longest: int) -> str:
    """Return a short text, trimmed; an empty one where the card does not say."""
    if value is None:
        return ""
    found = of_type(value, str, say("{key} must be a text, not {value}", key=key, value=shown(value)))
    _check_fit(found, key, longest)
    return found.strip()


def lengths(value: object, key: str, largest: int) -> tuple[int, int]:
    """Return two whole numbers of pixels."""
    sentence = say("{key} must be whole numbers of pixels, as in [512, 512]", key=key)
    rows, columns = of_type(value, tuple[int, int], sentence)
    if not (1 <= rows <= largest and 1 <= columns <= largest):
        raise ValueError(say("{key} must lie between 1 and {largest} pixels", key=key, largest=largest))
    return rows, columns


def numbers(value: object, key: str, largest: float) -> tuple[float, ...]:
    """Return one number, or a few: one for each channel."""
    values = value if isinstance(value, list) else [value]
    sentence = say("{key} must be a number, or a list of one number per channel", key=key)
    return _of_size(of_type(values, Some[Real], sentence), key, largest)


def _of_size(found: Sequence[Real], key: str, largest: float) -> tuple[float, ...]:
    if not all(abs(item) <= largest for item in found):
        raise ValueError(say("{key} must be a finite number, of at most {largest:g}", key=key, largest=largest))
    return tuple(map(float, found))


def _not_one_of(key: str, known: Iterable[str], value: object) -> str:
    return say("{key} must be one of {known}, not {value}", key=key, known=", ".join(known), value=shown(value))


def _one(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def shown(value: object) -> str:
    """Return a value from a stranger's file as a sentence can show it."""
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
