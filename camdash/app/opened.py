"""From what was dropped on the page to image files: ZIP files taken apart, limits kept, each file read once."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from camdash.app.caches import ImageFile, forget
from camdash.app.tabs import own_name
from camdash.app.text import named, plain
from camdash.app.uploads import room
from camdash.errors import ImageError
from camdash.images.archive import is_archive, unpack
from camdash.images.formats import skipped_words
from camdash.images.limits import LARGEST_SESSION, MOST_FILES, check_count, check_session

KEPT, LAST = "opened_uploads", "last_uploads"
NO_ROOM = "There is no room to unpack the rest. Remove other files, and it is opened."

_one_at_a_time = threading.Lock()
"""A ZIP file may unpack to a gigabyte before it is known how much of it has room: one at a time, of all tabs."""


@dataclass(frozen=True, eq=False)
class Opened:
    """The image files of one upload: one, or those of a ZIP file; and what there is to say of it, as Markdown.

    Attributes:
        keys: for each file, what tells it from all others of the session.
        files: the files.
        remarks: a sentence for what was skipped or refused.
        unpacked: bytes that it takes beside the upload itself.
        missing: bytes of the first file for which there was no room; 0 where all are there.
    """

    keys: tuple[str, ...]
    files: tuple[ImageFile, ...]
    remarks: tuple[str, ...] = ()
    unpacked: int = 0
    missing: int = 0


def opened(uploads: Sequence[UploadedFile]) -> Opened:
    """Return the files of all uploads together, as many as the limits allow; each upload is read once.

    What is left of an upload that is gone is dropped, and what was left out of a ZIP file is opened once it has room.
    """
    uploads = [upload for upload in uploads if not upload.closed]
    known: dict[str, Opened] = st.session_state.setdefault(KEPT, {})
    kept = _all_opened(uploads, known)
    _close_removed(uploads)
    _forget_gone(known, kept)
    known.clear()  # and not replaced: what a key held before is kept, too, until the next run
    known.update(kept)
    pairs = [pair for one in kept.values() for pair in zip(one.keys, one.files, strict=True)]
    taken, why = _within_limits([file for _, file in pairs])
    remarks = [remark for one in kept.values() for remark in one.remarks]
    return Opened(tuple(key for key, _ in pairs[:taken]), tuple(file for _, file in pairs[:taken]), (*remarks, *why))


def _all_opened(uploads: Sequence[UploadedFile], known: dict[str, Opened]) -> dict[str, Opened]:
    kept = {one.file_id: known[one.file_id] for one in uploads if one.file_id in known}
    _note_unpacked(kept)
    for upload in uploads:
        before = kept.get(upload.file_id)
        if before is None or 0 < before.missing <= room().left(own_name()) - _unpacked(kept):
            kept[upload.file_id] = _open(upload, kept)
    return {one.file_id: kept[one.file_id] for one in uploads}


def _open(upload: UploadedFile, kept: Mapping[str, Opened]) -> Opened:
    data = upload.getvalue()
    if not is_archive(data):
        return Opened((upload.file_id,), (ImageFile.of(upload.name, data),))
    others = {file_id: one for file_id, one in kept.items() if file_id != upload.file_id}
    with _one_at_a_time:
        found = _open_archive(upload, data, room().left(own_name()) - _unpacked(others))
        _note_unpacked({**others, upload.file_id: found})
    return found


def _open_archive(upload: UploadedFile, data: bytes, left: int) -> Opened:
    if left <= 0:
        return Opened((), (), (f"{named(upload.name)}: {NO_ROOM}",), missing=1)
    try:
        found = unpack(data)
    except ImageError as error:
        return Opened((), (), (f"{named(upload.name)}: {plain(str(error))}",))
    taken, missing = _with_room([content for _, content in found.members], left)
    files = tuple(ImageFile.of(name, content) for name, content in found.members[:taken])
    keys = tuple(f"{upload.file_id}/{place}" for place in range(len(files)))
    remarks = list(_said(upload.name, found.skipped, found.refused))
    if missing:
        remarks.append(f"{named(upload.name)}: opened {taken} of its {len(found.members)} radiographs. {NO_ROOM}")
    return Opened(keys, files, tuple(remarks), sum(len(file.data) for file in files), missing)


def _unpacked(kept: Mapping[str, Opened]) -> int:
    return sum(one.unpacked for one in kept.values())


def _note_unpacked(kept: Mapping[str, Opened]) -> None:
    room().unpacked(own_name(), _unpacked(kept))


def _with_room(contents: Sequence[bytes], left: int) -> tuple[int, int]:
    """Return how many of the first files have room, and the bytes of the next one."""
    taken = sum(total <= left for total in accumulate(map(len, contents)))
    return taken, len(contents[taken]) if taken < len(contents) else 0


def _close_removed(uploads: Sequence[UploadedFile]) -> None:
    """Let go of the bytes of uploads that were removed: Streamlit keeps what the uploader held until the next run."""
    last: list[UploadedFile] = st.session_state.setdefault(LAST, [])
    here = {one.file_id for one in uploads}
    for one in last:
        if one.file_id not in here:
            one.close()
    last[:] = uploads


def _forget_gone(known: dict[str, Opened], kept: dict[str, Opened]) -> None:
    """Drop what was made of files that are not there any more."""
    here = {file.sha256 for one in kept.values() for file in one.files}
    gone = [file for one in known.values() for file in one.files if file.sha256 not in here]
    if gone:
        forget(gone)


def _said(name: str, skipped: Mapping[str, int], refused: Iterable[tuple[str, str]]) -> Iterator[str]:
    if skipped:
        yield f"{named(name)}: {skipped_words(skipped)}"
    for member, sentence in refused:
        yield f"{named(member)} in {named(name)}: {plain(sentence)}"


def _within_limits(files: Sequence[ImageFile]) -> tuple[int, tuple[str, ...]]:
    """Return how many of the first files may be open at once, and why the others are not."""
    totals = list(accumulate(len(file.data) for file in files))
    taken = sum(count <= MOST_FILES and total <= LARGEST_SESSION for count, total in enumerate(totals, 1))
    try:
        check_count(len(files))
        check_session(sum(totals[-1:]))
    except ImageError as error:
        return taken, (f"{plain(str(error))} The first {taken} are open.",)
    return taken, ()
