"""Two checkpoints over many radiographs as a CSV file."""

from collections.abc import Sequence

from camdash.evidence.overview import Line
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.files.safe_csv import csv_file

HEADER = (
    *("file", "sha256", "checkpoint_a", "checkpoint_a_sha256", "checkpoint_b", "checkpoint_b_sha256"),
    *("predicted_a", "probability_a", "predicted_b", "probability_b", "flips", "agreement"),
    *("familiar_a", "familiar_b", "error"),
)


def comparison_csv(lines: Sequence[Line], first: Checkpoint, second: Checkpoint) -> bytes:
    """Return a row for each line, in UTF-8 with a mark for spreadsheets; what is not known stays empty."""
    checkpoints = (first.name, first.sha256, second.name, second.sha256)
    rows = [
        (
            *(line.file, line.sha256, *checkpoints),
            *(line.first, line.first_probability, line.second, line.second_probability),
            *(None if line.error else line.flips, line.agreement),
            *(line.first_familiar, line.second_familiar, line.error),
        )
        for line in lines
    ]
    return csv_file([HEADER, *rows])
