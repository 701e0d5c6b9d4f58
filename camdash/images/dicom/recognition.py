"""DICOM files told from others by their first bytes, without the library that reads them."""

import struct

FIRST_BYTES = 132
"""How many bytes of a file suffice."""

FIRST_GROUPS = (0x0002, 0x0008)
"""A data set without preamble begins with file meta information or with the identifying group (PS3.10, 7.1)."""


def is_dicom(start: bytes) -> bool:
    """Return whether a file that starts so is DICOM, with its preamble (PS3.10, 7.1) or without."""
    return start[128:132] == b"DICM" or any(_begins_a_data_set(start, order) for order in "<>")


def _begins_a_data_set(start: bytes, order: str) -> bool:
    """Return whether these bytes are a first element: a likely tag, then a VR or a short length (PS3.5, 7.1)."""
    if len(start) < 8:
        return False
    group, element, length = struct.unpack_from(f"{order}HHI", start)
    explicit = start[4:6].isalpha() and start[4:6].isupper()
    return group in FIRST_GROUPS and element < 0x0100 and (explicit or (order == "<" and length <= 128))
