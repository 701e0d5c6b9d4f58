"""`python -m camdash checkpoints`: what stands in the checkpoint folders."""

import json
from typing import Any, TextIO

from camdash.command_line.table import write_table
from camdash.errors import CheckpointError
from camdash.networks.catalog import Entry, checkpoint_folders, describe, digest, entries
from camdash.networks.loading import load, preferred_device


def list_checkpoints(out: TextIO, *, as_json: bool) -> int:
    """Write a line (or a JSON object a line) for each checkpoint; return the exit status."""
    rows = [checkpoint_row(entry) for entry in entries(checkpoint_folders())]
    if as_json:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
        return 0
    header = ["name", "architecture", "classes", "input", "fit", "sha256", "error"]
    write_table(out, header, [_cells(row) for row in rows])
    return 0


def checkpoint_row(entry: Entry) -> dict[str, Any]:
    """Return what the list says of one file; what could not be read is None, with the sentence in `error`.

    A checkpoint is usable when its network was built, filled and checked, as `explain` would.
    """
    row: dict[str, Any] = {"name": entry.name, "file": str(entry.path), "usable": False, "error": None}
    unknown = dict.fromkeys(("architecture", "class_names", "input_size", "fit", "sha256"))
    try:
        checkpoint = describe(entry)
    except CheckpointError as error:
        return row | unknown | {"error": str(error), "sha256": digest(entry.path)}
    card = checkpoint.card
    row |= {
        "architecture": card.architecture,
        "class_names": list(card.class_names),
        "input_size": list(card.preprocessing.input_size),
        "fit": card.preprocessing.fit.value,
        "sha256": checkpoint.sha256,
    }
    try:
        load(checkpoint, preferred_device())
    except CheckpointError as error:
        return row | {"error": str(error)}
    return row | {"usable": True}


def _cells(row: dict[str, Any]) -> list[str]:
    classes = ", ".join(row["class_names"] or [])
    size = " x ".join(str(length) for length in row["input_size"] or [])
    digest_start = (row["sha256"] or "")[:12]
    return [row["name"], row["architecture"] or "", classes, size, row["fit"] or "", digest_start, row["error"] or ""]
