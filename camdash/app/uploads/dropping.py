"""Uploads from anywhere on the page, whole folders too; and a warning before a reload loses them."""

from pathlib import Path

import streamlit as st

from camdash.app import widget_keys
from camdash.images.limits import MOST_FILES

_HERE = Path(__file__).parent


def take_drops(uploads: int) -> None:
    """Let files and folders be dropped anywhere on the page; where there are uploads, warn before they are lost."""
    _dropping(key=widget_keys.DROPPING, data={"uploads": uploads, "most": MOST_FILES})


_dropping = st.components.v2.component(
    "camdash_dropping",
    html='<div class="dropping"><button type="button" class="folder">Choose a folder</button> or drop it anywhere'
    '<input type="file" webkitdirectory multiple hidden aria-label="folder upload">'
    '<span class="said" role="status"></span></div>',
    css=(_HERE / "dropping.css").read_text(encoding="utf-8"),
    js=(_HERE / "dropping.js").read_text(encoding="utf-8"),
)
