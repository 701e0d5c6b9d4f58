"""What is said of one checkpoint, or of two by their letters."""

from collections.abc import Sequence

import streamlit as st

from camdash.app.language import tr
from camdash.app.markdown import plain


def say_of_each(sentences: Sequence[str]) -> None:
    """Write a sentence for each checkpoint in the small print, with its letter where there are two; none if empty."""
    for letter, sentence in zip("AB", sentences, strict=False):
        if sentence:
            said = plain(sentence)
            st.caption(said if len(sentences) == 1 else tr("{letter}: {sentence}", letter=letter, sentence=said))
