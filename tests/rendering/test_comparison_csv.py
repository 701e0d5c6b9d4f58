import csv
import io
from pathlib import Path

from camdash.evidence.overview import Line
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.files.comparison_csv import HEADER, comparison_csv
from tests.conftest import small_card

FIRST = Checkpoint("one", Path("one"), "a" * 64, small_card())
SECOND = Checkpoint("two", Path("two"), "b" * 64, small_card())


def read(*lines: Line) -> list[dict[str, str]]:
    text = comparison_csv(lines, FIRST, SECOND).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_row_holds_both_checkpoints_and_both_answers() -> None:
    (row,) = read(Line("händ.png", "c" * 64, "Hand", 0.75, "Foot", 0.5, True, -0.25, True, False))
    assert tuple(row) == HEADER
    assert list(row.values()) == [
        *("händ.png", "c" * 64, "one", "a" * 64, "two", "b" * 64),
        *("Hand", "0.75", "Foot", "0.5", "True", "-0.25", "True", "False", ""),
    ]


def test_a_file_that_failed_has_its_sentence_and_no_answers() -> None:
    (row,) = read(Line("text.png", "c" * 64, error="This is not an image file."))
    assert row["error"] == "This is not an image file."
    assert {row[key] for key in ("predicted_a", "probability_b", "flips", "agreement")} == {""}


def test_no_name_becomes_a_formula() -> None:
    (row,) = read(Line("=1+1.png", "c" * 64, "@class", 0.75, "Foot", 0.5))
    assert (row["file"], row["predicted_a"]) == ("'=1+1.png", "'@class")
