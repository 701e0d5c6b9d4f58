"""Answer and maps are shown in the same frame: by this name the viewer knows which answer belongs to its maps.

How the browser does it stands in `viewer/js/input/together.js`, with a rule of style in `frame.py`.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from camdash.app.films.files import Film
from camdash.evidence.analysis import Analysis


def answer_name(film: Film, results: Sequence[Analysis]) -> str:
    """Return what tells this answer from all others: the image, as the networks saw it, and the networks."""
    networks = [f"{one.checkpoint.sha256} {one.checkpoint.card!r}" for one in results]
    whole = " ".join((film.sha256, str(film.inverted), *networks))
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


@contextmanager
def answer_place(name: str) -> Iterator[None]:
    """Draw in it what belongs to the answer of this name; nothing else may stand between it and the viewer."""
    with st.container(key="answer"), st.container(key=f"answer-of-{name}"):
        yield
