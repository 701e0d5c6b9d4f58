"""The page's address: it carries what is seen, so that a link reopens it; of an upload its digest, never its name.

?checkpoint=NAME&with=NAME&sample=NAME|image=DIGEST&show=average|top|three&panels=SLOT,SLOT&look=positive|own|classic
&cells=grid&class=NAME&view=contrast|difference
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from camdash.app.samples import MARKED, TITLES
from camdash.app.text import plain
from camdash.app.viewer.payload import Mode
from camdash.networks.card import Checkpoint
from camdash.rendering.scale import Look

CHECKPOINT, SECOND, CLASS, VIEW = "checkpoint", "with", "class", "view"
SAMPLE, IMAGE, SHOW, PANELS, LOOK, CELLS = "sample", "image", "show", "panels", "look", "cells"
OPENED, SAID = "opened_link", "said_ignored"
SAMPLES = (*TITLES, *MARKED)
DEMONSTRATION = "demonstration"
"""Names the demonstration that was begun last, in the session's state."""

DIGITS = 16
"""Of an upload's sha256 in the address: enough to tell it from all others."""

SHOWS = ("all", "average", "top", "three")
"""Which panels the viewer shows, where they are not chosen one by one."""

LONGEST = 60
"""Characters of an unknown value that are repeated to the user."""


@dataclass(frozen=True)
class Link:
    """What an address asks for, as far as it is known here.

    Attributes:
        checkpoint: the checkpoint.
        second: the one that it is compared with.
        class_name: the class that is enlarged.
        view: which maps.
        sample: the sample that is looked at; empty for none.
        image: the first digits of the sha256 of the upload that is looked at; empty for none.
        show: which panels; empty for the default.
        panels: the slots of the panels that were chosen one by one.
        look: how values become color; None for the default.
        grid: whether cells are drawn as they are.
        ignored: a sentence for each value that is not known here.
    """

    checkpoint: Checkpoint | None = None
    second: Checkpoint | None = None
    class_name: str = ""
    view: Mode | None = None
    sample: str = ""
    image: str = ""
    show: str = ""
    panels: tuple[str, ...] = ()
    look: Look | None = None
    grid: bool = False
    ignored: tuple[str, ...] = ()


def parse(values: Mapping[str, str], usable: Sequence[Checkpoint]) -> Link:
    """Return what an address asks for; what is not known here is left out, and said."""
    named = {checkpoint.name: checkpoint for checkpoint in reversed(usable)}
    checkpoint, second = named.get(values.get(CHECKPOINT, "")), named.get(values.get(SECOND, ""))
    first = checkpoint or next(iter(usable), None)
    second = None if second == first else second
    known_classes = {name for one in (first, second) if one is not None for name in one.card.class_names}
    class_name = values.get(CLASS, "") if values.get(CLASS) in known_classes else ""
    view = Mode(values[VIEW]) if values.get(VIEW) in tuple(Mode) else None
    if view is Mode.DIFFERENCE and second is None:
        view = None
    sample = values.get(SAMPLE, "") if values.get(SAMPLE) in SAMPLES else ""
    image = values.get(IMAGE, "") if re.fullmatch(rf"[0-9a-f]{{{DIGITS}}}", values.get(IMAGE, "")) else ""
    show = values.get(SHOW, "") if values.get(SHOW) in SHOWS else ""
    panels = tuple(slot for slot in values.get(PANELS, "").split(",") if re.fullmatch(r"[a-zA-Z0-9-]{1,40}", slot))
    look = Look(values[LOOK]) if values.get(LOOK) in tuple(Look) else None
    found: dict[str, object] = {
        CHECKPOINT: checkpoint,
        SECOND: second,
        CLASS: class_name,
        VIEW: view,
        SAMPLE: sample,
        IMAGE: image,
    }
    found |= {SHOW: show, PANELS: panels, LOOK: look, CELLS: values.get(CELLS) == "grid"}
    ignored = tuple(_sentence(key, values[key]) for key, value in found.items() if values.get(key) and not value)
    grid = values.get(CELLS) == "grid"
    return Link(checkpoint, second, class_name, view, sample, image, show, panels, look, grid, ignored)


def opened(usable: Sequence[Checkpoint]) -> tuple[Link, bool]:
    """Return what the address asked for when the session began, and whether it begins just now."""
    if OPENED in st.session_state:
        link: Link = st.session_state[OPENED]
        return link, False
    link = st.session_state[OPENED] = parse(st.query_params.to_dict(), usable)
    return link, True


def of_image(sample: str | None, sha256: str) -> dict[str, str | None]:
    """Return what the address says of the image that is looked at: a sample's name, or an upload's digest."""
    return {SAMPLE: sample, IMAGE: None if sample else sha256[:DIGITS]}


def say_missing(digests: Iterable[str]) -> None:
    """Say which file to open where the address asks for an upload that is not here (`digests`: those that are)."""
    asked: str = st.session_state[OPENED].image
    if asked and not any(digest.startswith(asked) for digest in digests):
        st.info(
            f"The link shows a radiograph that was not sent with it. Open the file whose sha256 begins with `{asked}`.",
            icon=":material/link:",
        )


def say_ignored() -> None:
    """Say what of the address is not known here, until the user does something."""
    if SAID not in st.session_state:
        for sentence in st.session_state[OPENED].ignored:
            st.warning(sentence, icon=":material/link_off:")
    st.session_state[SAID] = True


def write(values: Mapping[str, str | None]) -> None:
    """Bring the address up to date, in one step and only if it changes; None takes a value out of it."""
    before = st.query_params.to_dict()
    after = {key: value for key, value in {**before, **values}.items() if value is not None}
    if after != before:
        st.query_params.from_dict(after)


def _sentence(key: str, value: str) -> str:
    short = value if len(value) <= LONGEST else value[:LONGEST] + " …"
    return f"The link asks for {key} “{plain(short)}”, which cannot be shown here; it was ignored."
