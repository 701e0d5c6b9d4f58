"""What a card may say of its output, what is assumed where it says nothing, and what the weights tell of it."""

import json
from pathlib import Path

import pytest
import torch

from camdash.errors import CheckpointError
from camdash.networks.cards.card import FIVE_CLASSES, Card
from camdash.networks.cards.output import SOFTMAX, Output, OutputKind
from camdash.networks.cards.parsing import card_json, parse_card
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loading import load
from camdash.networks.report import intake
from tests.conftest import card_fields, random_network, save_state_dict

NO, YES = "No fracture", "Fracture"


def card(**fields: object) -> Card:
    return parse_card(json.dumps(card_fields(**fields)), "here.json")


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        ({"output": "softmax"}, SOFTMAX),
        ({"output": "softmax", "temperature": 2}, Output(OutputKind.SOFTMAX, temperature=2.0)),
        ({"output": "sigmoid"}, Output(OutputKind.SIGMOID)),
        (
            {"output": "sigmoid", "thresholds": [0.1, 0.2, 0.5, 0.25, 0.9]},
            Output(OutputKind.SIGMOID, thresholds=(0.1, 0.2, 0.5, 0.25, 0.9)),
        ),
        (
            {"output": "binary", "class_names": [NO, YES], "thresholds": [0.3], "temperature": 1.5},
            Output(OutputKind.BINARY, thresholds=(0.3,), temperature=1.5),
        ),
        (
            {"output": "regression", "class_names": ["Bone age"], "unit": " months ", "scale": 41.2, "offset": 127},
            Output(OutputKind.REGRESSION, unit="months", scale=41.2, offset=127.0),
        ),
        ({"output": "regression"}, Output(OutputKind.REGRESSION)),
        ({"output": "ordinal", "temperature": 2}, Output(OutputKind.ORDINAL, temperature=2.0)),
    ],
)
def test_a_card_says_what_its_output_means(fields: dict[str, object], output: Output) -> None:
    found = card(**fields)
    assert found.output == output
    assert found.guess == ""
    assert parse_card(card_json(found), "again.json") == found


def test_one_logit_between_two_classes_has_the_name_of_the_positive_one() -> None:
    assert card(output="binary", class_names=[NO, YES]).logit_names == (YES,)
    assert card(output="sigmoid").logit_names == card().class_names


