"""Streamlit components whose HTML is in the page's language."""

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from camdash.app import language
from camdash.words.markup import html_in


def component(name: str, *, html: str, css: str, js: str) -> Callable[..., Any]:
    """Return what mounts a component with this HTML, its words in double braces, in the page's language."""

    @cache
    def made(name_of_language: str) -> Callable[..., Any]:
        said = html_in(html, language.spoken())
        return st.components.v2.component(f"camdash_{name_of_language}_{name}", html=said, css=css, js=js)

    def mount(**given: Any) -> Any:
        return made(language.language_name())(**given)

    return mount
