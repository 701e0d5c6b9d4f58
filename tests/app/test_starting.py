"""The page says that it loads the libraries while it does, and never again: what comes and goes makes a page jump."""

import threading

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from camdash.app.frame import starting


def test_only_the_first_page_of_a_server_says_that_the_libraries_load(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    for name in ("spinner", "skeleton"):
        original = getattr(st, name)

        def noted(*args: object, name: str = name, original: object = original, **options: object) -> object:
            shown.append(args[0] if args else name)  # type: ignore[arg-type]
            return original(*args, **options)  # type: ignore[operator]

        monkeypatch.setattr(st, name, noted)
    monkeypatch.setattr(starting, "_started", threading.Event())
    said = ["Starting: loading the libraries …", "skeleton"]
    assert not page.run().exception
    assert [one for one in shown if one in said] == said
    assert not page.run().exception
    assert [one for one in shown if one in said] == said
