"""After a drop the first file that can be shown is looked at; those that cannot be read are named."""

from collections.abc import Sequence

import streamlit as st

from camdash.app.films.device_turn import Waiting
from camdash.app.films.files import Film
from camdash.app.language import tr, tr_many
from camdash.app.markdown import named, plain
from camdash.app.results.outcomes import outcome
from camdash.app.session import selection
from camdash.app.session.uploads import opened
from camdash.evidence.analysis import failure_in
from camdash.networks.cards.card import Checkpoint

NAMED = 3
"""Files that are named with their reasons; the list marks them all."""


def settle_first_shown(films: Sequence[Film], checkpoint: Checkpoint, waiting: Waiting) -> None:
    """Look at the first of the uploads to try that can be shown; at the first of all where none can.

    Raises:
        BusyError: the device has no time for it.
    """
    places = [place for place in selection.to_try() if place < len(films)]
    failed: dict[int, tuple[str, str]] = {}
    for place in places:
        waiting(0)  # here a click ends this run
        found = failure_in(outcome(films[place], checkpoint, waiting))
        if found is None:
            selection.settle(place, failed)
            return
        failed[place] = (films[place].name, found.sentence)
    if places:
        selection.settle(places[0], {})


def say_unopened(films: Sequence[Film]) -> None:
    """Say why uploads gave no file at all, where a sample is shown in their place."""
    if films:
        return
    unopened = opened().unopened
    for one in unopened[:NAMED]:
        st.warning(
            tr(
                "{name} was not opened. {reason} The page shows a sample.",
                name=named(one.name),
                reason=plain(one.reason),
            ),
            icon=":material/broken_image:",
        )
    _say_more(len(unopened[NAMED:]))


def say_failed() -> None:
    """Say which of the dropped files could not be read, until another radiograph is chosen."""
    failed = selection.failed()
    for name, sentence in failed[:NAMED]:
        said = tr("{name} was not analysed. {reason}", name=named(name), reason=plain(sentence))
        st.warning(said, icon=":material/broken_image:")
    _say_more(len(failed[NAMED:]))


def _say_more(more: int) -> None:
    if not more:
        return
    said = tr_many(
        "{count} more file could not be analysed. Select one in the list to see why.",
        "{count} more files could not be analysed. Select one in the list to see why.",
        more,
    )
    st.warning(said, icon=":material/broken_image:")
