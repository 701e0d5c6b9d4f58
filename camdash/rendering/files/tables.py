"""What is said of many radiographs, as CSV files: by one checkpoint, or by two that are compared."""

from collections.abc import Sequence

from camdash.evidence import overview, worklist
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.files.safe_csv import Cell, csv_file

FILE, CHECKPOINT = ("file", "sha256"), ("checkpoint", "checkpoint_sha256")
ANSWER = ("predicted", "probability", "runner_up", "margin", "evidence", "familiar", "value", "unit")
"""What a checkpoint says. `margin` and `evidence` are in logits, `familiar` is True or False where it has a check,
`value` is a regression's, in `unit`, and so is its `evidence`."""

WORKLIST = (*FILE, *CHECKPOINT, *ANSWER, "error")
COMPARISON = (
    *FILE,
    *(f"{name}_{letter}" for letter in "ab" for name in CHECKPOINT),
    *(f"{name}_{letter}" for letter in "ab" for name in ANSWER),
    *("flips", "agreement", "error"),
)


def worklist_csv(lines: Sequence[worklist.Line], checkpoint: Checkpoint) -> bytes:
    """Return a row for each line, in UTF-8 with a mark for spreadsheets; what is not known stays empty."""
    rows = [(line.file, line.sha256, *_named(checkpoint), *_answer(line), line.error) for line in lines]
    return csv_file([WORKLIST, *rows])


def comparison_csv(lines: Sequence[overview.Line], first: Checkpoint, second: Checkpoint) -> bytes:
    """Return the same for two checkpoints; the columns of each are those of a worklist with its letter."""
    rows = [
        (
            *(line.file, line.sha256, *_named(first), *_named(second)),
            *(*_answer(line.first), *_answer(line.second)),
            *(None if line.error else line.flips, line.agreement, line.error),
        )
        for line in lines
    ]
    return csv_file([COMPARISON, *rows])


def _named(checkpoint: Checkpoint) -> tuple[Cell, ...]:
    return checkpoint.name, checkpoint.sha256


def _answer(line: worklist.Line) -> tuple[Cell, ...]:
    """Return the cells of `ANSWER`."""
    unit = line.unit if line.value is not None else None
    return (
        *(line.predicted, line.probability, line.runner_up, line.margin, line.evidence, line.familiar),
        *(line.value, unit),
    )
