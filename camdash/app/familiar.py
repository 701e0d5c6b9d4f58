"""Above the answer: whether the image looks like what the checkpoint was trained on."""

from collections.abc import Sequence

import streamlit as st

from camdash.evidence.analysis import Analysis

UNFAMILIAR = "This image does not look like what this checkpoint was trained on: do not trust the answer."
UNCHECKED = "This checkpoint has no check for images unlike its training's."


def warn_if_unfamiliar(analyses: Sequence[Analysis]) -> None:
    """Warn above the answer of one checkpoint, or of two (named A and B), where the image is unlike its training's."""
    unfamiliar = [one for one in analyses if one.familiarity is not None and not one.familiarity.familiar]
    if not unfamiliar:
        return
    if len(analyses) == 1:
        sentence = UNFAMILIAR
    elif len(unfamiliar) == len(analyses):
        sentence = "This image does not look like what A and B were trained on: do not trust the answers."
    else:
        letter = "AB"[analyses.index(unfamiliar[0])]
        sentence = f"This image does not look like what {letter} was trained on: do not trust its answer."
    st.warning(f"**{sentence}** {_figures(analyses)}", icon=":material/warning:")


def familiarity_caption(analysis: Analysis) -> str:
    """Return what the check says in a line, for the small print beneath the answer."""
    found = analysis.familiarity
    if found is None:
        return UNCHECKED
    said = "Like" if found.familiar else "Unlike"
    return f"{said} the training images: distance {found.score:.3f}, familiar up to {found.threshold:.3f}."


def _figures(analyses: Sequence[Analysis]) -> str:
    """Return the distances of those that have a check."""
    letters = "AB" if len(analyses) > 1 else " "
    said = [
        f"{letter} {one.familiarity.score:.3f}, familiar up to {one.familiarity.threshold:.3f}".strip()
        for letter, one in zip(letters, analyses, strict=False)
        if one.familiarity is not None
    ]
    return f":small[(Distance {'; '.join(said)}.)]"
