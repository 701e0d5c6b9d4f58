"""A page with nothing but the viewer, a synthetic radiograph and synthetic maps, for the browser's tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

import streamlit as st

from camdash.app.viewer import saved_settings, viewer
from camdash.app.viewer.payload import pack
from tests.browser.synthetic import FITS, viewer_data

st.set_page_config(layout="wide")
left, right, last = st.columns(3)
fit = left.radio("Fit", list(FITS), key="fit", horizontal=True)
sample = right.radio("Sample", [0, 1, 2, 3], key="sample", horizontal=True)
classes = last.radio("Classes", [5, 1], key="classes", horizontal=True)
settings = viewer(pack(viewer_data(str(fit), int(sample), saved_settings("viewer"), int(classes))), key="viewer")
st.text(f"told: {settings}")
