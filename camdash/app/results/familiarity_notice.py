"""Above the answer: whether the image looks like what the checkpoint was trained on."""

from collections.abc import Sequence

import streamlit as st

from camdash.app.language import localized, tr
from camdash.evidence.analysis import Analysis, Familiarity, is_familiar
from camdash.words.sentence import joined, say

UNFAMILIAR = say("This image is unlike the training images. Do not rely on this prediction.")
UNCHECKED = say("This checkpoint cannot tell whether an image resembles its training images.")
RESEMBLES = say("Resembles the training images. That does not make the answer right.")
UNLIKE = say("Unlike the training images.")


def warn_if_unfamiliar(analyses: Sequence[Analysis]) -> None:
    """Warn above the answer of one checkpoint, or of two (named A and B), where the image is unlike its training's."""
    unfamiliar = [one for one in analyses if is_unfamiliar(one)]
    if not unfamiliar:
        return
    if len(analyses) == 1:
        sentence = localized(UNFAMILIAR)
    elif len(unfamiliar) == len(analyses):
        sentence = tr("This image is unlike the training images of A and B. Do not rely on these predictions.")
    else:
        letter = "AB"[analyses.index(unfamiliar[0])]
        sentence = tr(
            "This image is unlike the training images of {letter}. Do not rely on its prediction.", letter=letter
        )
    st.warning(f"**{sentence}** {_figures(analyses)}", icon=":material/warning:")


def is_unfamiliar(analysis: Analysis) -> bool:
    """Return whether the image is unlike the checkpoint's training images; False where that is not known."""
    return is_familiar(analysis) is False


def show_familiarity(analysis: Analysis) -> None:
    """Say what the check found, in the small print beneath the answer; the figures come with the pointer."""
    found = analysis.familiarity
    if found is None:
        st.caption(localized(UNCHECKED))
        return
    distance = tr("Distance {distance}.", distance=distance_words(found))
    st.caption(localized(RESEMBLES if found.familiar else UNLIKE), help=distance)


def show_familiarity_of_two(analyses: Sequence[Analysis]) -> None:
    """Say the same of A and B in one line; what is unlike its training images stands in the warning above already."""
    found = [is_familiar(one) for one in analyses]
    said = [*_resembling(_letters(found, familiar=True)), *_unchecked(_letters(found, familiar=None))]
    if said:
        st.caption(" ".join(map(localized, said)), help=_distances(analyses) if any(found) else None)


def _letters(found: Sequence[bool | None], *, familiar: bool | None) -> str:
    return "".join(letter for letter, one in zip("AB", found, strict=True) if one is familiar)


def _resembling(letters: str) -> list[str]:
    if len(letters) > 1:
        return [say("Resembles the training images of A and B. That does not make the answers right.")]
    if not letters:
        return []
    return [say("Resembles the training images of {letter}. That does not make the answer right.", letter=letters)]


def _unchecked(letters: str) -> list[str]:
    if len(letters) > 1:
        return [say("Neither A nor B can tell whether an image resembles its training images.")]
    if not letters:
        return []
    return [say("{letter} cannot tell whether an image resembles its training images.", letter=letters)]


def distance_words(found: Familiarity) -> str:
    """Return distance and limit with as many decimals as tell them apart, six at most: "0.0204, limit 0.0200"."""
    for decimals in range(3, 7):
        score, limit = f"{found.score:.{decimals}f}", f"{found.threshold:.{decimals}f}"
        if score != limit:
            break
    return say("{score}, limit {limit}", score=score, limit=limit)


def _figures(analyses: Sequence[Analysis]) -> str:
    """Return the distances of those that have a check, in small print."""
    words = tr("(Distance {distance}.)", distance=_compared(analyses))
    return f":small[{words}]"


def _distances(analyses: Sequence[Analysis]) -> str:
    return tr("Distance {distance}.", distance=_compared(analyses))


def _compared(analyses: Sequence[Analysis]) -> str:
    letters = "AB" if len(analyses) > 1 else ("",)
    said = [
        joined(" ", [letter, distance_words(found)])
        for letter, found in zip(letters, (one.familiarity for one in analyses), strict=False)
        if found is not None
    ]
    return joined("; ", said)
