"""The uploads that the server holds, for all tabs: in memory only, and as many as there is room for.

Starlette parses an upload into a spooled temporary file, which rolls over to the disk (unlinked, so that no listing
shows it) beyond 1 MB. A film must not: the limit is raised above the largest upload that the server takes.
"""

import io
from functools import cache
from typing import Any

from starlette.formparsers import MultiPartParser
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile

from camdash.app.memory.room import Room, most_of_all_tabs
from camdash.images.limits import LARGEST_FILE, MEGABYTE

FRAME = MEGABYTE
"""Bytes that an upload may have beside its file: names and boundaries. Streamlit allows as many."""

LARGEST_BODY = LARGEST_FILE + FRAME


def keep_uploads_in_memory() -> None:
    """Keep every upload that the server accepts in memory; the server's own limit (64 MB) stands in its settings."""
    MultiPartParser.spool_max_size = LARGEST_BODY


def share_bytes_of_copies() -> None:
    """Let copies of an upload share its bytes. Streamlit makes one of every upload in every run, a gigabyte at most."""
    UploadedFile.__deepcopy__ = _copy  # type: ignore[attr-defined]


def _copy(upload: UploadedFile, _: dict[int, Any]) -> UploadedFile:
    made = UploadedFile.__new__(UploadedFile)
    io.BytesIO.__init__(made, b"" if upload.closed else upload.getvalue())
    vars(made).update(vars(upload))
    return made


@cache
def room() -> Room:
    """Return the room for the uploads of this server.

    Raises:
        UsageError: the variable that says how much there is makes no sense.
    """
    return Room(_Uploaded(), most_of_all_tabs())


def forget_uploads(tab: str) -> None:
    """Drop the files of a tab whose time is over."""
    room().leave(tab)
    if (manager := _manager()) is not None:
        manager.remove_session_files(tab)


class _Uploaded:
    """What Streamlit holds; nothing where there is no server."""

    def sizes(self, tab: str) -> list[int]:
        manager = _manager()
        return [len(record.data) for record in list(manager.file_storage.get(tab, {}).values())] if manager else []

    def total(self) -> int:
        manager = _manager()
        found = manager.get_stats().values() if manager else ()
        return sum(stat.byte_length for stats in found for stat in stats)


def _manager() -> MemoryUploadedFileManager | None:
    found = runtime.get_instance().uploaded_file_mgr if runtime.exists() else None
    return found if isinstance(found, MemoryUploadedFileManager) else None
