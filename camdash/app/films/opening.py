"""One upload taken apart: a file of its own, or the radiographs in a ZIP file."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from streamlit.runtime.uploaded_file_manager import UploadedFile

from camdash.app.films.files import ImageFile
from camdash.app.language import localized, tr
from camdash.app.markdown import named, plain
from camdash.errors import ImageError
from camdash.images.archive import unpack
from camdash.images.files import kind_if_skipped
from camdash.images.formats import FIRST_BYTES, SUFFIXES, skipped_words
from camdash.words.names import visible
from camdash.words.sentence import say, say_many

NOTHING = say("It contains no radiograph that camdash can read.")
NO_ROOM = say("There is not enough room to unpack all of it. Remove other files to open the rest.")


@dataclass(frozen=True)
class Unopened:
    """An upload, or a file of one, that is not among the opened files: its key, its name, and the reason."""

    key: str
    name: str
    reason: str

    def __post_init__(self) -> None:
        """Write out what does not show in the name."""
        object.__setattr__(self, "name", visible(self.name))


@dataclass(frozen=True)
class Refused:
    """Why a file was not opened: its name as Markdown, and the reason, in which Markdown is to find no signs."""

    name: str
    reason: str

    def words(self) -> str:
        """Return both as Markdown in the page's language."""
        return tr("{file}: {reason}", file=self.name, reason=plain(self.reason))


@dataclass(frozen=True, eq=False)
class Opened:
    """The image files of one upload: one, or those of a ZIP file; and what there is to say of it.

    Attributes:
        keys: for each file, what tells it from all others of the session.
        files: the files.
        notes: a sentence as Markdown for what was skipped, and what was refused.
        unpacked: bytes that it takes beside the upload itself.
        missing: bytes of the first file for which there was no room; 0 where all are there.
        unopened: what gave no file.
        removed: keys of the files that the user removed from a ZIP file.
        skipped: the kind of a file that came in a folder and is no image; empty for all others.
    """

    keys: tuple[str, ...]
    files: tuple[ImageFile, ...]
    notes: tuple[str | Refused, ...] = ()
    unpacked: int = 0
    missing: int = 0
    unopened: tuple[Unopened, ...] = ()
    removed: frozenset[str] = frozenset()
    skipped: str = ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was skipped or refused, a sentence each, as Markdown in the page's language."""
        return tuple(one.words() if isinstance(one, Refused) else localized(one) for one in self.notes)


def open_single(upload: UploadedFile, data: bytes) -> Opened:
    """Return a file as it is; one that came in a folder, is no image and is not named like one is skipped.

    A file that was chosen by itself is never skipped: its user hears why it cannot be read.
    """
    folder, _, name = upload.name.rpartition("/")
    if folder and not name.lower().endswith(SUFFIXES) and (kind := kind_if_skipped(name, data[:FIRST_BYTES])):
        return Opened((), (), skipped=kind)
    return Opened((upload.file_id,), (ImageFile.of(upload.name, data),))


def said_of_folders(found: Iterable[tuple[str, Opened]]) -> tuple[list[str], list[Unopened]]:
    """Return a sentence for each folder with skipped files, and the folders without any other.

    Args:
        found: the name and what was opened of each upload.
    """
    skipped: dict[str, Counter[str]] = defaultdict(Counter)
    others: set[str] = set()
    for name, one in found:
        folder = name.partition("/")[0]
        if one.skipped:
            skipped[folder][one.skipped] += 1
        elif "/" in name:
            others.add(folder)
    remarks = [localized(_skipped(folder, kinds)) for folder, kinds in skipped.items()]
    empty = [folder for folder in skipped if folder not in others]
    return remarks, [Unopened(f"{folder}/", f"{folder}/", NOTHING) for folder in empty]


def open_archive(upload: UploadedFile, data: bytes, left: int, removed: Collection[str] = ()) -> Opened:
    """Return the radiographs in a ZIP file of this content, as many as find room in the bytes that are `left`."""
    if left <= 0:
        return _nothing_of(upload, NO_ROOM, missing=1)
    try:
        found = unpack(data)
    except ImageError as error:
        return _nothing_of(upload, str(error))
    if not (found.members or found.skipped or found.refused):
        return _nothing_of(upload, NOTHING)
    keyed = [(f"{upload.file_id}/{place}", *member) for place, member in enumerate(found.members)]
    members = [one for one in keyed if one[0] not in removed]
    taken, missing = _with_room([content for *_, content in members], left)
    files = tuple(ImageFile.of(name, content) for _, name, content in members[:taken])
    notes = list(_said(upload.name, found.skipped, found.refused))
    if missing:
        notes.append(_partly_opened(upload.name, taken, len(members)))
    return Opened(
        tuple(key for key, *_ in members[:taken]),
        files,
        tuple(notes),
        sum(len(file.data) for file in files),
        missing,
        () if files else (Unopened(upload.file_id, upload.name, NO_ROOM if missing else NOTHING),),
        frozenset(removed),
    )


def _nothing_of(upload: UploadedFile, reason: str, missing: int = 0) -> Opened:
    note = Refused(named(upload.name), reason)
    return Opened((), (), (note,), missing=missing, unopened=(Unopened(upload.file_id, upload.name, reason),))


def _with_room(contents: Sequence[bytes], left: int) -> tuple[int, int]:
    """Return how many of the first files have room, and the bytes of the next one."""
    taken = sum(total <= left for total in accumulate(map(len, contents)))
    return taken, len(contents[taken]) if taken < len(contents) else 0


def _said(name: str, skipped: Mapping[str, int], refused: Iterable[tuple[str, str]]) -> Iterator[str | Refused]:
    if skipped:
        yield _skipped(name, skipped)
    for member, sentence in refused:
        yield Refused(say("{file} in {archive}", file=named(member), archive=named(name)), sentence)


def _skipped(name: str, kinds: Mapping[str, int]) -> str:
    return say("{file}: {reason}", file=named(name), reason=skipped_words(kinds))


def _partly_opened(name: str, taken: int, count: int) -> str:
    return say_many(
        "{file}: opened {taken} of its {count} radiographs. {advice}",
        "{file}: opened {taken} of its {count} radiographs. {advice}",
        count,
        file=named(name),
        taken=taken,
        advice=NO_ROOM,
    )
