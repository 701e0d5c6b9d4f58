"""Streamlit components whose HTML is in the page's language."""

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from camdash.app import language
from camdash.words.catalogs import ENGLISH, catalog
from camdash.words.markup import html_in


def component(name: str, *, html: str, css: str, js: str) -> Callable[..., Any]:
    """Return what mounts a component with this HTML, its words in double braces, in the page's language."""

    @cache
    def made(spoken: str) -> Callable[..., Any]:
        full_name = f"camdash_{name}" if spoken == ENGLISH else f"camdash_{spoken}_{name}"
        return st.components.v2.component(full_name, html=html_in(html, catalog(spoken)), css=css, js=js)

    def mount(**given: Any) -> Any:
        return made(language.language_name())(**given)

    return mount
