"""What an image's file says of itself, from a list of harmless facts only, and how it is given to the network."""

from collections.abc import Sequence

import streamlit as st

from camdash.app import widget_keys
from camdash.app.films.caches import radiograph_of, verified
from camdash.app.films.device_turn import Waiting, line
from camdash.app.films.files import Film
from camdash.app.language import tr
from camdash.app.markdown import plain
from camdash.app.results.of_each import say_of_each
from camdash.app.session.inversion import choose_inversion
from camdash.errors import CamdashError
from camdash.evidence.analysis import Analysis
from camdash.evidence.verification import verified_words


def about_image(film: Film, results: Sequence[Analysis]) -> None:
    """Offer the facts of an image, to invert it for the network, and to check its answers."""
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
        _offer_check(film, results)


def _offer_check(film: Film, results: Sequence[Analysis]) -> None:
    """Offer to run the undivided network on this very image, and say how far its logits are from those shown."""
    asked = st.button(
        tr("Check this image"),
        key=widget_keys.CHECK_IMAGE,
        help=tr("Runs the whole network once more, as its weights are, and compares its answer with the one shown."),
    )
    if not asked:
        return
    place = st.empty()

    def waiting(ahead: int) -> None:
        place.caption(line(ahead))

    say_of_each([_checked(film, one, waiting) for one in results])
    place.empty()


def _checked(film: Film, analysis: Analysis, waiting: Waiting) -> str:
    """Return what the check of an answer found, or why there is none."""
    try:
        return verified_words(verified(film, analysis, waiting))
    except CamdashError as error:
        return str(error)
