"""Bytes in, Radiograph out. Files are recognised by their content, never by their name."""
