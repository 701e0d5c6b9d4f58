import pytest

from camdash.running.progress import duration, progress_words
from camdash.running.task import Progress
from camdash.words.sentence import translated
from tests.support.marked import Marked


def test_the_rate_is_that_of_what_was_done_now_and_the_rest_takes_as_long() -> None:
    # 10 of 100 were done before; 30 in 6 seconds since: 5 a second, so that the 60 left take 12 seconds.
    progress = Progress(done=40, of=100, here=30, seconds=6)
    assert progress.rate == pytest.approx(5)
    assert progress.left == pytest.approx(12)
    assert progress_words(progress) == "40 of 100 · 5.0 a second · 12 s left"


def test_a_slow_rate_is_said_by_the_minute() -> None:
    assert progress_words(Progress(done=1, of=3, here=1, seconds=8)) == "1 of 3 · 7.5 a minute · 16 s left"


@pytest.mark.parametrize("progress", [Progress(0, 9, 0, 4.0), Progress(5, 9, 0, 4.0), Progress(5, 9, 5, 0.0)])
def test_before_there_is_a_rate_none_is_said(progress: Progress) -> None:
    assert progress.rate is None
    assert progress.left is None
    assert progress_words(progress) == f"{progress.done} of 9"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (3600, "1 h 0 min"), (4325, "1 h 12 min")],
)
def test_times_are_said_in_two_units_at_most(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_progress_is_said_in_another_language() -> None:
    said = translated(progress_words(Progress(done=40, of=100, here=30, seconds=6)), Marked())
    assert said == "««40 of 100» · «5.0 a second» · ««12 s» left»»"
