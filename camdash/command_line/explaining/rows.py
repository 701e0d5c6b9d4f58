"""What is said of one file: as a JSON object, and as a line of the table."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from camdash.errors import CheckpointError
from camdash.evidence.analysis import Analysis, Failed, Familiarity, Outcome
from camdash.evidence.prediction import Prediction, predict
from camdash.networks.cards.card import Card, Checkpoint
from camdash.networks.cards.output import OutputKind
from camdash.networks.heads.head import Level
from camdash.rendering.files.safe_csv import Cell

Row = dict[str, Any]

IDENTITY = ("file", "sha256", "checkpoint", "checkpoint_sha256")
BY_CLASS = ("probabilities", "logits", "evidence", "bias", "unplaced", "spread", "positive", "values")
PARTS = ("evidence", "bias", "unplaced")
"""Of a logit: their sum is the logit."""

SPREAD = "spread"
"""Of the members of an ensemble, in logits or in the unit of a value."""

JUDGED = (OutputKind.SIGMOID, OutputKind.BINARY)
"""Outputs whose labels are above their thresholds or not."""

VALUED = (OutputKind.REGRESSION, OutputKind.ORDINAL)
"""Outputs that are values."""

PROBABILITY = "probability"
"""The unit of the values of ordered grades."""

NEXT_NOTE = re.compile(r"(?<=\.); ")
"""Between two notes in a line of the table: each is a sentence, and ends as one."""

CHECK = ("score", "threshold", "familiar")
GAP = ("class", "row", "column", "map", "measured")
"""Of the hottest cell of the foremost class, at level B: what the map says that it gives to the logit, and what that
loses without the cell."""


def row_of(
    file: str, sha256: str | None, checkpoint: Checkpoint, outcome: Outcome, notes: Sequence[str] | None = None
) -> Row:
    """Return the row of a file.

    Args:
        file: its name.
        sha256: its content's digest; None where it could not be read.
        checkpoint: what was asked.
        outcome: the answer, or why there is none.
        notes: what was noted when the radiograph was read; None where there is none.
    """
    row: Row = dict(zip(IDENTITY, (file, sha256, checkpoint.name, checkpoint.sha256), strict=True))
    noted = None if notes is None else list(notes)
    if isinstance(outcome, Failed):
        empty = dict.fromkeys(("predicted", "output", *BY_CLASS, "unit", "level", "grid", "gap", "familiarity"))
        return row | empty | {"notes": noted, "error": outcome.sentence}
    return row | _analysis(outcome, noted)


def header(card: Card) -> list[str]:
    """Return the table's columns for a checkpoint: of each figure those classes that its output gives one for."""
    return [
        *(*IDENTITY, "predicted"),
        *(f"{key}.{name}" for key, names in _columns(card).items() for name in names),
        *("level", "grid.rows", "grid.columns"),
        *(f"gap.{key}" for key in GAP),
        *(f"familiarity.{key}" for key in CHECK),
        *("notes", "error"),
    ]


def line(row: Row, card: Card) -> list[Cell]:
    """Return a row as a line of the table."""
    notes = "; ".join(row["notes"] or ())
    return [*(row[key] for key in (*IDENTITY, "predicted")), *_figures(row, card), notes, row["error"]]


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
    card, at = checkpoint.card, iter(cells[len(IDENTITY) + 1 :])
    columns = {key: [next(at) for _ in names] for key, names in _columns(card).items()}
    told = next(at)
    level = Level(told).value if told else None
    grid = [int(number) for number in (next(at), next(at)) if number]
    gap = [next(at) for _ in GAP]
    score, threshold, familiar = _number(next(at)), _number(next(at)), {"True": True, "False": False}.get(next(at))
    notes = NEXT_NOTE.split(next(at, ""))
    if "" in columns["logits"] or len(cells) != len(header(card)):
        raise ValueError("a file without error has all logits")
    row: Row = dict(zip(IDENTITY, (file, cells[1], checkpoint.name, checkpoint.sha256), strict=True))
    parts = {key: [_number(cell) for cell in columns[key]] for key in (*PARTS, SPREAD) if columns[key]}
    try:
        prediction = predict(card, np.array(columns["logits"], np.float64))
    except CheckpointError as error:
        raise ValueError("a logit is no finite number") from error
    row |= _of_prediction(prediction, parts) | {"level": level, "grid": grid or None}
    row["gap"] = _gap_of_cells(prediction.class_names[prediction.foremost], gap[1:])
    row["familiarity"] = dict(zip(CHECK, (score, threshold, familiar), strict=True))
    row["notes"] = [note for note in notes if note]
    return row | {"error": None} | ({} if no_map is None else {"no_map": no_map})


