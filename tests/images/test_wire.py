"""What is received is a radiograph, or an error: whatever a process may answer."""

import io
import json
from typing import Any

import numpy as np
import pytest

from camdash.images.radiograph import Radiograph
from camdash.images.sandbox.wire import receive_answer, send_answer, send_bytes
from camdash.images.window import Preset, VoiLut, Window
from tests.images.test_pool import same

LUT = VoiLut(0, np.array([0, 255], np.uint16), 255)
FILM = Radiograph(
    np.array([[0, 1], [2, 3]], np.float32),
    Window(1, 2),
    "drawn",
    lut=LUT,
    padding=np.eye(2, dtype=np.bool_),
    own_presets=(Preset("Table", Window(1, 2), LUT),),
    facts=(("Rows", "2"),),
    notes=("A note.",),
)


def sent() -> bytes:
    stream = io.BytesIO()
    send_answer(stream, FILM)
    return stream.getvalue()


def received(content: bytes) -> Any:
    return receive_answer(io.BufferedReader(io.BytesIO(content)))


def changed(**fields: Any) -> bytes:
    """Return the answer with some of its header's fields changed."""
    content = sent()
    length = int.from_bytes(content[:8], "little")
    stream = io.BytesIO()
    send_bytes(stream, json.dumps(json.loads(content[8 : 8 + length]) | fields).encode())
    return stream.getvalue() + content[8 + length :]


def framed(header: bytes) -> bytes:
    stream = io.BytesIO()
    send_bytes(stream, header)
    return stream.getvalue()


def test_a_radiograph_comes_back_as_it_was() -> None:
    found = received(sent())
    assert same(found, FILM)
    np.testing.assert_array_equal(found.padding, FILM.padding)


@pytest.mark.parametrize("size", [0, 3, 8, 50, -1])
def test_an_answer_that_is_cut_is_none(size: int) -> None:
    with pytest.raises(EOFError):
        received(sent()[:size])


@pytest.mark.parametrize(
    "header", [b"", b"\xff\xfe", b"[1]", b"7", b'"refused"', b"null", b"{}", b"[" * 100_000, b'{"refused": 7}'], ids=len
)
def test_rubbish_for_a_header_is_no_answer(header: bytes) -> None:
    with pytest.raises(ValueError):
        received(framed(header))


@pytest.mark.parametrize(
    "fields",
    [
        {"rows": -2}, {"rows": 2**40}, {"rows": 1.5}, {"rows": "two"}, {"rows": None}, {"kind": "object"},
        {"window": [0, 0, "LINEAR"]}, {"window": [0, float("inf"), "LINEAR"]}, {"window": [0, 1, "ROUND"]},
        {"window": []}, {"encoding": 7}, {"notes": [["a"]]}, {"notes": 3}, {"facts": [["Rows"]]}, {"facts": [[1, 2]]},
        {"presets": [{}]}, {"presets": [{"name": "Table", "window": [0, 1, "LINEAR"], "table": [0, 0, [1]]}]},
        {"presets": [{"name": "Table", "window": [0, 1, "LINEAR"], "table": [0, 9, [70000]]}]},
        {"presets": [{"name": "Table", "window": [0, 1, "LINEAR"], "table": [0, 9, []]}]},
    ],
    ids=str,
)  # fmt: skip
def test_a_header_that_makes_no_sense_is_no_answer(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        received(changed(**fields))


def test_values_that_are_not_finite_are_no_answer() -> None:
    content = sent()
    at = content.index(np.float32(3).tobytes())
    with pytest.raises(ValueError, match="not all values are finite"):
        received(content[:at] + np.float32(np.nan).tobytes() + content[at + 4 :])
