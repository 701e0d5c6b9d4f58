"""The familiarity check of a checkpoint, read without its network."""

from pathlib import Path

from camdash.networks.cards.familiarity import FamiliarityCheck, check_beside, content_beside, own_check
from camdash.networks.endings import familiarity_path
from camdash.networks.files.kinds import LARGEST_FILE
from camdash.networks.files.regular_files import opened


def read_familiarity(path: Path, sha256: str) -> FamiliarityCheck | None:
    """Return the check in a checkpoint's file, else the one beside it, else None.

    Raises:
        CheckpointError: it is damaged, or was made for another checkpoint.
    """
    with opened(path, LARGEST_FILE) as content:
        own = own_check(content, path)
    if own is not None:
        return own
    data = content_beside(path)
    return None if data is None else check_beside(data, familiarity_path(path), sha256)
