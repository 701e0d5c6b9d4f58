"""What the browser's viewer is given: one blob of bytes with the picture, the maps and all that is said of them.

    u32 little endian: length of the header | header: JSON in UTF-8, padded with spaces to a multiple of 4 bytes
    | grids: float32 little endian, row by row | tables: 256 x RGB, uint8 | picture: PNG or JPEG
    | the radiograph's values and its padding, as `windowing.PackedValues` holds them; empty until asked for

Of very many maps only those are sent that are seen first or asked for; of the others the header says what they are.
Offsets in the header count bytes from the header's end. The same data always give the same bytes, so Streamlit does
not send them twice.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from camdash.app.language import page_catalog
from camdash.app.viewer.header import (
    AxisHeader,
    Header,
    LegendHeader,
    LookHeader,
    MapHeader,
    ModeHeader,
    OpeningHeader,
    PictureHeader,
    ScaleHeader,
    SourceHeader,
)
from camdash.app.viewer.modes import MODES, Mode, ModeWords
from camdash.app.viewer.picture import Picture
from camdash.app.viewer.windowing import PackedValues, Windowing, described_windows
from camdash.app.viewer.words import WORDS
from camdash.networks.placement import Placement
from camdash.rendering.looks import LOOKS
from camdash.rendering.scale import Ends, Look, Scale, in_unit, of_values, scales
from camdash.words.sentence import joined, say, translated_all

ByModeAndLook = dict[str, dict[str, ScaleHeader]]

MOST_BYTES = 1_500_000
"""Bytes of grids and scales up to which all maps are sent."""

SCALES = 1_000
"""About the bytes of a map's scales in the header."""

NOT_SENT = -1
"""In the place of where a grid starts."""

FIRST = 12
"""Classes whose maps are always sent: those of the answer, then the most probable ones."""


@dataclass(frozen=True, eq=False)
class ViewerMap:
    """One map and what is said of it. Figures are in logits; None is not shown.

    Attributes:
        id: its name in the browser, unique in its source: "average", "class-0", "contrast-0".
        slot: the panel in which it is shown; the maps of one class in several modes share one: "class-0".
        modes: the modes in which it is shown.
        name: the panel's heading.
        values: (grid rows, grid columns), raw and signed; NaN leaves the radiograph untouched.
        predicted: whether it is part of the answer: the predicted class, or a label above its threshold.
        share: what to say in the place of the probability.
        mark: what to say beside the name of what is part of the answer; "predicted" if empty.
        probability: the class's, in [0, 1].
        evidence: the mean of `values`; evidence + bias + unplaced = logit.
        bias: the class's bias.
        unplaced: what of the logit has no place in the image; None where all has one.
        logit: the class's logit.
        note: what else to say, as a short line ("includes +0.4 from padding (not drawn)").
        caption: one or two sentences in place of figures.
        class_index: the class's place in the head; None for what is no class.
    """

    id: str
    slot: str
    modes: tuple[str, ...]
    name: str
    values: NDArray[np.float32]
    predicted: bool = False
    share: str = ""
    mark: str = ""
    probability: float | None = None
    evidence: float | None = None
    bias: float | None = None
    unplaced: float | None = None
    logit: float | None = None
    note: str = ""
    caption: str = ""
    class_index: int | None = None


@dataclass(frozen=True, eq=False)
class Source:
    """The maps of one checkpoint by one method, or of the difference of two, all on one grid: a row of panels.

    The maps of one class have the same slot in all sources. In each mode only sources with maps in it are shown, and
    those without any, whose place is taken by a sentence.

    Attributes:
        label: what the maps are, such as the checkpoint's name; shown where there are several sources.
        placement: where the radiograph lies in the network's input; None where there are no maps.
        maps: in the order in which they are shown.
        no_maps: a sentence that says why there are none; empty where there are some.
        letter: what a checkpoint is called beside another: "A" or "B".
    """

    label: str
    placement: Placement | None
    maps: tuple[ViewerMap, ...]
    no_maps: str = ""
    letter: str = ""


