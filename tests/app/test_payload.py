import json
import math
import struct
import zlib
from dataclasses import fields, replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camdash.app.viewer.modes import Mode
from camdash.app.viewer.payload import Opening, Source, ViewerData, ViewerMap, pack
from camdash.app.viewer.picture import Picture, encode_picture
from camdash.app.viewer.settings import ViewerSettings, parse_settings
from camdash.app.viewer.windowing import PackedValues, Windowing, packed
from camdash.images.radiograph import Radiograph
from camdash.images.window import Preset, VoiFunction, VoiLut, Window
from camdash.networks.placement import Grid, Placement
from camdash.rendering.looks import CLASSIC, LOOKS

GREY = np.arange(35, dtype=np.uint8).reshape(5, 7) * 7
FILM = Radiograph(GREY, Window.between(0, 255), "drawn")
PLACEMENT = Placement((5, 7), (64, 64), (64 / 5, 64 / 7), (0, 0), Grid(32, 0))
FOR = ViewerMap("class-0", "class-0", (Mode.EVIDENCE,), "Händ", np.array([[1, 2], [3, 8]], np.float32), predicted=True)
AGAINST = ViewerMap("class-1", "class-1", (Mode.EVIDENCE,), "Foot", np.array([[-1, 0], [0, 0.5]], np.float32))
CONTRAST = replace(FOR, id="contrast-0", modes=(Mode.CONTRAST,), values=FOR.values / np.float32(4))


def _data(*sources: Source) -> ViewerData:
    picture = Picture(*encode_picture(GREY, lossless=True), (5, 7), "a <b> & ü.png")
    return ViewerData(picture, Windowing("0123", FILM), sources)


def _source(*maps: ViewerMap) -> Source:
    return Source("resnet", PLACEMENT, maps)


def _unpack(blob: bytes) -> tuple[dict[str, Any], bytes]:
    (length,) = struct.unpack("<I", blob[:4])
    return json.loads(blob[4 : 4 + length]), blob[4 + length :]


def test_grids_start_on_a_multiple_of_four_bytes_and_hold_the_values() -> None:
    blob = pack(_data(_source(FOR, AGAINST)))
    header, body = _unpack(blob)
    assert (len(blob) - len(body)) % 4 == 0
    for sent, given_map in zip(header["sources"][0]["maps"], (FOR, AGAINST), strict=True):
        values = np.frombuffer(body, "<f4", 4, sent["start"]).reshape(2, 2)
        np.testing.assert_array_equal(values, given_map.values)


def test_each_look_has_its_table_and_opacity() -> None:
    header, body = _unpack(pack(_data(_source(FOR))))
    for sent, look in zip(header["looks"], LOOKS, strict=True):
        start = sent["start"]
        assert body[start : start + 768] == look.table.tobytes()
        assert (sent["id"], sent["opacity"]) == (look.id, look.opacity)


def test_the_picture_is_the_radiograph() -> None:
    header, body = _unpack(pack(_data(_source(FOR))))
    sent = header["picture"]
    decoded = cv2.imdecode(np.frombuffer(body, np.uint8, sent["length"], sent["start"]), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(decoded, GREY)
    assert (sent["rows"], sent["columns"], sent["mime"]) == (5, 7, "image/png")
    assert sent["start"] + sent["length"] == header["window"]["bounds"][0]


def test_names_arrive_as_they_are() -> None:
    header, _ = _unpack(pack(_data(_source(FOR))))
    assert header["picture"]["label"] == "a <b> & ü.png"
    assert header["sources"][0]["maps"][0]["name"] == "Händ"


def test_the_geometry_is_the_placements() -> None:
    header, _ = _unpack(pack(_data(_source(FOR))))
    for axis in (0, 1):
        sent = header["sources"][0]["axes"][axis]
        assert sent["affine"] == pytest.approx(PLACEMENT.cell_affine(axis))
        assert tuple(sent["seen"]) == PLACEMENT.seen(axis)
        assert sent["cells"] == 2


def test_all_sources_share_a_scale_and_each_mode_has_its_own() -> None:
    header, _ = _unpack(pack(_data(_source(AGAINST, CONTRAST), _source(FOR))))
    weak, contrast = header["sources"][0]["maps"]
    assert weak["scales"]["evidence"]["evidence"]["high"] == pytest.approx(8)
    assert weak["scales"]["evidence"]["own"]["factor"] == pytest.approx(8)
    assert contrast["scales"]["contrast"]["evidence"]["high"] == pytest.approx(2)
    assert set(contrast["scales"]) == {"contrast"}


def test_a_flat_map_carries_its_sentence_and_no_nan() -> None:
    header, _ = _unpack(pack(_data(_source(replace(FOR, values=np.zeros((2, 2), np.float32))))))
    scale = header["sources"][0]["maps"][0]["scales"]["evidence"]["classic"]
    assert scale["flat"] == "No evidence for or against any class: nothing to draw."


def test_the_same_data_give_the_same_bytes() -> None:
    assert pack(_data(_source(FOR, AGAINST))) == pack(_data(_source(FOR, AGAINST)))


def test_maps_of_one_source_lie_on_one_grid() -> None:
    with pytest.raises(ValueError, match="one grid"):
        pack(_data(_source(FOR, replace(AGAINST, values=np.zeros((3, 2), np.float32)))))


def test_a_lossy_picture_is_a_jpeg_of_nearly_the_same_grey_levels() -> None:
    data, mime = encode_picture(GREY, lossless=False)
    assert mime == "image/jpeg"
    decoded = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED))
    assert decoded.shape == GREY.shape
    assert np.abs(decoded.astype(int) - GREY).max() < 12


