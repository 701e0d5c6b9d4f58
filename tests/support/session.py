"""A person at the dashboard without a browser: Streamlit's own protocol over a real websocket.

Unlike a browser it costs next to nothing, so that what is measured is the server.
"""

import json
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import numpy as np
import requests
from numpy.typing import NDArray
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState, FileURLs, UploadedFileInfo
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect
from websockets.typing import Subprotocol

COOKIE = "_streamlit_xsrf"
PATIENCE = 300
"""Seconds within which the server must send something."""
LINE = "ahead of you"
LIST = "camdash_uploads"
INTERNAL = "$$STREAMLIT_INTERNAL_KEY"
"""What Streamlit puts before the name under which a component tells of a click."""


@dataclass
class Run:
    """What the server sent in answer to one question, as it came.

    Attributes:
        asked: when the question was sent, in seconds of time.perf_counter.
        seconds: until the script had run.
        seen: seconds until the maps came; None where none did.
        elements: all elements, in the order in which they came.
    """

    asked: float
    seconds: float = 0.0
    seen: float | None = None
    elements: list[Element] = field(default_factory=list)

    def texts(self) -> list[str]:
        """Return what was written on the page, progress bars included."""
        return [one.markdown.body or one.progress.text or one.alert.body for one in self.elements]

    @property
    def lines(self) -> list[str]:
        """What was said of the line before the device."""
        return [text for text in self.texts() if LINE in text]

    @property
    def maps(self) -> dict[str, NDArray[np.float32]]:
        """The maps of the viewer by their names ("class-0"), as the browser gets them."""
        return maps_in(self._viewed)

    @property
    def file(self) -> str:
        """The name of the file that the viewer shows."""
        return str(opened(self._viewed)[0]["picture"]["label"])

    @property
    def _viewed(self) -> bytes:
        return next(payload for payload in map(_payload, reversed(self.elements)) if payload)