@dataclass(frozen=True)
class MapWords:
    """What is said of the maps that add up, after what the network's output means.

    Attributes:
        totals: what the totals become, in a sentence.
        reading: how the two colors are read, where they are not for and against a class; else empty.
        unit: of maps and totals.
        adds_up: what adds up beneath a panel; empty where it is evidence + bias = logit.
        is_value: whether the maps raise and lower a value, and do not speak for and against a class.
    """

    totals: str = say("The totals (logits) become the probabilities (softmax).")
    reading: str = ""
    unit: str = say("logits")
    adds_up: str = ""
    is_value: bool = False


@dataclass(frozen=True)
class Opening:
    """With what the viewer starts, until the user changes it; heeded once, and again for each new token.

    Attributes:
        mode: which maps; None leaves it.
        slot: the panel that is enlarged; empty for none.
        look: how values become color; None leaves it.
        show: which panels, by the name of the viewer's choice; empty leaves it.
        panels: the slots of panels that were chosen one by one; none leaves it.
        smooth: whether maps are drawn bilinear between cells.
        keeps: whether a new token takes it to the mode alone.
        token: a new one takes the viewer to what is said here, where nothing leaves as it is; empty for none.
        address: what a link to this says of checkpoints and image.
    """

    mode: str | None = None
    slot: str = ""
    look: Look | None = None
    show: str = ""
    panels: tuple[str, ...] = ()
    smooth: bool = True
    keeps: bool = False
    token: str = ""
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ViewerData:
    """One radiograph and the maps of one or several checkpoints, on one scale; without sources the radiograph alone.

    Attributes:
        picture: the radiograph as it is sent.
        windowing: how it is windowed.
        sources: the rows of panels.
        opening: with what the viewer starts.
        answer: names the answer that belongs to these maps; both are shown in the same frame.
        words: what is said of the maps.
        asked: slots whose maps are sent in any case; of all where they are not very many.
    """

    picture: Picture
    windowing: Windowing
    sources: tuple[Source, ...]
    opening: Opening = Opening()
    answer: str = ""
    words: MapWords = MapWords()
    asked: frozenset[str] = frozenset()


def unsent(data: ViewerData) -> frozenset[str]:
    """Return the slots whose maps `pack` does not send: there are very many, and nobody has asked for these."""
    maps = [drawn for source in data.sources for drawn in source.maps]
    if sum(drawn.values.nbytes + SCALES for drawn in maps) <= MOST_BYTES:
        return frozenset()
    classes = [drawn for drawn in maps if drawn.class_index is not None]
    return frozenset(drawn.slot for drawn in classes) - _first(data.sources) - data.asked


def _first(sources: Sequence[Source]) -> set[str]:
    """Return the slots of the classes that are seen first, in the order of `js/words/ranking.js`."""
    rows = [[drawn for drawn in source.maps if drawn.class_index is not None] for source in sources]
    probable = [{drawn.slot for drawn in row if drawn.probability is not None} for row in rows]
    shared = set.intersection(*[slots for slots in probable if slots] or [set()])
    likeliest: dict[str, float] = {}
    answers = {drawn.slot for row in rows for drawn in row if drawn.predicted}
    for drawn in (drawn for row in rows for drawn in row):
        likeliest[drawn.slot] = max(likeliest.get(drawn.slot, 0.0), drawn.probability or 0.0)
    ranked = sorted(likeliest, key=lambda slot: (slot not in answers, slot not in shared, -likeliest[slot]))
    return set(ranked[:FIRST])


