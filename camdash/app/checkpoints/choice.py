"""The choice of the checkpoint, and of a second one to compare it with, at the top of the sidebar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import widget_keys
from camdash.app.language import localized, tr, tr_many
from camdash.app.markdown import named, plain
from camdash.app.session import link
from camdash.app.session.state import session
from camdash.errors import CheckpointError
from camdash.evidence.analysis import Analysis
from camdash.networks.cards.card import Card, Checkpoint, Fit, Preprocessing
from camdash.networks.cards.output import OutputKind
from camdash.networks.catalog.checkpoints import checkpoint_folders
from camdash.networks.catalog.descriptions import Descriptions
from camdash.networks.text import printable
from camdash.words.sentence import joined, say, say_many

MOST_NAMES = 100
"""Class names that are listed."""

ABOUT_TITLES = {
    "trained": say("Trained"),
    "notes": say("Notes"),
    "sources": say("Sources"),
    "license": say("License"),
}
"""What stands before each field of a card's free text."""


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
            tr("Checkpoint"), found.usable, format_func=_title, key=widget_keys.CHECKPOINT, on_change=_first_changed
        )
        session().last_checkpoint = checkpoint
        if checkpoint is not None:
            engine = _about(checkpoint)
    else:
        checkpoint = None
        st.error(tr("There is no checkpoint that can be used. Put one into the folder `checkpoints`."))
    failed = [(one.name, sentence) for one, sentence in session().failed_checkpoints.items() if one in found.usable]
    _say_refused([*found.refused, *failed])
    return checkpoint, engine


def take_another(checkpoint: Checkpoint, error: CheckpointError) -> bool:
    """Take the next checkpoint at the next run in place of one that failed to load and that nobody chose.

    Returns whether there is one. Without this, a bad file that comes first by its name would be all that is shown.
    """
    here = session()
    if here.is_checkpoint_chosen or checkpoint in here.failed_checkpoints:
        return False
    here.failed_checkpoints[checkpoint] = str(error)
    return any(one not in here.failed_checkpoints for one in checkpoints_here().usable)


def _pass_by_failed(usable: Sequence[Checkpoint]) -> None:
    """Choose the first checkpoint that did not fail, where one that did would be shown and nobody chose it."""
    here = session()
    left = [one for one in usable if one not in here.failed_checkpoints]
    if left and _first() in here.failed_checkpoints and not here.is_checkpoint_chosen:
        st.session_state[widget_keys.CHECKPOINT] = left[0]


def _say_refused(refused: Sequence[tuple[str, str]]) -> None:
    """Say in one line that files cannot be used, however many there are."""
    if len(refused) == 1:
        name, sentence = refused[0]
        said = plain(sentence)
        st.warning(said if name in sentence else tr("{file}: {reason}", file=named(name), reason=said))
    elif refused:
        said = tr_many(
            "{count} file cannot be used as a checkpoint. The page *Checkpoints* says why.",
            "{count} files cannot be used as checkpoints. The page *Checkpoints* says why.",
            len(refused),
        )
        st.warning(said)


def choose_second(first: Checkpoint | None, usable: Sequence[Checkpoint]) -> Checkpoint | None:
    """Let the user choose a checkpoint to compare the first one with; None, the default, for no comparison."""
    others = [one for one in usable if one != first]
    if first is None or not others:
        return None
    if _second() not in others:
        st.session_state[widget_keys.SECOND] = None
    second: Checkpoint | None = st.selectbox(
        tr("Compare with"), others, index=None, format_func=_title, key=widget_keys.SECOND, placeholder=tr("None")
    )
    return second


def say_engine(place: DeltaGenerator, analysis: Analysis) -> None:
    """Say which engine ran the checkpoint on the image, and why it was not a faster one."""
    if analysis.engine:
        place.caption(plain(tr("Engine: {engine}", engine=analysis.engine)))


def _first_changed() -> None:
    """Exchange the two that are compared when the second is chosen as the first: the comparison goes on."""
    here = session()
    here.is_checkpoint_chosen = True
    if _first() == _second():
        st.session_state[widget_keys.SECOND] = here.last_checkpoint


