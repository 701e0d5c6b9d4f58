"""How far a long task is, in a line of plain words."""

from camdash.running.task import Progress


def progress_words(progress: Progress) -> str:
    """Return the progress in words: "12 of 200 · 5.3 a second · 35 s left"."""
    count = f"{progress.done} of {progress.of}"
    if progress.rate is None or progress.left is None:
        return count
    return f"{count} · {_rate(progress.rate)} · {duration(progress.left)} left"


def duration(seconds: float) -> str:
    """Return a time in words that a person takes in: "35 s", "2 min 5 s", "1 h 12 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _rate(rate: float) -> str:
    return f"{rate:.1f} a second" if rate >= 1 else f"{60 * rate:.1f} a minute"
