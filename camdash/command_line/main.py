"""`camdash`: arguments in, an exit status out. The libraries are loaded when all that can be checked is."""

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import TextIO, cast

from camdash.command_line.arguments import ExportRequest, export_request_of, parser, request_of
from camdash.command_line.explaining.output import check_output
from camdash.command_line.exporting.export import check_target, export_checkpoint
from camdash.command_line.inputs import found_files
from camdash.command_line.memory import check_memory
from camdash.command_line.streams import Output, Remarks
from camdash.command_line.tally import Tally
from camdash.command_line.text import printable
from camdash.errors import CamdashError, WriteError, is_out_of_memory
from camdash.images.formats import skipped_words
from camdash.settings import check_settings, unknown_settings
from camdash.words.sentence import joined, say

FAILED, WRONG_USAGE = 1, 2
TOO_LITTLE_MEMORY = say("There is too little memory. Close other programs, or raise the limit (ulimit -v).")

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None, tally: Tally | None = None) -> int:
    """Run one command.

    Args:
        arguments: what follows the program's name; by default those of the process.
        tally: is kept up to date, for whoever may stop the command.

    Returns:
        0 when all is good, 1 when some file failed or the command could not go on to its end, 2 for wrong usage.
    """
    tally = tally or Tally()
    out, remarks = Output(sys.stdout), Remarks(sys.stderr)
    _log_to(remarks)
    try:
        options = parser().parse_args(arguments)
        status = _run(options, out, tally)
        out.flush()
    except WriteError as error:
        remarks.say(_with_place(str(error), tally))
        return FAILED
    except CamdashError as error:
        remarks.say(str(error))
        return WRONG_USAGE
    except (MemoryError, ImportError, OSError, RuntimeError, SystemError) as error:
        if (sentence := _sentence(error)) is None:
            raise
        remarks.say(_with_place(sentence, tally))
        return FAILED
    return status


def _run(options: argparse.Namespace, out: Output, tally: Tally) -> int:
    out.flush()  # where it is closed, nothing is computed
    request = request_of(options) if options.command == "explain" else None
    exporting = export_request_of(options) if options.command == "export" else None
    check_settings()
    for sentence in unknown_settings():
        log.warning(sentence)
    if options.command in (None, "dashboard"):
        from camdash.command_line.dashboard import Place, server_command

        tally.then = server_command(Place(options.port, options.address, options.browser))
        return 0
    if exporting is not None:
        return _export(exporting, out)
    if request is None:
        _load_libraries()
        from camdash.command_line.checkpoints import list_checkpoints

        return list_checkpoints(out, as_json=options.json)
    if request.output is not None:
        check_output(request.output)
    files, skipped = found_files(request.paths, request.output)
    if skipped:
        log.info("%s", skipped_words(skipped))
    _load_libraries()
    from camdash.command_line.explaining.explain import explain

    return explain(request, files, out, tally)


def _export(request: ExportRequest, out: Output) -> int:
    check_target(request)
    _load_libraries()
    return export_checkpoint(request, out)


def _load_libraries() -> None:
    """Load PyTorch and prepare the process: seconds, which no wrong usage waits for."""
    check_memory()
    from camdash.networks.preparation import prepare

    prepare()


def _with_place(sentence: str, tally: Tally) -> str:
    """Return a sentence with the one that says where the command stopped, if it had begun."""
    return joined(" ", [sentence, tally.sentence if tally.of else ""])


def _sentence(error: BaseException) -> str | None:
    """Return a sentence for an error of the machine, None for one of the program."""
    if is_out_of_memory(error):
        return TOO_LITTLE_MEMORY
    if isinstance(error, ImportError):
        return say("A library cannot be loaded: {reason}. Install what requirements.txt lists.", reason=str(error))
    if isinstance(error, OSError):
        reason = str(error.strerror or error)
        return f"{error.filename}: {reason}." if error.filename else say("The system: {reason}.", reason=reason)
    return None


class _Lines(logging.Formatter):
    """A message in one line, whatever names stand in it."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(record.getMessage())


def _log_to(remarks: Remarks) -> None:
    handler = logging.StreamHandler(cast(TextIO, remarks))
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
