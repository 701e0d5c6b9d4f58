"""Text from a stranger's file: what is shown of it, and which names are one to a reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camdash.networks.text import is_fit, printable, same

ANY = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hüfte 手 ✓", "Hüfte 手 ✓"),
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\nb\tc\0", r"a\nb\tc\x00"),
        ("caf\udce9", r"caf\udce9"),
        ("abc\u202egnp", r"abc\u202egnp"),
        ("a\u2028b\x85", r"a\u2028b\x85"),
        ("a" * 11, "a" * 9 + "…"),
    ],
)
def test_what_is_not_fit_to_be_shown_is_an_escape_and_what_is_too_long_is_cut(text: str, shown: str) -> None:
    assert printable(text, 10 if len(set(text)) == 1 else 100) == shown


@given(ANY)
def test_what_is_shown_can_be_written_and_is_short(text: str) -> None:
    shown = printable(text, 20)
    assert is_fit(shown)
    shown.encode("utf-8")
    assert len(shown) <= 10 * 20
    assert is_fit(text) is (printable(text, len(text)) == text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hand", " hand "),
        ("Fuß", "FUSS"),
        ("Ｈａｎｄ", "Hand"),
        ("H\u00fcfte", "Hu\u0308fte"),
        ("Left hand", "Left \u00a0 hand"),
        ("Ha\u200bnd", "Hand"),
        ("ﬁnger", "Finger"),
        ("\ufeffHand", "Hand"),
        *((f"Ha{sign}nd", "Hand") for sign in "\ufe0f\u034f\U000e0100\u115f\u180b\u3164\uffa0\u2800\u17b4"),
    ],
)
def test_names_that_a_reader_cannot_tell_apart_are_the_same(one: str, other: str) -> None:
    assert same(one) == same(other)


@pytest.mark.parametrize(("one", "other"), [("Hand", "Hand 2"), ("Hüfte", "Hufte"), ("Hip L", "HipL"), ("a+b", "a-b")])
def test_names_that_differ_to_a_reader_differ(one: str, other: str) -> None:
    assert same(one) != same(other)


@given(ANY)
def test_what_is_the_same_stays_the_same_in_any_case_and_with_spaces(text: str) -> None:
    assert same(f"  {text.casefold()}\n") == same(text.casefold())
    assert same(same(text)) == same(text)
