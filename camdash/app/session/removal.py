"""Uploads are removed here: the server drops them, whatever the browser's uploader still lists."""

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from camdash.app.session import selection
from camdash.app.session.uploads import drop_member, opened, present


def remove_one(key: str) -> None:
    """Remove a file by its key: an upload, a member of a ZIP file, or a folder ("name/") without a radiograph.

    A ZIP file goes with the last of its members, and what was skipped in folders with the last of the list.
    """
    whole, is_part, member = key.partition("/")
    if is_part and not member:
        _remove_uploads({upload.file_id for upload in present() if upload.name.startswith(key)})
    elif not (is_part and drop_member(key)):
        _remove_uploads({whole})
    left = opened()
    if not left.files and not left.unopened:
        _remove_uploads({upload.file_id for upload in present()})
    selection.uploads_changed()


def remove_all() -> None:
    """Remove all uploads."""
    _remove_uploads({upload.file_id for upload in present()})
    selection.uploads_changed()


def _remove_uploads(file_ids: set[str]) -> None:
    context = get_script_run_ctx()
    manager = context.uploaded_file_mgr if context else None
    for upload in present():
        if upload.file_id in file_ids:
            if context and isinstance(manager, MemoryUploadedFileManager):
                manager.remove_file(context.session_id, upload.file_id)
            upload.close()  # the session's state holds it until the next run
