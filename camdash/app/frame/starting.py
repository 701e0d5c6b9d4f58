"""What the page says while a server's first visitor waits for the libraries."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from camdash.app.language import tr

_started = threading.Event()


@contextmanager
def starting() -> Iterator[None]:
    """Say that the libraries load, until they have been loaded once; later runs leave the place empty.

    A busy server may send what stands here for a moment only, and the page would jump.
    """
    place = st.empty()
    if _started.is_set():
        yield
        return
    with place.container(), st.spinner(tr("Starting: loading the libraries …")), st.skeleton(height=480):
        yield
    place.empty()
    _started.set()
