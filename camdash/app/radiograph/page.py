"""The page: a radiograph in, a prediction and its maps out; of one checkpoint, or of two side by side."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app.checkpoints.choice import say_engine, take_another
from camdash.app.compare.answers import show_comparison
from camdash.app.compare.table import compare_all
from camdash.app.films.caches import ensure_loaded
from camdash.app.films.device_turn import Waiting, line
from camdash.app.films.files import Film
from camdash.app.language import tr
from camdash.app.markdown import plain
from camdash.app.radiograph.arrows import show_arrows
from camdash.app.radiograph.first_shown import say_failed, say_unopened, settle_first_shown
from camdash.app.radiograph.maps import Prepared, prepare_maps, show_maps
from camdash.app.radiograph.together import answer_place
from camdash.app.results.answer import show_answer
from camdash.app.results.in_list import answers
from camdash.app.results.outcomes import outcome, show_all, show_failed
from camdash.app.session import address, link, selection, stage
from camdash.app.session.inversion import say_inverted
from camdash.app.session.retries import begin_run, go_on_by_itself
from camdash.app.sidebar import Controls
from camdash.app.uploads.listing import show_uploads
from camdash.errors import CamdashError, CheckpointError
from camdash.evidence.analysis import Analysis, analysis_in, failure_in
from camdash.networks.cards.card import Checkpoint


def page(controls: Controls) -> None:
    """Draw the page; what a user can do something about is shown as a sentence."""
    checkpoint, second, films = controls.checkpoint, controls.second, controls.films
    if checkpoint is None:
        show_uploads(controls.results, [])
        return
    begin_run()
    link.say_ignored()
    try:
        second, mapped = _look(controls, checkpoint)
    except CamdashError as error:
        link.write(address.of_checkpoints(controls.checkpoint, controls.second))
        st.error(plain(str(error)))
        show_uploads(controls.results, answers(films, checkpoint, second))
        return
    try:
        if second is None:
            show_all(controls.results, films, checkpoint)
        else:
            _compare_all(controls.results, films, (checkpoint, second), mapped=mapped)
    except CamdashError as error:
        st.error(plain(str(error)))


def _look(controls: Controls, checkpoint: Checkpoint) -> tuple[Checkpoint | None, bool]:
    """Show the radiograph that is looked at with its answers.

    Returns the second checkpoint if there are two, and whether all that are asked have maps.
    """
    films, busy = controls.films, st.container(key="busy")
    place = busy.empty()

    def waiting(ahead: int) -> None:
        place.caption(line(ahead))

    with busy, st.spinner(tr("Loading and checking the checkpoint …")):
        mapped = not _load(checkpoint, waiting)
    second, second_mapped = _ready(controls.second, waiting, busy)
    with busy, st.spinner(tr("Analysing …")):
        settle_first_shown(films, checkpoint, waiting)
        film = selection.chosen(films)
        link.note(address.of_checkpoints(controls.checkpoint, controls.second))
        link.note(selection.for_address(film.sha256))
        link.note(stage.for_address(None if second else checkpoint))
        results = [outcome(film, one, waiting) for one in (checkpoint, second) if one is not None]
        shown = tuple(filter(None, map(analysis_in, results)))
        failed = next(filter(None, map(failure_in, results)), None)
        prepared = None if failed else prepare_maps(film, shown, waiting)
    place.empty()
    link.say_missing(one.sha256 for one in films)
    show_arrows()
    say_failed()
    say_unopened(films)
    if failed:
        link.write({})
        show_failed(film, failed)
    if prepared:
        _show(film, shown, prepared)
    if first := analysis_in(results[0]):
        say_engine(controls.engine, first)
    return second, mapped and second_mapped


def _compare_all(
    place: DeltaGenerator, films: Sequence[Film], pair: tuple[Checkpoint, Checkpoint], *, mapped: bool
) -> None:
    """List all uploads, and compare the checkpoints on them; the list follows what that gave."""
    before = answers(films, *pair)
    show_uploads(place, before)
    more = compare_all(films, pair, mapped=mapped)
    if more or answers(films, *pair) != before:
        go_on_by_itself()


def _load(checkpoint: Checkpoint, waiting: Waiting) -> str:
    """Return why the checkpoint has no maps, empty where it has; one that fails and nobody chose gives way to another.

    Raises:
        CheckpointError: it cannot be loaded, and was chosen, or is the last.
    """
    try:
        return ensure_loaded(checkpoint, waiting)
    except CheckpointError as error:
        if take_another(checkpoint, error):
            st.rerun()
        raise


def _ready(second: Checkpoint | None, waiting: Waiting, busy: DeltaGenerator) -> tuple[Checkpoint | None, bool]:
    """Load the second checkpoint; return it and whether it has maps.

    One that cannot be used is named, and the first is shown alone.
    """
    if second is None:
        return None, False
    try:
        with busy, st.spinner(tr("Loading and checking the checkpoint …")):
            return second, not ensure_loaded(second, waiting)
    except CamdashError as error:
        st.warning(tr("There is nothing to compare with: {reason}", reason=plain(str(error))))
        return None, False


def _show(film: Film, results: tuple[Analysis, ...], prepared: Prepared) -> None:
    """Show the answers, and the radiograph with the maps that there are."""
    with answer_place(prepared.data.answer):
        say_inverted(film)
        if prepared.comparison:
            table = show_comparison(prepared.comparison)
        else:
            table = show_answer(results[0])
            if results[0].no_map:
                st.info(plain(results[0].no_map))
    show_maps(film, results, prepared, table)
