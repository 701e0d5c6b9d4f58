"""The page's address: it carries what is seen, so that a link reopens it; of an upload its digest, never its name.

Each step of a visitor changes it once, so that the browser's Back walks through what was seen. The first page's address
stays as it was opened until something else is shown, so that Back never ends on a page that looks the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from camdash.app.language import tr
from camdash.app.session.address import OF_PAGE, OF_VIEWER, SHOW, VIEW, Link, parse
from camdash.app.session.state import session
from camdash.networks.cards.card import Checkpoint
from camdash.networks.gradients import METHODS


def follow(usable: Sequence[Checkpoint]) -> Link | None:
    """Return what the address asks for when the session begins, and whenever the browser goes back or forth."""
    if session().link is None:
        values = st.query_params.to_dict()
        session().link = parse(values, usable)
        session().stage = asked().stage
        note({key: values[key] for key in OF_VIEWER if key in values})
        return asked()
    if not walks():
        return None
    here, first = st.query_params.to_dict(), session().first_address or {}
    values = first if here.items() <= first.items() else here
    _open(parse(values, usable), {key: values.get(key) for key in OF_VIEWER})
    session().stage = asked().stage
    return asked()


def asked() -> Link:
    """Return what the address asked for when it was followed last."""
    here = session()
    if here.link is None:
        here.link = parse(st.query_params.to_dict(), ())
    return here.link


def walks() -> bool:
    """Return whether the browser went back or forth to this run of the first page; others have no address to follow.

    Streamlit goes from page to page by addresses that say nothing: once it did, what is shown stays at such a one.
    """
    here = session()
    says_nothing = here.came_back and not st.query_params.to_dict()
    return _is_history() and here.is_first_page and not says_nothing


def note_page(*, is_first: bool) -> None:
    """Note whether the page that is about to be drawn is the first one."""
    here = session()
    here.came_back = here.came_back or (is_first and not here.is_first_page and not _is_history())
    here.is_first_page = is_first


def _is_history() -> bool:
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and context.is_history_navigation


def show_slopes() -> None:
    """Have the viewer show the first method's maps, as it showed the others: all else that is set there stays."""
    _open(replace(asked(), view=METHODS[0].id), {VIEW: METHODS[0].id}, keeps=True)


def show_predicted() -> None:
    """Have the viewer show the predicted classes, large, whatever it showed before."""
    _open(Link(show="top"), {**dict.fromkeys(OF_VIEWER), SHOW: "top"})


def token() -> str:
    """Return what tells the viewer that it is to show what was asked for, again; empty where it is the first time."""
    return session().opening


def keeps() -> bool:
    """Return whether the viewer is to keep what is set beside the view, when it shows what was asked for again."""
    return session().opening_keeps


def _open(link: Link, of_viewer: Mapping[str, str | None], *, keeps: bool = False) -> None:
    here = session()
    here.link, here.opening, here.opening_keeps = link, uuid4().hex, keeps
    here.shown_address.update(of_viewer)


def say_missing(digests: Iterable[str]) -> None:
    """Say which file to open where the address asks for an upload that is not here (`digests`: those that are)."""
    image, here = asked().image, tuple(digests)
    if not image or any(digest.startswith(image) for digest in here):
        return
    shown = (
        tr("The radiograph below is **not the one of this link**: links contain no images.")
        if here
        else tr("The radiograph below is a **sample, not the one of this link**: links contain no images.")
    )
    advice = tr(
        "Ask whoever sent the link for the file, and drop it here. (Its sha256 begins with `{digits}`.)", digits=image
    )
    st.warning(f"{shown} {advice}", icon=":material/link:")


def say_ignored() -> None:
    """Say what of the address is not known here, until the user does something."""
    if not session().is_ignored_said:
        for sentence in asked().ignored:
            st.warning(sentence, icon=":material/link_off:")
    session().is_ignored_said = True


def write(values: Mapping[str, str | None]) -> None:
    """Bring the address up to date, in one step and only if it changes; None takes a value out of it."""
    note(values)
    here = st.query_params.to_dict()
    own = shown()
    if session().first_address is None:
        session().first_address = own
    if own == session().first_address and here.items() <= own.items():
        return
    wanted = {key: value for key, value in here.items() if key not in (*OF_PAGE, *OF_VIEWER)} | own
    if wanted != here:
        st.query_params.from_dict(wanted)


def note(values: Mapping[str, str | None]) -> None:
    """Note what the address is to say once all of this step is known."""
    session().shown_address.update(values)


def shown() -> dict[str, str]:
    """Return what the address is to say."""
    return {key: value for key, value in session().shown_address.items() if value is not None}


def of_page() -> dict[str, str]:
    """Return what a link to what is shown says of checkpoints and image."""
    return {key: value for key, value in shown().items() if key in OF_PAGE}
