"""What a tab remembers is one typed object; strings are the widgets' alone."""

import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from camdash.app import widget_keys
from camdash.app.session import state
from tests.app.test_page import film, upload
from tests.support.state import remembered, widget

KEYS = [
    re.escape(key).replace(r"\{\}", ".+")
    for name, key in vars(widget_keys).items()
    if name.isupper() and isinstance(key, str)
]


def strangers(page: AppTest) -> list[str]:
    """Return the keys of the page's state that are neither a widget's nor the session's."""
    known = re.compile("|".join([state.KEY, *KEYS]))
    return [key for key in page.session_state if not known.fullmatch(key)]


def test_nothing_but_widgets_stands_under_a_string(page: AppTest) -> None:
    upload(page.run(), ("film.png", film(1)), ("other.png", film(2)), ("bad.png", b"dear sir"))
    page.selectbox(key="second").select_index(0).run()
    page.button(key="sample-foot").click().run()
    assert not page.exception
    assert len(page.session_state) > 10
    assert strangers(page) == []


def test_a_key_is_given_to_one_widget_alone() -> None:
    assert len(KEYS) == len(set(KEYS)) > 30


def counted() -> None:
    import streamlit as st

    from camdash.app.session.state import session

    session().run += 1
    st.text(session().run)


def test_a_session_is_the_same_object_in_every_run() -> None:
    page = AppTest.from_function(counted).run()
    first = remembered(page)
    assert remembered(page.run()) is first
    assert (first.run, page.text[0].value) == (2, "2")


def test_what_code_that_was_edited_meanwhile_remembered_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    page = AppTest.from_function(counted).run()
    before: Any = remembered(page)
    before.sample = "foot"
    before.of_older_code = "gone"
    del before.going_up  # of later code alone

    class Session(state.Session):
        """What a reload makes of the class: another one of the same name."""

    monkeypatch.setattr(state, "Session", Session)
    page.run()
    assert not page.exception
    after = remembered(page)
    assert type(after) is Session
    assert (after.sample, after.run, after.going_up) == ("foot", 2, "")
    assert not hasattr(after, "of_older_code")
    assert widget(page, state.KEY) is after
