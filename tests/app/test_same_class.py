"""The list of uploads compares classes by name as the comparison does: not by case, nor by spaces."""

from collections.abc import Sequence

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from camdash.app.films.files import Film, ImageFile
from camdash.app.uploads.listing import Answer
from camdash.app.worklist.table import same_or_differ
from camdash.evidence.worklist import Line
from camdash.networks.cards.card import Checkpoint
from tests.app.test_answers_in_words import CHECKPOINT
from tests.conftest import small_card

SECOND = Checkpoint("second", CHECKPOINT.path, "1" * 64, small_card(3))
FILM = Film(ImageFile.of("film.png", b"film"))
STRONG = [[[9, 9], [9, 9]], [[0, 0], [0, 0]]]


def listed(names: "Sequence[str]", found: "list[Answer]") -> None:
    from camdash.app.films import caches
    from camdash.app.results.in_list import answers
    from tests.app.test_answers_in_words import CHECKPOINT
    from tests.app.test_same_class import FILM, SECOND, STRONG
    from tests.evidence.test_comparison import analysis

    for checkpoint, name in zip((CHECKPOINT, SECOND), names, strict=True):
        caches._analyses()[(FILM.key, checkpoint)] = analysis(STRONG, (name, "Other"))
    found.extend(answers([FILM], CHECKPOINT, SECOND))


@pytest.mark.parametrize(
    ("names", "share"),
    [
        (("Chest frontal", "Chest frontal"), "> 99.9 %"),
        (("Chest frontal", "chest  FRONTAL "), "> 99.9 %"),
        (("Chest frontal", "Chest\tfrontal"), "> 99.9 %"),
        (("Chest frontal", "Chest lateral"), ""),
    ],
)
def test_answers_differ_by_class_and_not_another_way_to_write_it(names: tuple[str, str], share: str) -> None:
    st.cache_resource.clear()
    found: list[Answer] = []
    page = AppTest.from_function(listed, args=(names, found)).run()
    assert not page.exception
    assert [one.share for one in found] == [share]
    assert found[0].words == (names[0] if share else "A: Chest frontal · B: Chest lateral")
    st.cache_resource.clear()


def line(predicted: str) -> Line:
    return Line("film.png", "0" * 64, predicted, labels=None if predicted is None else (predicted,))


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [("Hand", " hand ", "same"), ("Left hand", "left  HAND", "same"), ("Left hand", "Lefthand", "differ")],
)
def test_the_worklist_compares_classes_likewise(first: str, second: str, said: str) -> None:
    assert same_or_differ(line(first), line(second)) == said
