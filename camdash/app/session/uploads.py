"""From what was dropped on the page to image files: ZIP files taken apart, limits kept, each file read once."""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from camdash.app import widget_keys
from camdash.app.films.caches import forget
from camdash.app.films.files import ImageFile
from camdash.app.films.opening import NO_ROOM, Opened, Unopened, open_archive, open_single, said_of_folders
from camdash.app.language import tr
from camdash.app.markdown import plain
from camdash.app.memory.tabs import own_name
from camdash.app.memory.upload_memory import room
from camdash.app.session.state import session
from camdash.errors import ImageError
from camdash.images.archive import is_archive
from camdash.images.limits import LARGEST_SESSION, MOST_FILES, check_count, check_session
from camdash.words.sentence import say

_one_at_a_time = threading.Lock()
"""A ZIP file may unpack to a gigabyte before it is known how much of it has room: one at a time, of all tabs."""


def present() -> list[UploadedFile]:
    """Return the uploads that were not removed, of what Streamlit keeps of the uploader."""
    uploads: Iterable[object] = st.session_state.get(widget_keys.UPLOADS) or ()
    return [upload for upload in uploads if isinstance(upload, UploadedFile) and not upload.closed]


def opened() -> Opened:
    """Return the files of all uploads together, as many as the limits allow; each upload is read once.

    What is left of an upload that is gone is dropped, and what was left out of a ZIP file is opened once it has room.
    """
    here, known = present(), session().opened
    kept = _all_opened(here, known)
    _close_removed(here)
    _forget_gone(known, kept)
    known.clear()  # and not replaced: what a key held before is kept, too, until the next run
    known.update(kept)
    pairs = [pair for one in kept.values() for pair in zip(one.keys, one.files, strict=True)]
    taken, why = _within_limits([file for _, file in pairs])
    beyond = [Unopened(key, file.name, say("Too many files are open.")) for key, file in pairs[taken:]]
    remarks, empty = said_of_folders((upload.name, kept[upload.file_id]) for upload in here)
    return Opened(
        tuple(key for key, _ in pairs[:taken]),
        tuple(file for _, file in pairs[:taken]),
        (*(remark for one in kept.values() for remark in one.remarks), *remarks, *why),
        unopened=(*(one for found in kept.values() for one in found.unopened), *empty, *beyond),
    )


def drop_member(key: str) -> bool:
    """Drop a file that was taken out of a ZIP file, by its key; return whether there is more in that ZIP file."""
    file_id, known = key.partition("/")[0], session().opened
    one = known.get(file_id)
    if one is None:
        return False
    pairs = [(other, file) for other, file in zip(one.keys, one.files, strict=True) if other != key]
    files = tuple(file for _, file in pairs)
    unpacked, removed = sum(len(file.data) for file in files), one.removed | {key}
    keys = tuple(other for other, _ in pairs)
    known[file_id] = replace(one, keys=keys, files=files, unpacked=unpacked, removed=removed)
    _forget_gone({file_id: one}, known)
    return bool(files or one.missing)


def _all_opened(uploads: Sequence[UploadedFile], known: Mapping[str, Opened]) -> dict[str, Opened]:
    kept = {one.file_id: known[one.file_id] for one in uploads if one.file_id in known}
    _note_unpacked(kept)
    for upload in uploads:
        before = kept.get(upload.file_id)
        if before is None:
            kept[upload.file_id] = _open(upload, kept)
        elif 0 < before.missing <= room().left(own_name()) - _unpacked(kept):
            kept[upload.file_id] = _open(upload, kept, before.removed)
    return {one.file_id: _with_row(one, kept[one.file_id]) for one in uploads}


def _with_row(upload: UploadedFile, found: Opened) -> Opened:
    """Return what was opened of a ZIP file so that it stays in the list while none of its files has room."""
    if found.files or found.unopened or not found.missing:
        return found
    return replace(found, unopened=(Unopened(upload.file_id, upload.name, NO_ROOM),))


def _open(upload: UploadedFile, kept: Mapping[str, Opened], removed: Collection[str] = ()) -> Opened:
    data = upload.getvalue()
    if not is_archive(data):
        return open_single(upload, data)
    others = {file_id: one for file_id, one in kept.items() if file_id != upload.file_id}
    with _one_at_a_time:
        found = open_archive(upload, data, room().left(own_name()) - _unpacked(others), removed)
        _note_unpacked({**others, upload.file_id: found})
    return found


def _unpacked(kept: Mapping[str, Opened]) -> int:
    return sum(one.unpacked for one in kept.values())


def _note_unpacked(kept: Mapping[str, Opened]) -> None:
    room().unpacked(own_name(), _unpacked(kept))


def _close_removed(uploads: Sequence[UploadedFile]) -> None:
    """Free the bytes of uploads that were removed: Streamlit keeps what the uploader held until the next run."""
    here, last = {one.file_id for one in uploads}, session().last_uploads
    for one in last:
        if one.file_id not in here:
            one.close()
    last[:] = uploads


def _forget_gone(known: Mapping[str, Opened], kept: Mapping[str, Opened]) -> None:
    """Drop what was made of files that are not there any more."""
    here = {file.sha256 for one in kept.values() for file in one.files}
    gone = [file for one in known.values() for file in one.files if file.sha256 not in here]
    if not gone:
        return
    forget(gone)
    digests = {file.sha256 for file in gone}
    state = session()
    for task in (state.analysing, state.analysing_second, state.comparing):
        task.drop(lambda key: key[0] in digests)


def _within_limits(files: Sequence[ImageFile]) -> tuple[int, tuple[str, ...]]:
    """Return how many of the first files may be open at once, and why the others are not."""
    totals = list(accumulate(len(file.data) for file in files))
    taken = sum(count <= MOST_FILES and total <= LARGEST_SESSION for count, total in enumerate(totals, 1))
    try:
        check_count(len(files))
        check_session(sum(totals[-1:]))
    except ImageError as error:
        return taken, (_first_open(str(error), taken),)
    return taken, ()


def _first_open(reason: str, taken: int) -> str:
    return tr("{reason} The first {taken} are open.", reason=plain(reason), taken=taken)
