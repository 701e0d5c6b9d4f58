"""Streamlit components whose HTML is in the page's language."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from camdash.app.language import language_name
from camdash.words.catalogs import catalog, languages
from camdash.words.markup import html_in


def component(name: str, *, html: str, css: str, js: str) -> Callable[..., Any]:
    """Return what mounts a component with this HTML, its words in double braces, in the page's language."""
    made = {
        one: st.components.v2.component(f"camdash_{one}_{name}", html=html_in(html, catalog(one)), css=css, js=js)
        for one in languages()
    }

    def mount(**given: Any) -> Any:
        return made[language_name()](**given)

    return mount
