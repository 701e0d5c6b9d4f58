"""The folder of --output: one run at a time, and every file whole under its name or not there."""

import contextlib
import errno
import fcntl
import logging
import os
import stat
from pathlib import Path

from camdash.errors import UsageError
from camdash.whole_files import TEMPORARY, write_whole, writing
from camdash.words.sentence import say

log = logging.getLogger(__name__)

PREDICTIONS = "predictions.csv"
UNFINISHED = "predictions.csv.unfinished"
"""Locked by the run that writes. Where a run was stopped it stays, with `ADVICE` and what the run was made with."""

MADE_WITH = "predictions.csv.made_with"
"""What a finished run was made with, in one line: --resume adds nothing to it that was made otherwise."""

ADVICE = "This run is not finished. Run the same command with --resume to continue it."
MARK_LENGTH = 1000
LOCKED = (errno.EACCES, errno.EAGAIN)
"""What a lock that another run has may give (flock(2), fcntl(2))."""


def check_output(folder: Path) -> None:
    """Look whether a folder could be written to, as far as that is seen from outside.

    Raises:
        UsageError: something else has its name, or that of the predictions in it.
    """
    for path, fits in ((folder, stat.S_ISDIR), (folder / PREDICTIONS, stat.S_ISREG)):
        with writing(path, begun=False), contextlib.suppress(FileNotFoundError):
            if not fits(path.stat().st_mode):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


class OutputFolder:
    """A folder that one run has to itself, from `with` on; the operating system ends that with the process.

    Attributes:
        path: the folder.
        unfinished: whether it holds a run that was stopped.
        made_with: what that run, or the finished one, was begun with; empty where it is not known.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unfinished = False
        self.made_with = ""
        self._mark = path / UNFINISHED
        self._marked = False
        self._lock = -1

    def __enter__(self) -> "OutputFolder":
        """Make the folder where there is none, and lock it.

        Raises:
            UsageError: it cannot be written to, or another run does.
            WriteError: there is no room.
        """
        with writing(self.path, begun=False):
            self.path.mkdir(parents=True, exist_ok=True)
        with writing(self._mark, begun=False):
            self._lock, alone = _locked(self._mark)
            advice, _, rest = os.pread(self._lock, MARK_LENGTH, 0).decode("utf-8", "replace").partition("\n")
            self._marked = bool(advice)
            self.unfinished = self._marked and (self.path / PREDICTIONS).exists()
            self.made_with = rest.strip() if self._marked else _first_line(self.path / MADE_WITH)
            for left in self.path.glob(f"{TEMPORARY}*.tmp") if alone else ():
                left.unlink(missing_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Let others write; the mark stays where the run is not finished."""
        if not self._marked:
            with contextlib.suppress(OSError):
                self._mark.unlink()
        os.close(self._lock)

    def begin(self, made_with: str) -> None:
        """Note that the folder holds a run that is not finished.

        Args:
            made_with: what the run is made with, in one line.

        Raises:
            WriteError: there is no room.
        """
        with writing(self._mark):
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, f"{ADVICE}\n{made_with}\n".encode(), 0)
        self._marked = True

    def finish(self, made_with: str) -> None:
        """Note that the run is finished.

        Args:
            made_with: what it was made with, as `begin` was told.

        Raises:
            WriteError: there is no room.
        """
        write_whole(self.path / MADE_WITH, f"{made_with}\n".encode())
        self._marked = False

    def give_up(self) -> None:
        """Note that the run has not begun."""
        self._marked = False


def _first_line(path: Path) -> str:
    """Return what a file says, as far as an honest one could; empty where there is none."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return file.read(MARK_LENGTH).decode("utf-8", "replace").partition("\n")[0]
    return ""


def _locked(path: Path) -> tuple[int, bool]:
    """Return an open file that this run has locked, and whether that is certain: some file systems know no locks.

    Raises:
        UsageError: another run has it.
        OSError: it cannot be made.
    """
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in LOCKED:
                os.close(file)
                raise UsageError(
                    say(
                        "Another run is writing to {folder}. Wait for its end, or give another folder.",
                        folder=str(path.parent),
                    )
                ) from error
            log.warning("%s cannot be locked (%s). Let no second run write to it.", path.parent, error.strerror)
            return file, False
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file), path.stat()):
                return file, True
        os.close(file)  # the run that had it has just removed it
