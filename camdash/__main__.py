"""Run the command line: `camdash`, or `python -m camdash`."""

import os
import signal
from types import FrameType
from typing import NoReturn


def _stop(number: int, _: FrameType | None) -> None:
    """End at a signal that comes before the program is there to answer it."""
    try:
        os.write(2, b"camdash: Stopped.\n")
    finally:
        os._exit(128 + number)


def main() -> NoReturn:
    """Run the command that the process's arguments name."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _stop)

    from camdash.command_line.program import run

    run()


if __name__ == "__main__":
    main()
