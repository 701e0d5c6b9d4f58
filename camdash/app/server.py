"""What is set once, before the server answers anybody."""

import sys

from streamlit import net_util

from camdash.app.memory.upload_memory import keep_uploads_in_memory, room, share_bytes_of_copies
from camdash.errors import UsageError


def prepare_server() -> None:
    """Keep uploads off the disk and once in memory, keep Streamlit from asking the world, and check the settings.

    A setting that makes no sense ends the process with a sentence.
    """
    keep_uploads_in_memory()
    share_bytes_of_copies()
    net_util.get_external_ip = _not_asked
    try:
        room()
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from error


def _not_asked() -> str | None:
    """Stand in for what asks a server of Amazon's at which address the world sees this machine.

    Streamlit would do so whenever a page of another origin tries to connect, and hold up everybody meanwhile.
    """
    return None
