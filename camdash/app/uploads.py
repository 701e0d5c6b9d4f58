"""Uploads stay in memory: the one place where that is seen to.

Starlette parses an upload into a spooled temporary file, which rolls over to the disk (unlinked, so that no listing
shows it) beyond 1 MB. A film must not: the limit is raised above the largest upload that the server takes.
"""

from starlette.formparsers import MultiPartParser

from camdash.images.limits import LARGEST_FILE

SPARE = 2**20
"""Bytes beyond the largest file."""


def keep_uploads_in_memory() -> None:
    """Keep every upload that the server accepts in memory; the server's own limit (64 MB) stands in its settings."""
    MultiPartParser.spool_max_size = LARGEST_FILE + SPARE
