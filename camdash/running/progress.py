"""How far a long task is, in a line of plain words."""

from camdash.running.task import Progress
from camdash.words.sentence import joined, say


def progress_words(progress: Progress) -> str:
    """Return the progress in words: "12 of 200 · 5.3 a second · 35 s left"."""
    count = say("{done} of {total}", done=progress.done, total=progress.of)
    if progress.rate is None or progress.left is None:
        return count
    return joined(" · ", [count, _rate(progress.rate), say("{time} left", time=duration(progress.left))])


def duration(seconds: float) -> str:
    """Return a time in words that a person takes in: "35 s", "2 min 5 s", "1 h 12 min"."""
    whole = round(seconds)
    if whole < 60:
        return say("{seconds} s", seconds=whole)
    if whole < 3600:
        return say("{minutes} min {seconds} s", minutes=whole // 60, seconds=whole % 60)
    return say("{hours} h {minutes} min", hours=whole // 3600, minutes=whole % 3600 // 60)


def _rate(rate: float) -> str:
    return say("{rate:.1f} a second", rate=rate) if rate >= 1 else say("{rate:.1f} a minute", rate=60 * rate)
