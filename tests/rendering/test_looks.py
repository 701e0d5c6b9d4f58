from string import Formatter

import numpy as np
import pytest

from camdash.rendering.color import opencv_table
from camdash.rendering.looks import CLASSIC, EVIDENCE, LOOKS, OWN_SCALE, POSITIVE, look_of
from camdash.rendering.scale import Look
from camdash.words.sentence import translated
from tests.support.marked import Marked, unmarked

KNOWN = (EVIDENCE, POSITIVE, OWN_SCALE, CLASSIC)
FIGURES = {"low", "high", "size", "factor", "unit"}
"""What the words of a look may name: `filled` of the viewer's words.js puts figures there."""


def test_looks_are_told_apart_by_ids_that_fit_into_links_and_file_names() -> None:
    assert len({look.id for look in LOOKS}) == len(LOOKS)
    assert all(look.id.isascii() and look.id.isalnum() and look.id.islower() for look in LOOKS)


@pytest.mark.parametrize("look", LOOKS)
def test_what_is_sent_back_is_the_look_and_all_else_is_none(look: Look) -> None:
    assert look_of(look.id) is look
    for wrong in (look.id.upper(), look.label.upper(), "", None, 0, [look.id]):
        assert look_of(wrong) is None


@pytest.mark.parametrize("look", LOOKS)
def test_each_look_is_explained_in_whole_sentences_with_figures_that_there_are(look: Look) -> None:
    for sentence in (look.about, look.reading, look.change):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    legend = look.rule.legend
    words = (look.caption, *legend.full, *legend.brief, *legend.change)
    assert {name for one in words for _, name, _, _ in Formatter().parse(one) if name is not None} <= FIGURES
    assert not any("{" in end for end in legend.apart)


@pytest.mark.parametrize("look", LOOKS)
def test_all_words_of_a_look_can_be_said_in_another_language_with_the_same_figures(look: Look) -> None:
    legend = look.rule.legend
    words = (look.label, look.about, look.reading, look.change, look.spoken, look.caption)
    for text in (*words, *legend.full, *legend.brief, *legend.change, *legend.apart):
        said = translated(text, Marked())
        assert said.replace("«", "").replace("»", "") == text
        assert unmarked(said) in ("", "0", "{low}", "{high}")


def test_what_each_look_is_does_not_change_by_itself() -> None:
    told = [(look.rule.shared, look.rule.diverges, look.fades, look.opacity, look.panels) for look in KNOWN]
    assert told == [
        (True, True, True, 0.85, "all"),
        (True, False, True, 0.85, "all"),
        (False, True, True, 0.85, "all"),
        (False, False, False, 0.5, "three"),
    ]
    assert [bool(look.caption) for look in KNOWN] == [False, False, True, True]


def test_an_unknown_color_map_is_an_error_and_never_another_one() -> None:
    with pytest.raises(AttributeError, match="RAINBOWS"):
        opencv_table("rainbows")


@pytest.mark.parametrize("name", ["viridis", "magma", "inferno", "plasma", "cividis"])
def test_the_perceptually_uniform_ones_grow_evenly_brighter(name: str) -> None:
    luminance = opencv_table(name) @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance) > -1).all()
    assert luminance[-1] > luminance[0] + 100
    assert not np.array_equal(opencv_table(name), CLASSIC.table)
