"""What an image's file says of itself, from a list of harmless facts only, and how it is given to the network."""

import streamlit as st

from camdash.app.films.caches import radiograph_of
from camdash.app.films.files import Film
from camdash.app.language import tr
from camdash.app.markdown import plain
from camdash.app.session.inversion import choose_inversion


def about_image(film: Film) -> None:
    """Offer the facts of an image, and to invert it for the network."""
    radiograph = radiograph_of(film)
    rows, columns = radiograph.shape
    with st.popover(tr("About this image"), icon=":material/info:"):
        encoding = plain(radiograph.encoding)
        st.markdown(tr("{encoding}, {columns} × {rows} pixels", encoding=encoding, columns=columns, rows=rows))
        if radiograph.facts:
            st.markdown(" · ".join(f"{plain(name)} **{plain(value)}**" for name, value in radiograph.facts))
        for note in radiograph.notes:
            st.caption(plain(note))
        choose_inversion(film)
