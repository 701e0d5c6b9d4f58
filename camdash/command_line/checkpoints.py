"""`camdash checkpoints`: what stands in the checkpoint folders."""

import json
import logging
from dataclasses import asdict
from typing import Any

from camdash.command_line.streams import Output
from camdash.command_line.table import write_table
from camdash.networks.architectures.matching import KeyMatch
from camdash.networks.catalog.checkpoints import LONGEST_PATH, checkpoint_folders
from camdash.networks.catalog.folders import entries
from camdash.networks.report import IntakeReport, intake
from camdash.networks.text import printable

log = logging.getLogger(__name__)


def list_checkpoints(out: Output, *, as_json: bool) -> int:
    """Write a line (or a JSON object a line) for each checkpoint, each loaded and checked; return the exit status."""
    reports = (intake(entry) for entry in entries(checkpoint_folders()))
    if as_json:
        for report in reports:
            out.write(json.dumps(report_row(report), ensure_ascii=True) + "\n")
            out.flush()
        return 0
    found = list(reports)
    header = ["name", "architecture", "classes", "input", "fit", "parameters", "check", "sha256", "notes", "error"]
    write_table(out, header, [_cells(report) for report in found])
    for report in found:
        if report.card and report.card.guess:
            log.warning("%s: %s", report.name, report.card.guess)
        for sentence in report.unused:
            log.warning("%s: %s", report.name, sentence)
        if report.recipe:
            out.write(
                f"\nTo convert {printable(report.path.name)}, if you trust who made it, run in its folder:"
                f"\n\n{report.recipe}\n"
            )
    return 0


def report_row(report: IntakeReport) -> dict[str, Any]:
    """Return an intake report as a JSON object."""
    card = report.card
    return {
        "name": report.name,
        "file": printable(str(report.path), LONGEST_PATH),
        "usable": report.usable,
        "error": report.error,
        "architecture": report.architecture,
        "class_names": list(card.class_names) if card else None,
        "input_size": list(card.preprocessing.input_size) if card else None,
        "fit": card.preprocessing.fit.value if card else None,
        "sha256": report.sha256,
        "size": report.size,
        "stored_as": report.stored_as,
        "channels": report.channels,
        "parameters": report.parameters,
        "compared_with": report.compared_with,
        "keys": _keys(report.keys) if report.keys else None,
        "ignored": list(report.ignored),
        "ignored_count": report.ignored_count,
        "conversions": list(report.conversions),
        "fields": {field.name: {"value": json.loads(field.value), "source": field.source} for field in report.fields},
        "unused": list(report.unused),
        "level": report.level,
        "deviation": report.deviation,
        "assumptions": report.assumptions,
        "guess": (card.guess or None) if card else None,
        "familiarity": report.familiarity,
        "no_map": report.no_map,
        "recipe": report.recipe,
    }


def _keys(keys: KeyMatch) -> dict[str, Any]:
    return asdict(keys) | {"missing": list(keys.missing), "unexpected": list(keys.unexpected)}


def _cells(report: IntakeReport) -> list[str]:
    card = report.card
    how = card.preprocessing if card else None
    return [
        report.name,
        report.architecture or "",
        printable(", ".join(card.class_names)) if card else "",
        " x ".join(str(length) for length in how.input_size) if how else "",
        how.fit.value if how else "",
        f"{report.parameters:,}" if report.parameters is not None else "",
        "no map" if report.no_map else f"{report.deviation:.1e}" if report.deviation is not None else "",
        (report.sha256 or "")[:12],
        printable("; ".join(report.conversions)),
        report.error or "",
    ]
