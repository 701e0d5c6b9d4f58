"""What a session held is let go soon after its tab was closed, also when nobody comes any more.

Streamlit keeps a closed tab's session for a while (`server.disconnectedSessionTTL`), so that a short loss of network
is forgiven. But it forgets those whose time is over only when the next tab is closed, and until then holds their
radiographs. Here it is reminded. It has no public way to do so: the names with underscores are used in this file alone.
"""

import asyncio
from dataclasses import dataclass

import streamlit as st
from streamlit import runtime
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

SPARE = 1.0
"""Seconds beyond the time to live."""


@dataclass(frozen=True, eq=False)
class Reminder:
    """Reminds the server, in its own event loop, to forget the sessions whose time is over."""

    loop: asyncio.AbstractEventLoop
    sessions: WebsocketSessionManager

    def now(self) -> None:
        """Remind it at once; listing the sessions is what makes it forget."""
        self.loop.call_soon_threadsafe(self.sessions.list_sessions)

    def later(self) -> None:
        """Remind it when the time of a session that ends now is over."""
        delay = float(st.get_option("server.disconnectedSessionTTL")) + SPARE
        self.loop.call_soon_threadsafe(self.loop.call_later, delay, self.sessions.list_sessions)


def _ended(reminder: Reminder | None) -> None:
    if reminder is not None and not reminder.loop.is_closed():
        reminder.later()


@st.cache_resource(show_spinner=False, scope="session", on_release=_ended)
def remember_the_end() -> Reminder | None:
    """Note that a session has begun: others whose time is over are let go now, and this one when its time has come.

    None where there is no server, such as in a test of the page alone.
    """
    server = runtime.get_instance()
    sessions = getattr(server, "_session_mgr", None)
    if not isinstance(sessions, WebsocketSessionManager):
        return None
    reminder = Reminder(server._get_async_objs().eventloop, sessions)
    reminder.now()
    return reminder
