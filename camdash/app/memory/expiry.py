"""Free what a closed tab held once its time to live is over, also if nobody opens another tab.

Streamlit keeps a closed tab's session for a while (`server.disconnectedSessionTTL`), so that a short loss of network
is forgiven. It forgets those whose time is over only when the next tab is closed, and whatever a cycle of references
holds waits for the garbage collector: each run of a script is such a cycle, and it holds all that the tab remembers.
Objects that were there when the collector was told to look away (`caches.settled`) would never be found.
Here each tab is closed just before its time is over, and emptied; then the memory goes back to the system.
"""

import asyncio
import ctypes
import gc
import logging
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import fields
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.state import SessionState

from camdash.app.memory.tabs import Tab, all_tabs, forget
from camdash.app.memory.upload_memory import forget_uploads, room

log = logging.getLogger(__name__)

SHARE = 0.8
"""Of the time to live, after which a tab is closed; later Streamlit would not find its session any more."""

OFTEN = 1 / 20
"""Of the time to live, after which the tabs are looked at again; at most every second."""

ROUNDS = 2
"""How often memory is given back once a tab ended or a file was removed: a script or the device may still use some."""


@asynccontextmanager
async def watching_tabs(_: Any) -> AsyncIterator[dict[str, Any]]:
    """Watch over the tabs as long as the server runs."""
    watch = asyncio.create_task(_watch(float(st.get_option("server.disconnectedSessionTTL"))))
    try:
        yield {}
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch


async def _watch(seconds: float) -> None:
    last_seen: dict[str, float] = {}
    held = rounds = 0
    while True:
        await asyncio.sleep(min(1.0, OFTEN * seconds))
        before, held = held, room().held()
        if _look(last_seen, SHARE * seconds) or held < before:
            rounds = ROUNDS
        elif rounds:
            rounds -= 1
            await asyncio.to_thread(give_back)


def _look(last_seen: dict[str, float], seconds: float) -> bool:
    """Close the tabs that are gone for so long, and empty those whose script has ended; return whether any was."""
    now = time.monotonic()
    for tab in all_tabs():
        if runtime.get_instance().is_active_session(tab.name):
            last_seen[tab.name] = now
        elif not tab.is_closed and now - last_seen.setdefault(tab.name, now) >= seconds:
            _without_end(_close, tab)
    ended = [tab for tab in all_tabs() if tab.is_closed and not tab.thread.is_alive()]
    for tab in ended:
        last_seen.pop(tab.name, None)
        _without_end(_empty, tab)
    return bool(ended)


def _without_end(work: Callable[[Tab], None], tab: Tab) -> None:
    """Do something to a tab; if it fails, the watch goes on for all others."""
    try:
        work(tab)
    except Exception:  # whatever it was, no other tab's films may stay for it
        log.exception("A closed tab could not be emptied.")


def _close(tab: Tab) -> None:
    tab.is_closed = True
    runtime.get_instance().close_session(tab.name)
    tab.session.shutdown()  # also where Streamlit has forgotten the session already; a second time changes nothing
    forget_uploads(tab.name)


def _empty(tab: Tab) -> None:
    """Take out what a tab holds once its script has ended: whoever still refers to it has an empty shell."""
    state, fresh = tab.session.session_state, SessionState()
    for field in fields(fresh):  # to clear it would leave what the widgets were given
        setattr(state, field.name, getattr(fresh, field.name))
    tab.session.flush_browser_queue()
    tab.fragments.clear()
    forget_uploads(tab.name)  # also what its script has unpacked since it was closed
    forget(tab)


def give_back() -> None:
    """Collect what only cycles hold, and let the C library give the free memory back to the system."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc alone has it
        if trim is not None:
            trim(0)