def _analysis(analysis: Analysis, notes: list[str] | None) -> Row:
    """Return the row of an analysis; without maps, what belongs to maps is None, and one more key says why."""
    placed = analysis.placed
    parts = {} if placed is None else {key: getattr(placed.maps, key).tolist() for key in PARTS}
    parts |= {} if analysis.spread is None else {SPREAD: analysis.spread.tolist()}
    row = _of_prediction(analysis.prediction, parts) | {"level": analysis.level or None}
    row["grid"] = list(placed.maps.maps.shape[1:]) if placed else None
    row["gap"] = _gap(analysis)
    row |= {"familiarity": _familiarity(analysis.familiarity), "notes": notes, "error": None}
    return row | ({} if placed else {"no_map": analysis.no_map})


def _of_prediction(prediction: Prediction, parts: Mapping[str, Sequence[float | None]]) -> Row:
    """Return what stands in a row of the answer; `parts` of the logits and `spread` by class, where there are any."""
    names, values, output = prediction.class_names, prediction.named_values, prediction.output
    positive = dict(zip(names, prediction.positive, strict=True))
    own = {key: parts.get(key, [None]) for key in (*PARTS, SPREAD)}
    return {
        "predicted": prediction.predicted_name,
        "output": output.kind.value,
        "probabilities": prediction.named_probabilities,
        "logits": dict(zip(names, prediction.logits.tolist(), strict=True)),
        **{key: None if None in part else dict(zip(names, part, strict=True)) for key, part in own.items()},
        "positive": positive if output.kind in JUDGED else None,
        "values": values,
        "unit": None if values is None else PROBABILITY if output.kind is OutputKind.ORDINAL else output.unit,
    }


def _columns(card: Card) -> dict[str, tuple[str, ...]]:
    """Return, by figure, the names of the columns that the table has of it."""
    names, kind = card.logit_names, card.output.kind
    probable = card.class_names if kind in (OutputKind.SOFTMAX, *JUDGED) else ()
    always = {"probabilities": probable, "logits": names, **dict.fromkeys(PARTS, names)}
    always[SPREAD] = names if card.members else ()
    positive = names if kind in JUDGED and card.output.thresholds else ()
    return always | {"positive": positive, "values": names if kind in VALUED else ()}


def _gap(analysis: Analysis) -> dict[str, str | int | float] | None:
    """Return what the hottest cell gives by the map and by measure; None where that was not measured."""
    found = analysis.removal
    if found is None:
        return None
    name = analysis.prediction.class_names[found.class_index]
    return dict(zip(GAP, (name, *found.cell, found.said, found.measured), strict=True))


def _gap_of_cells(name: str, cells: Sequence[str]) -> dict[str, str | int | float] | None:
    """Return the same of a line's cells and of the class, whose name may be escaped there.

    Raises:
        ValueError: they are no such figures.
    """
    if not any(cells):
        return None
    row, column, said, measured = cells
    return dict(zip(GAP, (name, int(row), int(column), float(said), float(measured)), strict=True))


def _familiarity(found: Familiarity | None) -> dict[str, float | bool | None]:
    """Return the familiarity check's result; all None where the checkpoint has no check."""
    if found is None:
        return dict.fromkeys(CHECK)
    return {"score": found.score, "threshold": found.threshold, "familiar": found.familiar}


def _figures(row: Row, card: Card) -> Iterator[Cell]:
    for key, names in _columns(card).items():
        yield from (None if row[key] is None else row[key][name] for name in names)
    yield row["level"]
    yield from row["grid"] or (None, None)
    yield from (None if row["gap"] is None else row["gap"][key] for key in GAP)
    yield from (None if row["familiarity"] is None else row["familiarity"][key] for key in CHECK)


def _number(text: str) -> float | None:
    return float(text) if text else None
