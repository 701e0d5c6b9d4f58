"""`camdash explain`: predictions and evidence maps of files and folders."""

import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from camdash.command_line.arguments import Request
from camdash.command_line.explaining.output import OutputFolder
from camdash.command_line.explaining.progress_line import ProgressLine
from camdash.command_line.explaining.resume import Earlier, to_do
from camdash.command_line.explaining.rows import Row, row_of
from camdash.command_line.explaining.written import Written, pictures_of, refuse_changed, refuse_unfinished, writing
from camdash.command_line.streams import Output, Remarks
from camdash.command_line.table import write_table
from camdash.command_line.tally import Tally
from camdash.evidence.analysis import Analysis
from camdash.evidence.prediction import decimal
from camdash.evidence.verification import verified_words, verify
from camdash.images.regular_files import content
from camdash.images.sandbox.pool import shared_pool
from camdash.networks.architectures.prediction_only import WholeNetwork
from camdash.networks.cards.card import Checkpoint
from camdash.networks.catalog.checkpoints import checkpoint_folders, describe, find
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load_any, load_undivided, preferred_device
from camdash.rendering.files.export import MOST_OVERLAYS, WARNING
from camdash.rendering.wording.answers import percent
from camdash.running.pipeline import Explained, Item, Pace, explain_many, runner

log = logging.getLogger(__name__)

MOST_NAMED = 5
"""Labels or values that a line of the table names."""

MOST_PROBABLE = "Of %d classes, overlays of the %d most probable are written. The raw maps have all classes."
UNLIKE = "unlike the training images: do not rely on it"


@dataclass(frozen=True, eq=False)
class _Work:
    """What is to be done: all files, and the rows that an earlier run has left for some of them.

    `undivided` is the network that each answer is compared with; None where that is not asked for.
    """

    files: Sequence[Path]
    rows: Sequence[Row | None]
    loaded: LoadedCheckpoint
    pace: Pace
    undivided: WholeNetwork | None = None


def explain(request: Request, files: Sequence[Path], out: Output, tally: Tally) -> int:
    """Analyse files in the order given; return 0, or 1 when some file failed.

    Raises:
        CamdashError: no such checkpoint, one that cannot be used, or nowhere to write.
    """
    shared_pool().warm()
    loaded = load_any(describe(find(request.checkpoint, checkpoint_folders())), preferred_device())
    if guess := loaded.checkpoint.card.guess:
        log.warning("%s: %s", loaded.checkpoint.name, guess)
    undivided = load_undivided(loaded.checkpoint, preferred_device()) if request.verify else None
    work = _Work(files, [None] * len(files), loaded, Pace.on(str(preferred_device())), undivided)
    printed = _Printed(out, as_json=request.as_json)
    tally.of, tally.finish, tally.resumable = len(files), printed.finish, request.resume
    with _until_the_end(printed, tally):
        if request.output is None:
            return _run(work, None, printed, tally)
        with OutputFolder(request.output) as folder:
            keep = True
            if request.resume:
                work, keep = _resumed(work, folder)
            else:
                refuse_unfinished(folder)
            log.warning(WARNING)
            if (count := len(loaded.checkpoint.card.logit_names)) > MOST_OVERLAYS:
                log.warning(MOST_PROBABLE, count, MOST_OVERLAYS)
            done = [row for row in work.rows if row is not None]
            with writing(folder, loaded.checkpoint, done, keep=keep) as written:
                tally.resumable = True
                return _run(work, written, printed, tally)


class _Printed:
    """The rows on standard output: as they come in JSON, or all together in a table at the end."""

    def __init__(self, out: Output, *, as_json: bool) -> None:
        self.out = out
        self.as_json = as_json
        self._cells: list[list[str]] = []

    def add(self, row: Row) -> None:
        """Print a row, or keep what the table needs of it."""
        if self.as_json:
            self.out.write(json.dumps(row, ensure_ascii=True) + "\n")
            self.out.flush()
        else:
            self._cells.append(_cells(row))

    def finish(self) -> None:
        """Print the table of what is done, once."""
        cells, self._cells = self._cells, []
        if cells:
            head = ["file", "predicted", "probability", "error", "remark"]
            shown = len(head) if any(line[-1] for line in cells) else len(head) - 1
            write_table(self.out, head[:shown], [line[:shown] for line in cells])
        self.out.flush()


