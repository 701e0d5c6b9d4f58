"""Two checkpoints over many radiographs as a CSV file."""

import csv
import io
from collections.abc import Sequence

from camdash.evidence.overview import Line
from camdash.networks.card import Checkpoint

HEADER = (
    *("file", "sha256", "checkpoint_a", "checkpoint_a_sha256", "checkpoint_b", "checkpoint_b_sha256"),
    *("predicted_a", "probability_a", "predicted_b", "probability_b", "flips", "agreement", "error"),
)
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def comparison_csv(lines: Sequence[Line], first: Checkpoint, second: Checkpoint) -> bytes:
    """Return a row for each line, in UTF-8 with a mark for spreadsheets; what is not known stays empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    checkpoints = (no_formula(first.name), first.sha256, no_formula(second.name), second.sha256)
    for line in lines:
        answers = (no_formula(line.first), line.first_probability, no_formula(line.second), line.second_probability)
        flips = "" if line.error else str(line.flips).lower()
        writer.writerow([no_formula(line.file), line.sha256, *checkpoints, *answers, flips, line.agreement, line.error])
    return text.getvalue().encode("utf-8-sig")


def no_formula(value: str | None) -> str | None:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{value}" if value and value.startswith(FORMULA_SIGNS) else value
