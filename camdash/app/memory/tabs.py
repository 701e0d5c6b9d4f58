"""The tabs that are open at the server. Each is noted when its page runs, so that its memory is freed when it ends."""

import threading
from dataclasses import dataclass, field

from streamlit import runtime
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.fragment import FragmentStorage
from streamlit.runtime.scriptrunner import get_script_run_ctx


@dataclass(eq=False)
class Tab:
    """A tab whose page has run.

    Attributes:
        name: the name of its session.
        session: all that Streamlit keeps of it.
        fragments: the parts of its page that can run alone, and what they enclose.
        thread: the one that runs its script, or ran it last.
        page: which page it shows, so that it can be drawn again without a click.
        refused: names of the uploads that found no room, by the sentence that says why.
        is_told: whether the page has drawn those sentences.
        last_upload: when the last upload began or ended, in seconds of time.monotonic.
        is_closed: whether its time is over.
    """

    name: str
    session: AppSession
    fragments: FragmentStorage
    thread: threading.Thread
    page: ClientState
    refused: dict[str, list[str]] = field(default_factory=dict)
    is_told: bool = True
    last_upload: float = 0.0
    is_closed: bool = False


_tabs: dict[str, Tab] = {}


def note_run() -> None:
    """Note that the page of this tab runs; without a server there is nothing to note."""
    context = get_script_run_ctx(suppress_warning=True)
    session = runtime.get_instance().get_app_session(context.session_id) if context and runtime.exists() else None
    if context is None or not isinstance(session, AppSession):
        return
    page = ClientState(query_string=context.query_string, page_script_hash=context.page_script_hash)
    if context.context_info:
        page.context_info.CopyFrom(context.context_info)
    here = threading.current_thread()
    tab = _tabs.get(context.session_id)
    if tab is None:
        _tabs[session.id] = Tab(session.id, session, context.fragment_storage, here, page)
    else:
        tab.thread, tab.page = here, page


def tab_named(name: str) -> Tab | None:
    """Return the tab whose session has this name; None where its page has not run, or is gone."""
    return _tabs.get(name)


def all_tabs() -> list[Tab]:
    """Return all tabs that have not been forgotten."""
    return list(_tabs.values())


def forget(tab: Tab) -> None:
    """Drop a tab."""
    _tabs.pop(tab.name, None)


def own_name() -> str:
    """Return the name of the session whose page runs in this thread; empty where none does."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def own_tab() -> Tab | None:
    """Return the tab whose page runs in this thread; None without a server."""
    return _tabs.get(own_name())
