"""A row is the same as a JSON object and as a line of the table, to the last digit."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camdash.command_line.explaining.predictions import as_read
from camdash.command_line.explaining.rows import Row, header, line, row_of, row_of_line
from camdash.evidence.analysis import Analysis, Failed, Familiarity, PlacedMaps
from camdash.evidence.maps import EvidenceMaps
from camdash.evidence.prediction import predict
from camdash.evidence.removal import Removal
from camdash.networks.cards.card import Card, Checkpoint
from camdash.networks.cards.output import Output, OutputKind
from tests.conftest import small_card
from tests.evidence.test_comparison import analysis
from tests.support.small import softmax_of

CARD = replace(small_card(2), class_names=("=Hand", "手"))
CHECKPOINT = Checkpoint("small", Path("small"), "c" * 64, CARD)
SEEN = analysis(np.random.default_rng(5).normal(size=(2, 3, 4)), CARD.class_names)
PART = EvidenceMaps(SEEN.maps.maps, SEEN.maps.bias, np.array([0.1, -7.25], np.float32))
PARTED = replace(
    SEEN, prediction=softmax_of(CARD.class_names, PART), placed=PlacedMaps(PART, SEEN.placement), level="C"
)
ALONE = Analysis(softmax_of(CARD.class_names, SEEN.maps), CHECKPOINT, no_map="There is no map.")


NOTES = ["A VOI table has more entries than it declares; the others were ignored.", "The JPEG data is damaged."]


@pytest.mark.parametrize(
    "result",
    [
        SEEN,
        replace(SEEN, familiarity=Familiarity(0.1 + 0.2, 0.25)),
        replace(SEEN, familiarity=Familiarity(0.1, 0.1)),
        replace(SEEN, level="B", removal=Removal(1, (2, 1), 0.1 + 0.2, -0.7)),
        PARTED,
        ALONE,
    ],
    ids=["no check", "unfamiliar", "familiar", "gap", "unplaced", "no map"],
)
def test_a_line_gives_back_the_row_that_it_was_written_from(result: Analysis) -> None:
    row = row_of("=a.png", "a" * 64, CHECKPOINT, result, NOTES)
    cells = as_read(line(row, CARD))
    assert len(cells) == len(header(CARD))
    again = row_of_line("=a.png", CHECKPOINT, cells, result.no_map or None)
    assert json.dumps(again) == json.dumps(row)  # keys in their order, numbers to the last digit


def test_a_line_that_somebody_has_changed_is_not_taken_for_a_row() -> None:
    row = row_of("a.png", "a" * 64, CHECKPOINT, SEEN)
    cells = list(as_read(line(row, CARD)))
    for place, text in ((7, ""), (7, "1,5"), (7, "much"), (15, "D"), (16, "3.5")):
        changed = [*cells[:place], text, *cells[place + 1 :]]
        with pytest.raises(ValueError, match=r"."):
            row_of_line("a.png", CHECKPOINT, changed, None)


def test_a_failed_file_has_its_sentence_and_nothing_else() -> None:
    row: Row = row_of("a.png", None, CHECKPOINT, Failed("It is damaged."))
    assert [key for key, value in row.items() if value is None] == [
        *("sha256", "predicted", "output", "probabilities", "logits", "evidence", "bias", "unplaced", "spread"),
        *("positive", "values", "unit", "level", "grid", "gap", "familiarity", "notes"),
    ]
    assert as_read(line(row, CARD)) == ("a.png", "", "small", "c" * 64, *[""] * 23, "It is damaged.")


SIGMOID = Output(OutputKind.SIGMOID, thresholds=(0.5, 0.9))


@pytest.mark.parametrize(
    ("card", "logits", "told"),
    [
        (replace(CARD, output=SIGMOID), [3.0, 1.0], {"predicted": None, "positive": {"=Hand": True, "手": False}}),
        (replace(CARD, output=Output(OutputKind.SIGMOID)), [3.0, 1.0], {"positive": {"=Hand": None, "手": None}}),
        (replace(CARD, output=Output(OutputKind.BINARY)), [-3.0], {"predicted": "=Hand", "positive": {"手": None}}),
        (
            replace(CARD, output=Output(OutputKind.REGRESSION, unit="mm", scale=-2, offset=1)),
            [3.0, 0.5],
            {"predicted": None, "probabilities": None, "values": {"=Hand": -5.0, "手": 0.0}, "unit": "mm"},
        ),
        (
            replace(CARD, class_names=("=Low", "Mid", "High"), output=Output(OutputKind.ORDINAL)),
            [1.0, 0.0],
            {
                "predicted": "Mid",
                "probabilities": None,
                "positive": None,
                "values": {"> =Low": pytest.approx(0.7310586), "> Mid": 0.5},
                "unit": "probability",
            },
        ),
        (
            replace(CARD, output=Output(OutputKind.UNKNOWN, assumed="?")),
            [3.0, 0.5],
            {"probabilities": None, "values": None},
        ),
    ],
)
def test_each_kind_of_output_has_its_row_and_gives_it_back(card: Card, logits: list[float], told: Row) -> None:
    checkpoint = replace(CHECKPOINT, card=card)
    found = Analysis(predict(card, np.array(logits)), checkpoint, no_map="There is no map.")
    row = row_of("a.png", "a" * 64, checkpoint, found, [])
    assert {key: row[key] for key in told} == told
    assert row["output"] == card.output.kind.value
    cells = as_read(line(row, card))
    assert len(cells) == len(header(card))
    assert json.dumps(row_of_line("a.png", checkpoint, cells, found.no_map)) == json.dumps(row)


def test_the_spread_of_an_ensembles_members_has_columns_of_its_own_and_comes_back() -> None:
    card = replace(CARD, members=("one", "two"))
    checkpoint = replace(CHECKPOINT, card=card)
    found = replace(SEEN, checkpoint=checkpoint, spread=np.array([0.1 + 0.2, 2.5]))
    row = row_of("a.png", "a" * 64, checkpoint, found, [])
    assert row["spread"] == {"=Hand": 0.1 + 0.2, "手": 2.5}
    assert [name for name in header(card) if name not in header(CARD)] == ["spread.=Hand", "spread.手"]
    cells = as_read(line(row, card))
    assert json.dumps(row_of_line("a.png", checkpoint, cells, None)) == json.dumps(row)


@pytest.mark.parametrize("text", ["nan", "inf"])
def test_a_logit_that_is_no_finite_number_is_not_taken_for_a_row(text: str) -> None:
    cells = list(as_read(line(row_of("a.png", "a" * 64, CHECKPOINT, SEEN), CARD)))
    cells[7] = text
    with pytest.raises(ValueError, match="finite"):
        row_of_line("a.png", CHECKPOINT, cells, None)
