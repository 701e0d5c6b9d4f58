"""Uploads that found no room: noted by the server, said by the page.

The uploader marks such a file and has no place for a sentence.
"""

import asyncio
import time
from collections.abc import Sequence

from streamlit import runtime

from camdash.app.language import tr, tr_many
from camdash.app.markdown import named, plain
from camdash.app.memory.tabs import Tab, own_tab
from camdash.app.memory.upload_memory import room

TELLING = 0.5
"""Seconds from a refusal until the page says so, in which the other files of the same drop come."""

PAUSE = 10.0
"""Seconds without an upload, after which the next one begins another drop: what was said of the last one is done."""

NAMED = 3
"""Files that are named on the page; the uploader marks them all."""


MOST_NOTED = 1000
"""Refused files that are counted."""


class Refusals:
    """Notes refusals, and has the page drawn again so that it says them; to be used in the server's event loop."""

    def __init__(self) -> None:
        self._telling: dict[str, asyncio.TimerHandle] = {}

    def begin_drop(self, tab: Tab) -> None:
        """Note that an upload comes; if it is the first for a while, what was said of earlier ones is done."""
        now = time.monotonic()
        if now - tab.last_upload > PAUSE and not room().arriving(tab.name):
            tab.refused = {}
        tab.last_upload = now

    def end_upload(self, tab: Tab) -> None:
        """Note that an upload has come, or has broken off."""
        tab.last_upload = time.monotonic()

    def add(self, tab: Tab, file: str, sentence: str) -> None:
        """Note that a file, which may be without a name, found no room, and why."""
        files = tab.refused.setdefault(sentence, [])
        if len(files) < MOST_NOTED:
            files.append(file)
        tab.is_told = False
        tab.session.track_settling()
        if tab.name not in self._telling:
            self._tell_later(tab)

    def _tell_later(self, tab: Tab) -> None:
        self._telling[tab.name] = asyncio.get_running_loop().call_later(TELLING, self._tell, tab)

    def _tell(self, tab: Tab) -> None:
        """Draw the page again once all files of the drop have come, unless it was drawn since the last refusal.

        Not while a script runs: it may not have seen yet what was clicked, and would be stopped.
        """
        del self._telling[tab.name]
        if tab.is_told or tab.is_closed or not runtime.get_instance().is_active_session(tab.name):
            return
        if room().arriving(tab.name) or not tab.session.is_settled:
            self._tell_later(tab)
        else:
            tab.session.request_rerun(tab.page)


def refusals() -> list[str]:
    """Return what the page of this tab has to say of uploads that found no room, as Markdown."""
    tab = own_tab()
    if tab is None:
        return []
    tab.is_told = True
    return [f"{_listed(files)} {plain(why)}" for why, files in list(tab.refused.items())]


def acknowledge_refusals() -> None:
    """Say no more of the uploads that found no room so far."""
    tab = own_tab()
    if tab is not None:
        tab.refused = {}


def _listed(files: Sequence[str]) -> str:
    """Return that the files were not uploaded; of many the first few are named, and some have no name."""
    names = [named(file) for file in files if file][:NAMED]
    if not names:
        return tr_many("{count} file was not uploaded.", "{count} files were not uploaded.", len(files))
    if len(files) == 1:
        return tr("{file} was not uploaded.", file=names[0])
    if more := len(files) - len(names):
        return tr_many(
            "{files} and {count} more were not uploaded.",
            "{files} and {count} more were not uploaded.",
            more,
            files=", ".join(names),
        )
    return tr("{files} and {file} were not uploaded.", files=", ".join(names[:-1]), file=names[-1])
