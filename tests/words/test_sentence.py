"""A sentence is its English text, and can be said in another language."""

import copy
import json
import pickle
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camdash.errors import ImageError
from camdash.words.received import parts_of, text_of
from camdash.words.sentence import Sentence, joined, say, say_many, translated, unfilled


class German:
    """A small catalog."""

    texts: ClassVar = {
        "{name} has no pixels.": "{name} hat keine Bildpunkte.",
        "the file": "die Datei",
        "{count} file": "{count} Datei",
        "{count} files": "{count} Dateien",
        "{share:.1f} %": "{share:.1f} Prozent",
    }

    def gettext(self, message: str, /) -> str:
        return self.texts.get(message, message)

    def ngettext(self, one: str, many: str, count: int, /) -> str:
        return self.gettext(one if count in (0, 1) else many)  # not English's rule, on purpose


def test_a_sentence_is_its_english_text() -> None:
    assert say("{name} has no pixels.", name="a.png") == "a.png has no pixels."
    assert say_many("{count} file", "{count} files", 1) == "1 file"
    assert say_many("{count} file", "{count} files", 0) == "0 files"
    assert say("{share:.1f} %", share=99.94) == "99.9 %"


def test_a_sentence_is_said_in_another_language_by_its_rules() -> None:
    assert translated(say("{name} has no pixels.", name="a.png"), German()) == "a.png hat keine Bildpunkte."
    assert translated(say_many("{count} file", "{count} files", 0), German()) == "0 Datei"
    assert translated(say_many("{count} file", "{count} files", 2), German()) == "2 Dateien"
    assert translated(say("{share:.1f} %", share=99.94), German()) == "99.9 Prozent"


def test_a_sentence_within_a_sentence_is_translated_too_and_a_name_is_not() -> None:
    inner = say("{name} has no pixels.", name=say("the file"))
    assert inner == "the file has no pixels."
    assert translated(inner, German()) == "die Datei hat keine Bildpunkte."
    assert translated(say("{name} has no pixels.", name="the file"), German()) == "the file hat keine Bildpunkte."
    assert translated("the file", German()) == "the file"


def test_joined_sentences_are_translated_one_by_one_and_empty_ones_leave_no_gap() -> None:
    both = joined(" ", [say("the file"), "", "{odd}", say_many("{count} file", "{count} files", 2)])
    assert both == "the file {odd} 2 files"
    assert translated(both, German()) == "die Datei {odd} 2 Dateien"
    assert joined(", ", ["a", "b"]) == "a, b"
    assert joined(" ", []) == ""


def test_a_template_can_be_filled_later() -> None:
    assert unfilled("{name} has no pixels.") == "{name} has no pixels."
    assert translated(unfilled("{name} has no pixels."), German()) == "{name} hat keine Bildpunkte."


class Careless(German):
    """A catalog whose translations have names that no template has."""

    texts: ClassVar = {"{name} has no pixels.": "{Name} hat keine Bildpunkte.", "{count} file": "{0.real} Datei"}


def test_a_translation_with_wrong_names_is_said_in_english() -> None:
    assert translated(say("{name} has no pixels.", name="a.png"), Careless()) == "a.png has no pixels."
    assert translated(say_many("{count} file", "{count} files", 1), Careless()) == "1 file"


def test_braces_in_values_stay() -> None:
    assert translated(say("{name} has no pixels.", name="{0}.png"), German()) == "{0}.png hat keine Bildpunkte."


def test_what_an_error_carries_can_still_be_translated() -> None:
    error = ImageError(say("{name} has no pixels.", name="a.png"))
    assert translated(str(error), German()) == "a.png hat keine Bildpunkte."


SAID = [
    say("the file"),
    say_many("{count} file", "{count} files", 2),
    say("{name} has no pixels.", name=say("the file")),
]


@pytest.mark.parametrize("sentence", SAID)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_can_be_translated(sentence: Sentence, again: Any) -> None:
    made = again(sentence)
    assert made == sentence
    assert translated(made, German()) == translated(sentence, German())


NAMES = st.text(max_size=20)


@given(NAMES, st.integers(0, 5), st.floats(0, 100))
def test_json_carries_a_sentence_whole(name: str, count: int, share: float) -> None:
    sentences = [
        say("{name} has no pixels.", name=say("{name} has no pixels.", name=name)),
        say_many("{count} file", "{count} files", count),
        say("{share:.1f} %", share=share),
        joined(" ", [say("the file"), name or "-"]),
    ]
    for sentence in (*sentences, name):
        made = text_of(json.loads(json.dumps(parts_of(sentence))))
        assert made == sentence
        assert translated(made, German()) == translated(sentence, German())


@pytest.mark.parametrize(
    "parts",
    [
        None,
        [1, "", {}],
        ["", "", {}],
        ["{name", "", {"name": "a"}],
        ["{name}", "", {}],
        ["{name.__class__}", "", {"name": "a"}],
        ["{name[0]}", "", {"name": "a"}],
        ["{name.__class__}", "", {"name": "a", "name.__class__": 1}],
        ["{name!r}", "", {"name": "a"}],
        ["{name:>999999999}", "", {"name": "a"}],
        ["{name:{name}}", "", {"name": "a"}],
        ["{}", "", {"name": "a"}],
        ["{count}", "{other}", {"count": 1}],
        ["{name}", "", {"name": None}],
        ["{name}", ""],
    ],
)
def test_what_another_process_sends_fills_names_and_does_nothing_else(parts: Any) -> None:
    with pytest.raises((TypeError, ValueError, LookupError)):
        text_of(parts)