def test_settings_are_what_the_browser_told() -> None:
    told = {
        "look": "classic",
        "opacity": 0.25,
        "panels": ["average"],
        "mode": "contrast",
        "smooth": False,
        "focus": "class-1",
        "image": "0123",
        "preset": 2,
        "window": [512, 40.5, "LINEAR"],
        "inverted": True,
        "deep": True,
        "show": "three",
        "apart": True,
    }
    assert parse_settings({**told, "lossless": True}) == ViewerSettings(
        CLASSIC,
        0.25,
        ("average",),
        Mode.CONTRAST,
        smooth=False,
        lossless=True,
        focus="class-1",
        image="0123",
        preset=2,
        window=Window(512, 40.5, VoiFunction.LINEAR),
        inverted=True,
        deep=True,
        show="three",
        apart=True,
    )


@pytest.mark.parametrize(
    "told",
    [
        [math.nan, 1, "LINEAR"],
        [0, math.inf, "LINEAR"],
        [0, 0, "LINEAR_EXACT"],
        [0, -1, "SIGMOID"],
        [0, 0.5, "LINEAR"],
        [0, 1, "CUBIC"],
        [0, 1, []],
        [True, 1, "LINEAR"],
        [10**400, 1, "LINEAR"],
        [0, 1],
        "0,1",
    ],
)
def test_a_window_that_is_none_is_not_taken(told: object) -> None:
    assert parse_settings({"window": told}).window is None


def test_a_window_counts_for_the_radiograph_that_it_was_told_of() -> None:
    told = ViewerSettings(look=CLASSIC, image="a", preset=1, window=Window(5, 2), inverted=True, deep=True)
    assert told.about("a", presets=2) == told
    assert told.about("b", presets=2) == ViewerSettings(look=CLASSIC, image="b")
    assert told.about("a", presets=1) == ViewerSettings(look=CLASSIC, image="a")


def test_a_browser_that_told_nothing_has_the_defaults() -> None:
    assert parse_settings(None) == ViewerSettings()


