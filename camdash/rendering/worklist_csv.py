"""A worklist as a CSV file."""

import csv
import io
from collections.abc import Sequence

from camdash.evidence.worklist import Line
from camdash.networks.card import Checkpoint
from camdash.rendering.comparison_csv import no_formula

HEADER = (
    *("file", "sha256", "checkpoint", "checkpoint_sha256"),
    *("predicted", "probability", "runner_up", "margin", "evidence", "familiar", "error"),
)


def worklist_csv(lines: Sequence[Line], checkpoint: Checkpoint) -> bytes:
    """Return a row for each line, in UTF-8 with a mark for spreadsheets; what is not known stays empty.

    `margin` and `evidence` are in logits, `familiar` is True or False where the checkpoint has a check.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for line in lines:
        answer = (no_formula(line.predicted), line.probability, no_formula(line.runner_up), line.margin, line.evidence)
        named = (no_formula(line.file), line.sha256, no_formula(checkpoint.name), checkpoint.sha256)
        writer.writerow([*named, *answer, line.familiar, no_formula(line.error)])
    return text.getvalue().encode("utf-8-sig")
