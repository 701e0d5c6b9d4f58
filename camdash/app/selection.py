"""Which image is looked at: a sample, or one of the uploads. Lives in the session's state."""

from collections.abc import Sequence

import streamlit as st

from camdash.app import link
from camdash.app.caches import ImageFile
from camdash.app.opened import opened
from camdash.app.refusals import acknowledge_refusals
from camdash.app.samples import FIRST, sample

SAMPLE, FILE, UPLOADS = "sample", "file", "uploads"
KNOWN, ORDER = "known_uploads", "order_of_uploads"


def choose_sample(name: str) -> None:
    """Look at a sample; no upload is chosen then, so that choosing one again is a change."""
    st.session_state[SAMPLE] = name
    st.session_state[FILE] = None


def choose_file(index: int) -> None:
    """Look at an upload, by its place among the uploads."""
    st.session_state[SAMPLE] = None
    st.session_state[FILE] = index


def uploads_changed() -> None:
    """Look at the first file that was not there before; back to the sample when none is left."""
    uploads = st.session_state.get(UPLOADS) or []
    known: tuple[str, ...] = st.session_state.get(KNOWN, ())
    present = opened(uploads).keys
    st.session_state[KNOWN] = present
    if set(known) - set(present):
        acknowledge_refusals()
    new = [index for index, file_id in enumerate(present) if file_id not in known]
    place = st.session_state.get(FILE)
    if new:
        choose_file(new[0])
    elif not present:
        choose_sample(FIRST)
    elif place is not None:
        looked_at = known[place] if place < len(known) else ""
        choose_file(present.index(looked_at) if looked_at in present else min(place, len(present) - 1))


def follow_link() -> None:
    """Look at what the page's address asks for: an upload that is here, else a sample."""
    asked = link.asked()
    files = opened(st.session_state.get(UPLOADS) or []).files if asked.image else ()
    found = [place for place, file in enumerate(files) if file.sha256.startswith(asked.image)]
    if found:
        choose_file(found[0])
    else:
        choose_sample(asked.sample or FIRST)


def chosen_sample() -> str | None:
    """Return the name of the sample that is looked at, or None when it is an upload."""
    if SAMPLE not in st.session_state:
        follow_link()
    name: str | None = st.session_state[SAMPLE]
    return name


def chosen(files: Sequence[ImageFile]) -> ImageFile:
    """Return the image that is looked at."""
    name = chosen_sample()
    if name is not None or not files:
        return sample(name or FIRST)
    return files[min(st.session_state.get(FILE) or 0, len(files) - 1)]


def file_chosen() -> None:
    """Look at the upload that the list of files has been set to; clearing it changes nothing."""
    index = st.session_state[FILE]
    if index is not None:
        choose_file(index)


def set_order(places: Sequence[int]) -> None:
    """Remember in which order the worklist shows the uploads, by their places; none for that of the uploader."""
    st.session_state[ORDER] = (st.session_state.get(KNOWN), list(places))


def order() -> list[int]:
    """Return the places of the opened files in the worklist's order, in the uploader's where it has none for them.

    So it is once a file was added or taken away, or when the worklist does not list the one that is looked at.
    """
    known: tuple[str, ...] = st.session_state.get(KNOWN, ())
    of, places = st.session_state.get(ORDER, (None, []))
    if of == known and st.session_state.get(FILE) in places:
        return list(places)
    return list(range(len(known)))
