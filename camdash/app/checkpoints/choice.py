"""The choice of the checkpoint, and of a second one to compare it with, at the top of the sidebar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app.markdown import named, plain
from camdash.app.session import link
from camdash.errors import CheckpointError
from camdash.evidence.analysis import Analysis
from camdash.networks.cards.card import Card, Checkpoint
from camdash.networks.catalog.checkpoints import checkpoint_folders
from camdash.networks.catalog.descriptions import Descriptions
from camdash.networks.text import printable

FIRST, SECOND, LAST_FIRST = "checkpoint", "second", "last_checkpoint"
CHOSEN, FAILED = "checkpoint_chosen", "failed_checkpoints"
MOST_NAMES = 100
"""Class names that are listed."""


@dataclass(frozen=True)
class Found:
    """What lies in the folders of checkpoints.

    Attributes:
        usable: the checkpoints that can be used.
        refused: names of the files that cannot, each with the reason.
    """

    usable: tuple[Checkpoint, ...]
    refused: tuple[tuple[str, str], ...]


@st.cache_resource(show_spinner=False)
def descriptions() -> Descriptions:
    """Return what was read of the files in the folders: for all sessions, each once for each state of it."""
    return Descriptions()


def checkpoints_here() -> Found:
    """Describe every file in the folders of checkpoints."""
    looked = descriptions().look(checkpoint_folders())
    usable = tuple(one.checkpoint for one in looked if one.checkpoint is not None)
    refused = tuple((printable(one.entry.path.name), one.error) for one in looked if one.error is not None)
    return Found(usable, refused)


def choose_checkpoint(found: Found) -> tuple[Checkpoint | None, DeltaGenerator]:
    """Let the user choose among the checkpoints that can be used; None when there is none.

    Returns it with a place to say which engine runs it. A file that cannot be used never hides the others.
    """
    _follow_link(found.usable)
    _follow_files(found.usable)
    _pass_by_failed(found.usable)
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
    failed = [(one.name, sentence) for one, sentence in _failed().items() if one in found.usable]
    _say_refused([*found.refused, *failed])
    return checkpoint, engine


def take_another(checkpoint: Checkpoint, error: CheckpointError) -> bool:
    """Take the next checkpoint at the next run in place of one that failed to load and that nobody chose.

    Returns whether there is one. Without this, a bad file that comes first by its name would be all that is shown.
    """
    if st.session_state.get(CHOSEN) or checkpoint in _failed():
        return False
    _failed()[checkpoint] = str(error)
    return any(one not in _failed() for one in checkpoints_here().usable)


def _failed() -> dict[Checkpoint, str]:
    """Return the checkpoints that were passed by in this session, each with the reason."""
    failed: dict[Checkpoint, str] = st.session_state.setdefault(FAILED, {})
    return failed


def _pass_by_failed(usable: Sequence[Checkpoint]) -> None:
    """Choose the first checkpoint that did not fail, where one that did would be shown and nobody chose it."""
    left = [one for one in usable if one not in _failed()]
    if left and st.session_state.get(FIRST) in _failed() and not st.session_state.get(CHOSEN):
        st.session_state[FIRST] = left[0]


def _say_refused(refused: Sequence[tuple[str, str]]) -> None:
    """Say in one line that files cannot be used, however many there are."""
    if len(refused) == 1:
        name, sentence = refused[0]
        st.warning(f"{named(name)}: {plain(sentence)}")
    elif refused:
        st.warning(f"{len(refused)} files cannot be used as checkpoints. The page *Checkpoints* says why.")


def choose_second(first: Checkpoint | None, usable: Sequence[Checkpoint]) -> Checkpoint | None:
    """Let the user choose a checkpoint to compare the first one with; None, the default, for no comparison."""
    others = [one for one in usable if one != first]
    if first is None or not others:
        return None
    if st.session_state.get(SECOND) not in others:
        st.session_state[SECOND] = None
    second: Checkpoint | None = st.selectbox(
        "Compare with", others, index=None, format_func=_title, key=SECOND, placeholder="None"
    )
    return second


def say_engine(place: DeltaGenerator, analysis: Analysis) -> None:
    """Say which engine ran the checkpoint on the image, and why it was not a faster one."""
    place.caption(plain(f"Engine: {analysis.engine}"))


def _first_changed() -> None:
    """Exchange the two that are compared when the second is chosen as the first: the comparison goes on."""
    st.session_state[CHOSEN] = True
    if st.session_state[FIRST] == st.session_state.get(SECOND):
        st.session_state[SECOND] = st.session_state.get(LAST_FIRST)


def _follow_link(usable: Sequence[Checkpoint]) -> None:
    """Choose the checkpoints that the page's address names: when the session begins, and when the browser goes back."""
    asked = link.follow(usable)
    if asked is None:
        return
    if asked.checkpoint is not None:
        st.session_state[FIRST] = asked.checkpoint
        st.session_state[CHOSEN] = True
    st.session_state[SECOND] = asked.second


def _follow_files(usable: Sequence[Checkpoint]) -> None:
    """Keep what is chosen where its file or its card was changed: it is the file that was chosen."""
    for key in (FIRST, SECOND, LAST_FIRST):
        before: Checkpoint | None = st.session_state.get(key)
        if before is not None and before not in usable:
            after = next((one for one in usable if one.path == before.path), None)
            if after is not None:
                st.session_state[key] = after


def _title(checkpoint: Checkpoint) -> str:
    """Return name, architecture, classes, input size and date: of the training, else of the file."""
    card = checkpoint.card
    rows, columns = card.preprocessing.input_size
    words = [checkpoint.name, card.architecture, f"{len(card.class_names)} classes", f"{rows} x {columns}"]
    trained = " ".join((card.text("trained") or "").split())
    return " · ".join([*words, printable(trained, 40) or f"file of {_written(checkpoint.path)}"])


def _written(path: Path) -> str:
    try:
        return date.fromtimestamp(path.stat().st_mtime).isoformat()
    except (OSError, ValueError, OverflowError):  # it was removed just now, or says that it is of the year 300,000
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
        words.append(f"trained {printable(trained, 40)}")
    if card.guess:
        words.append(card.guess)
    return " · ".join(words)


def _about(checkpoint: Checkpoint) -> DeltaGenerator:
    card = checkpoint.card
    st.caption(plain(_facts(card)))
    with st.popover("About this checkpoint", type="tertiary"):
        more = f" and {len(card.class_names) - MOST_NAMES} more" if len(card.class_names) > MOST_NAMES else ""
        names = ", ".join(card.class_names[:MOST_NAMES]) + more
        st.markdown(f"**{plain(checkpoint.name)}**, classes: {plain(names)}")
        for key, text in card.about:
            st.markdown(f"**{key.capitalize()}**: {plain(text)}")
        st.caption(f"sha256 {checkpoint.sha256}")
        return st.empty()
