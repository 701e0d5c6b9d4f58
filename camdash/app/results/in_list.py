"""What the list of uploads says of each: class and percentage, two answers, unlike, or unreadable."""

from collections.abc import Sequence

import streamlit as st

from camdash.app.results.familiarity_notice import UNLIKE, is_unfamiliar
from camdash.app.session.caches import ImageFile, known
from camdash.app.session.inversion import is_inverted
from camdash.app.session.retries import failure_of
from camdash.app.uploads.listing import WAITS, Answer, State
from camdash.errors import CamdashError, ImageError
from camdash.evidence.analysis import Result
from camdash.evidence.comparison import is_same_class
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.charts import percent

REFUSED = "refused_uploads"


def note_refusal(sha256: str, checkpoint: Checkpoint, error: CamdashError) -> None:
    """Keep why a file, by its digest, has no answer: it cannot be read, or this checkpoint fails on it."""
    key = (sha256, None if isinstance(error, ImageError) else checkpoint)
    _refused()[key] = Answer("cannot be read" if key[1] is None else "no answer", State.FAILED, str(error))


def answers(files: Sequence[ImageFile], checkpoint: Checkpoint, second: Checkpoint | None = None) -> list[Answer]:
    """Return what is known by now of each file; of two checkpoints both answers where they differ."""
    return [_answer(file, checkpoint, second) for file in files]


def _answer(file: ImageFile, checkpoint: Checkpoint, second: Checkpoint | None) -> Answer:
    if reason := failure_of(file.sha256):
        return Answer("cannot be read", State.FAILED, reason)
    first = known(file, checkpoint, inverted=is_inverted(file))
    if first is None:
        return _refused().get((file.sha256, None)) or _refused().get((file.sha256, checkpoint)) or WAITS
    name, share = first.prediction.predicted_name, _share(first)
    about = [f"{name} {share}"]
    other = known(file, second, inverted=is_inverted(file)) if second is not None else None
    if other is not None:
        about = [f"A: {name} {share}", f"B: {other.prediction.predicted_name} {_share(other)}"]
        if not is_same_class(other.prediction.predicted_name, name):
            name, share = f"{name} → {other.prediction.predicted_name}", "differ"
    unlike = _unlike(first, other)
    return Answer(name, State.UNLIKE if unlike else State.ANSWERED, "\n".join([*about, *unlike]), share)


def _unlike(first: Result, other: Result | None) -> list[str]:
    """Return a sentence where an image is unlike training images; of two checkpoints, unlike whose."""
    if other is None:
        return [UNLIKE] if is_unfamiliar(first) else []
    letters = [letter for letter, one in zip("AB", (first, other), strict=True) if is_unfamiliar(one)]
    return [f"{UNLIKE.removesuffix('.')} of {' and '.join(letters)}."] if letters else []


def _share(result: Result) -> str:
    prediction = result.prediction
    return percent(float(prediction.probabilities[prediction.predicted]))


def _refused() -> dict[tuple[str, Checkpoint | None], Answer]:
    found: dict[tuple[str, Checkpoint | None], Answer] = st.session_state.setdefault(REFUSED, {})
    return found
