"""An image whose black and white its file has wrong: given to the network inverted, and said so.

The choice holds for one image, by its digest, as long as the session lasts.
"""

import streamlit as st

from camdash.app import widget_keys
from camdash.app.films.files import Film, ImageFile
from camdash.app.language import localized, tr
from camdash.app.markdown import plain
from camdash.app.session.state import session
from camdash.words.sentence import say

LABEL = say("Also invert the network's input (changes the prediction)")


def film_of(file: ImageFile) -> Film:
    """Return a file as the network is given it, inverted or not."""
    return Film(file, file.sha256 in session().inverted)


def say_inverted(film: Film) -> None:
    """Say above the answer that it is about the inverted image."""
    if film.inverted:
        st.markdown(f":orange-badge[:material/invert_colors: {plain(tr('Inverted before the network saw it'))}]")


def choose_inversion(film: Film) -> None:
    """Let the user invert an image for the network, off at first; the whole page follows."""
    wished = st.toggle(
        localized(LABEL),
        value=film.inverted,
        key=widget_keys.INVERT.format(film.sha256[:16]),
        help=tr("Use this if bone appears dark because the file's polarity tag is wrong. The network runs again."),
    )
    if wished != film.inverted:
        others = session().inverted - {film.sha256}
        session().inverted = others | {film.sha256} if wished else others
        st.rerun()
