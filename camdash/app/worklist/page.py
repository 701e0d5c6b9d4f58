"""The worklist: every upload in one table, what the checkpoint says of each, and of all of them together."""

from collections.abc import Collection, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app.markdown import plain
from camdash.app.results.rows import SECOND_ROWS, Row, go_on, rows_of
from camdash.app.session.caches import ImageFile, known, without_map
from camdash.app.session.inversion import is_inverted
from camdash.app.session.retries import begin_run, go_on_by_itself
from camdash.app.session.samples import TITLES, sample
from camdash.app.session.turns import line
from camdash.app.sidebar import Controls
from camdash.app.worklist.downloads import offer_files
from camdash.app.worklist.mean_maps import show_means
from camdash.app.worklist.table import DIFFER, choose_flips, choose_rows, is_hint_needed, same_or_differ, show_table
from camdash.errors import CamdashError
from camdash.evidence.analysis import Analysis
from camdash.networks.cards.card import Checkpoint

SAMPLES = "worklist_samples"
SECONDS, MORE_SECONDS = 2.0, 0.01
"""How long radiographs are analysed before the table is drawn again, and how much longer for each that is in it."""


def worklist_page(controls: Controls) -> None:
    """Draw the worklist."""
    checkpoint, second, uploads = controls.checkpoint, controls.second, controls.files
    if checkpoint is None:
        return
    files = uploads or _samples()
    if not files:
        return
    begin_run()
    place = st.empty()
    try:
        with st.spinner("Loading and checking the checkpoint …"):
            without_map(checkpoint, partial(_say, place))
        second = _ready(second, place)
        _show(files, checkpoint, second, are_uploads=bool(uploads))
        seconds = SECONDS + MORE_SECONDS * len(files)
        if go_on(place, files, checkpoint, seconds) or (
            second is not None and _is_done(files, checkpoint) and go_on(place, files, second, seconds, SECOND_ROWS)
        ):
            go_on_by_itself()
    except CamdashError as error:
        st.error(plain(str(error)))


def _ready(second: Checkpoint | None, place: DeltaGenerator) -> Checkpoint | None:
    """Load the second checkpoint; one that cannot be used is named, and the first is listed alone."""
    if second is None:
        return None
    try:
        with st.spinner("Loading and checking the checkpoint …"):
            without_map(second, partial(_say, place))
    except CamdashError as error:
        st.warning(f"There is nothing to compare with: {plain(str(error))}")
        return None
    return second


def _is_done(files: Sequence[ImageFile], checkpoint: Checkpoint) -> bool:
    return all(row is not None for row in rows_of(files, checkpoint))


def _say(place: DeltaGenerator, ahead: int) -> None:
    place.caption(line(ahead))


def _samples() -> list[ImageFile]:
    """Offer the samples where there is no upload; return them once they were asked for."""
    asked = st.session_state.get(SAMPLES, False)
    if not asked:
        st.info("No radiographs yet. Drop files in the sidebar; hundreds at once is fine.")
        asked = st.button("List the five samples", key="list-samples", type="primary")
        st.session_state[SAMPLES] = asked
    return [sample(name) for name in TITLES] if asked else []


def _show(files: Sequence[ImageFile], checkpoint: Checkpoint, second: Checkpoint | None, *, are_uploads: bool) -> None:
    """Draw what is done so far."""
    found = rows_of(files, checkpoint)
    others = rows_of(files, second, SECOND_ROWS) if second is not None else []
    places = [place for place, row in enumerate(found) if row is not None]
    rows = [row for row in found if row is not None]
    if not rows:
        return
    flips = {k for k, place in enumerate(places) if others and _flips(rows[k], others[place])}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = choose_rows(rows, [others[place] for place in places] if others else ())
        if others and choose_flips():
            chosen = [k for k in chosen if k in flips]
        listed = [files[places[k]] for k in chosen]
        offer_files(listed, [rows[k].line for k in chosen], checkpoint)
    st.caption(_counts(rows, len(chosen)) + _compared(rows, flips, others, checkpoint, second))
    there = [places[k] for k in chosen]
    show_table([rows[k] for k in chosen], there, [others[k] for k in there] if others else (), are_uploads=are_uploads)
    analyses = {file.sha256: known(file, checkpoint, inverted=is_inverted(file)) for file in files}
    unique = {row.line.sha256: row for row in rows}
    maps = {digest: one for digest, one in analyses.items() if isinstance(one, Analysis) and digest in unique}
    show_means(maps, list(unique.values()), checkpoint)


def _flips(row: Row, other: Row | None) -> bool:
    return same_or_differ(row.line, other.line if other else None) == DIFFER


def _counts(rows: Sequence[Row], shown: int) -> str:
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
    rows: Sequence[Row],
    flips: Collection[int],
    others: Sequence[Row | None],
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
