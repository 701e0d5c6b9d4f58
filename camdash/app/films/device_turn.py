"""Every forward pass of the page waits here for its turn at the device."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from camdash.app.language import tr_many
from camdash.networks.loading import preferred_device
from camdash.running.queue import Abandoned, queue_of

T = TypeVar("T")

Waiting = Callable[[int], None]
"""Told how many pieces of work come before, twice a second. It writes that somewhere on the page, which is also where
Streamlit ends a script that was replaced by a newer one, or whose tab was closed."""


def in_turn(work: Callable[[], T], waiting: Waiting) -> T:
    """Do a piece of work in the device's own thread when this session's turn comes; `st` may not be used in it.

    Once the tab is closed, or a click began the page anew, what still waits is dropped and the script ends.

    Raises:
        BusyError: too many wait already.
    """
    context = get_script_run_ctx(suppress_warning=True)
    session = context.session_id if context else ""
    queue = queue_of(str(preferred_device()))

    def alive() -> bool:
        waiting(queue.ahead(session))
        return not runtime.exists() or bool(runtime.get_instance().is_active_session(session))

    try:
        return queue.run(session, work, alive)
    except Abandoned:
        st.stop()


def line(ahead: int) -> str:
    """Return the length of the line in words; empty when the turn has come."""
    if not ahead:
        return ""
    return tr_many("Waiting: {count} analysis ahead of you", "Waiting: {count} analyses ahead of you", ahead)