def test_each_step_between_two_grades_has_a_logit_that_is_named_for_the_grade_beneath_it() -> None:
    found = card(output="ordinal", class_names=["None", "Mild", "Severe"])
    assert found.logit_names == ("> None", "> Mild")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"output": "unknown"}, "output must be one of softmax, sigmoid, binary, regression, ordinal, not 'unknown'"),
        ({"output": ["sigmoid"]}, "output must be one of softmax"),
        ({"output": "Sigmoid"}, "output must be one of softmax"),
        ({"output": "binary"}, "class_names must be two names for the output binary: first the negative one"),
        ({"output": "softmax", "class_names": ["One"]}, "the output softmax needs two classes at least"),
        ({"output": "ordinal", "class_names": ["One"]}, "class_names must be two names or more for the output ordinal"),
        ({"output": "ordinal", "thresholds": [0.5] * 4}, "thresholds makes no sense with the output ordinal"),
        ({"thresholds": [0.5] * 5}, "thresholds makes no sense without output"),
        ({"unit": "mm"}, "unit makes no sense without output"),
        ({"output": "softmax", "thresholds": [0.5] * 5}, "thresholds makes no sense with the output softmax"),
        ({"output": "regression", "temperature": 2}, "temperature makes no sense with the output regression"),
        ({"output": "sigmoid", "scale": 2}, "scale makes no sense with the output sigmoid"),
        ({"output": "sigmoid", "thresholds": [0.5] * 4}, "thresholds must be a list of 5 numbers"),
        (
            {"output": "binary", "class_names": [NO, YES], "thresholds": [0.5, 0.5]},
            "thresholds must be a list of 1 number",
        ),
        ({"output": "sigmoid", "thresholds": 0.5}, "thresholds must be a list of numbers, not 0.5"),
        (
            {"output": "sigmoid", "thresholds": [0.5, 0.5, 0.5, 0.5, "x"]},
            "thresholds must be a list of numbers, not [0.5,",
        ),
        (
            {"output": "sigmoid", "thresholds": [0.5, 0.5, 0.5, 0.5, True]},
            "thresholds must be a list of numbers, not [0.5,",
        ),
        (
            {"output": "sigmoid", "thresholds": [0.5, 0.5, 0.5, 0.5, 1]},
            "thresholds must be probabilities between",
        ),
        (
            {"output": "sigmoid", "thresholds": [0, 0.5, 0.5, 0.5, 0.5]},
            "thresholds must be probabilities between",
        ),
        ({"output": "softmax", "temperature": 0}, "temperature must be positive"),
        ({"output": "softmax", "temperature": -1}, "temperature must be positive"),
        ({"output": "regression", "scale": 0}, "scale must not be zero"),
        ({"output": "regression", "offset": 1e9}, "offset must be a finite number"),
        ({"output": "regression", "unit": 3}, "unit must be a text, not 3"),
        ({"output": "regression", "unit": "m" * 41}, "unit must be at most 40 characters long"),
        ({"output": "regression", "unit": "a\u202eb"}, "unit must be without control characters"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(CheckpointError) as caught:
        card(**fields)
    assert sentence in str(caught.value)


def test_a_card_that_does_not_say_it_has_softmax_assumed_and_says_so_but_for_the_five_body_parts() -> None:
    assert card().output.kind is OutputKind.SOFTMAX
    assert card().guess == "That exactly one class is right (softmax) is assumed."
    own = card(class_names=list(FIVE_CLASSES))
    assert (own.output, own.guess) == (SOFTMAX, "")


def test_one_output_without_a_word_is_no_probability() -> None:
    found = card(class_names=["Something"])
    assert found.output.kind is OutputKind.UNKNOWN
    assert found.guess == (
        "The network puts out one number, and nothing says what it means. "
        'Add "output" to the card: "binary" or "regression".'
    )


@pytest.mark.parametrize("name", ["criterion.pos_weight", "pos_weight", "bce.pos_weight"])
def test_what_only_independent_labels_leave_in_a_file_makes_them_so_and_is_left_out(tmp_path: Path, name: str) -> None:
    state = random_network("resnet18", 3, 1).state_dict() | {name: torch.ones(3)}
    found = describe(entry_of(save_state_dict(tmp_path / "bare.pth", state)))
    assert found.card.output.kind is OutputKind.SIGMOID
    assert f"Each label is taken on its own (sigmoid), since the file holds {name}." in found.card.guess
    report = intake(entry_of(found.path))
    assert report.usable
    assert name in report.ignored
    assert load(found, "cpu").network.bias.shape == (3,)


def test_a_card_counts_for_more_than_a_weight_of_the_loss(tmp_path: Path) -> None:
    state = random_network("resnet18", 5, 1).state_dict() | {"pos_weight": torch.ones(5)}
    path = save_state_dict(tmp_path / "said.pth", state)
    path.with_suffix(".json").write_text(json.dumps(card_fields(output="softmax")))
    assert describe(entry_of(path)).card.output == SOFTMAX
    path.with_suffix(".json").write_text(json.dumps(card_fields()))
    assert describe(entry_of(path)).card.output.kind is OutputKind.SIGMOID


def test_two_names_and_one_logit_fit_each_other_only_for_the_output_binary(tmp_path: Path) -> None:
    path = save_state_dict(tmp_path / "two.pth", random_network("resnet18", 1, 1).state_dict())
    path.with_suffix(".json").write_text(json.dumps(card_fields(output="binary", class_names=[NO, YES])))
    assert load(describe(entry_of(path)), "cpu").network.bias.shape == (1,)
    path.with_suffix(".json").write_text(json.dumps(card_fields(output="softmax", class_names=[NO, YES])))
    with pytest.raises(CheckpointError, match="do not fit resnet18 with 2 classes"):
        load(describe(entry_of(path)), "cpu")