def pack(data: ViewerData) -> bytes:
    """Return `data` as the blob that the module's docstring describes."""
    left_out = unsent(data)
    grids = [b"" if drawn.slot in left_out else _grid(drawn) for source in data.sources for drawn in source.maps]
    tables = [look.table.tobytes() for look in LOOKS]
    sent = data.windowing.sent or PackedValues(b"", b"")
    parts = [*grids, *tables, data.picture.data, sent.values, sent.padding]
    starts = [0, *np.cumsum([len(part) for part in parts]).tolist()]
    header: Header = {
        "words": WORDS,
        "picture": _picture(data.picture, starts[-4]),
        "window": described_windows(data.windowing, (starts[-3], starts[-2], starts[-1])),
        "looks": [_look(look, start, data.words) for look, start in zip(LOOKS, starts[len(grids) :], strict=False)],
        "modes": [_mode(words, data.words) for words in MODES],
        "totals": data.words.totals,
        "sources": list(_sources(data.sources, iter(starts), left_out)),
        "opening": _opening(data.opening),
        "answer": data.answer,
    }
    translated = translated_all(header, page_catalog())
    text = json.dumps(translated, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return b"".join([len(text).to_bytes(4, "little"), text, *parts])


def _grid(drawn: ViewerMap) -> bytes:
    return drawn.values.astype("<f4").tobytes()


def _picture(picture: Picture, start: int) -> PictureHeader:
    rows, columns = picture.shape
    return {
        "start": start,
        "length": len(picture.data),
        "mime": picture.mime,
        "rows": rows,
        "columns": columns,
        "label": picture.label,
    }


def _look(look: Look, start: int, words: MapWords) -> LookHeader:
    legend = look.rule.legend
    ends: LegendHeader = {
        "full": _ends(legend.full, words),
        "brief": _ends(legend.brief, words),
        "change": _ends(legend.change, words),
        "apart": _ends(legend.apart, words),
    }
    return {
        "id": look.id,
        "label": look.label,
        "spoken": look.spoken,
        "about": look.about,
        "reading": look.reading,
        "change": look.change,
        "caption": in_unit(look.caption, words.unit),
        "panels": look.panels,
        "opacity": look.opacity,
        "fades": look.fades,
        "diverges": look.rule.diverges,
        "shared": look.rule.shared,
        "legend": ends,
        "start": start,
    }


def _ends(ends: Ends, words: MapWords) -> Ends:
    low, middle, high = of_values(ends) if words.is_value else ends
    return in_unit(low, words.unit), in_unit(middle, words.unit), in_unit(high, words.unit)


def _sum(words: ModeWords, maps: MapWords) -> str:
    if words.mode == Mode.DIFFERENCE and maps.is_value:
        return say("difference of evidence + difference of bias = difference of the values")
    return words.sum


def _mode(words: ModeWords, maps: MapWords) -> ModeHeader:
    reads = words.mode == Mode.EVIDENCE and maps.reading
    apart = say("Each panel on its own scale: strengths are not comparable.")
    return {
        "id": words.mode,
        "label": words.label,
        "about": words.about,
        "total": words.total,
        "bar": words.bar,
        "alone": words.alone,
        "sum": maps.adds_up if words.mode == Mode.EVIDENCE and maps.adds_up else _sum(words, maps),
        "terms": words.terms,
        "reading": maps.reading if reads else words.reading,
        "readingApart": joined(" ", (maps.reading, apart)) if reads else words.reading_apart,
        "isOneSided": bool(words.nothing),
        "isChange": words.is_change,
    }


def _opening(opening: Opening) -> OpeningHeader:
    return {
        "mode": opening.mode,
        "slot": opening.slot,
        "look": opening.look.id if opening.look else None,
        "show": opening.show,
        "panels": list(opening.panels),
        "smooth": opening.smooth,
        "keeps": opening.keeps,
        "token": opening.token,
        "address": dict(opening.address),
    }


def _sources(sources: Sequence[Source], starts: Iterator[int], left_out: frozenset[str]) -> Iterator[SourceHeader]:
    together = _scales([drawn for source in sources for drawn in source.maps], left_out)
    for source in sources:
        apart = _scales(source.maps, left_out) if len(sources) > 1 else together
        yield {
            "letter": source.letter,
            "label": source.label,
            "noMaps": source.no_maps,
            "axes": _axes(source),
            "maps": [
                _unsent_map(drawn)
                if drawn.slot in left_out
                else _map(drawn, start, together[id(drawn)], apart[id(drawn)])
                for drawn, start in zip(source.maps, starts, strict=False)
            ],
            "peaks": _peaks(source.maps),
        }


def _axes(source: Source) -> list[AxisHeader]:
    """Return how cells lie on the radiograph, for rows and columns; nothing for a source without maps."""
    if source.placement is None:
        return []
    grid = source.maps[0].values.shape
    if any(drawn.values.shape != grid for drawn in source.maps):
        raise ValueError("the maps of a source must lie on one grid")
    return [
        {"cells": grid[axis], "affine": source.placement.cell_affine(axis), "seen": source.placement.seen(axis)}
        for axis in (0, 1)
    ]


def _map(drawn: ViewerMap, start: int, scales: ByModeAndLook, apart: ByModeAndLook) -> MapHeader:
    return {
        "id": drawn.id,
        "slot": drawn.slot,
        "isClass": drawn.class_index is not None,
        "name": drawn.name,
        "predicted": drawn.predicted,
        "share": drawn.share,
        "mark": drawn.mark,
        "probability": drawn.probability,
        "evidence": drawn.evidence,
        "bias": drawn.bias,
        "unplaced": drawn.unplaced,
        "logit": drawn.logit,
        "note": drawn.note,
        "caption": drawn.caption,
        "start": start,
        "scales": scales,
        "apart": apart,
    }


def _unsent_map(drawn: ViewerMap) -> MapHeader:
    """Return what places a map among the others and is said of it before it has come."""
    brief = replace(drawn, evidence=None, bias=None, unplaced=None, note="", caption="")
    return _map(brief, NOT_SENT, {mode: {} for mode in drawn.modes}, {})


def _peaks(maps: Sequence[ViewerMap]) -> dict[str, float]:
    """Return the largest size of a value in each mode that has maps."""
    by_mode = {words.mode: [drawn for drawn in maps if words.mode in drawn.modes] for words in MODES}
    return {mode: float(np.abs(_extremes(own)).max()) for mode, own in by_mode.items() if own}


def _scales(maps: Sequence[ViewerMap], left_out: frozenset[str]) -> dict[int, ByModeAndLook]:
    """Return, by the id() of each map that is sent, its scale in each of its modes and each look.

    What is not sent has its part in the scale that all maps share.
    """
    sent = [drawn for drawn in maps if drawn.slot not in left_out]
    found: dict[int, ByModeAndLook] = {id(drawn): {} for drawn in sent}
    for words in MODES:
        together = [drawn for drawn in sent if words.mode in drawn.modes]
        others = [drawn for drawn in maps if drawn.slot in left_out and words.mode in drawn.modes]
        values = [_known(drawn.values) for drawn in together] + ([_extremes(others)] if others else [])
        for look in LOOKS:
            for drawn, scale in zip(together, scales(values, look), strict=False):
                found[id(drawn)].setdefault(words.mode, {})[look.id] = _figures(scale, words.nothing)
    return found


def _extremes(maps: Sequence[ViewerMap]) -> NDArray[np.float32]:
    """Return the lowest and the highest value of maps."""
    known = [_known(drawn.values) for drawn in maps]
    return np.array([min(one.min() for one in known), max(one.max() for one in known)], np.float32)


def _known(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the values that are drawn; of a map without any, a zero, which draws nothing."""
    known = values[~np.isnan(values)]
    return known if known.size else np.zeros(1, np.float32)


def _figures(scale: Scale, nothing: str) -> ScaleHeader:
    flat = scale.flat and (nothing or scale.flat)
    return {"low": scale.low, "high": scale.high, "factor": scale.factor, "flat": flat}
