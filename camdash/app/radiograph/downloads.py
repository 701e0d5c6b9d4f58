"""Overlays and raw maps to take away, drawn by the server as the viewer shows them."""

from collections.abc import Callable, Collection, Sequence
from functools import partial

import streamlit as st

from camdash.app import widget_keys
from camdash.app.films.files import Film
from camdash.app.language import localized, tr
from camdash.app.markdown import plain
from camdash.evidence.analysis import Analysis
from camdash.evidence.comparison import Comparison
from camdash.evidence.slope_maps import SlopeMaps
from camdash.images.radiograph import Radiograph
from camdash.networks.gradients import Method, stage_names, stage_words
from camdash.rendering.files.export import (
    MOST_OVERLAYS,
    WARNING,
    Drawing,
    difference_name,
    difference_png,
    file_name,
    maps_npz,
    npz_name,
    overlay_png,
    slopes_name,
    slopes_png,
    stem_of,
)
from camdash.rendering.panels import has_one_map, shown_together


def offer_downloads(
    film: Film,
    radiograph: Radiograph,
    results: Sequence[Analysis],
    drawing: Drawing,
    comparison: Comparison | None = None,
    *,
    apart: bool = False,
    in_view: Collection[str] = (),
) -> None:
    """Offer a PNG of each overlay, the raw maps of each checkpoint, and the differences of two that are compared.

    Where no network has maps, there is nothing to offer. Where the two are drawn `apart`, each is on its own scale.
    Of a checkpoint with very many classes only those are offered whose names are in view. Each file is made when it is
    asked for, in a thread of the server, where caches of a session cannot be read: all it needs is handed over.
    """
    analyses = {place: one for place, one in enumerate(results) if one.has_maps}
    if not analyses:
        return
    with st.popover(tr("Download"), icon=":material/download:"):
        st.caption(tr("Overlays at the radiograph's own size, in the viewer's present look, opacity and window."))
        if radiograph.may_hold_names:
            st.caption(f":material/warning: {localized(WARNING)}")
        for place, analysis in analyses.items():
            if len(results) > 1:
                st.markdown(f"**{'AB'[place]}** · {plain(analysis.checkpoint.name)}")
            beside = [] if apart else [other for other in analyses.values() if other is not analysis]
            _offer_overlays(film, radiograph, analysis, drawing, beside, in_view)
            _offer_maps(film, analysis)
        if comparison and comparison.differences:
            _offer_differences(film, radiograph, comparison, drawing, in_view)


def _offer_overlays(
    film: Film,
    radiograph: Radiograph,
    analysis: Analysis,
    drawing: Drawing,
    beside: Sequence[Analysis],
    in_view: Collection[str],
) -> None:
    drawn = shown_together(analysis, contrast=drawing.contrast)
    ranking = [] if has_one_map(analysis) else analysis.prediction.ranking
    panels = [*(drawn[place] for place in ranking), *drawn[len(ranking) :]]  # as they stand in the viewer
    if len(panels) > MOST_OVERLAYS:
        st.caption(tr("Overlays of the classes in view. To take others, show or choose them in the viewer."))
        panels = [panel for panel in panels if panel.name.casefold() in in_view][:MOST_OVERLAYS]
    for panel in panels:
        name = file_name(_stem(film), film.sha256, analysis, drawing, panel.id, beside)
        _offer(plain(panel.name), name, partial(overlay_png, radiograph, analysis, drawing, panel.id, beside))


def _offer_differences(
    film: Film, radiograph: Radiograph, comparison: Comparison, drawing: Drawing, in_view: Collection[str]
) -> None:
    st.markdown(tr("**B − A** · difference"))
    names = [one.pair.name for one in comparison.differences]
    many = len(names) > MOST_OVERLAYS
    shown = [place for place, name in enumerate(names) if not many or name.casefold() in in_view][:MOST_OVERLAYS]
    for place in shown:
        name = difference_name(_stem(film), film.sha256, comparison, drawing, place)
        _offer(plain(names[place]), name, partial(difference_png, radiograph, comparison, drawing, place))


def offer_slopes(film: Film, radiograph: Radiograph, found: SlopeMaps, method: Method, drawing: Drawing) -> None:
    """Offer a PNG of each overlay of a gradient-based method, the most probable class first."""
    with st.popover(tr("Download"), icon=":material/download:"):
        st.caption(
            tr(
                "Overlays of {method} at the {stage}, at the radiograph's own size, as the viewer shows them.",
                method=localized(method.name),
                stage=plain(stage_words(found.stage, stage_names(found.checkpoint.card))),
            )
        )
        if radiograph.may_hold_names:
            st.caption(f":material/warning: {localized(WARNING)}")
        for place in found.prediction.ranking:
            name = slopes_name(_stem(film), film.sha256, found, method, drawing, place)
            made = partial(slopes_png, radiograph, found, method, drawing, place)
            _offer(plain(found.prediction.class_names[place]), name, made)


def _offer_maps(film: Film, analysis: Analysis) -> None:
    st.caption(
        tr(
            "The numbers behind the colors, for your own analysis in NumPy (float32, in logits), with class names, "
            "bias, logits and digests."
        )
    )
    name = npz_name(_stem(film), film.sha256, analysis)
    maps = partial(maps_npz, analysis, film.sha256, inverted=film.inverted)
    _offer(tr("Raw maps (.npz)"), name, maps, "application/octet-stream")


def _offer(label: str, name: str, made: Callable[[], bytes], mime: str = "image/png") -> None:
    st.download_button(
        label,
        made,
        file_name=name,
        mime=mime,
        key=widget_keys.DOWNLOAD.format(name),
        on_click="ignore",
        width="stretch",
    )


def _stem(film: Film) -> str:
    return stem_of(film.name) + "-inverted" * film.inverted
