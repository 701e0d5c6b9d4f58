"""What `explain` writes into the folder of --output."""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from camdash.command_line.explaining.output import PREDICTIONS, OutputFolder
from camdash.command_line.explaining.predictions import Predictions, free_name
from camdash.command_line.explaining.rows import Row, header, line
from camdash.errors import UsageError, WriteError
from camdash.evidence.analysis import Analysis, analysis_in
from camdash.networks.cards.card import Card, Checkpoint
from camdash.rendering.files.export import export_files
from camdash.running.pipeline import Explained
from camdash.whole_files import write_whole
from camdash.words.sentence import say

log = logging.getLogger(__name__)


class Written:
    """The table, the overlays and the maps, while a run writes them.

    Attributes:
        folder: where they lie.
    """

    def __init__(self, folder: OutputFolder, made_with: str, card: Card, table: Predictions) -> None:
        self.folder = folder
        self._made_with = made_with
        self._card = card
        self._table = table

    def add(self, pictures: Iterable[tuple[str, bytes]], row: Row) -> None:
        """Write the files of a radiograph, and then its line: whoever finds the line finds them too.

        Raises:
            WriteError: one of them cannot be written.
        """
        for name, content in pictures:
            write_whole(self.folder.path / name, content)
        self._table.append(line(row, self._card))

    def finish(self, rows: Sequence[Row] | None = None) -> None:
        """Note that all is done.

        Args:
            rows: all of them, where the table may have another order.

        Raises:
            WriteError: the table cannot be written.
        """
        self._table.finish(None if rows is None else [header(self._card), *(line(row, self._card) for row in rows)])
        self.folder.finish(self._made_with)


def identity(checkpoint: Checkpoint) -> str:
    """Return a digest of all that a checkpoint's answers depend on: weights, card, familiarity check."""
    whole = (checkpoint.sha256, checkpoint.card, checkpoint.familiarity_sha256)  # an ensemble's digest has its members'
    return hashlib.sha256(repr(whole).encode("utf-8", "backslashreplace")).hexdigest()


def refuse_changed(folder: OutputFolder, checkpoint: Checkpoint) -> None:
    """Raise a UsageError if the folder holds a run and the checkpoint's card or familiarity check has changed since."""
    if (folder.path / PREDICTIONS).exists() and folder.made_with not in ("", identity(checkpoint)):
        raise UsageError(
            say(
                "The run in {folder} was made with another checkpoint, or with another card or familiarity check of "
                "{name}. Restore them, or give another folder.",
                folder=str(folder.path),
                name=checkpoint.name,
            )
        )


def refuse_unfinished(folder: OutputFolder) -> None:
    """Raise a UsageError if a folder holds a run that was stopped: only --resume goes on there."""
    if folder.unfinished:
        raise UsageError(
            say(
                "{folder} holds a run that was stopped. Continue it with --resume, or give another folder. To start "
                "over, remove {table} first.",
                folder=str(folder.path),
                table=str(folder.path / PREDICTIONS),
            )
        )


@contextmanager
def writing(folder: OutputFolder, checkpoint: Checkpoint, done: Iterable[Row], *, keep: bool) -> Iterator[Written]:
    """Begin the table in a folder that is locked.

    Args:
        folder: where.
        checkpoint: which checkpoint answers.
        done: the rows of an earlier run that stay.
        keep: whether the table of an earlier run is kept under another name.

    Raises:
        WriteError: nothing can be written.
    """
    path = folder.path / PREDICTIONS
    aside = free_name(path) if keep and path.exists() else None
    card = checkpoint.card
    made_with = identity(checkpoint)
    folder.begin(made_with)
    try:
        table = Predictions(folder.path, [header(card), *(line(row, card) for row in done)], aside)
    except WriteError:
        if not folder.unfinished:
            folder.give_up()
        raise
    if aside is not None:
        log.warning("What an earlier run wrote to %s is now in %s.", path, aside.name)
    try:
        yield Written(folder, made_with, card, table)
    finally:
        table.close()


def pictures_of(stem: str, explained: Explained[Analysis]) -> list[tuple[str, bytes]]:
    """Return name and content of the overlays and maps of a file; none where it has no maps."""
    radiograph, analysis = explained.decoded.radiograph, analysis_in(explained.result)
    if radiograph is None or analysis is None or not analysis.has_maps:
        return []
    return list(export_files(stem, str(explained.decoded.sha256), radiograph, analysis))
