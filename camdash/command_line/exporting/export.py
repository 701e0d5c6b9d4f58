"""`camdash export`: a checkpoint as one ONNX file, which gives logits and maps wherever ONNX runs."""

import os
from pathlib import Path

from camdash.command_line.arguments import ExportRequest
from camdash.command_line.streams import Output
from camdash.command_line.text import printable
from camdash.errors import CheckpointError, UsageError
from camdash.whole_files import write_whole
from camdash.words.sentence import joined, say

ENDING = ".onnx"


def check_target(request: ExportRequest) -> None:
    """Refuse a file that cannot be written, before any library is loaded.

    Raises:
        UsageError: it has another ending, its folder is missing, or it is there already.
    """
    said = printable(str(request.file))
    if request.file.suffix.lower() != ENDING:
        raise UsageError(say("{path} must end in {ending}.", path=said, ending=ENDING))
    if not os.path.isdir(request.file.parent):  # noqa: PTH112 - unlike Path's, it raises nothing for a long name
        folder = printable(str(request.file.parent))
        raise UsageError(say("The folder {folder} does not exist.", folder=folder))
    if os.path.isdir(request.file):  # noqa: PTH112
        raise UsageError(say("{path} is a folder. Name a file.", path=said))
    if os.path.lexists(request.file) and not request.force:
        raise UsageError(say("{path} exists. Give --force to replace it.", path=said))


def export_checkpoint(request: ExportRequest, out: Output) -> int:
    """Write a checkpoint to an ONNX file, once that was run and gives the same; return the exit status.

    Raises:
        CamdashError: no such checkpoint, or one that has no translation; nothing is written then.
        WriteError: the file cannot be written.
    """
    from camdash.networks.architectures.prediction_only import WholeNetwork
    from camdash.networks.catalog.checkpoints import checkpoint_folders, describe, find
    from camdash.networks.engines.onnx_export import export
    from camdash.networks.loading import load_divided

    checkpoint = describe(find(request.checkpoint, checkpoint_folders()))
    network = load_divided(checkpoint, "cpu")
    if isinstance(network, WholeNetwork):
        raise CheckpointError(joined(" ", [network.sentence, say("It was not written as ONNX.")]))
    made = export(checkpoint, network)
    write_whole(request.file, made.content)
    out.write(joined(" ", [_words(request.file, made.opset, made.deviation), _card_words(made.has_card)]) + "\n")
    return 0


def _words(file: Path, opset: int, deviation: float) -> str:
    return say(
        "Wrote {path}: opset {opset}, any batch and input size. ONNX Runtime gives the logits and maps of camdash "
        "within {deviation} of the largest logit.",
        path=printable(str(file)),
        opset=opset,
        deviation=f"{deviation:.1e}",
    )


def _card_words(has_card: bool) -> str:
    if has_card:
        return say("Its metadata holds the card.")
    return say("The checkpoint has no card, so the file has none.")
