"""Which tests are `fast`: of the core, without a server, a browser, a page or a child process."""

from pathlib import Path

HERE = Path(__file__).parent
FAST = (
    *("evidence", "rendering", "test_settings.py"),
    *("app/test_compared_panels.py", "app/test_panels.py", "app/test_payload.py"),
    *("command_line/test_progress_line.py", "command_line/test_rows.py"),
    *("command_line/test_streams.py", "command_line/test_text.py"),
    *("images/test_archive.py", "images/test_numerals.py", "images/test_privacy.py", "images/test_radiograph.py"),
    *("images/test_raster.py", "images/test_serialization.py"),
    *("networks/test_card.py", "networks/test_exact_arithmetic.py", "networks/test_placement.py"),
    *("networks/test_preprocessing.py", "networks/test_text.py", "networks/test_weights.py"),
)
SLOW = ("evidence/test_peers.py",)
"""It imports three other libraries for class activation maps."""


def is_fast(path: Path) -> bool:
    """Return whether a file's tests are fast, or a folder holds such files."""
    place = path.relative_to(HERE)
    if str(place) in SLOW:
        return False
    return any(place.is_relative_to(one) or (path.is_dir() and Path(one).is_relative_to(place)) for one in FAST)
