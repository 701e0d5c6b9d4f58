"""The worklist: every upload in one table, what the checkpoint says of each, and of all of them together."""

from collections.abc import Collection, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import widget_keys
from camdash.app.films.caches import known, without_map
from camdash.app.films.files import Film
from camdash.app.films.rows import ListedRow
from camdash.app.films.samples import TITLES, sample
from camdash.app.films.turns import line
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
from camdash.networks.cards.card import Checkpoint

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
        with busy, st.spinner("Loading and checking the checkpoint …"):
            without_map(checkpoint, partial(_say, place))
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
        with busy, st.spinner("Loading and checking the checkpoint …"):
            without_map(second, partial(_say, place))
    except CamdashError as error:
        st.warning(f"There is nothing to compare with: {plain(str(error))}")
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
        st.info("No radiographs yet. Drop files in the sidebar; hundreds at once is fine.")
        asked = st.button("List the five samples", key=widget_keys.LIST_SAMPLES, type="primary")
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
    st.caption(_counts(rows, len(chosen)) + _compared(rows, flips, others, checkpoint, second))
    there = [places[k] for k in chosen]
    show_table([rows[k] for k in chosen], there, [others[k] for k in there] if others else (), are_uploads=are_uploads)
    analyses = {film.key: known(film, checkpoint) for film in films}
    unique = {films[place].key: row for place, row in zip(places, rows, strict=True)}
    maps = {key: one for key, one in analyses.items() if one and one.has_maps and key in unique}
    show_means(maps, list(unique.values()), checkpoint)


def _flips(row: ListedRow, other: ListedRow | None) -> bool:
    return same_or_differ(row.line, other.line if other else None) == DIFFER


def _counts(rows: Sequence[ListedRow], shown: int) -> str:
    """Return how many radiographs there are, those that were opened twice counted once, and of which classes."""
    unique = {row.line.sha256: row.line for row in rows}
    counts: dict[str, int] = {}
    for said in unique.values():
        name = said.predicted or "not read"
        counts[name] = counts.get(name, 0) + 1
    words = ", ".join(f"{count} {plain(name)}" for name, count in counts.items())
    twice = f" in {len(rows)} files" if len(unique) < len(rows) else ""
    filtered = f" · {shown} {'files ' if twice else ''}listed" if shown < len(rows) else ""
    hint = " Click a row to open it, then use the arrow keys." if is_hint_needed() else ""
    return f"{_radiographs(len(unique))}{twice}: {words}{filtered}.{hint}"


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
    names = f"A is {plain(checkpoint.name)}, B is {plain(second.name)}"
    return f" {names}; they differ on {count} of {_radiographs(of)}."


def _radiographs(count: int) -> str:
    return "1 radiograph" if count == 1 else f"{count} radiographs"
