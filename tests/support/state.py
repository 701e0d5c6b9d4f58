"""What a page that AppTest runs remembers, and what its components and tables tell."""

from collections.abc import Mapping
from typing import Any

from streamlit.testing.v1 import AppTest

from camdash.app import widget_keys
from camdash.app.session.state import KEY, Session


def remembered(page: AppTest) -> Session:
    """Return what the page's session remembers; changes of it count in the next run."""
    found: Session = page.session_state[KEY]
    return found


def look_at(page: AppTest, *, file: int | None = None, sample: str | None = None) -> None:
    """Do what the choice of an image does, in the next run."""
    here = remembered(page)
    here.sample, here.file = sample, file
    here.to_try, here.failed_uploads = ((), frozenset()), ()


def widget(page: AppTest, key: str) -> Any:
    """Return what a widget is set to."""
    return page.session_state[key]


def tell(page: AppTest, key: str, event: Mapping[str, object]) -> None:
    """Do what the browser does when a component or a table tells of an event: AppTest has neither."""
    page.session_state[key] = dict(event)


def tell_settings(page: AppTest, settings: Mapping[str, object]) -> None:
    """Do what the viewer does when its settings change."""
    tell(page, widget_keys.VIEWER, {"settings": settings})
