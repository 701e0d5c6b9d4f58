"""What stands around every page: the disclaimer, and less empty space than Streamlit leaves."""

import json
from html import escape
from pathlib import Path

import streamlit as st

from camdash.app.frame.theme import theme_switch
from camdash.app.language import localized, tr
from camdash.words.sentence import say

ICON = str(Path(__file__).with_name("icon.png"))
STYLE = Path(__file__).with_name("page_frame.css").read_text(encoding="utf-8")
DISCLAIMER = say("Research and demonstration only, not for diagnosis")


def about() -> str:
    """Return what the menu says of camdash."""
    return tr("camdash shows what an X-ray classifier looks at. {disclaimer}", disclaimer=DISCLAIMER)


def frame() -> None:
    """Draw the frame."""
    words = f":root {{ --camdash-add-files: {json.dumps(tr('Add files'), ensure_ascii=False)}; }}"  # Streamlit has none
    st.html(f"<style>{words}\n{STYLE}</style>\n{_note(localized(DISCLAIMER))}")
    theme_switch()


def _note(disclaimer: str) -> str:
    return f'<div class="camdash-disclaimer" role="note">{escape(disclaimer)}</div>'
