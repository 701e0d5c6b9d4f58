"""Uploads are looked at before they are read: one for which there is no room is refused, and the page says so.

Streamlit alone takes whatever is sent to it, file by file.
"""

import asyncio
import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from camdash.app.memory.refusals import Refusals
from camdash.app.memory.room import FullError
from camdash.app.memory.tabs import Tab, tab_named
from camdash.app.memory.upload_memory import FRAME, LARGEST_BODY, forget_uploads, room

FILE_NAME = re.compile(rb'filename="([^"\r\n]{1,200})')
"""In the first lines of an upload's body (RFC 7578)."""

BEGINNING = 1.0
"""Seconds to wait for those."""

LONGEST_SILENCE = 60.0
"""Seconds within which the next part of an upload must come."""

GONE = "This page is not open any more. Reload it, and upload again."


class UploadLimit:
    """Stands before Streamlit's server and lets only those uploads pass for which there is room."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._refusals = Refusals()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; all but uploads is Streamlit's."""
        if scope["type"] != "http" or scope["method"] != "PUT":
            await self._app(scope, receive, send)
            return
        name = (["", *scope["path"].split("/")])[-2]  # .../upload_file/SESSION/FILE
        tab = tab_named(name)
        if tab is None or tab.is_closed:
            await PlainTextResponse(GONE, status_code=400)(scope, receive, send)
            return
        try:
            await self._take(tab, scope, receive, send)
        except FullError as full:
            self._refusals.add(tab, await _file_name(receive), str(full))
            await PlainTextResponse(str(full), status_code=413)(scope, receive, send)

    async def _take(self, tab: Tab, scope: Scope, receive: Receive, send: Send) -> None:
        self._refusals.begin_drop(tab)
        size = min(_announced(scope), LARGEST_BODY)
        try:
            with room().reserved(tab.name, size):
                await self._app(scope, _no_more_than(size, receive), send)
        finally:
            self._refusals.end_upload(tab)
            if tab.is_closed:  # its time was over while the file came
                forget_uploads(tab.name)


def _announced(scope: Scope) -> int:
    """Return how many bytes a request says that it has; the most that there may be where it does not say."""
    headers = Headers(scope=scope)
    text = headers.get("content-length", "")
    says = text.isascii() and text.isdigit() and "transfer-encoding" not in headers
    return int(text[:12]) if says else LARGEST_BODY


def _no_more_than(size: int, receive: Receive) -> Receive:
    """Return what receives a request's body, and breaks off where it is longer than was said."""
    left = size

    async def counted() -> Message:
        nonlocal left
        message = await _before_long(receive)
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413, "The upload is longer than it said.")
        return message

    return counted


async def _before_long(receive: Receive) -> Message:
    """Return the next part of a body; one that does not come holds its room no longer."""
    try:
        return await asyncio.wait_for(receive(), LONGEST_SILENCE)
    except TimeoutError as error:
        raise HTTPException(408, "The upload has stopped coming.") from error


async def _file_name(receive: Receive) -> str:
    """Return the name of the file that an upload begins with; empty if it does not begin."""
    try:
        message = await asyncio.wait_for(receive(), BEGINNING)
    except TimeoutError:
        return ""
    found = FILE_NAME.search(message.get("body", b"")[:FRAME])
    return found[1].decode(errors="replace") if found else ""