@contextmanager
def _until_the_end(printed: _Printed, tally: Tally) -> Iterator[None]:
    """Print what is done, whether all is done or not."""
    try:
        yield
    finally:
        Remarks(sys.stderr).clear()
        with tally.row():
            printed.finish()


def _resumed(work: _Work, folder: OutputFolder) -> tuple[_Work, bool]:
    """Return the work with the rows of the earlier run, and whether it has lines that would be lost."""
    loaded = work.loaded
    earlier = Earlier.of(folder.path, loaded.checkpoint, loaded.no_map or None)
    refuse_changed(folder, loaded.checkpoint)
    rows = earlier.rows(work.files, shared_pool().decode, work.pace.threads)
    log.info("%d of %d files are done already", sum(row is not None for row in rows), len(rows))
    return replace(work, rows=rows), earlier.lost(rows) > 0


def _run(work: _Work, written: Written | None, printed: _Printed, tally: Tally) -> int:
    """Write and print the row of each file in their order; on a terminal say how far it is."""
    quiet = printed.as_json and printed.out.isatty()
    line = ProgressLine(Remarks(sys.stderr), len(work.files), quiet=quiet)
    before, failed, rows = sum(map(bool, work.rows)), False, []
    for file, row, explained in _results(work):
        pictures = pictures_of(file.stem, explained) if written and explained else []
        line.clear()
        with tally.row():
            if written and explained:
                written.add(pictures, row)
            printed.add(row | {"verified": _verified(work, explained)} if work.undivided else row)
            tally.done += 1
        failed = failed or bool(row["error"])
        if before:
            rows.append(row)
        line.show(tally.done, min(before, tally.done))
    line.clear()
    if written:
        written.finish(rows if before else None)
    return 1 if failed else 0


def _verified(work: _Work, explained: Explained[Analysis] | None) -> float | None:
    """Return how far an answer is from the undivided network's; None where there is none, or it was given before."""
    radiograph = explained.decoded.radiograph if explained else None
    if explained is None or explained.failed or radiograph is None or work.undivided is None:
        return None
    return verify(radiograph, explained.answer, work.undivided)


def _results(work: _Work) -> Iterator[tuple[Path, Row, Explained[Analysis] | None]]:
    """Yield each file with its row, and with what was computed; None where an earlier run has left the row."""
    places = to_do(work.rows, work.pace.batch)
    items = [Item(str(work.files[place]), partial(content, work.files[place])) for place in places]
    run, checkpoint, computed = runner(work.loaded), work.loaded.checkpoint, set(places)
    with closing(explain_many(items, run, work.pace, shared_pool().decode)) as found:
        for place, (file, row) in enumerate(zip(work.files, work.rows, strict=True)):
            explained = next(found) if place in computed else None
            if row is not None:
                yield file, row, None
            elif explained is not None:
                yield file, _row(file, checkpoint, explained), explained


def _row(file: Path, checkpoint: Checkpoint, explained: Explained[Analysis]) -> Row:
    decoded = explained.decoded
    notes = decoded.radiograph.notes if decoded.radiograph else None
    return row_of(str(file), decoded.sha256, checkpoint, explained.result, notes)


def _answer(row: Row) -> str:
    """Return the answer of a network that predicts no single class: the labels found, values, or logits."""
    if row["error"]:
        return ""
    if row["positive"] and None not in row["positive"].values():
        return ", ".join(name for name, found in row["positive"].items() if found) or "none above its threshold"
    figures = row["values"] or row["probabilities"] or row["logits"]
    words = percent if figures is row["probabilities"] else decimal
    unit = f" {row['unit']}" if row["unit"] else ""
    first = sorted(figures.items(), key=lambda item: -item[1]) if words is percent else list(figures.items())
    return ", ".join(f"{name} {words(figure)}{unit}" for name, figure in first[:MOST_NAMED])


def _cells(row: Row) -> list[str]:
    predicted = row["predicted"] or _answer(row)
    probability = percent(row["probabilities"][row["predicted"]]) if row["predicted"] and row["probabilities"] else ""
    familiarity = row["familiarity"] or {}
    unlike = [UNLIKE] if familiarity.get("familiar") is False else []
    found = row.get("verified")
    checked = [] if found is None else [verified_words(found)]
    remark = "; ".join([*unlike, *checked, *(row["notes"] or ())])
    return [row["file"], predicted or "", probability, row["error"] or "", remark]
