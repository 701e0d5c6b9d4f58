"""`camdash`: how the dashboard is opened, by Streamlit's own server."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from camdash.errors import UsageError
from camdash.words.sentence import say

_PACKAGE = Path(__file__).resolve().parents[1]
SCRIPTS = (_PACKAGE / "dashboard" / "streamlit_app.py", _PACKAGE.parent / "streamlit_app.py")
"""Where the page's script lies: within the package where it is installed, beside it in a clone."""

LAST_PORT = 65535


@dataclass(frozen=True)
class Place:
    """Where the dashboard is served, and whether it is shown in a browser; None for what its settings say."""

    port: int | None = None
    address: str | None = None
    shown: bool = True


def server_command(place: Place) -> tuple[str, ...]:
    """Return the command of Streamlit's server.

    Raises:
        UsageError: there is no such port, or the page's script is missing.
    """
    if place.port is not None and not 0 < place.port <= LAST_PORT:
        raise UsageError(say("--port is {port}. It can be 1 to {last}.", port=place.port, last=LAST_PORT))
    script = next((script for script in SCRIPTS if script.is_file()), None)
    if script is None:
        raise UsageError(say("The dashboard's script is missing. Install camdash again."))
    return (sys.executable, "-m", "streamlit", "run", str(script), *_options(place))


def _options(place: Place) -> list[str]:
    options = ["--server.showEmailPrompt", "false", "--browser.gatherUsageStats", "false"]
    if place.shown and _has_screen():
        options += ["--server.headless", "false"]
    if place.port is not None:
        options += ["--server.port", str(place.port)]
    if place.address is not None:
        options += ["--server.address", place.address]
    return options


def _has_screen() -> bool:
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
