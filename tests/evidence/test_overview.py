from dataclasses import replace

import pytest

from camdash.evidence import worklist
from camdash.evidence.analysis import Failed, Familiarity
from camdash.evidence.comparison import compare
from camdash.evidence.overview import Line, failed_line, flips_first, line_of, totals
from tests.evidence.test_comparison import analysis, maps
from tests.support.small import shares


def line(name: str, flips: bool, agreement: float | None, error: str = "") -> Line:
    first = worklist.Line(name, "0" * 64, "Hand", 0.9, error=error)
    return Line(first, replace(first, predicted="Foot" if flips else "Hand", probability=0.8), flips, agreement)


LINES = (
    line("agree.png", False, 0.9),
    failed_line("text.png", "1" * 64, Failed("This is not an image file.")),
    line("flip.png", True, 0.4),
    line("differ.png", False, -0.1),
    line("constant.png", False, None),
)


def test_a_line_under_a_new_name_has_it_for_both_checkpoints() -> None:
    renamed = LINES[2].renamed("new.png")
    assert (renamed.file, renamed.second.file) == ("new.png", "new.png")
    assert (renamed.flips, renamed.agreement) == (True, 0.4)
    assert (renamed.first.predicted, renamed.second.predicted) == ("Hand", "Foot")


def test_flips_come_first_then_the_least_agreement_and_failed_files_last() -> None:
    assert [LINES[place].file for place in flips_first(LINES)] == [
        "flip.png",
        "differ.png",
        "agree.png",
        "constant.png",
        "text.png",
    ]


def test_totals_count_flips_and_take_the_mean_of_the_agreements_there_are() -> None:
    found = totals(LINES)
    assert (found.compared, found.flips, found.failed) == (4, 1, 1)
    assert found.agreement == pytest.approx((0.9 + 0.4 - 0.1) / 3)


def test_of_no_lines_there_is_no_agreement() -> None:
    assert totals([]).agreement is None


def test_a_line_holds_both_answers() -> None:
    found = compare(analysis(maps(1), ("a", "b", "c")), analysis(maps(2), ("c", "a", "b")))
    one = line_of("film.png", "2" * 64, found)
    assert one.first.predicted == found.first.prediction.predicted_name
    assert one.second.probability == pytest.approx(shares(found.second.prediction).max())
    assert (one.flips, one.agreement) == (found.flips, found.agreement)
    assert (one.first.familiar, one.second.familiar) == (None, None)


def test_a_line_says_whose_training_images_a_radiograph_resembles() -> None:
    like, unlike = (
        replace(analysis(maps(1), ("a", "b", "c")), familiarity=Familiarity(score, 0.2)) for score in (0.1, 0.3)
    )
    one = line_of("film.png", "2" * 64, compare(like, unlike))
    assert (one.first.familiar, one.second.familiar) == (True, False)