class Session:
    """One tab: connected, its first screen drawn."""

    def __init__(self, address: str, query: str = "") -> None:
        self._address = address
        self._query = query
        self._cookie = requests.get(f"{address}/_stcore/health", timeout=PATIENCE).cookies.get(COOKIE) or ""
        self._connection = ExitStack()
        self._socket = self._connection.enter_context(
            connect(
                f"{address.replace('http', 'ws', 1)}/_stcore/stream",
                subprotocols=[Subprotocol("streamlit"), Subprotocol(self._cookie or "none")],
                additional_headers={"Cookie": f"{COOKIE}={self._cookie}", "Origin": address},
                max_size=None,
                max_queue=None,
            )
        )
        self._id = ""
        self._uploader = ""
        self._list = ""
        self._listed: dict[str, str] = {}
        self._files: list[UploadedFileInfo] = []
        self._buttons: dict[str, str] = {}
        self._pages: dict[str, str] = {}
        self._page = ""
        self.opened = self.rerun()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the tab."""
        self._connection.close()

    def rerun(self, *widgets: WidgetState) -> Run:
        """Ask for the page, with what was clicked, and wait until it is drawn."""
        self.ask(*widgets)
        return self.wait()

    def ask(self, *widgets: WidgetState) -> None:
        """Ask for the page and do not wait."""
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.widget_states.widgets.extend([*self._standing(), *widgets])
        self._run = Run(time.perf_counter())
        self._socket.send(message.SerializeToString())

    def wait(self) -> Run:
        """Return what the server sends until the script has run."""
        for message in self._messages():
            self._take(message)
            if message.WhichOneof("type") == "script_finished" and _whole(message):
                self._run.seconds = time.perf_counter() - self._run.asked
                return self._run
        raise ConnectionError("the server closed the connection")

    def told(self) -> str:
        """Return what the page says of the line before the device, once it says something."""
        for message in self._messages():
            self._take(message)
            if self._run.lines:
                return self._run.lines[-1]
        raise ConnectionError("the server closed the connection")

    def upload(self, files: dict[str, bytes]) -> None:
        """Send files beside those that are there; the page does not know of them until it is asked for."""
        for answer in self.try_upload(files).values():
            answer.raise_for_status()

    def try_upload(self, files: dict[str, bytes]) -> dict[str, requests.Response]:
        """Send files, and return the server's answer to each; those that it does not take are not kept."""
        answers = {}
        for (name, data), urls in zip(files.items(), self.places(files), strict=True):
            answers[name] = requests.put(
                self._address + urls.upload_url,
                files={"file": (name, data)},
                headers=self.headers,
                timeout=PATIENCE,
            )
            if answers[name].ok:
                self._files.append(UploadedFileInfo(name=name, size=len(data), file_id=urls.file_id, file_urls=urls))
        return answers

    def places(self, names: Iterable[str]) -> list[FileURLs]:
        """Ask for the addresses to which files of these names may be sent."""
        message = BackMsg()
        message.file_urls_request.request_id = uuid.uuid4().hex
        message.file_urls_request.file_names.extend(names)
        message.file_urls_request.session_id = self._id
        self._socket.send(message.SerializeToString())
        answer = next(one for one in self._messages() if one.WhichOneof("type") == "file_urls_response")
        return list(answer.file_urls_response.file_urls)

    def remove(self, name: str) -> Run:
        """Take a file out of the uploader, and wait until the page is drawn."""
        (gone,) = [one for one in self._files if one.name == name]
        self._files.remove(gone)
        address = self._address + gone.file_urls.delete_url
        requests.delete(address, headers=self.headers, timeout=PATIENCE).raise_for_status()
        return self.rerun()

    @property
    def headers(self) -> dict[str, str]:
        """What the server wants to see beside a file."""
        return {"X-Xsrftoken": self._cookie, "Cookie": f"{COOKIE}={self._cookie}"}

    def look(self, name: str, data: bytes) -> Run:
        """Upload a file and wait until it is shown; the time begins when it is all there."""
        self.upload({name: data})
        return self.rerun()

    def look_at_all(self, files: dict[str, bytes]) -> Run:
        """Upload files, wait until all are analysed, and look at each."""
        self.upload(files)
        run = self.rerun()
        for key in list(self._listed):
            run = self._in_list("open", key)
        return run

    def remove_listed(self, name: str) -> Run:
        """Click on the cross beside a file in the list of uploads, and wait until the page is drawn."""
        return self._in_list("remove", next(key for key, listed in self._listed.items() if listed == name))

    def remove_all(self) -> Run:
        """Click on "Remove all" above the list of uploads, and wait until the page is drawn."""
        return self._in_list("clear", True)

    @property
    def listed(self) -> list[str]:
        """The names in the list of uploads."""
        return list(self._listed.values())

    def _in_list(self, event: str, value: object) -> Run:
        told = json.dumps([{"event": event, "value": value}])
        state = WidgetState(id=self._list, json_value="{}")
        return self.rerun(state, WidgetState(id=f"{INTERNAL}_{self._list}__events", json_trigger_value=told))

    def turn_to(self, title: str) -> Run:
        """Go to a page by its title, and wait until it is drawn."""
        self._page = self._pages[title]
        return self.rerun()

    def click(self, label: str) -> Run:
        """Click a button by its label, and wait until the page is drawn."""
        self.press(label)
        return self.wait()

    def press(self, label: str) -> None:
        """Click a button by its label and do not wait."""
        self.ask(WidgetState(id=self._buttons[label], trigger_value=True))

    def _standing(self) -> Iterator[WidgetState]:
        """Yield what a browser sends each time: the files that stand in the uploader."""
        if self._files:
            state = FileUploaderState(uploaded_file_info=self._files)
            yield WidgetState(id=self._uploader, file_uploader_state_value=state)

    def _take(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "new_session":
            self._id = message.new_session.initialize.session_id or self._id
        elif message.WhichOneof("type") == "navigation":
            self._pages = {page.page_name: page.page_script_hash for page in message.navigation.app_pages}
        elif message.WhichOneof("type") == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._draw(message.delta.new_element)

    def _draw(self, element: Element) -> None:
        self._run.elements.append(element)
        if _payload(element):
            self._run.seen = time.perf_counter() - self._run.asked
        if element.WhichOneof("type") == "file_uploader":
            self._uploader = element.file_uploader.id
        if element.WhichOneof("type") == "bidi_component" and element.bidi_component.component_name == LIST:
            self._list = element.bidi_component.id
            self._listed = {row["key"]: row["name"] for row in json.loads(element.bidi_component.json)["rows"]}
        if element.WhichOneof("type") == "button":
            self._buttons[element.button.label] = element.button.id

    def _messages(self) -> Iterator[ForwardMsg]:
        while True:
            message = ForwardMsg()
            data: Any = self._socket.recv(PATIENCE)
            message.ParseFromString(data)
            yield message


def maps_in(payload: bytes) -> dict[str, NDArray[np.float32]]:
    """Return the grids in what the viewer is given, by their names."""
    header, body = opened(payload)
    found = {}
    for source in header["sources"]:
        shape = [axis["cells"] for axis in source["axes"]]
        for one in source["maps"]:
            grid = np.frombuffer(body, "<f4", shape[0] * shape[1], one["start"])
            found[one["id"]] = grid.reshape(shape)
    return found


def opened(payload: bytes) -> tuple[Any, bytes]:
    """Return the header and what follows it (camdash/app/viewer/payload.py)."""
    length = int.from_bytes(payload[:4], "little")
    return json.loads(payload[4 : 4 + length]), payload[4 + length :]


def _payload(element: Element) -> bytes:
    return element.bidi_component.bytes if element.WhichOneof("type") == "bidi_component" else b""


def _whole(message: ForwardMsg) -> bool:
    return message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
