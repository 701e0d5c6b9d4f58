"""Whether a visitor may write cards into the checkpoint folders, which everybody who uses the dashboard shares."""

from collections.abc import Mapping

import streamlit as st

from camdash.settings import CardWriting, card_writing

LOOPBACK = ("localhost", "127.0.0.1", "::1", "[::1]")
FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")
"""What a proxy adds to a request: behind one, visitors of any machine seem to sit at this one."""


def may_write() -> bool:
    """Return whether this visitor may; by default if the server and the request are of this machine alone.

    Raises:
        UsageError: `CAMDASH_WRITE_CARDS` makes no sense.
    """
    choice = card_writing()
    if choice is not CardWriting.LOCAL:
        return choice is CardWriting.YES
    return is_local(st.get_option("server.address"), st.context.headers.to_dict())


def is_local(address: str | None, headers: Mapping[str, str]) -> bool:
    """Return whether a server listens to this machine alone, and a request comes to it without a detour."""
    sent = {name.lower(): value for name, value in headers.items()}
    host = sent.get("host", "")
    name = host if host in LOOPBACK else host.rpartition(":")[0] or host
    return address in LOOPBACK and name.lower() in LOOPBACK and not any(key in sent for key in FORWARDED)
