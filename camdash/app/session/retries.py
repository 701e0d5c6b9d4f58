"""Files whose decoder failed, which says nothing of the file: when they are tried again, and when no more.

Each time that the user does something, such a file is tried once more; a page that begins anew by itself, because
there is more to analyse, does not. After a few tries only the user's own click does, so that a file that crashes
every decoder does not keep the machine busy.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NoReturn

import streamlit as st

FAILURES, RUN, BY_ITSELF = "decoder_failures", "decoder_run", "begins_by_itself"

MOST = 3
"""Tries of a file without a click on "Try again"."""


@dataclass(frozen=True)
class Failure:
    """A file's decoder failed: what was said, in which run of the page it was last, and how often so far."""

    sentence: str
    run: int
    tries: int


def begin_run() -> None:
    """Note that the page begins, before anything is decoded for it."""
    if not st.session_state.pop(BY_ITSELF, False):
        st.session_state[RUN] = _run() + 1


def go_on_by_itself() -> NoReturn:
    """Begin the page anew though the user did nothing."""
    st.session_state[BY_ITSELF] = True
    st.rerun()


def failure_of(sha256: str) -> str:
    """Return why a file is not decoded now, a sentence; empty where it may be tried."""
    failure = _failures().get(sha256)
    if failure is None or (failure.run < _run() and failure.tries < MOST):
        return ""
    return failure.sentence


def note_failure(sha256: str, sentence: str) -> None:
    """Keep that a file's decoder failed in this run."""
    before = _failures().get(sha256)
    _failures()[sha256] = Failure(sentence, _run(), before.tries + 1 if before else 1)


def offer_retry(failed: Collection[str], key: str) -> None:
    """Offer to try files again, by their digests; nothing if there are none."""
    if not failed:
        return
    files = "The decoder failed on 1 file" if len(failed) == 1 else f"The decoder failed on {len(failed)} files"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{files}. This may be temporary.")
        st.button("Try again", key=key, icon=":material/refresh:", on_click=_forget, args=(tuple(failed),))


def _forget(failed: Collection[str]) -> None:
    for sha256 in failed:
        _failures().pop(sha256, None)


def _run() -> int:
    run: int = st.session_state.get(RUN, 0)
    return run


def _failures() -> dict[str, Failure]:
    found: dict[str, Failure] = st.session_state.setdefault(FAILURES, {})
    return found
