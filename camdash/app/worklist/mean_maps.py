"""The mean map of each predicted class, beneath the worklist: what the network looks at in all of them."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from camdash.app import widget_keys
from camdash.app.films.files import FilmKey
from camdash.app.films.rows import ListedRow
from camdash.app.language import localized, tr, tr_many
from camdash.app.markdown import plain
from camdash.app.results.analysing import SQUARE
from camdash.app.session.state import session
from camdash.evidence.analysis import Analysis
from camdash.evidence.mean_map import MeanMap, MeanMaps
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.mean_map import (
    MOST,
    color_bar,
    few_words,
    mean_pictures,
    share_lines,
    share_words,
    shared_scales,
    shown_means,
)
from camdash.rendering.thumbnail import data_uri
from camdash.rendering.wording.answers import unit

SIDE = 200
"""Pixels of a drawn mean map."""


def show_means(
    analyses: Mapping[FilmKey, Analysis],
    rows: Sequence[ListedRow],
    checkpoint: Checkpoint,
    *,
    is_compared: bool = False,
) -> None:
    """Show the mean maps of the analyses, and say where their evidence lies.

    A mean of few radiographs is all but a picture of one: it travels within the page, as the thumbnails do, and has no
    address of its own.

    Args:
        analyses: what the checkpoint says, by film.
        rows: the rows of these films.
        checkpoint: the checkpoint.
        is_compared: whether it is A of a comparison, and the title has to say that the maps are A's.
    """
    means = _means(analyses, checkpoint)
    if not means:
        return
    title = (
        tr("Mean map of each class that A predicts (A is {name})", name=plain(checkpoint.name))
        if is_compared
        else tr("Mean map of each predicted class")
        if any(one.prediction.labels is not None for one in analyses.values())
        else tr("Mean map")
    )
    st.markdown(f"##### {title}")
    suspicions = [sentence for mean in means for sentence in share_words(mean)]
    for sentence in suspicions[:MOST]:
        st.warning(plain(sentence), icon=":material/crop_free:")
    shown = _choose(means)
    squares = [_mean_square(rows, mean.name) for mean in shown]
    pictures = mean_pictures(shown, squares, SIDE, beside=means)
    figures = "".join(_figure(mean, picture) for mean, picture in zip(shown, pictures, strict=True))
    of = localized(unit(next(iter(analyses.values())).prediction))
    st.html(f'<div style="display:flex; flex-wrap:wrap; gap:1rem">{figures}</div>{_legend(means, of)}')
    said = tr(
        "Maps are aligned to the radiograph's frame and averaged per predicted class, on one scale. Markers and "
        "borders stay in place and stand out; anatomy varies and blurs. Uniform evidence would put {border} near "
        "the border (the outer tenth) and {corner} in each corner.",
        border="36 %",
        corner="1 %",
    )
    st.caption(said)


def _choose(means: Sequence[MeanMap]) -> list[MeanMap]:
    """Return the means that are shown; where there are too many, after a part of a name that can be typed."""
    if len(means) <= MOST:
        return list(means)
    shown = shown_means(means, st.text_input(tr("Find a class"), key=widget_keys.MEANS_SOUGHT, width=260))
    said = tr(
        "{shown} of {count} mean maps are shown, those of the most radiographs. All of them share the scale.",
        shown=len(shown),
        count=len(means),
    )
    st.caption(said)
    return shown


def _means(analyses: Mapping[FilmKey, Analysis], checkpoint: Checkpoint) -> list[MeanMap]:
    """Return the means; sums are kept between runs and begun anew when a film was taken away."""
    of, added, sums = session().summed
    if of != checkpoint or not added <= analyses.keys():
        added, sums = frozenset(), MeanMaps()
    sums = deepcopy(sums)  # a run that was replaced by this one may still add to it
    for key in analyses.keys() - added:
        sums.add(analyses[key])
    session().summed = (checkpoint, frozenset(analyses), sums)
    return sums.means()


def _mean_square(rows: Sequence[ListedRow], name: str) -> NDArray[np.uint8]:
    squares = [row.square for row in rows if name in row.line.drawn and row.square is not None]
    if not squares:
        return np.zeros((SQUARE, SQUARE), np.uint8)
    mean: NDArray[np.float64] = np.mean(np.stack(squares), axis=0)
    return np.round(mean).astype(np.uint8)


def _figure(mean: MeanMap, picture: NDArray[np.uint8]) -> str:
    lines = [localized(line) for line in (*share_lines(mean), few_words(mean)) if line]
    name = escape(mean.name)
    radiographs = tr_many("{count} radiograph", "{count} radiographs", mean.count)
    about = tr(
        "Mean map of {name} over {radiographs}: {shares}",
        name=mean.name,
        radiographs=radiographs,
        shares=", ".join(lines),
    )
    return (
        f'<figure style="margin:0; width:{SIDE}px"><img src="{data_uri(picture)}" width="{SIDE}" height="{SIDE}" '
        f'alt="{escape(about)}">'
        f'<figcaption style="font-size:0.85rem"><b>{name}</b> · {escape(radiographs)}<br>'
        f'<span style="opacity:0.75">{"<br>".join(map(escape, lines))}</span></figcaption></figure>'
    )


def _legend(means: Sequence[MeanMap], of: str) -> str:
    """Return the color bar of the means, whose values are in the unit `of`."""
    scale = next((one for one in shared_scales(means) if not one.flat), None)
    if scale is None:
        return ""
    bar = data_uri(color_bar(scale, 12, 256))
    low, high = tr("−{size:.1f} against", size=scale.high), tr("for +{size:.1f} {unit}", size=scale.high, unit=of)
    about = tr("Color bar, zero in the middle")
    return (
        f'<div style="display:flex; align-items:center; gap:0.5rem; font-size:0.85rem; margin-top:0.5rem">'
        f'<span>{escape(low)}</span><img src="{bar}" width="256" height="12" '
        f'alt="{escape(about)}"><span>{escape(high)}</span></div>'
    )
