"""Pages, caches and the viewer component: all that knows Streamlit."""
