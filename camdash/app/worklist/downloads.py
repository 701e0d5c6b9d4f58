"""The worklist to take away: a table, and an archive of overlays and maps."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from camdash.app.films.caches import cached_analysis
from camdash.app.films.files import Film
from camdash.app.language import tr
from camdash.evidence.worklist import Line
from camdash.images.sandbox.pool import shared_pool
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.files.archive import LARGEST, LEFT_OUT, Packed, archive
from camdash.rendering.files.tables import worklist_csv


def offer_files(films: Sequence[Film], lines: Sequence[Line], checkpoint: Checkpoint) -> None:
    """Offer what is listed, in its order. The archive is made when it is asked for.

    That happens in a thread of the server, where the session's caches cannot be read: all it needs is handed over.
    """
    table = worklist_csv(lines, checkpoint)
    name = f"worklist_{checkpoint.sha256[:8]}"
    st.download_button(
        "CSV", table, file_name=f"{name}.csv", mime="text/csv", icon=":material/download:", on_click="ignore"
    )
    told = tr(
        "Per radiograph: the overlay of the predicted class and the raw maps (.npz); plus the CSV. Built on click "
        "(up to 1 s each, {size} MB in all); anything that does not fit is listed in {file}.",
        size=LARGEST // 2**20,
        file=LEFT_OUT,
    )
    packed = [one for film in films if (one := _packed(film, checkpoint))]
    st.download_button(
        "ZIP",
        partial(archive, packed, table),
        file_name=f"{name}.zip",
        mime="application/zip",
        icon=":material/folder_zip:",
        on_click="ignore",
        disabled=not packed,
        help=told,
    )


def _packed(film: Film, checkpoint: Checkpoint) -> Packed | None:
    """Return what is packed of a film; None where it has no maps."""
    analysis = cached_analysis(film, checkpoint)
    if analysis is None or not analysis.has_maps:
        return None
    return Packed(film.name, film.sha256, partial(shared_pool().decode, film.file.data), analysis, film.inverted)
