"""On the page of checkpoints: names for the classes of a file without a card, as a card beside it or to take away."""

import os
from functools import partial
from hashlib import sha256

import streamlit as st

from camdash.app import widget_keys
from camdash.app.checkpoints.card_permission import may_write
from camdash.app.language import tr, tr_many
from camdash.app.markdown import plain
from camdash.app.session.state import Naming, session
from camdash.errors import CamdashError, WriteError
from camdash.networks.cards.card import Checkpoint, numbered
from camdash.networks.catalog.checkpoints import LONGEST_PATH
from camdash.networks.catalog.folders import LARGEST_CARD
from camdash.networks.catalog.naming import named_card, write_card
from camdash.networks.endings import card_path
from camdash.networks.text import printable
from camdash.words.sentence import say

IN_A_ROW = 3
MOST_FIELDS = 12
"""Classes that have a field each; more of them are named in one text."""


def offer_names(checkpoint: Checkpoint, *, writes: bool) -> None:
    """Offer to name the classes of a checkpoint that has no card: as a file on the server, if it `writes`."""
    if "class_names" not in checkpoint.card.assumed or checkpoint.members:
        return
    naming = session().namings.get(_key(checkpoint), Naming())
    name = printable(card_path(checkpoint.path).name)
    with st.form(widget_keys.NAMES.format(_key(checkpoint)), border=True):
        st.markdown(tr("**Name the classes**, in the order of the network's outputs."))
        _fields(checkpoint)
        st.caption(plain(_consequence(checkpoint, name, writes=writes)))
        label = tr("Save as {file}", file=name) if writes else tr("Make the card")
        st.form_submit_button(plain(label), on_click=partial(_submitted, checkpoint, writes=writes))
        if naming.refused:
            st.error(plain(naming.refused))
    if naming.card:
        st.download_button(
            plain(tr("Download {file}", file=name)),
            naming.card,
            file_name=name,
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
            key=widget_keys.CARD.format(_key(checkpoint)),
        )


def say_saved() -> None:
    """Say once that a card was written."""
    here = session()
    if here.saved_card:
        st.success(plain(here.saved_card))
        here.saved_card = ""


def _fields(checkpoint: Checkpoint) -> None:
    """Draw a field for each class, or one text for many; only guessed names are filled in."""
    card = checkpoint.card
    guessed = card.class_names if card.class_names != numbered(len(card.class_names)) else ()
    if len(card.class_names) > MOST_FIELDS:
        label = tr_many("{count} name, one a line", "{count} names, one a line", len(card.class_names))
        st.text_area(label, "\n".join(guessed), key=_field(checkpoint, 0), height=200, max_chars=LARGEST_CARD)
        return
    for first in range(0, len(card.class_names), IN_A_ROW):  # row by row, as the Tab key goes
        for place, column in enumerate(st.columns(IN_A_ROW)[: len(card.class_names) - first], first):
            name = guessed[place] if guessed else ""
            column.text_input(tr("Class {number}", number=place), name, key=_field(checkpoint, place))


def _consequence(checkpoint: Checkpoint, name: str, *, writes: bool) -> str:
    folder = printable(str(card_path(checkpoint.path).parent), LONGEST_PATH)
    if writes:
        return tr(
            "The card {file} is written to {folder} on the server: everyone who uses this dashboard gets the names.",
            file=name,
            folder=folder,
        )
    return tr(
        "To use the names, put the card {file} into {folder} on the server, then choose Refresh.",
        file=name,
        folder=folder,
    )


def _submitted(checkpoint: Checkpoint, *, writes: bool) -> None:
    """Check the names; write the card where that is permitted, else hand it out."""
    text = ""
    try:
        text = named_card(checkpoint.card, _given(checkpoint))
        if not (writes and may_write()):
            session().namings[_key(checkpoint)] = Naming(card=text)
            return
        written = write_card(checkpoint, text)
    except WriteError as error:
        session().namings[_key(checkpoint)] = Naming(str(error), text)
    except CamdashError as error:
        session().namings[_key(checkpoint)] = Naming(str(error))
    else:
        session().namings.pop(_key(checkpoint), None)
        session().saved_card = say(
            "{file} was written. {checkpoint} has its class names now.",
            file=printable(written.name),
            checkpoint=checkpoint.name,
        )


def _given(checkpoint: Checkpoint) -> list[str]:
    count = len(checkpoint.card.class_names)
    if count <= MOST_FIELDS:
        return [st.session_state.get(_field(checkpoint, place)) or "" for place in range(count)]
    text: str = st.session_state.get(_field(checkpoint, 0)) or ""
    return [line.removesuffix("\r") for line in text.strip("\r\n").split("\n")]


def _key(checkpoint: Checkpoint) -> str:
    """Return what tells a file from all others; copies of it may lie elsewhere."""
    return sha256(os.fsencode(checkpoint.path) + checkpoint.sha256.encode()).hexdigest()[:16]


def _field(checkpoint: Checkpoint, place: int) -> str:
    return widget_keys.CLASS_NAME.format(place, _key(checkpoint))
