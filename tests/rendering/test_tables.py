import csv
import io
from pathlib import Path

from camdash.evidence import worklist
from camdash.evidence.analysis import Failed
from camdash.evidence.overview import Line, failed_line
from camdash.networks.cards.card import Checkpoint
from camdash.rendering.files.tables import COMPARISON, WORKLIST, comparison_csv, worklist_csv
from tests.conftest import small_card

FIRST = Checkpoint("one", Path("one"), "a" * 64, small_card())
SECOND = Checkpoint("two", Path("two"), "b" * 64, small_card())


def read(*lines: Line) -> list[dict[str, str]]:
    text = comparison_csv(lines, FIRST, SECOND).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_row_holds_both_checkpoints_and_both_answers() -> None:
    first = worklist.Line("händ.png", "c" * 64, "Hand", 0.75, "Knee", 1.5, 4.0, True)
    second = worklist.Line("händ.png", "c" * 64, "Foot", 0.5, "Hand", 0.25, None, False)
    (row,) = read(Line(first, second, True, -0.25))
    assert tuple(row) == COMPARISON
    assert list(row.values()) == [
        *("händ.png", "c" * 64, "one", "a" * 64, "two", "b" * 64),
        *("Hand", "0.75", "Knee", "1.5", "4.0", "True", "", ""),
        *("Foot", "0.5", "Hand", "0.25", "", "False", "", ""),
        *("True", "-0.25", ""),
    ]


def test_what_a_checkpoint_says_stands_in_the_columns_of_its_worklist() -> None:
    line = worklist.Line("hand.png", "c" * 64, "Hand", 0.75, "Knee", 1.5, 4.0, True)
    (alone,) = csv.DictReader(io.StringIO(worklist_csv([line], SECOND).decode("utf-8-sig")))
    (row,) = read(Line(line, line))
    assert tuple(alone) == WORKLIST
    assert {name: row.get(f"{name}_b", row.get(name)) for name in alone} == alone


def test_a_value_is_a_number_with_its_unit_beside_it() -> None:
    line = worklist.Line("hand.png", "c" * 64, "−0.5 mm", value=-0.5, unit="mm")
    (row,) = csv.DictReader(io.StringIO(worklist_csv([line], SECOND).decode("utf-8-sig")))
    assert (row["value"], row["unit"]) == ("-0.5", "mm")


def test_a_file_that_failed_has_its_sentence_and_no_answers() -> None:
    (row,) = read(failed_line("text.png", "c" * 64, Failed("This is not an image file.")))
    assert row["error"] == "This is not an image file."
    assert {row[key] for key in ("predicted_a", "probability_b", "flips", "agreement")} == {""}


def test_no_name_becomes_a_formula() -> None:
    first = worklist.Line("=1+1.png", "c" * 64, "@class", 0.75)
    (row,) = read(Line(first, first))
    assert (row["file"], row["predicted_a"]) == ("'=1+1.png", "'@class")
