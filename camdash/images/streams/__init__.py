"""Compressed pictures: what they say of themselves, and whether their data is whole."""
