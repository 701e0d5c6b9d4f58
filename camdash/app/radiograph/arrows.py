"""From one upload to the next, in the order of the worklist."""

from pathlib import Path

import streamlit as st

from camdash.app import widget_keys
from camdash.app.language import localized, tr
from camdash.app.markdown import plain
from camdash.app.session import selection
from camdash.app.session.state import session
from camdash.words.sentence import say

ABOUT = {
    "previous": say("The previous radiograph in the order of the worklist (←)"),
    "next": say("The next radiograph in the order of the worklist (→)"),
}


def show_arrows() -> None:
    """Offer the previous and the next upload, where there is more than one and one of them is looked at."""
    order, place = selection.order(), session().file
    if len(order) < 2 or place not in order:
        return
    at = order.index(place)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="arrows"):
        _arrow("previous", ":material/chevron_left:", order[at - 1] if at else None)
        st.markdown(f":small[{plain(tr('{place} of {count}', place=at + 1, count=len(order)))}]", width="content")
        _arrow("next", ":material/chevron_right:", order[at + 1] if at + 1 < len(order) else None)
        _keys(key=widget_keys.ARROW_KEYS)


def _arrow(name: str, icon: str, place: int | None) -> None:
    st.button(
        "",
        icon=icon,
        key=widget_keys.ARROW.format(name),
        help=localized(ABOUT[name]),
        type="tertiary",
        disabled=place is None,
        on_click=selection.choose_file,
        args=(place,),
    )


_keys = st.components.v2.component(
    "camdash_arrow_keys",
    html="<span></span>",
    js=(Path(__file__).parent / "arrows.js").read_text(encoding="utf-8"),
)
