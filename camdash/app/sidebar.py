"""The sidebar: checkpoint, uploads, samples, look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import link, selection
from camdash.app.caches import ImageFile, described, settled
from camdash.app.ended import remember_the_end
from camdash.app.opened import opened
from camdash.app.samples import MARKED, SHORTCUT, TITLES, thumbnail
from camdash.app.text import named, plain
from camdash.app.uploads import keep_uploads_in_memory
from camdash.app.viewer import look_control
from camdash.errors import CheckpointError
from camdash.evidence.analysis import Analysis
from camdash.networks.card import Card, Checkpoint
from camdash.networks.catalog import Entry, checkpoint_folders, entries

FIRST, SECOND, LAST_FIRST = "checkpoint", "second", "last_checkpoint"


@dataclass(frozen=True, eq=False)
class Controls:
    """What the sidebar says: the checkpoints (None where there is none), the uploads, and places to be filled later.

    Attributes:
        checkpoint: the one that is asked.
        second: the one it is compared with.
        files: the uploads.
        results: below the uploads.
        engine: among what is said of the first checkpoint.
    """

    checkpoint: Checkpoint | None
    second: Checkpoint | None
    files: list[ImageFile]
    results: DeltaGenerator
    engine: DeltaGenerator


def controls() -> Controls:
    """Draw the sidebar, the same on every page: what stands in it outlives a visit to another page."""
    keep_uploads_in_memory()
    remember_the_end()
    settled()
    with st.sidebar:
        st.markdown("#### camdash")
        checkpoint, engine = choose_checkpoint()
        second = choose_second(checkpoint)
        files = choose_files()
        results = st.container()
        choose_sample()
        choose_look()
    return Controls(checkpoint, second, files, results, engine)


def choose_checkpoint() -> tuple[Checkpoint | None, DeltaGenerator]:
    """Let the user choose among the checkpoints that can be used; None when there is none.

    Returns it with a place to say which engine runs it. A file that cannot be used is named with its reason; it
    never hides the others.
    """
    usable, refused = _described(entries(checkpoint_folders()))
    _follow_link(usable)
    engine = st.empty()
    if usable:
        checkpoint: Checkpoint | None = st.selectbox(
            "Checkpoint", usable, format_func=_title, key=FIRST, on_change=_first_changed
        )
        st.session_state[LAST_FIRST] = checkpoint
        if checkpoint is not None:
            engine = _about(checkpoint)
    else:
        checkpoint = None
        st.error("There is no checkpoint that can be used. Put one into the folder `checkpoints`.")
    for name, sentence in refused:
        st.warning(f"{named(name)}: {plain(sentence)}")
    return checkpoint, engine


def _first_changed() -> None:
    """Exchange the two that are compared when the second is chosen as the first: the comparison goes on."""
    if st.session_state[FIRST] == st.session_state.get(SECOND):
        st.session_state[SECOND] = st.session_state.get(LAST_FIRST)


def say_engine(place: DeltaGenerator, analysis: Analysis) -> None:
    """Say which engine ran the checkpoint on the image, and why it was not a faster one."""
    place.caption(plain(f"Engine: {analysis.engine}"))


def choose_second(first: Checkpoint | None) -> Checkpoint | None:
    """Let the user choose a checkpoint to compare the first one with; None, the default, for no comparison."""
    usable, _ = _described(entries(checkpoint_folders()))
    others = [one for one in usable if one != first]
    if first is None or not others:
        return None
    if st.session_state.get(SECOND) not in others:
        st.session_state[SECOND] = None
    second: Checkpoint | None = st.selectbox(
        "Compare with", others, index=None, format_func=_title, key=SECOND, placeholder="Nothing to compare with"
    )
    return second


def choose_files() -> list[ImageFile]:
    """Let the user drop radiographs; return them in the order of the uploader."""
    uploads = st.file_uploader(
        "Radiographs",
        accept_multiple_files=True,
        key=selection.UPLOADS,
        on_change=selection.uploads_changed,
        help="DICOM, PNG, JPEG, TIFF, BMP or WebP, up to 64 MB each, or a ZIP file of them. They stay in memory.",
    )
    found = opened(uploads or [])
    for remark in found.remarks:
        st.warning(remark)
    files = list(found.files)
    if files:
        st.selectbox(
            f"Files ({len(files)})",
            range(len(files)),
            index=None,
            format_func=lambda index: f"{index + 1} · {files[index].name}",
            key=selection.FILE,
            placeholder="Choose an upload",
            on_change=selection.file_chosen,
        )
    return files


def choose_sample() -> None:
    """Offer the samples as thumbnails with a button each."""
    st.caption("Samples: drawn phantoms, no patient")
    for column, (name, title) in zip(st.columns(len(TITLES), gap="xxsmall"), TITLES.items(), strict=True):
        _sample_button(column, name, title)
    _offer_shortcut()


def _sample_button(column: DeltaGenerator, name: str, title: str) -> None:
    with column:
        st.image(thumbnail(name), width="stretch", alt=f"Phantom: {title}")
        st.button(
            SHORT[name],
            key=f"sample-{name}",
            help=title,
            type="primary" if name == selection.chosen_sample() else "tertiary",
            width="stretch",
            on_click=selection.choose_sample,
            args=(name,),
        )


def _offer_shortcut() -> None:
    """Offer, in one click, a right answer for a wrong reason: where a checkpoint that was trained to it is there."""
    usable, _ = _described(entries(checkpoint_folders()))
    shortcut = next((one for one in usable if one.name == SHORTCUT), None)
    if shortcut is None or len(usable) < 2:
        return
    for column, (name, title) in zip(st.columns(len(TITLES), gap="xxsmall"), MARKED.items(), strict=False):
        _sample_button(column, name, title)
    first = next(one for one in usable if one != shortcut)
    st.button(
        "Right for the wrong reason?",
        key="shortcut",
        help="Compares a checkpoint that looks at the body with one that was trained to look at the marker R. "
        "On the hand both are right; then choose the foot with the marker.",
        width="stretch",
        on_click=_show_shortcut,
        args=(first, shortcut),
    )


def _show_shortcut(first: Checkpoint, shortcut: Checkpoint) -> None:
    st.session_state[FIRST], st.session_state[SECOND] = first, shortcut
    selection.choose_sample(next(iter(MARKED)))


SHORT = {
    "chest_frontal": "Front",
    "chest_lateral": "Side",
    "hip": "Hip",
    "hand": "Hand",
    "foot": "Foot",
    "hand_marked": "Hand R",
    "foot_marked": "Foot R",
}


def choose_look() -> None:
    """Offer the looks; the viewer follows in the browser."""
    look_control(key="look")


def _follow_link(usable: Sequence[Checkpoint]) -> None:
    """Choose the checkpoints that the page's address names, once, when the session begins."""
    asked, begins = link.opened(usable)
    if begins and asked.checkpoint is not None:
        st.session_state[FIRST] = asked.checkpoint
    if begins and asked.second is not None:
        st.session_state[SECOND] = asked.second


def _described(found: Sequence[Entry]) -> tuple[list[Checkpoint], list[tuple[str, str]]]:
    usable, refused = [], []
    for entry in found:
        try:
            usable.append(described(entry))
        except CheckpointError as error:
            refused.append((entry.path.name, str(error)))
    return usable, refused


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