def _follow_link(usable: Sequence[Checkpoint]) -> None:
    """Choose the checkpoints that the page's address names: when the session begins, and when the browser goes back."""
    asked = link.follow(usable)
    if asked is None:
        return
    session().is_checkpoint_chosen |= asked.checkpoint is not None
    set_pair(asked.checkpoint, asked.second)


def _follow_files(usable: Sequence[Checkpoint]) -> None:
    """Keep what is chosen where its file or its card was changed: it is the file that was chosen."""
    here = session()
    here.last_checkpoint = _followed(here.last_checkpoint, usable)
    for key, before in ((widget_keys.CHECKPOINT, _first()), (widget_keys.SECOND, _second())):
        after = _followed(before, usable)
        if after != before:
            st.session_state[key] = after


def _followed(before: Checkpoint | None, usable: Sequence[Checkpoint]) -> Checkpoint | None:
    if before is None or before in usable:
        return before
    return next((one for one in usable if one.path == before.path), before)


def set_pair(first: Checkpoint | None, second: Checkpoint | None) -> None:
    """Choose two checkpoints in the user's place; None leaves the first as it is."""
    st.session_state[widget_keys.SECOND] = second
    if first is not None:
        st.session_state[widget_keys.CHECKPOINT] = first


def _first() -> Checkpoint | None:
    first: Checkpoint | None = st.session_state.get(widget_keys.CHECKPOINT)
    return first


def _second() -> Checkpoint | None:
    second: Checkpoint | None = st.session_state.get(widget_keys.SECOND)
    return second


def _title(checkpoint: Checkpoint) -> str:
    """Return name, architecture, classes, input size and date: of the training, else of the file."""
    card = checkpoint.card
    rows, columns = card.preprocessing.input_size
    words = [checkpoint.name, card.architecture, _classes(card), f"{rows} x {columns}"]
    trained = " ".join((card.text("trained") or "").split())
    return " · ".join([*words, printable(trained, 40) or tr("file of {day}", day=_written(checkpoint.path))])


def _written(path: Path) -> str:
    try:
        return date.fromtimestamp(path.stat().st_mtime).isoformat()
    except (OSError, ValueError, OverflowError):  # it was removed just now, or says that it is of the year 300,000
        return say("an unknown day")


def _classes(card: Card) -> str:
    count = len(card.class_names)
    if card.output.kind in (OutputKind.REGRESSION, OutputKind.UNKNOWN):
        return tr_many("{count} output", "{count} outputs", count)
    return tr_many("{count} class", "{count} classes", count)


def _fitted(how: Preprocessing) -> str:
    rows, columns = how.input_size
    size = f"{rows} x {columns}"
    if how.fit is Fit.STRETCH:
        return say("{size}, stretched", size=size)
    return say("{size}, padded", size=size) if how.fit is Fit.PAD else say("{size}, cropped", size=size)


def _facts(card: Card) -> str:
    words = [card.architecture, _classes(card), _fitted(card.preprocessing)]
    if card.members:
        words.append(say_many("mean of {count} checkpoint", "mean of {count} checkpoints", len(card.members)))
    if trained := card.text("trained"):
        words.append(say("trained {when}", when=printable(trained, 40)))
    return joined(" · ", [*words, card.guess])


def _about(checkpoint: Checkpoint) -> DeltaGenerator:
    card = checkpoint.card
    st.caption(plain(_facts(card)))
    with st.popover(tr("About this checkpoint"), type="tertiary"):
        name = f"**{plain(checkpoint.name)}**"
        st.markdown(tr("{checkpoint}, classes: {names}", checkpoint=name, names=plain(_first_names(card))))
        for key, text in card.about:
            st.markdown(f"**{localized(ABOUT_TITLES[key])}**: {plain(text)}")
        st.caption(f"sha256 {checkpoint.sha256}")
        return st.empty()


def _first_names(card: Card) -> str:
    """Return the names of the classes; of very many the first, and how many more there are."""
    names, more = ", ".join(card.class_names[:MOST_NAMES]), len(card.class_names) - MOST_NAMES
    return tr_many("{names} and {count} more", "{names} and {count} more", more, names=names) if more > 0 else names
