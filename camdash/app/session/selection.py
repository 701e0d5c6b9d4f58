"""Which image is looked at: a sample, or one of the uploads. Lives in the session's state."""

from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from camdash.app.memory.refusals import acknowledge_refusals
from camdash.app.session import link
from camdash.app.session.caches import ImageFile
from camdash.app.session.opened import opened
from camdash.app.session.samples import FIRST, sample

SAMPLE, FILE, UPLOADS = "sample", "file", "uploads"
KNOWN, ORDER = "known_uploads", "order_of_uploads"
TO_TRY, FAILED = "uploads_to_try", "uploads_that_failed"
OPENED, MISSING = "image_opened", "missing_image"


def choose_sample(name: str) -> None:
    """Look at a sample; no upload is chosen then."""
    st.session_state[SAMPLE] = name
    st.session_state[FILE] = None
    _forget_others()


def choose_file(index: int) -> None:
    """Look at an upload, by its place among the uploads."""
    st.session_state[SAMPLE] = None
    st.session_state[FILE] = index
    _forget_others()


def open_sample(name: str) -> None:
    """Look at a sample because the user pressed it, on whatever page that was."""
    choose_sample(name)
    st.session_state[OPENED] = True


def open_file(index: int) -> None:
    """Look at an upload because the user pressed it, on whatever page that was."""
    choose_file(index)
    st.session_state[OPENED] = True


def was_opened() -> bool:
    """Return, once, whether the user pressed an image: then the page of radiographs is shown."""
    opened: bool = st.session_state.pop(OPENED, False)
    return opened


def uploads_changed() -> None:
    """Look at the first file that was not there before; back to the sample when none is left.

    Whether a file can be shown is not known yet, so the others follow as those to try (`to_try`).
    """
    uploads = st.session_state.get(UPLOADS) or []
    known: tuple[str, ...] = st.session_state.get(KNOWN, ())
    present = opened(uploads).keys
    st.session_state[KNOWN] = present
    if set(known) - set(present):
        acknowledge_refusals()
    new = [index for index, file_id in enumerate(present) if file_id not in known]
    place = st.session_state.get(FILE)
    looked_at = known[place] if place is not None and place < len(known) else ""
    if new:
        _try([*new, *([present.index(looked_at)] if looked_at in present else [])], len(present), new)
    elif not present:
        choose_sample(FIRST)
    elif looked_at in present:
        st.session_state[FILE] = present.index(looked_at)
    elif place is not None:
        _try(range(min(place, len(present) - 1), len(present)), len(present))


def keep_chosen(present: tuple[str, ...]) -> None:
    """Look at the same upload when others took places before it, as the files of a ZIP do that find room later.

    Args:
        present: the keys of the opened files.
    """
    known: tuple[str, ...] = st.session_state.get(KNOWN, ())
    place = st.session_state.get(FILE)
    if place is not None and place < len(known) and known[place] in present:
        st.session_state[FILE] = present.index(known[place])
    st.session_state[KNOWN] = present


def to_try() -> tuple[int, ...]:
    """Return the places of the uploads of which the first that can be shown is looked at; none once that is settled."""
    places: tuple[int, ...] = st.session_state.get(TO_TRY, ((), ()))[0]
    return places


def settle(place: int, failed: Mapping[int, tuple[str, str]]) -> None:
    """Look at this upload, and keep what is to be said of those that `failed` before it: a name and a sentence each.

    Only of those that were just dropped: of the others it was said before.
    """
    _, new = st.session_state[TO_TRY]
    choose_file(place)
    st.session_state[FAILED] = tuple(said for index, said in failed.items() if index in new)


def failed() -> tuple[tuple[str, str], ...]:
    """Return the names of the uploads that gave way to the one that is looked at, each with the reason."""
    found: tuple[tuple[str, str], ...] = st.session_state.get(FAILED, ())
    return found


def _try(first: Sequence[int], count: int, new: Collection[int] = ()) -> None:
    """Look at an upload that nobody chose: at the `first` ones that can be shown, else at another."""
    choose_file(first[0])
    st.session_state[TO_TRY] = (tuple(dict.fromkeys([*first, *range(count)])), frozenset(new))


def _forget_others() -> None:
    st.session_state[TO_TRY], st.session_state[FAILED] = ((), frozenset()), ()
    st.session_state[MISSING] = ""


def follow_link() -> None:
    """Look at what the page's address asks for: an upload that is here, else a sample."""
    asked = link.asked()
    files = opened(st.session_state.get(UPLOADS) or []).files if asked.image else ()
    found = [place for place, file in enumerate(files) if file.sha256.startswith(asked.image)]
    if found:
        choose_file(found[0])
    else:
        choose_sample(asked.sample or FIRST)
        st.session_state[MISSING] = asked.image


def for_address(sha256: str) -> dict[str, str | None]:
    """Return what the address says of the image that is looked at; while one is missing, the link that asks for it.

    Args:
        sha256: that of the image.
    """
    missing: str = st.session_state.get(MISSING, "")
    return link.of_image(None, missing) if missing else link.of_image(chosen_sample(), sha256)


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
