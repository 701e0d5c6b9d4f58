"""An image whose black and white its file has wrong: given to the network inverted, and said so.

The choice holds for one image, by its digest, as long as the session lasts.
"""

import streamlit as st

from camdash.app.session.caches import ImageFile, decoded
from camdash.images.radiograph import Radiograph

INVERTED = "inverted_images"
LABEL = "Also invert the network's input (changes the prediction)"


def is_inverted(file: ImageFile) -> bool:
    """Return whether an image is given to the network inverted."""
    return file.sha256 in inversions()


def inversions() -> frozenset[str]:
    """Return the digests of all images that are given to the network inverted; lists made for others begin anew."""
    found: frozenset[str] = st.session_state.get(INVERTED, frozenset())
    return found


def radiograph_of(file: ImageFile) -> Radiograph:
    """Return an image's radiograph as the network sees it, inverted or not."""
    radiograph = decoded(file)
    return radiograph.inverse() if is_inverted(file) else radiograph


def say_inverted(file: ImageFile) -> None:
    """Say above the answer that it is about the inverted image."""
    if is_inverted(file):
        st.markdown(":orange-badge[:material/invert_colors: Inverted before the network saw it]")


def choose_inversion(file: ImageFile) -> None:
    """Let the user invert an image for the network, off at first; the whole page follows."""
    before = is_inverted(file)
    wished = st.toggle(
        LABEL,
        value=before,
        key=f"invert-{file.sha256[:16]}",
        help="Use this if bone appears dark because the file's polarity tag is wrong. The network runs again.",
    )
    if wished != before:
        st.session_state[INVERTED] = inversions() ^ {file.sha256}
        st.rerun()
