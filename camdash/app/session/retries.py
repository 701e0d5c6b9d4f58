"""Files whose decoder failed, which says nothing of the file: when they are tried again, and when no more.

Each time that the user does something, such a file is tried once more; a page that begins anew by itself, because
there is more to analyse, does not. After a few tries only the user's own click does, so that a file that crashes
every decoder does not keep the machine busy.
"""

from collections.abc import Collection
from typing import NoReturn

import streamlit as st

from camdash.app.language import tr, tr_many
from camdash.app.session.state import Failure, session

MOST = 3
"""Tries of a file without a click on "Try again"."""


def begin_run() -> None:
    """Note that the page begins, before anything is decoded for it."""
    here = session()
    here.run += not here.goes_on_by_itself
    here.goes_on_by_itself = False


def go_on_by_itself() -> NoReturn:
    """Begin the page anew though the user did nothing."""
    session().goes_on_by_itself = True
    st.rerun()


def failure_of(sha256: str) -> str:
    """Return why a file is not decoded now, a sentence; empty where it may be tried."""
    here = session()
    failure = here.failures.get(sha256)
    if failure is None or (failure.run < here.run and failure.tries < MOST):
        return ""
    return failure.sentence


def note_failure(sha256: str, sentence: str) -> None:
    """Keep that a file's decoder failed in this run."""
    here = session()
    before = here.failures.get(sha256)
    here.failures[sha256] = Failure(sentence, here.run, before.tries + 1 if before else 1)


def offer_retry(failed: Collection[str], key: str) -> None:
    """Offer to try files again, by their digests; nothing if there are none."""
    if not failed:
        return
    said = tr_many(
        "The decoder failed on {count} file. This may be temporary.",
        "The decoder failed on {count} files. This may be temporary.",
        len(failed),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(said)
        st.button(tr("Try again"), key=key, icon=":material/refresh:", on_click=_forget, args=(tuple(failed),))


def _forget(failed: Collection[str]) -> None:
    for sha256 in failed:
        session().failures.pop(sha256, None)
