"""What the list of uploads says of each: class and percentage, two answers, unlike, or unreadable."""

from collections.abc import Sequence

from camdash.app.films.caches import cached_analysis
from camdash.app.films.files import Film
from camdash.app.results.familiarity_notice import UNLIKE, is_unfamiliar
from camdash.app.session.retries import failure_of, note_failure
from camdash.app.session.state import session
from camdash.app.uploads.listing import WAITS, Answer, State
from camdash.evidence.analysis import Analysis, Failed
from camdash.evidence.comparison import same_labels
from camdash.evidence.prediction import Prediction
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.wording.answers import share_of_answer
from camdash.words.sentence import joined, say


def note_failed(sha256: str, checkpoint: Checkpoint, failed: Failed) -> None:
    """Keep why a file, by its digest, has no answer: decoder failed, unreadable, or this checkpoint fails."""
    if failed.can_retry:
        note_failure(sha256, failed.sentence)
    else:
        session().refusals[sha256, None if failed.is_unreadable else checkpoint] = failed.sentence


def answers(films: Sequence[Film], checkpoint: Checkpoint, second: Checkpoint | None = None) -> list[Answer]:
    """Return what is known by now of each file; of two checkpoints both answers where they differ."""
    return [_answer(film, checkpoint, second) for film in films]


def _answer(film: Film, checkpoint: Checkpoint, second: Checkpoint | None) -> Answer:
    if reason := failure_of(film.sha256):
        return Answer(say("cannot be read"), State.FAILED, reason)
    first = cached_analysis(film, checkpoint)
    if first is None:
        return _refusal(film.sha256, checkpoint) or WAITS
    name, share, is_same = first.prediction.brief, share_of_answer(first.prediction), None
    about = [joined(" ", (name, share))]
    other = cached_analysis(film, second) if second is not None else None
    if other is not None:
        after = other.prediction
        about = [_whose("A", first.prediction), _whose("B", after)]
        is_same = same_labels(first.prediction.labels, after.labels)
        if not is_same:
            name, share = say("A: {first} · B: {second}", first=name, second=after.brief), ""
    unlike = _unlike(first, other)
    return Answer(name, State.UNLIKE if unlike else State.ANSWERED, joined("\n", [*about, *unlike]), share, is_same)


def _unlike(first: Analysis, other: Analysis | None) -> list[str]:
    """Return a sentence where an image is unlike training images; of two checkpoints, unlike whose."""
    if other is None:
        return [UNLIKE] if is_unfamiliar(first) else []
    letters = [letter for letter, one in zip("AB", (first, other), strict=True) if is_unfamiliar(one)]
    if len(letters) > 1:
        return [say("Unlike the training images of A and B.")]
    return [say("Unlike the training images of {letter}.", letter=letter) for letter in letters]


def _whose(letter: str, prediction: Prediction) -> str:
    return joined(" ", (f"{letter}:", prediction.brief, share_of_answer(prediction)))


def _refusal(sha256: str, checkpoint: Checkpoint) -> Answer | None:
    refusals = session().refusals
    for whose, words in ((None, say("cannot be read")), (checkpoint, say("no answer"))):
        if reason := refusals.get((sha256, whose)):
            return Answer(words, State.FAILED, reason)
    return None
