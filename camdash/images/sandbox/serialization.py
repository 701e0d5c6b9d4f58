"""Radiographs between processes: a header in JSON and the arrays' bytes, so that nothing received is ever run."""

import io
import json
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from camdash.errors import ImageError
from camdash.images.limits import check_pixels
from camdash.images.radiograph import Radiograph
from camdash.images.window import Preset, VoiFunction, VoiLut, Window
from camdash.words.received import length_of, parts_of, text_of

LENGTH = struct.Struct("<Q")
PING, READY = b"", b"ready"
"""What asks a process whether it is ready for a file, as no file is empty; and its answer."""

KINDS = ("uint8", "uint16", "int16", "float32")
LARGEST_HEADER = 16 * 2**20
MOST_TEXT = 2**20
"""Characters of all notes, facts and names of a radiograph together."""


def send_bytes(stream: BinaryIO, content: bytes) -> None:
    """Write a length and as many bytes."""
    stream.write(LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def receive_bytes(stream: BinaryIO, most: int) -> bytes:
    """Read a length and as many bytes; EOFError where the stream ends, or where there are more than `most`."""
    (length,) = LENGTH.unpack(_exactly(stream, LENGTH.size))
    if length > most:
        raise EOFError
    return _exactly(stream, length)


def send_answer(stream: BinaryIO, answer: Radiograph | ImageError) -> None:
    """Write a radiograph, or the sentence that refuses one."""
    if isinstance(answer, ImageError):
        send_bytes(stream, json.dumps({"refused": parts_of(str(answer))}).encode())
        return
    send_bytes(stream, json.dumps(_header(answer)).encode())
    for part in _arrays(answer):
        stream.write(part.data)
    stream.flush()


def receive_answer(stream: io.BufferedReader) -> Radiograph | ImageError:
    """Read what `send_answer` wrote; EOFError or ValueError where it is not that, OSError where nothing can be read."""
    try:
        header = json.loads(receive_bytes(stream, LARGEST_HEADER))
        if "refused" in header:
            return ImageError(text_of(header["refused"]))
        return _radiograph(stream, header)
    except (TypeError, LookupError, OverflowError, RecursionError, ImageError) as error:
        raise ValueError("this is no answer") from error


def _radiograph(stream: io.BufferedReader, header: dict[str, Any]) -> Radiograph:
    _check_texts(header)
    rows, columns = header["rows"], header["columns"]
    check_pixels(rows, columns)
    values = np.empty((rows, columns), KINDS[KINDS.index(header["kind"])])
    _fill(stream, values)
    if not np.isfinite(values).all():
        raise ValueError("not all values are finite")
    padding = None
    if header["padding"]:
        packed = np.empty((rows * columns + 7) // 8, np.uint8)
        _fill(stream, packed)
        padding = np.unpackbits(packed, count=rows * columns).reshape(rows, columns).view(np.bool_)
    presets = tuple(_preset(preset) for preset in header["presets"])
    return Radiograph(
        values,
        _window(header["window"]),
        text_of(header["encoding"]),
        lut=presets[0].lut if presets else None,
        inverted=bool(header["inverted"]),
        padding=padding,
        own_presets=presets,
        facts=tuple((text_of(name), text_of(value)) for name, value in header["facts"]),
        may_hold_names=bool(header["may_hold_names"]),
        notes=tuple(text_of(note) for note in header["notes"]),
    )


def _header(radiograph: Radiograph) -> dict[str, Any]:
    rows, columns = radiograph.shape
    return {
        "rows": rows,
        "columns": columns,
        "kind": str(radiograph.values.dtype),
        "padding": radiograph.padding is not None,
        "window": _window_parts(radiograph.window),
        "encoding": parts_of(radiograph.encoding),
        "inverted": radiograph.inverted,
        "presets": [_preset_parts(preset) for preset in radiograph.own_presets],
        "facts": [[parts_of(name), parts_of(value)] for name, value in radiograph.facts],
        "may_hold_names": radiograph.may_hold_names,
        "notes": [parts_of(note) for note in radiograph.notes],
    }


def _arrays(radiograph: Radiograph) -> Iterator[NDArray[Any]]:
    yield np.ascontiguousarray(radiograph.values)
    if radiograph.padding is not None:
        yield np.packbits(radiograph.padding)


def _window_parts(window: Window) -> list[Any]:
    return [window.centre, window.width, window.function.value]


def _window(parts: list[Any]) -> Window:
    centre, width, function = parts
    return Window(float(centre), float(width), VoiFunction(function))


def _preset_parts(preset: Preset) -> dict[str, Any]:
    lut = preset.lut
    table = None if lut is None else [lut.first, lut.highest, lut.entries.tolist()]
    return {"name": parts_of(preset.name), "window": _window_parts(preset.window), "table": table}


def _preset(parts: dict[str, Any]) -> Preset:
    name, window = text_of(parts["name"]), _window(parts["window"])
    if parts["table"] is None:
        return Preset(name, window)
    first, highest, entries = parts["table"]
    return Preset(name, window, VoiLut(int(first), np.array(entries, np.uint16), int(highest)))


def _check_texts(header: dict[str, Any]) -> None:
    facts = [part for fact in header["facts"] for part in fact]
    names = [preset["name"] for preset in header["presets"]]
    if sum(map(length_of, (header["encoding"], *header["notes"], *facts, *names))) > MOST_TEXT:
        raise ValueError("there is too much text")


def _exactly(stream: BinaryIO, count: int) -> bytes:
    content = stream.read(count)
    if len(content) < count:
        raise EOFError
    return content


def _fill(stream: io.BufferedReader, array: NDArray[Any]) -> None:
    room = array.data.cast("B")
    while len(room):
        count = stream.readinto(room)
        if not count:
            raise EOFError
        room = room[count:]
