"""How far a long task is, in a line of plain words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a task is.

    Attributes:
        done: pieces that are done.
        of: pieces in all.
        here: pieces of those done that were done now; the others were done before.
        seconds: how long that took.
    """

    done: int
    of: int
    here: int
    seconds: float

    @property
    def rate(self) -> float | None:
        """Pieces in a second; None before the first."""
        return self.here / self.seconds if self.here and self.seconds > 0 else None

    @property
    def left(self) -> float | None:
        """Seconds that the rest takes at the present rate; None before the first piece."""
        return (self.of - self.done) / self.rate if self.rate else None

    @property
    def words(self) -> str:
        """The progress in words: "12 of 200 · 5.3 a second · 35 s left"."""
        count = f"{self.done} of {self.of}"
        if self.rate is None or self.left is None:
            return count
        return f"{count} · {_rate(self.rate)} · {duration(self.left)} left"


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
