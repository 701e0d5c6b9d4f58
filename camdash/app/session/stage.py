"""The stage of gradient-based maps: none at first; a chosen one stays for all images, where the network has it."""

import streamlit as st

from camdash.app import widget_keys
from camdash.app.language import localized, tr
from camdash.app.session import link
from camdash.app.session.address import STAGE
from camdash.app.session.state import session
from camdash.networks.cards.card import Card, Checkpoint
from camdash.networks.gradients import METHODS, stage_names, stage_words


def chosen_stage(card: Card) -> str:
    """Return the stage that was chosen; empty for none, and where the network has no such stage."""
    stage = session().stage
    return stage if stage and stage in stage_names(card) else ""


def choose_stage(card: Card) -> None:
    """Let the user choose a stage, where the network has some; the whole page follows."""
    names = stage_names(card)
    if not names:
        return
    now = chosen_stage(card)
    with st.popover(tr("Advanced"), icon=":material/tune:"):
        wished = st.radio(
            tr("{methods} at", methods=", ".join(localized(method.name) for method in METHODS)),
            ["", *names],
            index=["", *names].index(now),
            key=widget_keys.STAGE.format(now),
            format_func=lambda name: localized(stage_words(name, names)) if name else tr("None"),
            horizontal=True,
        )
        for method in METHODS:
            st.caption(localized(method.introduction))
    if wished is not None and wished != now:
        session().stage = wished
        link.note({STAGE: wished or None})
        if wished:
            link.show_slopes()
        st.rerun()


def for_address(alone: Checkpoint | None) -> dict[str, str | None]:
    """Return what the address says of the stage, which only a checkpoint that is shown `alone` has."""
    return {STAGE: (chosen_stage(alone.card) or None) if alone else None}
