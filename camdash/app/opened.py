"""From what was dropped on the page to image files: ZIP files taken apart, limits kept, each file read once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from camdash.app.caches import ImageFile
from camdash.app.text import named, plain
from camdash.errors import ImageError
from camdash.images.archive import is_archive, unpack
from camdash.images.formats import skipped_words
from camdash.images.limits import LARGEST_SESSION, MOST_FILES, check_count, check_session

KEPT = "opened_uploads"


@dataclass(frozen=True, eq=False)
class Opened:
    """The image files of one upload: one, or those of a ZIP file; and what there is to say of it, as Markdown.

    Attributes:
        keys: for each file, what tells it from all others of the session.
        files: the files.
        remarks: a sentence for what was skipped or refused.
    """

    keys: tuple[str, ...]
    files: tuple[ImageFile, ...]
    remarks: tuple[str, ...] = ()


def opened(uploads: Sequence[UploadedFile]) -> Opened:
    """Return the files of all uploads together, as many as the limits allow; each upload is read once."""
    known: dict[str, Opened] = st.session_state.get(KEPT, {})
    kept = {one.file_id: known.get(one.file_id) or _open(one) for one in uploads}
    st.session_state[KEPT] = kept
    pairs = [pair for one in kept.values() for pair in zip(one.keys, one.files, strict=True)]
    taken, why = _within_limits([file for _, file in pairs])
    remarks = [remark for one in kept.values() for remark in one.remarks]
    return Opened(tuple(key for key, _ in pairs[:taken]), tuple(file for _, file in pairs[:taken]), (*remarks, *why))


def _open(upload: UploadedFile) -> Opened:
    data = upload.getvalue()
    if not is_archive(data):
        return Opened((upload.file_id,), (ImageFile.of(upload.name, data),))
    try:
        found = unpack(data)
    except ImageError as error:
        return Opened((), (), (f"{named(upload.name)}: {plain(str(error))}",))
    files = tuple(ImageFile.of(name, content) for name, content in found.members)
    keys = tuple(f"{upload.file_id}/{place}" for place in range(len(files)))
    return Opened(keys, files, tuple(_said(upload.name, found.skipped, found.refused)))


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
