"""Overlays and raw maps to take away, drawn by the server as the viewer shows them."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from camdash.app.caches import ImageFile
from camdash.app.inversion import is_inverted
from camdash.app.text import plain
from camdash.evidence.analysis import Analysis
from camdash.images.radiograph import Radiograph
from camdash.rendering.export import WARNING, Drawing, file_name, maps_npz, npz_name, overlay_png
from camdash.rendering.panels import shown_together


def offer_downloads(file: ImageFile, radiograph: Radiograph, analyses: Sequence[Analysis], drawing: Drawing) -> None:
    """Offer a PNG of each overlay and the raw maps of each checkpoint; each is made when it is asked for.

    That happens in a thread of the server, where caches of a session cannot be read: all it needs is handed over.
    """
    with st.popover("Download", icon=":material/download:"):
        st.caption("Overlays at the radiograph's own size, in the viewer's present look, opacity and window.")
        if radiograph.may_hold_names:
            st.caption(f":material/warning: {WARNING}")
        for place, analysis in enumerate(analyses):
            if len(analyses) > 1:
                st.markdown(f"**{'AB'[place]}** · {plain(analysis.checkpoint.name)}")
            beside = [*analyses[:place], *analyses[place + 1 :]]
            _offer_overlays(file, radiograph, analysis, drawing, beside)
            _offer_maps(file, analysis)


def _offer_overlays(
    file: ImageFile, radiograph: Radiograph, analysis: Analysis, drawing: Drawing, beside: Sequence[Analysis]
) -> None:
    for panel in shown_together(analysis, contrast=drawing.contrast):
        name = file_name(_stem(file), file.sha256, analysis, drawing, panel.id, beside)
        st.download_button(
            plain(panel.name),
            partial(overlay_png, radiograph, analysis, drawing, panel.id, beside),
            file_name=name,
            mime="image/png",
            key=f"download-{name}",
            on_click="ignore",
            width="stretch",
        )


def _offer_maps(file: ImageFile, analysis: Analysis) -> None:
    st.caption("Raw maps: float32, in logits, with names, bias, logits and digests.")
    name = npz_name(_stem(file), file.sha256, analysis)
    st.download_button(
        "Raw maps (.npz)",
        partial(maps_npz, analysis, file.sha256, inverted=is_inverted(file)),
        file_name=name,
        mime="application/octet-stream",
        key=f"download-{name}",
        on_click="ignore",
        width="stretch",
    )


def _stem(file: ImageFile) -> str:
    return file.name.rsplit(".", 1)[0] + "-inverted" * is_inverted(file)
