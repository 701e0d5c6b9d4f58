"""`python -m camdash`: arguments in, an exit status out."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from camdash.command_line.checkpoints import list_checkpoints
from camdash.command_line.explain import Request, explain
from camdash.errors import CamdashError

WRONG_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 when all is good, 1 when some file failed, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    try:
        if options.command == "checkpoints":
            return list_checkpoints(sys.stdout, as_json=options.json)
        return explain(Request(options.paths, options.checkpoint, options.output, options.json), sys.stdout)
    except CamdashError as error:
        sys.stderr.write(f"camdash: {error}\n")
        return WRONG_USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m camdash",
        description="Show what an X-ray classifier looks at. Research and demonstration only, not for diagnosis.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    explaining = commands.add_parser("explain", help="predict radiographs and write their evidence maps")
    explaining.add_argument("paths", nargs="+", metavar="FILE_OR_FOLDER", help="radiographs, or folders of them")
    explaining.add_argument("--checkpoint", metavar="NAME", help="its name or path; the first shipped one by default")
    explaining.add_argument("--output", metavar="DIR", type=Path, help="write predictions.csv, overlays and maps here")
    explaining.add_argument("--json", action="store_true", help="print one JSON object a line")
    listing = commands.add_parser("checkpoints", help="list the checkpoints")
    listing.add_argument("--json", action="store_true", help="print one JSON object a line")
    return parser
