"""Names of files, as the page and every CSV show them."""

import pytest

from camdash.words.names import visible


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Hüfte 手 ✓.png", "Hüfte 手 ✓.png"),
        ("abc\u202egnp.exe", r"abc\u202egnp.exe"),
        ("a\u2066b\u2069.png", r"a\u2066b\u2069.png"),
        ("a\x1b[31m\nb.png", r"a\x1b[31m\nb.png"),
        ("caf\udce9.png", r"caf\udce9.png"),
    ],
)
def test_what_does_not_show_or_turns_the_text_around_is_written_out(name: str, shown: str) -> None:
    assert visible(name) == shown
    assert visible(shown) == shown


def test_some_signs_can_be_kept() -> None:
    assert visible("a\tb\x00", "\t") == "a\tb\\x00"
