"""What is said of one file: as a JSON object, and as a line of the table."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from camdash.evidence.analysis import Analysis, Failed, Familiarity, Outcome
from camdash.networks.cards.card import Checkpoint
from camdash.networks.heads.head import Level
from camdash.rendering.files.safe_csv import Cell

Row = dict[str, Any]

IDENTITY = ("file", "sha256", "checkpoint", "checkpoint_sha256")
BY_CLASS = ("probabilities", "logits", "evidence", "bias", "unplaced")
CHECK = ("score", "threshold", "familiar")


def row_of(file: str, sha256: str | None, checkpoint: Checkpoint, outcome: Outcome) -> Row:
    """Return the row of a file."""
    row: Row = dict(zip(IDENTITY, (file, sha256, checkpoint.name, checkpoint.sha256), strict=True))
    if isinstance(outcome, Failed):
        nothing = dict.fromkeys(("predicted", *BY_CLASS, "level", "grid", "familiarity"))
        return row | nothing | {"error": outcome.sentence}
    return row | _analysis(outcome)


def header(names: Sequence[str]) -> list[str]:
    """Return the table's columns for a checkpoint's classes."""
    return [
        *(*IDENTITY, "predicted"),
        *(f"{key}.{name}" for key in BY_CLASS for name in names),
        *("level", "grid.rows", "grid.columns"),
        *(f"familiarity.{key}" for key in CHECK),
        "error",
    ]


def line(row: Row, names: Sequence[str]) -> list[Cell]:
    """Return a row as a line of the table."""
    return [*(row[key] for key in (*IDENTITY, "predicted")), *_figures(row, names), row["error"]]


def row_of_line(file: str, checkpoint: Checkpoint, cells: Sequence[str], no_map: str | None) -> Row:
    """Return the row that a whole line of a file without error was written from.

    Numbers are in it to the last digit, so they come back as they were.

    Args:
        file: its name; that in the line may be escaped.
        checkpoint: what wrote the line.
        cells: the line, as `csv` reads it.
        no_map: why the checkpoint gives no map; None where it gives one.

    Raises:
        ValueError: the line is not one that was written so.
    """
    names = checkpoint.card.class_names
    at = iter(cells[len(IDENTITY) + 1 :])
    columns = {key: [_number(next(at)) for _ in names] for key in BY_CLASS}
    told = next(at)
    level = Level(told).value if told else None
    grid = [int(number) for number in (next(at), next(at)) if number]
    score, threshold, familiar = _number(next(at)), _number(next(at)), {"True": True, "False": False}.get(next(at))
    logits = columns["logits"]
    if None in logits or len(cells) != len(header(names)):
        raise ValueError("a file without error has all logits")
    row: Row = dict(zip(IDENTITY, (file, cells[1], checkpoint.name, checkpoint.sha256), strict=True))
    row["predicted"] = names[int(np.argmax(np.array(columns["probabilities"], np.float64)))]
    row |= {key: None if None in values else dict(zip(names, values, strict=True)) for key, values in columns.items()}
    row |= {"level": level, "grid": grid or None}
    row["familiarity"] = dict(zip(CHECK, (score, threshold, familiar), strict=True))
    return row | {"error": None} | ({} if no_map is None else {"no_map": no_map})


def _analysis(analysis: Analysis) -> Row:
    """Return the row of an analysis; without maps, what belongs to maps is None, and one more key says why."""
    names, prediction, placed = analysis.prediction.class_names, analysis.prediction, analysis.placed
    columns: dict[str, NDArray[Any] | None] = {
        "probabilities": prediction.probabilities,
        "logits": prediction.logits,
        "evidence": placed.maps.evidence if placed else None,
        "bias": placed.maps.bias if placed else None,
        "unplaced": placed.maps.unplaced if placed else None,
    }
    row: Row = {"predicted": prediction.predicted_name}
    row |= {
        key: None if values is None else dict(zip(names, values.tolist(), strict=True))
        for key, values in columns.items()
    }
    row["level"] = analysis.level or None
    row["grid"] = list(placed.maps.maps.shape[1:]) if placed else None
    row |= {"familiarity": _familiarity(analysis.familiarity), "error": None}
    return row | ({} if placed else {"no_map": analysis.no_map})


def _familiarity(found: Familiarity | None) -> dict[str, float | bool | None]:
    """Return the familiarity check's result; all None where the checkpoint has no check."""
    if found is None:
        return dict.fromkeys(CHECK)
    return {"score": found.score, "threshold": found.threshold, "familiar": found.familiar}


def _figures(row: Row, names: Sequence[str]) -> Iterator[Cell]:
    for key in BY_CLASS:
        yield from (None if row[key] is None else row[key][name] for name in names)
    yield row["level"]
    yield from row["grid"] or (None, None)
    yield from (None if row["familiarity"] is None else row["familiarity"][key] for key in CHECK)


def _number(text: str) -> float | None:
    return float(text) if text else None
