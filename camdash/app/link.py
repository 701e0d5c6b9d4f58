"""The page's address: it carries checkpoints, class and view, so that a link reopens them; never an image or its name.

?checkpoint=NAME&with=NAME&class=NAME&view=evidence|contrast|difference
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from camdash.app.text import plain
from camdash.app.viewer.payload import Mode
from camdash.networks.card import Checkpoint

CHECKPOINT, SECOND, CLASS, VIEW = "checkpoint", "with", "class", "view"
OPENED, SAID = "opened_link", "said_ignored"
DEMONSTRATION = "demonstration"
"""Names the demonstration that was begun last, in the session's state."""

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
        ignored: a sentence for each value that is not known here.
    """

    checkpoint: Checkpoint | None = None
    second: Checkpoint | None = None
    class_name: str = ""
    view: Mode | None = None
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
    found = {CHECKPOINT: checkpoint, SECOND: second, CLASS: class_name, VIEW: view}
    ignored = tuple(_sentence(key, values[key]) for key, value in found.items() if values.get(key) and not value)
    return Link(checkpoint, second, class_name, view, ignored)


def opened(usable: Sequence[Checkpoint]) -> tuple[Link, bool]:
    """Return what the address asked for when the session began, and whether it begins just now."""
    if OPENED in st.session_state:
        link: Link = st.session_state[OPENED]
        return link, False
    link = st.session_state[OPENED] = parse(st.query_params.to_dict(), usable)
    return link, True


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
