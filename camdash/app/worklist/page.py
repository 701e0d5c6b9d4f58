"""The worklist: every upload in one table, what the checkpoint says of each, and of all of them together."""

from collections import Counter
from collections.abc import Collection, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import widget_keys
from camdash.app.films.caches import cached_analysis, ensure_loaded
from camdash.app.films.device_turn import line
from camdash.app.films.files import Film
from camdash.app.films.rows import ListedRow
from camdash.app.films.samples import TITLES, sample
from camdash.app.language import tr, tr_many
from camdash.app.markdown import plain
from camdash.app.results.analysing import analysing, analysing_second
from camdash.app.results.jobs import go_on, rows_of
from camdash.app.session.inversion import film_of
from camdash.app.session.retries import begin_run, go_on_by_itself
from camdash.app.session.state import session
from camdash.app.sidebar import Controls
from camdash.app.worklist.downloads import offer_files
from camdash.app.worklist.mean_maps import show_means
from camdash.app.worklist.table import DIFFER, choose_flips, choose_rows, is_hint_needed, same_or_differ, show_table
from camdash.errors import CamdashError
from camdash.evidence.worklist import Line
from camdash.networks.cards.card import Checkpoint
from camdash.words.sentence import say

SECONDS, MORE_SECONDS = 2.0, 0.01
"""How long radiographs are analysed before the table is drawn again, and how much longer for each that is in it."""


def worklist_page(controls: Controls) -> None:
    """Draw the worklist."""
    checkpoint, second, uploads = controls.checkpoint, controls.second, controls.films
    if checkpoint is None:
        return
    films = uploads or _samples()
    if not films:
        return
    begin_run()
    place, busy = st.empty(), st.container(key="busy")
    try:
        with busy, st.spinner(tr("Loading and checking the checkpoint …")):
            ensure_loaded(checkpoint, partial(_say, place))
        second = _ready(second, place, busy)
        _show(films, checkpoint, second, are_uploads=bool(uploads))
        seconds = SECONDS + MORE_SECONDS * len(films)
        if go_on(analysing(checkpoint), place, films, seconds) or (
            second is not None
            and _is_done(films, checkpoint)
            and go_on(analysing_second(second), place, films, seconds)
        ):
            go_on_by_itself()
    except CamdashError as error:
        st.error(plain(str(error)))


def _ready(second: Checkpoint | None, place: DeltaGenerator, busy: DeltaGenerator) -> Checkpoint | None:
    """Load the second checkpoint; one that cannot be used is named, and the first is listed alone."""
    if second is None:
        return None
    try:
        with busy, st.spinner(tr("Loading and checking the checkpoint …")):
            ensure_loaded(second, partial(_say, place))
    except CamdashError as error:
        st.warning(tr("There is nothing to compare with: {reason}", reason=plain(str(error))))
        return None
    return second


def _is_done(films: Sequence[Film], checkpoint: Checkpoint) -> bool:
    return all(row is not None for row in rows_of(analysing(checkpoint), films))


def _say(place: DeltaGenerator, ahead: int) -> None:
    place.caption(line(ahead))


def _samples() -> list[Film]:
    """Offer the samples where there is no upload; return them once they were asked for."""
    asked = session().are_samples_listed
    if not asked:
        st.info(tr("No radiographs yet. Drop files in the sidebar; hundreds at once is fine."))
        asked = st.button(tr("List the five samples"), key=widget_keys.LIST_SAMPLES, type="primary")
        session().are_samples_listed = asked
    return [film_of(sample(name)) for name in TITLES] if asked else []


