"""`python -m camdash explain`: predictions and evidence maps of files and folders."""

import csv
import json
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from numpy.typing import NDArray

from camdash.command_line.progress_line import ProgressLine
from camdash.command_line.table import write_table
from camdash.errors import ImageError, UsageError
from camdash.evidence.analysis import Analysis, Familiarity, PredictionAlone
from camdash.evidence.pipeline import Explained, Item, Pace, explain_many, runner
from camdash.images.files import files_of
from camdash.images.formats import skipped_words
from camdash.images.limits import LARGEST_FILE
from camdash.images.pool import shared_pool
from camdash.images.radiograph import Radiograph
from camdash.networks.card import Checkpoint
from camdash.networks.catalog import checkpoint_folders, describe, find
from camdash.networks.loading import LoadedCheckpoint, LoadedPredictor, load_any, preferred_device
from camdash.rendering.charts import percent
from camdash.rendering.export import WARNING, export_files

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """What to explain, with which checkpoint (None: the default), and where to write."""

    paths: Sequence[str]
    checkpoint: str | None
    output: Path | None
    as_json: bool


def explain(request: Request, out: TextIO) -> int:
    """Analyse the files of a request in the order given; return 0, or 1 when some file failed.

    Raises:
        CamdashError: no such checkpoint, one that cannot be used, nothing to read, or nowhere to write.
    """
    files = _files(request.paths, request.output)
    shared_pool().warm()
    loaded = load_any(describe(find(request.checkpoint, checkpoint_folders())), preferred_device())
    if request.output is not None:
        _make_folder(request.output)
        log.warning(WARNING)
    rows = []
    for row in _rows(files, loaded, request, quiet=request.as_json and out.isatty()):
        rows.append(row)
        if request.as_json:
            out.write(json.dumps(row, ensure_ascii=True) + "\n")
            out.flush()
    if not request.as_json:
        write_table(out, ["file", "predicted", "probability", "error"], [_cells(row) for row in rows])
    if request.output is not None:
        _write_csv(request.output, rows, loaded.checkpoint)
    return 1 if any(row["error"] for row in rows) else 0


def _files(paths: Sequence[str], output: Path | None) -> list[Path]:
    files: list[Path] = []
    skipped: Counter[str] = Counter()
    for path in paths:
        found, others = files_of(Path(path), without=output)
        files += found
        skipped.update(others)
    if skipped:
        log.info("%s", skipped_words(skipped))
    if not any(file.exists() for file in files):
        raise UsageError(f"No image was found in {', '.join(paths)}.")
    return files


def _make_folder(output: Path) -> None:
    with _writing(output):
        output.mkdir(parents=True, exist_ok=True)


@contextmanager
def _writing(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"Nothing can be written to {output}: {error.strerror}.") from error


def _rows(
    files: Sequence[Path], loaded: LoadedCheckpoint | LoadedPredictor, request: Request, *, quiet: bool
) -> Iterator[dict[str, Any]]:
    """Yield the row of each file in their order; on a terminal say how far it is, unless the rows themselves do."""
    items = [Item(str(file), partial(_content, file)) for file in files]
    line = ProgressLine(sys.stderr, len(files), quiet=quiet)
    pace = Pace.on(str(preferred_device()))
    with closing(explain_many(items, runner(loaded), pace, shared_pool().decode)) as found:
        for done, (file, one) in enumerate(zip(files, found, strict=True), 1):
            if request.output is not None:
                _write_pictures(request.output, file, one)
            row = _row(one, loaded.checkpoint)
            line.clear()
            yield row
            line.show(done)
    line.clear()


