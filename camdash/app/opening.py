"""One upload taken apart: a file of its own, or the radiographs in a ZIP file."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from streamlit.runtime.uploaded_file_manager import UploadedFile

from camdash.app.caches import ImageFile
from camdash.app.text import named, plain
from camdash.errors import ImageError
from camdash.images.archive import unpack
from camdash.images.formats import skipped_words

NO_ROOM = "There is no room to unpack the rest. Remove other files, and it is opened."


@dataclass(frozen=True)
class Unopened:
    """An upload, or a file of one, that is not among the opened files: its key, its name, and the reason."""

    key: str
    name: str
    reason: str


@dataclass(frozen=True, eq=False)
class Opened:
    """The image files of one upload: one, or those of a ZIP file; and what there is to say of it, as Markdown.

    Attributes:
        keys: for each file, what tells it from all others of the session.
        files: the files.
        remarks: a sentence for what was skipped or refused.
        unpacked: bytes that it takes beside the upload itself.
        missing: bytes of the first file for which there was no room; 0 where all are there.
        unopened: what gave no file.
        removed: keys of the files that the user removed from a ZIP file.
    """

    keys: tuple[str, ...]
    files: tuple[ImageFile, ...]
    remarks: tuple[str, ...] = ()
    unpacked: int = 0
    missing: int = 0
    unopened: tuple[Unopened, ...] = ()
    removed: frozenset[str] = frozenset()


def open_archive(upload: UploadedFile, data: bytes, left: int, removed: Collection[str] = ()) -> Opened:
    """Return the radiographs in a ZIP file of this content, as many as find room in the bytes that are `left`."""
    if left <= 0:
        return _nothing_of(upload, NO_ROOM, missing=1)
    try:
        found = unpack(data)
    except ImageError as error:
        return _nothing_of(upload, str(error))
    keyed = [(f"{upload.file_id}/{place}", *member) for place, member in enumerate(found.members)]
    members = [one for one in keyed if one[0] not in removed]
    taken, missing = _with_room([content for *_, content in members], left)
    files = tuple(ImageFile.of(name, content) for _, name, content in members[:taken])
    remarks = list(_said(upload.name, found.skipped, found.refused))
    if missing:
        remarks.append(f"{named(upload.name)}: opened {taken} of its {len(members)} radiographs. {NO_ROOM}")
    return Opened(
        tuple(key for key, *_ in members[:taken]),
        files,
        tuple(remarks),
        sum(len(file.data) for file in files),
        missing,
        () if files else (Unopened(upload.file_id, upload.name, "It holds no radiograph that is read."),),
        frozenset(removed),
    )


def _nothing_of(upload: UploadedFile, reason: str, missing: int = 0) -> Opened:
    remark = f"{named(upload.name)}: {plain(reason)}"
    return Opened((), (), (remark,), missing=missing, unopened=(Unopened(upload.file_id, upload.name, reason),))


def _with_room(contents: Sequence[bytes], left: int) -> tuple[int, int]:
    """Return how many of the first files have room, and the bytes of the next one."""
    taken = sum(total <= left for total in accumulate(map(len, contents)))
    return taken, len(contents[taken]) if taken < len(contents) else 0


def _said(name: str, skipped: Mapping[str, int], refused: Iterable[tuple[str, str]]) -> Iterator[str]:
    if skipped:
        yield f"{named(name)}: {skipped_words(skipped)}"
    for member, sentence in refused:
        yield f"{named(member)} in {named(name)}: {plain(sentence)}"
