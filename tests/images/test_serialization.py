"""What is received is a radiograph, or an error: whatever a process may answer."""

import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from camdash.errors import ImageError
from camdash.images.radiograph import Radiograph
from camdash.images.sandbox.serialization import receive_answer, send_answer, send_bytes
from camdash.images.window import Preset, VoiLut, Window
from camdash.words.sentence import Sentence, joined, say, say_many
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


def again(answer: Radiograph | ImageError) -> Any:
    """Return the answer as it is received."""
    stream = io.BytesIO()
    send_answer(stream, answer)
    return received(stream.getvalue())


def nested(text: Any, depth: int, template: str = "{inner}") -> Any:
    for _ in range(depth):
        text = [template, "", {"inner": text}]
    return text


def parts(text: str) -> Any:
    """Return of what a sentence is made, and what stands in it."""
    if not isinstance(text, Sentence):
        return text
    return text.template, text.many, {name: parts(str(value)) for name, value in text.values.items()}


SENTENCES = (
    say("A note."),
    say("The {element} is {share:.1f} % of {count:,}.", element=say("window"), share=12.34, count=1234),
    say_many("{count} row is grey.", "{count} rows are grey.", 3),
    joined(", ", ["DICOM", say("{bits} bits", bits=16), "JPEG {2000}"]),
    "A {name}, as it is",
)


def test_a_radiograph_comes_back_as_it_was() -> None:
    found = received(sent())
    assert same(found, FILM)
    np.testing.assert_array_equal(found.padding, FILM.padding)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_is_said_can_still_be_translated(sentence: str) -> None:
    refused = again(ImageError(sentence))
    assert (str(refused), parts(str(refused))) == (sentence, parts(sentence))
    presets = (replace(FILM.own_presets[0], name=sentence),)
    film = again(
        replace(FILM, encoding=sentence, facts=((sentence, sentence),), notes=(sentence,), own_presets=presets)
    )
    for text in (film.encoding, *film.facts[0], *film.notes, film.presets[0].name):
        assert (text, parts(text)) == (sentence, parts(sentence))


@pytest.mark.parametrize(
    "said",
    [
        7, None, [], {}, ["a"], ["a", "", []], ["a", "", [1]], ["a", "", 3], ["a", 3, {}], [3, "", {}],
        ["{a}", "", {}], ["{a}", "", {"a": None}], ["{a", "", {"a": "b"}], ["{}", "", {"": "b"}],
        ["{0}", "", {"0": "b"}],
        ["{a!r}", "", {"a": "b"}], ["{a:>99}", "", {"a": "b"}], ["{a:d}", "", {"a": "b"}], ["{a:,}", "", {"a": "b"}],
        ["{a.upper}", "", {"a": "b"}], ["{a[0]}", "", {"a": "b"}],
        ["{a.upper}", "", {"a": "b", "a.upper": 1}], ["{a[0]}", "", {"a": "b", "a[0]": 1}],
        ["{a.__new__.__globals__}", "", {"a": ["b", "", {}], "a.__new__.__globals__": 1}],
        ["{a}", "{a} {count}", {"a": "b"}], ["{a}", "{a}", {"a": "b"}],
        ["{a}", "", {"a": 10**400}], ["{a}" * 50, "", {"a": "b" * 100}], ["b", "{count}" * 5000, {"count": 1}],
        nested("b", 6, "{inner}" * 5), ["{a}", "", {"a": "b", "c": nested("b", 6, "{inner}" * 5)}],
        nested("b", 9), nested("b", 200),
    ],
    ids=lambda said: str(said)[:60],
)  # fmt: skip
def test_a_sentence_that_does_more_than_name_its_values_is_no_answer(said: Any) -> None:
    preset = {"name": said, "window": [0, 1, "LINEAR"], "table": None}
    for fields in ({"encoding": said}, {"notes": [said]}, {"facts": [["Rows", said]]}, {"facts": [[said, "2"]]}):
        with pytest.raises(ValueError):
            received(changed(**fields))
    with pytest.raises(ValueError):
        received(changed(presets=[preset]))
    with pytest.raises(ValueError):
        received(framed(json.dumps({"refused": said}).encode()))


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
