"""What the command line takes, checked before any library is loaded."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from camdash.command_line.streams import Output
from camdash.command_line.text import printable
from camdash.errors import UsageError
from camdash.words.sentence import joined, say

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


@dataclass(frozen=True)
class Request:
    """What to explain, with which checkpoint (None: the default), and where to write.

    Attributes:
        paths: files and folders.
        checkpoint: its name or path.
        output: the folder to write to.
        as_json: whether rows are printed as JSON.
        resume: whether to go on with the run in `output`.
        verify: whether each answer is compared with that of the undivided network.
    """

    paths: tuple[str, ...]
    checkpoint: str | None
    output: Path | None
    as_json: bool
    resume: bool = False
    verify: bool = False


@dataclass(frozen=True)
class ExportRequest:
    """Which checkpoint to write as ONNX.

    Attributes:
        checkpoint: its name or path.
        file: where to.
        force: whether a file that is there is replaced.
    """

    checkpoint: str
    file: Path
    force: bool


class Parser(argparse.ArgumentParser):
    """A parser whose errors cannot command the terminal, and whose help is not lost in silence."""

    def print_help(self, file: "SupportsWrite[str] | None" = None) -> None:
        """Print the help; raise a WriteError where standard output cannot take it."""
        if file is not None:
            file.write(self.format_help())
            return
        out = Output(sys.stdout)
        out.write(self.format_help())
        out.flush()

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and leave with status 2."""
        super().error(printable(message))


def parser() -> argparse.ArgumentParser:
    """Return the parser of `camdash`."""
    made = Parser(
        prog="camdash",
        description="Show what an X-ray classifier looks at. Without a command, open the dashboard. "
        "Research and demonstration only, not for diagnosis.",
    )
    made.set_defaults(port=None, address=None, browser=True)
    commands = made.add_subparsers(dest="command", metavar="COMMAND")
    opening = commands.add_parser("dashboard", help="open the dashboard; so does camdash without a command")
    opening.add_argument("--port", type=int, metavar="N", help="serve it at this port; 8501 by default")
    opening.add_argument("--address", metavar="A", help="serve it at this address; to this machine alone by default")
    opening.add_argument("--no-browser", dest="browser", action="store_false", help="do not open it in a browser")
    explaining = commands.add_parser("explain", help="predict radiographs and write their evidence maps")
    explaining.add_argument("paths", nargs="+", metavar="FILE_OR_FOLDER", help="radiographs, or folders of them")
    explaining.add_argument("--checkpoint", metavar="NAME", help="its name or path; the first shipped one by default")
    explaining.add_argument("--output", metavar="DIR", help="write predictions.csv, overlays and maps here")
    explaining.add_argument("--resume", action="store_true", help="continue the run that was stopped in DIR")
    explaining.add_argument("--verify", action="store_true", help="compare each answer with the whole network's")
    explaining.add_argument("--json", action="store_true", help="print one JSON object a line")
    listing = commands.add_parser("checkpoints", help="list the checkpoints")
    listing.add_argument("--json", action="store_true", help="print one JSON object a line")
    exporting = commands.add_parser("export", help="write a checkpoint as an ONNX file that gives logits and maps")
    exporting.add_argument("checkpoint", metavar="CHECKPOINT", help="its name or path")
    exporting.add_argument("file", metavar="FILE.onnx", help="the file to write")
    exporting.add_argument("--force", action="store_true", help="replace the file where it exists")
    return made


def export_request_of(options: argparse.Namespace) -> ExportRequest:
    """Return the request of `export`.

    Raises:
        UsageError: a name is empty.
    """
    _check_name(options.checkpoint, "CHECKPOINT", say("Give the name or the path of a checkpoint."))
    _check_name(options.file, "FILE.onnx", say("Give the file to write."))
    return ExportRequest(options.checkpoint, Path(options.file), options.force)


def request_of(options: argparse.Namespace) -> Request:
    """Return the request of `explain`.

    Raises:
        UsageError: a name is empty, or an option needs another one.
    """
    for path in options.paths:
        if path == "-":
            raise UsageError(
                say("Standard input is not read. Save the radiograph to a file, and give the file's name.")
            )
        _check_name(path, say("A FILE_OR_FOLDER"), say("Give the name of a radiograph or of a folder."))
    _check_name(options.checkpoint, "--checkpoint", say("Give a name or a path, or leave it out for the default one."))
    _check_name(options.output, "--output", say("Give the folder to write to, or leave it out."))
    if options.resume and options.output is None:
        raise UsageError(say("--resume needs --output: the folder of the run that was stopped."))
    output = None if options.output is None else Path(options.output)
    return Request(tuple(options.paths), options.checkpoint, output, options.json, options.resume, options.verify)


def _check_name(name: str | None, what: str, advice: str) -> None:
    if name is not None and (not name.strip() or "\0" in name):
        fault = say("{what} is no name.", what=what) if name.strip() else say("{what} is empty.", what=what)
        raise UsageError(joined(" ", [fault, advice]))