def _row(one: Explained, checkpoint: Checkpoint) -> dict[str, Any]:
    row: dict[str, Any] = {
        "file": one.decoded.item.name,
        "sha256": one.decoded.sha256,
        "checkpoint": checkpoint.name,
        "checkpoint_sha256": checkpoint.sha256,
    }
    if isinstance(one.result, Analysis):
        return row | _result(one.result)
    if isinstance(one.result, PredictionAlone):
        return row | _predicted(one.result)
    nothing = dict.fromkeys(("predicted", "probabilities", "logits", "evidence", "bias", "grid", "familiarity"))
    return row | nothing | {"error": str(one.result)}


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise ImageError(f"The file is larger than {LARGEST_FILE // 2**20} MB, the most that is read.")
        return file.read_bytes()
    except OSError as error:
        raise ImageError(f"The file cannot be read: {error.strerror}.") from error


def _result(analysis: Analysis) -> dict[str, Any]:
    names, maps = analysis.prediction.class_names, analysis.maps
    columns: dict[str, NDArray[Any]] = {
        "probabilities": analysis.prediction.probabilities,
        "logits": analysis.prediction.logits,
        "evidence": maps.evidence,
        "bias": maps.bias,
    }
    result: dict[str, Any] = {"predicted": analysis.prediction.predicted_name}
    result |= {key: dict(zip(names, values.tolist(), strict=True)) for key, values in columns.items()}
    return result | {
        "grid": list(maps.maps.shape[1:]),
        "familiarity": _familiarity(analysis.familiarity),
        "error": None,
    }


def _familiarity(found: Familiarity | None) -> dict[str, float | bool | None]:
    """Return the familiarity check's result; all None where the checkpoint has no check."""
    if found is None:
        return dict.fromkeys(("score", "threshold", "familiar"))
    return {"score": found.score, "threshold": found.threshold, "familiar": found.familiar}


def _predicted(found: PredictionAlone) -> dict[str, Any]:
    """Return the row of a network without exact map: what belongs to maps is None, and one more key says why."""
    prediction = found.prediction
    columns = {"probabilities": prediction.probabilities, "logits": prediction.logits}
    named = {key: dict(zip(prediction.class_names, values.tolist(), strict=True)) for key, values in columns.items()}
    nothing = dict.fromkeys(("evidence", "bias", "grid"))
    more = {"familiarity": _familiarity(None), "error": None, "no_map": found.reason}
    return {"predicted": prediction.predicted_name} | named | nothing | more


def _write_pictures(output: Path, file: Path, one: Explained) -> None:
    """Write the overlays and maps of a file; none where it has no maps."""
    radiograph, analysis = one.decoded.radiograph, one.result
    if isinstance(radiograph, Radiograph) and isinstance(analysis, Analysis):
        with _writing(output):
            for name, content in export_files(file.stem, str(one.decoded.sha256), radiograph, analysis):
                (output / name).write_bytes(content)


def _cells(row: dict[str, Any]) -> list[str]:
    predicted = row["predicted"]
    probability = percent(row["probabilities"][predicted]) if predicted else ""
    return [row["file"], predicted or "", probability, row["error"] or ""]


def _write_csv(output: Path, rows: Sequence[dict[str, Any]], checkpoint: Checkpoint) -> None:
    flat = [dict(_flat(row, checkpoint.card.class_names)) for row in rows]
    path = output / "predictions.csv"
    with _writing(output), path.open("w", newline="", encoding="utf-8", errors="backslashreplace") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(flat[0]))
        writer.writeheader()
        writer.writerows(flat)


def _flat(row: dict[str, Any], names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for key in ("file", "sha256", "checkpoint", "checkpoint_sha256", "predicted"):
        yield key, row[key]
    for key in ("probabilities", "logits", "evidence", "bias"):
        for name in names:
            yield f"{key}.{name}", None if row[key] is None else row[key][name]
    rows, columns = row["grid"] or (None, None)
    yield "grid.rows", rows
    yield "grid.columns", columns
    for key in ("score", "threshold", "familiar"):
        yield f"familiarity.{key}", None if row["familiarity"] is None else row["familiarity"][key]
    yield "error", row["error"]
