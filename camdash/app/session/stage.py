"""Grad-CAM's stage: none at first; who asks for one keeps it from image to image, as far as the network has it."""

import streamlit as st

from camdash.app import widget_keys
from camdash.app.language import localized, tr
from camdash.app.session import link
from camdash.app.session.address import STAGE
from camdash.app.session.state import session
from camdash.networks.cards.card import Card, Checkpoint
from camdash.networks.gradients import stage_names
from camdash.words.sentence import say

ABOUT = say(
    "Grad-CAM is what many papers show. Its maps do not add up to the answer, and leave out what speaks against a "
    "class. At an earlier layer they are finer."
)


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
            tr("Grad-CAM at"),
            ["", *names],
            index=["", *names].index(now),
            key=widget_keys.STAGE.format(now),
            format_func=lambda name: name or tr("None"),
            horizontal=True,
        )
        st.caption(localized(ABOUT))
    if wished is not None and wished != now:
        session().stage = wished
        link.note({STAGE: wished or None})
        if wished:
            link.show_slopes()
        st.rerun()


def for_address(alone: Checkpoint | None) -> dict[str, str | None]:
    """Return what the address says of the stage, which only a checkpoint that is shown `alone` has."""
    return {STAGE: (chosen_stage(alone.card) or None) if alone else None}
