"""Overlays and raw maps to take away, drawn by the server as the viewer shows them."""

from functools import partial

import streamlit as st

from camdash.app.caches import ImageFile
from camdash.app.text import plain
from camdash.evidence.analysis import Analysis
from camdash.images.radiograph import Radiograph
from camdash.rendering.export import Drawing, file_name, maps_npz, npz_name, overlay_png
from camdash.rendering.panels import shown_together


def offer_downloads(file: ImageFile, radiograph: Radiograph, analysis: Analysis, drawing: Drawing) -> None:
    """Offer a PNG of each overlay and the raw maps; each is made when it is asked for.

    That happens in a thread of the server, where caches of a session cannot be read: all it needs is handed over.
    """
    stem = file.name.rsplit(".", 1)[0]
    with st.popover("Download", icon=":material/download:"):
        st.caption("Overlays at the radiograph's own size, drawn as the viewer shows them now.")
        for panel in shown_together(analysis, contrast=drawing.contrast):
            name = file_name(stem, file.sha256, analysis, drawing, panel.id)
            st.download_button(
                plain(panel.name),
                partial(overlay_png, radiograph, analysis, drawing, panel.id),
                file_name=name,
                mime="image/png",
                key=f"download-{name}",
                on_click="ignore",
                width="stretch",
            )
        st.caption("Raw maps: float32, in logits, with names, bias, logits and digests.")
        name = npz_name(stem, file.sha256, analysis)
        st.download_button(
            "Raw maps (.npz)",
            partial(maps_npz, analysis, file.sha256),
            file_name=name,
            mime="application/octet-stream",
            key=f"download-{name}",
            on_click="ignore",
            width="stretch",
        )
