"""A worklist as a CSV file."""

from collections.abc import Sequence

from camdash.evidence.worklist import Line
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.files.safe_csv import csv_file

HEADER = (
    *("file", "sha256", "checkpoint", "checkpoint_sha256"),
    *("predicted", "probability", "runner_up", "margin", "evidence", "familiar", "error"),
)


def worklist_csv(lines: Sequence[Line], checkpoint: Checkpoint) -> bytes:
    """Return a row for each line, in UTF-8 with a mark for spreadsheets; what is not known stays empty.

    `margin` and `evidence` are in logits, `familiar` is True or False where the checkpoint has a check.
    """
    rows = [
        (
            *(line.file, line.sha256, checkpoint.name, checkpoint.sha256),
            *(line.predicted, line.probability, line.runner_up, line.margin, line.evidence, line.familiar, line.error),
        )
        for line in lines
    ]
    return csv_file([HEADER, *rows])
