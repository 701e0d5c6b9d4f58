"""Mean maps as pictures, and what their shares mean, in plain words."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from camdash.evidence.mean_map import BORDER, CORNERS, MeanMap, Share
from camdash.rendering.looks import EVIDENCE
from camdash.rendering.overlay import overlay
from camdash.rendering.scale import Scale, scales
from camdash.shapes import Drawn, Grey, Picture, Square, UInt8
from camdash.words.sentence import joined, say, say_many

FAR = 10
"""Odds of evidence in a region, in parts of the odds of its area, from which it is named: 0.09 of the evidence in a
hundredth of the area, 0.85 in the outer tenth, which is 0.36 of it."""

FEWEST = 5
"""Radiographs from which a share is said to be far above its area's, and a mean needs no caveat: of fewer, chance may
be the cause."""

MOST = 12
"""Mean maps that are shown at once."""

MIDDLE_GREY = 110

PLACES = {
    BORDER: say("near the border"),
    CORNERS[0]: say("in the top left corner"),
    CORNERS[1]: say("in the top right corner"),
    CORNERS[2]: say("in the bottom left corner"),
    CORNERS[3]: say("in the bottom right corner"),
}
"""Where a region is."""


def mean_pictures(
    means: Sequence[MeanMap], greys: Sequence[Grey], side: int, beside: Sequence[MeanMap] = ()
) -> list[UInt8[NDArray[np.uint8], "{side} {side} 3"]]:
    """Return each mean map over the mean of its radiographs, all on one scale.

    Args:
        means: the mean maps.
        greys: for each the mean grey level of its radiographs in the unit square.
        side: rows and columns of a picture.
        beside: others that share the scale.
    """
    together = shared_scales([*means, *beside])[: len(means)]
    return [
        overlay(_square(grey, side), _enlarged(mean.values, side), scale, EVIDENCE.opacity)
        for mean, grey, scale in zip(means, greys, together, strict=True)
    ]


def shown_means(means: Sequence[MeanMap], sought: str = "") -> list[MeanMap]:
    """Return the mean maps that are shown: of very many those of the most radiographs, in the order given.

    Args:
        means: all of them.
        sought: what the names of their classes have in them.
    """
    found = [mean for mean in means if sought.strip().casefold() in mean.name.casefold()]
    most = sorted(range(len(found)), key=lambda place: -found[place].count)[:MOST]
    return [found[place] for place in sorted(most)]


def shared_scales(means: Sequence[MeanMap]) -> tuple[Scale, ...]:
    """Return the scale of each mean map: one for all of them, symmetric about zero."""
    return scales([np.nan_to_num(mean.values) for mean in means], EVIDENCE)


def color_bar(scale: Scale, rows: int, columns: int) -> Picture:
    """Return the color of each value over a middle grey, least at the left."""
    values = np.linspace(scale.low, scale.high, columns, dtype=np.float32)
    grey = np.full((rows, columns), MIDDLE_GREY, np.uint8)
    return overlay(grey, np.repeat(values[None], rows, axis=0), scale, EVIDENCE.opacity)


def share_words(mean: MeanMap) -> list[str]:
    """Return a sentence for each region that holds far more of the evidence than its area would; else none."""
    if mean.count < FEWEST:
        return []
    return [_suspicion(mean.name, one) for one in mean.shares if _odds(one.evidence) >= FAR * _odds(one.area) > 0]


def few_words(mean: MeanMap) -> str:
    """Return a sentence where a mean is of few radiographs; empty from `FEWEST` on."""
    if mean.count >= FEWEST:
        return ""
    if mean.count == 1:
        return say("Only 1 radiograph: this is its own map, not a mean.")
    return say_many(
        "Only {count} radiograph: a mean of so few says little.",
        "Only {count} radiographs: a mean of so few says little.",
        mean.count,
    )


def share_lines(mean: MeanMap) -> list[str]:
    """Return the share of the outer tenth, and that of the corner that holds most, a line each."""
    if not mean.shares:
        return [say("no positive evidence")]
    border, *corners = mean.shares
    corner = max(corners, key=_evidence)
    return [
        say("{share} of the evidence is {place} ({expected} if spread evenly)", **_figures(border)),
        say("{share} is {place} ({expected} if spread evenly)", **_figures(corner)),
    ]


def _suspicion(name: str, share: Share) -> str:
    much = say(
        "{share} of the evidence for {name} is {place} ({expected} if spread evenly).", name=name, **_figures(share)
    )
    border, marker = say("The model may be using a border."), say("The model may be using a marker.")
    return joined(" ", [much, border if share.region == BORDER else marker])


def _figures(share: Share) -> dict[str, str]:
    """Return what fills the sentences: a share of the evidence, where it lies, and its share if spread evenly."""
    return {"share": _percent(share.evidence), "place": PLACES[share.region], "expected": _percent(share.area)}


def _percent(part: float) -> str:
    return f"{100 * part:.0f}\xa0%"


def _evidence(share: Share) -> float:
    return share.evidence


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else np.inf


def _square(grey: Grey, side: int) -> UInt8[NDArray[np.uint8], "{side} {side}"]:
    return np.asarray(cv2.resize(grey, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)


def _enlarged(values: Square, side: int) -> Drawn:
    """Return the samples of the unit square at more places; they tile it, so that OpenCV's half pixel is right."""
    known = np.isfinite(values).astype(np.float32)
    size = (side, side)
    drawn = np.asarray(cv2.resize(np.nan_to_num(values), size, interpolation=cv2.INTER_LINEAR), np.float32)
    seen = np.asarray(cv2.resize(known, size, interpolation=cv2.INTER_NEAREST_EXACT), np.float32)
    return np.where(seen > 0, drawn, np.nan).astype(np.float32)
