"""What a session held is let go when its time to live is over, also when nobody comes any more.

Streamlit keeps a closed tab's session for a while (`server.disconnectedSessionTTL`), so that a short loss of network
is forgiven. It forgets those whose time is over only when the next tab is closed, and until then holds their
radiographs. Here each is closed just before its time is over; afterwards Streamlit would not find it any more.
"""

import asyncio

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

SHARE = 0.9
"""Of the time to live, after which a session is closed."""

_closing: dict[str, asyncio.TimerHandle] = {}


def _disconnected(session: str) -> None:
    """Have a session closed once its time is over; the server calls this in its event loop when the tab closes."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # the caches were emptied, no tab was closed
        return
    if session in _closing:
        _closing.pop(session).cancel()
    delay = SHARE * float(st.get_option("server.disconnectedSessionTTL"))
    _closing[session] = loop.call_later(delay, _close, session)


def _close(session: str) -> None:
    _closing.pop(session, None)
    if runtime.exists() and not runtime.get_instance().is_active_session(session):
        runtime.get_instance().close_session(session)


@st.cache_resource(show_spinner=False, scope="session", on_release=_disconnected)
def remember_the_end() -> str:
    """Note that a session has begun, so that its end is noticed; return its name."""
    context = get_script_run_ctx()
    return context.session_id if context else ""
