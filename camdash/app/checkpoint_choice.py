"""The choice of the checkpoint, and of a second one to compare it with, at the top of the sidebar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import link
from camdash.app.caches import described
from camdash.app.text import named, plain
from camdash.errors import CheckpointError
from camdash.evidence.analysis import Analysis
from camdash.networks.card import Card, Checkpoint
from camdash.networks.catalog import checkpoint_folders, entries

FIRST, SECOND, LAST_FIRST = "checkpoint", "second", "last_checkpoint"


@dataclass(frozen=True)
class Found:
    """What lies in the folders of checkpoints.

    Attributes:
        usable: the checkpoints that can be used.
        refused: names of the files that cannot, each with the reason.
    """

    usable: tuple[Checkpoint, ...]
    refused: tuple[tuple[str, str], ...]


def checkpoints_here() -> Found:
    """Describe every file in the folders of checkpoints."""
    usable, refused = [], []
    for entry in entries(checkpoint_folders()):
        try:
            usable.append(described(entry))
        except CheckpointError as error:
            refused.append((entry.path.name, str(error)))
    return Found(tuple(usable), tuple(refused))


def choose_checkpoint(found: Found) -> tuple[Checkpoint | None, DeltaGenerator]:
    """Let the user choose among the checkpoints that can be used; None when there is none.

    Returns it with a place to say which engine runs it. A file that cannot be used is named with its reason; it
    never hides the others.
    """
    _follow_link(found.usable)
    engine = st.empty()
    if found.usable:
        checkpoint: Checkpoint | None = st.selectbox(
            "Checkpoint", found.usable, format_func=_title, key=FIRST, on_change=_first_changed
        )
        st.session_state[LAST_FIRST] = checkpoint
        if checkpoint is not None:
            engine = _about(checkpoint)
    else:
        checkpoint = None
        st.error("There is no checkpoint that can be used. Put one into the folder `checkpoints`.")
    for name, sentence in found.refused:
        st.warning(f"{named(name)}: {plain(sentence)}")
    return checkpoint, engine


def choose_second(first: Checkpoint | None, usable: Sequence[Checkpoint]) -> Checkpoint | None:
    """Let the user choose a checkpoint to compare the first one with; None, the default, for no comparison."""
    others = [one for one in usable if one != first]
    if first is None or not others:
        return None
    if st.session_state.get(SECOND) not in others:
        st.session_state[SECOND] = None
    second: Checkpoint | None = st.selectbox(
        "Compare with", others, index=None, format_func=_title, key=SECOND, placeholder="Nothing to compare with"
    )
    return second


def say_engine(place: DeltaGenerator, analysis: Analysis) -> None:
    """Say which engine ran the checkpoint on the image, and why it was not a faster one."""
    place.caption(plain(f"Engine: {analysis.engine}"))


def _first_changed() -> None:
    """Exchange the two that are compared when the second is chosen as the first: the comparison goes on."""
    if st.session_state[FIRST] == st.session_state.get(SECOND):
        st.session_state[SECOND] = st.session_state.get(LAST_FIRST)


def _follow_link(usable: Sequence[Checkpoint]) -> None:
    """Choose the checkpoints that the page's address names, once, when the session begins."""
    asked, begins = link.opened(usable)
    if begins and asked.checkpoint is not None:
        st.session_state[FIRST] = asked.checkpoint
    if begins and asked.second is not None:
        st.session_state[SECOND] = asked.second


def _title(checkpoint: Checkpoint) -> str:
    """Return name, architecture, classes, input size and date: of the training, else of the file."""
    card = checkpoint.card
    rows, columns = card.preprocessing.input_size
    words = [checkpoint.name, card.architecture, f"{len(card.class_names)} classes", f"{rows} x {columns}"]
    return " · ".join([*words, card.text("trained") or f"file of {_written(checkpoint.path)}"])


def _written(path: Path) -> str:
    try:
        return date.fromtimestamp(path.stat().st_mtime).isoformat()
    except OSError:  # it was removed just now
        return "an unknown day"


def _facts(card: Card) -> str:
    rows, columns = card.preprocessing.input_size
    fits = {"stretch": "stretched", "pad": "padded", "crop": "cropped"}
    words = [
        card.architecture,
        f"{len(card.class_names)} classes",
        f"{rows} x {columns}, {fits[card.preprocessing.fit]}",
    ]
    if trained := card.text("trained"):
        words.append(f"trained {trained}")
    if card.assumed:
        words.append(f"assumed, for want of a card: {', '.join(card.assumed)}")
    return " · ".join(words)


def _about(checkpoint: Checkpoint) -> DeltaGenerator:
    card = checkpoint.card
    st.caption(plain(_facts(card)))
    with st.popover("About this checkpoint", type="tertiary"):
        st.markdown(f"**{plain(checkpoint.name)}**, classes: {plain(', '.join(card.class_names))}")
        for key, text in card.about:
            st.markdown(f"**{key.capitalize()}**: {plain(text)}")
        st.caption(f"sha256 {checkpoint.sha256}")
        return st.empty()