def test_a_look_without_an_opacity_has_its_default() -> None:
    assert parse_settings({"look": "classic"}).opacity == pytest.approx(0.5)


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.just("own"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


KEYS = [field.name for field in fields(ViewerSettings)]


@given(st.dictionaries(st.sampled_from(KEYS), anything))
def test_whatever_a_browser_sends_gives_sound_settings(told: dict[str, object]) -> None:
    settings = parse_settings(told)
    assert settings.look in set(LOOKS)
    assert 0 <= settings.opacity <= 1
    assert all(isinstance(slot, str) for slot in (*settings.panels, settings.focus, settings.image))
    assert settings.preset >= 0


def test_what_one_of_two_checkpoints_did_not_see_has_no_part_in_the_scale() -> None:
    part = np.array([[np.nan, 2], [-3, np.nan]], np.float32)
    header, body = _unpack(pack(_data(_source(replace(FOR, values=part)))))
    sent = header["sources"][0]["maps"][0]
    assert sent["scales"]["evidence"]["evidence"]["low"] == pytest.approx(-3)
    np.testing.assert_array_equal(np.frombuffer(body, "<f4", 4, sent["start"]).reshape(2, 2), part)


def test_a_map_of_nothing_that_both_saw_is_flat() -> None:
    header, _ = _unpack(pack(_data(_source(replace(FOR, values=np.full((2, 2), np.nan, np.float32))))))
    assert header["sources"][0]["maps"][0]["scales"]["evidence"]["evidence"]["flat"]


def test_the_opening_is_what_the_link_asked_for() -> None:
    header, _ = _unpack(pack(replace(_data(_source(FOR)), opening=Opening(Mode.DIFFERENCE, "class-3"))))
    assert header["opening"] == {
        **{"mode": "difference", "slot": "class-3", "look": None, "show": ""},
        **{"panels": [], "smooth": True, "keeps": False, "token": "", "address": {}},
    }
    assert _unpack(pack(_data(_source(FOR))))[0]["opening"]["mode"] is None


def test_each_source_has_its_peak_and_each_map_the_scale_of_its_source_alone() -> None:
    strong = replace(FOR, id="class-9", values=100 * FOR.values)
    header, _ = _unpack(pack(_data(_source(FOR), _source(strong))))
    weak_source, strong_source = header["sources"]
    peak = float(np.abs(FOR.values).max())
    assert weak_source["peaks"]["evidence"] == pytest.approx(peak)
    assert strong_source["peaks"]["evidence"] == pytest.approx(100 * peak)
    weak = weak_source["maps"][0]
    assert weak["scales"]["evidence"]["evidence"]["high"] == pytest.approx(100 * peak)
    assert weak["apart"]["evidence"]["evidence"]["high"] == pytest.approx(peak)


def _unpacked(data: bytes, kind: np.dtype[Any], shape: tuple[int, int]) -> np.ndarray[Any, np.dtype[Any]]:
    """Undo `packed`, number by number, as its docstring describes it."""
    planes = np.frombuffer(zlib.decompress(data), np.uint8).reshape(kind.itemsize, -1)
    folded = sum(plane.astype(int) << (8 * place) for place, plane in enumerate(planes))
    steps = [one >> 1 if one % 2 == 0 else -(one >> 1) - 1 for one in np.asarray(folded).tolist()]
    sums = np.cumsum(np.reshape(steps, shape), axis=1) % 2 ** (8 * kind.itemsize)
    found: np.ndarray[Any, np.dtype[Any]] = sums.astype(f"u{kind.itemsize}").view(kind)
    return found


@given(st.sampled_from(["u1", "u2", "i2", "f4"]), st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 9))
def test_packed_values_come_back_bit_by_bit(kind: str, seed: int, rows: int, columns: int) -> None:
    size = rows * columns * np.dtype(kind).itemsize
    bits = np.random.default_rng(seed).integers(0, 256, size, np.uint8)
    unpacked = _unpacked(packed(bits.view(kind).reshape(rows, columns)), np.dtype(kind), (rows, columns))
    np.testing.assert_array_equal(unpacked.view(np.uint8).ravel(), bits)


def test_a_smooth_radiograph_is_packed_into_fewer_bytes_than_deflating_makes_of_it() -> None:
    rows, columns = np.mgrid[:200, :200]
    noise = np.random.default_rng(1).normal(0, 40, (200, 200))
    values = (20_000 + 10_000 * np.sin(rows / 40) + 9_000 * np.cos(columns / 30) + noise).astype(np.uint16)
    assert len(packed(values)) < 0.75 * len(zlib.compress(values.tobytes()))


def test_the_browser_is_told_of_the_windows() -> None:
    own = (
        Preset("Window 1", Window(40, 80, VoiFunction.SIGMOID)),
        Preset("Table 1", Window(9, 2), VoiLut(9, np.array([0, 3], np.uint16), 3)),
    )
    film = replace(FILM, window=own[0].window, own_presets=own, inverted=True)
    header, _ = _unpack(pack(replace(_data(_source(FOR)), windowing=Windowing("4567", film, 1))))
    sent = header["window"]
    assert [(one["name"], one["table"]) for one in sent["presets"]] == [
        ("Window 1", False),
        ("Table 1", True),
        ("Full range", False),
    ]
    assert sent["presets"][0]["window"] == {"centre": 40, "width": 80, "function": "SIGMOID"}
    assert (sent["image"], sent["kind"], sent["range"]) == ("4567", "uint8", [0, 238])
    assert (sent["preset"], sent["inverted"], sent["padded"]) == (1, True, False)


def test_the_values_are_sent_only_when_they_were_asked_for() -> None:
    film = replace(FILM, padding=GREY > 200)
    asleep, awake = (
        _unpack(pack(replace(_data(_source(FOR)), windowing=Windowing("4567", film, sent=sent))))
        for sent in (None, PackedValues.of(film))
    )
    assert len(set(asleep[0]["window"]["bounds"])) == 1
    values, padding, end = awake[0]["window"]["bounds"]
    np.testing.assert_array_equal(_unpacked(awake[1][values:padding], np.dtype(np.uint8), GREY.shape), GREY)
    assert zlib.decompress(awake[1][padding:end]) == (GREY > 200).astype(np.uint8).tobytes()
    assert end == len(awake[1])
