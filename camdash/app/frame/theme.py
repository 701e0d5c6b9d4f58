"""The switch for the light and the dark theme, which stands on every page; dark at first, for radiographs."""

from pathlib import Path

import streamlit as st

from camdash.app import widget_keys
from camdash.app.language import tr

_HERE = Path(__file__).parent


def theme_switch() -> None:
    """Draw the switch. The browser keeps the choice; nothing on the page is run again for it."""
    default = "Light" if st.get_option("theme.base") == "light" else "Dark"
    words = {
        "Light": [tr("Light"), tr("Show the page in the light theme")],
        "Dark": [tr("Dark"), tr("Show the page in the dark theme")],
    }
    _switch(key=widget_keys.THEME, data={"default": default, "words": words})


_switch = st.components.v2.component(
    "camdash_theme",
    html='<button type="button" class="theme"></button>',
    css=(_HERE / "theme.css").read_text(encoding="utf-8"),
    js=(_HERE / "theme.js").read_text(encoding="utf-8"),
)
