"""Uploads in the sidebar: the list of them, and files that are dropped anywhere."""
