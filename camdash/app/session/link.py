"""The page's address: it carries what is seen, so that a link reopens it; of an upload its digest, never its name.

?checkpoint=NAME&with=NAME&sample=NAME|image=DIGEST&show=every|average|top|three&panels=SLOT,SLOT&look=positive|own|classic
&cells=grid&class=NAME|enlarged=average|radiograph&view=contrast|difference

Each step of a visitor changes it once, so that the browser's Back walks through what was seen. The first page's address
stays as it was opened until something else is shown, so that Back never ends on a page that looks the same.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from camdash.app.markdown import plain
from camdash.app.session.samples import MARKED, TITLES
from camdash.app.viewer.payload import Mode
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.looks import look_of
from camdash.rendering.scale import Look

CHECKPOINT, SECOND, CLASS, VIEW, ENLARGED = "checkpoint", "with", "class", "view", "enlarged"
SAMPLE, IMAGE, SHOW, PANELS, LOOK, CELLS = "sample", "image", "show", "panels", "look", "cells"
OPENED, SAID = "opened_link", "said_ignored"
SHOWN, FIRST_SHOWN, TOKEN = "shown_address", "first_address", "opening_token"
ON_FIRST_PAGE, CAME_BACK = "on_first_page", "came_back_to_first_page"
OF_PAGE, OF_VIEWER = (CHECKPOINT, SECOND, SAMPLE, IMAGE), (CLASS, ENLARGED, VIEW, SHOW, PANELS, LOOK, CELLS)
SAMPLES = (*TITLES, *MARKED)

DIGITS = 16
"""Of an upload's sha256 in the address: enough to tell it from all others."""

SHOWS = ("all", "every", "average", "top", "three")
"""Which panels the viewer shows, where they are not chosen one by one."""

NOT_CLASSES = ("average", "radiograph")
"""Panels beside the classes' that can be enlarged."""

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
        enlarged: the panel that is enlarged and is no class's; empty for none.
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
    enlarged: str = ""
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
    enlarged = values.get(ENLARGED, "") if values.get(ENLARGED) in NOT_CLASSES else ""
    look = look_of(values.get(LOOK))
    found: dict[str, object] = {
        CHECKPOINT: checkpoint,
        SECOND: second,
        CLASS: class_name,
        VIEW: view,
        SAMPLE: sample,
        IMAGE: image,
        ENLARGED: enlarged,
    }
    found |= {SHOW: show, PANELS: panels, LOOK: look, CELLS: values.get(CELLS) == "grid"}
    ignored = tuple(_sentence(key, values[key]) for key, value in found.items() if values.get(key) and not value)
    grid = values.get(CELLS) == "grid"
    return Link(checkpoint, second, class_name, view, sample, image, show, panels, look, grid, enlarged, ignored)


def follow(usable: Sequence[Checkpoint]) -> Link | None:
    """Return what the address asks for when the session begins, and whenever the browser goes back or forth."""
    if OPENED not in st.session_state:
        values = st.query_params.to_dict()
        st.session_state[OPENED] = parse(values, usable)
        note({key: values[key] for key in OF_VIEWER if key in values})
        return asked()
    if not walks():
        return None
    here, first = st.query_params.to_dict(), st.session_state.get(FIRST_SHOWN, {})
    values = first if here.items() <= first.items() else here
    _open(parse(values, usable), {key: values.get(key) for key in OF_VIEWER})
    return asked()


def asked() -> Link:
    """Return what the address asked for when it was followed last."""
    link: Link = st.session_state.setdefault(OPENED, parse(st.query_params.to_dict(), ()))
    return link


def walks() -> bool:
    """Return whether the browser went back or forth to this run of the first page; others have no address to follow.

    Streamlit goes from page to page by addresses that say nothing: once it did, what is shown stays at such a one.
    """
    says_nothing = CAME_BACK in st.session_state and not st.query_params.to_dict()
    return _is_history() and bool(st.session_state.get(ON_FIRST_PAGE, True)) and not says_nothing


def note_page(*, is_first: bool) -> None:
    """Note whether the page that is about to be drawn is the first one."""
    if is_first and not st.session_state.get(ON_FIRST_PAGE, True) and not _is_history():
        st.session_state[CAME_BACK] = True
    st.session_state[ON_FIRST_PAGE] = is_first


def _is_history() -> bool:
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and context.is_history_navigation


def show_predicted() -> None:
    """Have the viewer show the predicted classes, large, whatever it showed before."""
    _open(Link(show="top"), {**dict.fromkeys(OF_VIEWER), SHOW: "top"})


def token() -> str:
    """Return what tells the viewer that it is to show what was asked for, again; empty where it is the first time."""
    told: str = st.session_state.get(TOKEN, "")
    return told


def _open(link: Link, of_viewer: Mapping[str, str | None]) -> None:
    st.session_state[OPENED] = link
    st.session_state[TOKEN] = uuid4().hex
    _shown().update(of_viewer)


def of_image(sample: str | None, sha256: str) -> dict[str, str | None]:
    """Return what the address says of the image that is looked at: a sample's name, or an upload's digest."""
    return {SAMPLE: sample, IMAGE: None if sample else sha256[:DIGITS]}


def say_missing(digests: Iterable[str]) -> None:
    """Say which file to open where the address asks for an upload that is not here (`digests`: those that are)."""
    image = asked().image
    if image and not any(digest.startswith(image) for digest in digests):
        st.info(
            f"The link shows a radiograph that was not sent with it. Open the file whose sha256 begins with `{image}`.",
            icon=":material/link:",
        )


def say_ignored() -> None:
    """Say what of the address is not known here, until the user does something."""
    if SAID not in st.session_state:
        for sentence in asked().ignored:
            st.warning(sentence, icon=":material/link_off:")
    st.session_state[SAID] = True


def write(values: Mapping[str, str | None]) -> None:
    """Bring the address up to date, in one step and only if it changes; None takes a value out of it."""
    note(values)
    here = st.query_params.to_dict()
    own = {key: value for key, value in _shown().items() if value is not None}
    if own == st.session_state.setdefault(FIRST_SHOWN, own) and here.items() <= own.items():
        return
    wanted = {key: value for key, value in here.items() if key not in (*OF_PAGE, *OF_VIEWER)} | own
    if wanted != here:
        st.query_params.from_dict(wanted)


def note(values: Mapping[str, str | None]) -> None:
    """Note what the address is to say once all of this step is known."""
    _shown().update(values)


def of_page() -> dict[str, str]:
    """Return what a link to what is shown says of checkpoints and image."""
    return {key: value for key, value in _shown().items() if key in OF_PAGE and value is not None}


def _shown() -> dict[str, str | None]:
    """Return what the address is to say: all of it, since the browser may not have had the last change yet."""
    shown: dict[str, str | None] = st.session_state.setdefault(SHOWN, {})
    return shown


def _sentence(key: str, value: str) -> str:
    short = value if len(value) <= LONGEST else value[:LONGEST] + " …"
    return f"The link asks for {key} “{plain(short)}”, which cannot be shown here; it was ignored."
