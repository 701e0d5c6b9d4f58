"""The sidebar: checkpoint, uploads, samples."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import widget_keys
from camdash.app.checkpoints.choice import checkpoints_here, choose_checkpoint, choose_second, set_pair
from camdash.app.films.caches import warm_up
from camdash.app.films.files import Film
from camdash.app.films.samples import MARKED, SHORTCUT, TITLES, thumbnail
from camdash.app.language import localized, tr, tr_many
from camdash.app.memory.refusals import refusals
from camdash.app.memory.tabs import note_run
from camdash.app.session import link, selection
from camdash.app.session.inversion import film_of
from camdash.app.session.uploads import opened
from camdash.app.uploads.dropping import take_drops
from camdash.images.formats import READ
from camdash.networks.cards.card import Checkpoint
from camdash.words.sentence import say

MOST_REMARKS = 2
"""On uploads, that are shown without a click."""


@dataclass(frozen=True, eq=False)
class Controls:
    """What the sidebar says: the checkpoints (None where there is none), the uploads, and places to be filled later.

    Attributes:
        checkpoint: the one that is asked.
        second: the one it is compared with.
        films: the uploads.
        results: below the uploads.
        engine: among what is said of the first checkpoint.
    """

    checkpoint: Checkpoint | None
    second: Checkpoint | None
    films: list[Film]
    results: DeltaGenerator
    engine: DeltaGenerator


def controls() -> Controls:
    """Draw the sidebar, the same on every page: what stands in it outlives a visit to another page."""
    note_run()
    warm_up()
    with st.sidebar:
        st.markdown("#### camdash")
        found = checkpoints_here()
        checkpoint, engine = choose_checkpoint(found)
        second = choose_second(checkpoint, found.usable)
        if link.walks():
            selection.follow_link()
        films = choose_files()
        results = st.container()
        choose_sample(found.usable)
    return Controls(checkpoint, second, films, results, engine)


def choose_files() -> list[Film]:
    """Let the user drop radiographs; return them in the order of the uploader."""
    st.file_uploader(
        tr("Radiographs"),
        accept_multiple_files=True,
        key=widget_keys.UPLOADS,
        on_change=selection.uploads_changed,
        help=tr("{kinds}, up to 64 MB each, or ZIP files of them. They stay in memory.", kinds=localized(READ)),
    )
    found = opened()
    selection.keep_chosen(found.keys)
    take_drops(len(found.files) + len(found.unopened))
    _say([*refusals(), *found.remarks])
    return [film_of(file) for file in found.files]


def _say(remarks: Sequence[str]) -> None:
    """Say what was skipped or refused; more than a few at once only when asked for, so that they push nothing away."""
    if len(remarks) > MOST_REMARKS:
        said = tr_many("{count} remark on these files", "{count} remarks on these files", len(remarks))
        with st.popover(said, icon=":material/warning:", width="stretch"):
            for remark in remarks:
                st.warning(remark)
        return
    for remark in remarks:
        st.warning(remark)


def choose_sample(usable: Sequence[Checkpoint]) -> None:
    """Offer the samples as thumbnails with a button each."""
    st.caption(tr("Samples (synthetic, no patient data)"))
    for column, (name, title) in zip(st.columns(len(TITLES), gap="xxsmall"), TITLES.items(), strict=True):
        _sample_button(column, name, title)
    _offer_shortcut(usable)


def _sample_button(column: DeltaGenerator, name: str, title: str) -> None:
    with column:
        st.image(thumbnail(name), width="stretch", alt=tr("Phantom: {name}", name=title))
        st.button(
            localized(SHORT[name]),
            key=widget_keys.SAMPLE.format(name),
            help=localized(title),
            type="primary" if name == selection.chosen_sample() else "tertiary",
            width="stretch",
            on_click=selection.open_sample,
            args=(name,),
        )


def _offer_shortcut(usable: Sequence[Checkpoint]) -> None:
    """Offer, in one click, a right answer for a wrong reason: where a checkpoint that was trained to it is there."""
    shortcut = next((one for one in usable if one.name == SHORTCUT), None)
    if shortcut is None or len(usable) < 2:
        return
    for column, (name, title) in zip(st.columns(len(TITLES), gap="xxsmall"), MARKED.items(), strict=False):
        _sample_button(column, name, title)
    first = next(one for one in usable if one != shortcut)
    st.button(
        tr("Right for the wrong reason?"),
        key=widget_keys.SHORTCUT,
        width="stretch",
        on_click=_show_shortcut,
        args=(first, shortcut),
    )
    st.caption(tr('Compares a normal checkpoint with one that relies on the "R". Then press Foot R.'))


def _show_shortcut(first: Checkpoint, shortcut: Checkpoint) -> None:
    set_pair(first, shortcut)
    link.show_predicted()
    selection.open_sample(next(iter(MARKED)))


SHORT = {
    "chest_frontal": say("Front"),
    "chest_lateral": say("Side"),
    "hip": say("Hip"),
    "hand": say("Hand"),
    "foot": say("Foot"),
    "hand_marked": say("Hand R"),
    "foot_marked": say("Foot R"),
}