def _show(films: Sequence[Film], checkpoint: Checkpoint, second: Checkpoint | None, *, are_uploads: bool) -> None:
    """Draw what is done so far."""
    found = rows_of(analysing(checkpoint), films)
    others = rows_of(analysing_second(second), films) if second is not None else []
    places = [place for place, row in enumerate(found) if row is not None]
    rows = [row for row in found if row is not None]
    if not rows:
        return
    flips = {k for k, place in enumerate(places) if others and _flips(rows[k], others[place])}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = choose_rows(rows, [others[place] for place in places] if others else ())
        if others and choose_flips():
            chosen = [k for k in chosen if k in flips]
        listed = [films[places[k]] for k in chosen]
        offer_files(listed, [rows[k].line for k in chosen], checkpoint)
    hint = tr("Click a row to open it, then use the arrow keys.") if is_hint_needed() else ""
    compared = _compared(rows, flips, others, checkpoint, second)
    st.caption(" ".join(filter(None, (_counts(rows, len(chosen)), hint, compared))))
    there = [places[k] for k in chosen]
    show_table([rows[k] for k in chosen], there, [others[k] for k in there] if others else (), are_uploads=are_uploads)
    analyses = {film.key: cached_analysis(film, checkpoint) for film in films}
    unique = {films[place].key: row for place, row in zip(places, rows, strict=True)}
    maps = {key: one for key, one in analyses.items() if one and one.has_maps and key in unique}
    show_means(maps, list(unique.values()), checkpoint, is_compared=second is not None)


def _flips(row: ListedRow, other: ListedRow | None) -> bool:
    return same_or_differ(row.line, other.line if other else None) == DIFFER


def _counts(rows: Sequence[ListedRow], shown: int) -> str:
    """Return how many radiographs there are, those that were opened twice counted once, and of which classes."""
    unique = {row.line.sha256: row.line for row in rows}
    counts = Counter(name for said in unique.values() for name in _counted_under(said))
    found = _radiographs(len(unique), len(rows))
    if not counts:
        return tr("{radiographs}.", radiographs=found)
    classes = ", ".join(_counted(name, count) for name, count in counts.items())
    if shown == len(rows):
        return tr("{radiographs}: {classes}.", radiographs=found, classes=classes)
    if len(unique) < len(rows):
        return tr_many(
            "{radiographs}: {classes} · {count} files listed.",
            "{radiographs}: {classes} · {count} files listed.",
            shown,
            radiographs=found,
            classes=classes,
        )
    return tr_many(
        "{radiographs}: {classes} · {count} listed.",
        "{radiographs}: {classes} · {count} listed.",
        shown,
        radiographs=found,
        classes=classes,
    )


def _counted_under(line: Line) -> tuple[str | None, ...]:
    """Return under which names a line is counted: of its classes, of no class, or None where it was not read."""
    if line.error:
        return (None,)
    if line.labels is None:
        return ()
    return line.labels or (say("none above its threshold"),)


def _counted(name: str | None, count: int) -> str:
    """Return how many radiographs are of a class, by its name; of none where they were not read."""
    return f"{count} {plain(name)}" if name else tr_many("{count} not read", "{count} not read", count)


def _compared(
    rows: Sequence[ListedRow],
    flips: Collection[int],
    others: Sequence[ListedRow | None],
    checkpoint: Checkpoint,
    second: Checkpoint | None,
) -> str:
    """Return on how many of the radiographs two checkpoints differ, which are A and B."""
    if second is None:
        return ""
    count = len({rows[k].line.sha256 for k in flips})
    of = len({row.line.sha256 for row in others if row is not None})
    return tr_many(
        "A is {first}, B is {second}; they differ on {differing} of {count} radiograph.",
        "A is {first}, B is {second}; they differ on {differing} of {count} radiographs.",
        of,
        first=plain(checkpoint.name),
        second=plain(second.name),
        differing=count,
    )


def _radiographs(count: int, files: int) -> str:
    """Return how many there are, and in how many files, where some were opened twice."""
    if count < files:
        return tr_many(
            "{count} radiograph in {files} files", "{count} radiographs in {files} files", count, files=files
        )
    return tr_many("{count} radiograph", "{count} radiographs", count)
