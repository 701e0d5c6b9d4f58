"""The card of a checkpoint: what it must say, what it may say, and what makes no sense."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camdash.errors import CheckpointError
from camdash.networks.cards.arithmetic import Arithmetic, FirstPooling, HeadActivation, Pooling
from camdash.networks.cards.card import Card, Fit, Interpolation, Preprocessing
from camdash.networks.cards.output import output_of
from camdash.networks.cards.parsing import assumed_card, card_json, parse_card
from camdash.networks.text import same
from tests.conftest import card_fields

signs = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff")
words = st.text(signs, min_size=1, max_size=200).map(str.strip).filter(same)
numbers = st.floats(-1000, 1000)


@st.composite
def cards(draw: st.DrawFn) -> Card:
    """Any card that makes sense."""
    sides = st.integers(1, 4096)
    how = Preprocessing(
        input_size=(draw(sides), draw(sides)),
        fit=draw(st.sampled_from(Fit)),
        interpolation=draw(st.sampled_from(Interpolation)),
        resize=draw(st.none() | sides),
        pad_value=draw(st.floats(0, 1)),
        mean=tuple(draw(st.lists(numbers, min_size=1, max_size=3))),
        std=tuple(draw(st.lists(st.floats(1e-3, 1000), min_size=1, max_size=3))),
    )
    about = [(key, draw(words)) for key in ("trained", "notes", "sources", "license") if draw(st.booleans())]
    names = draw(st.lists(words, min_size=1, max_size=7, unique_by=same))
    arithmetic = Arithmetic(
        output_stride=draw(st.sampled_from([None, 8, 16, 32])),
        first_stride=draw(st.sampled_from([None, 1, 2])),
        first_pooling=draw(st.none() | st.sampled_from(FirstPooling)),
        head_activation=draw(st.none() | st.sampled_from(HeadActivation)),
        pooling=draw(st.none() | st.sampled_from(Pooling)),
    )
    output = output_of({}, len(names))
    return Card(draw(st.text()), tuple(names), how, tuple(about), arithmetic=arithmetic, output=output)


@given(cards())
def test_a_card_written_and_read_again_is_the_same_card(card: Card) -> None:
    assert parse_card(card_json(card), "here.json") == card


def test_the_four_required_fields_are_enough_and_the_others_have_the_documented_defaults() -> None:
    card = parse_card(json.dumps(card_fields()), "here.json")
    assert card.architecture == "resnet18"
    assert card.class_names == ("Part 0", "Part 1", "Part 2", "Part 3", "Part 4")
    assert card.preprocessing == Preprocessing(
        (64, 96), Fit.STRETCH, Interpolation.BILINEAR, resize=None, pad_value=0.0, mean=(0.0,), std=(1.0,)
    )
    assert (card.about, card.assumed) == ((), ())


def test_every_field_is_read() -> None:
    text = json.dumps(
        card_fields(
            fit="crop", resize=72, interpolation="area", pad_value=0.5, mean=[0.1, 0.2, 0.3], std=2,
            trained="2026-11-01", notes="none", sources=["A", "B"], license="CC BY-NC 4.0",
        )
    )  # fmt: skip
    card = parse_card(text, "here.json")
    assert card.preprocessing == Preprocessing(
        (64, 96), Fit.CROP, Interpolation.AREA, resize=72, pad_value=0.5, mean=(0.1, 0.2, 0.3), std=(2.0,)
    )
    assert card.text("trained") == "2026-11-01"
    assert card.text("sources") == "A; B"
    assert card.text("license") == "CC BY-NC 4.0"


def test_fields_of_other_programs_are_passed_over() -> None:
    card = parse_card(json.dumps(card_fields(epochs=30)), "here.json")
    assert card.text("epochs") is None


@pytest.mark.parametrize("field", ["architecture", "class_names", "input_size", "fit"])
def test_a_missing_field_is_named_with_its_file(field: str) -> None:
    with pytest.raises(CheckpointError, match=rf"^The card in here\.json lacks {field}\. Add what is missing\.$"):
        parse_card(json.dumps(card_fields(**{field: None})), "here.json")


def test_all_missing_fields_are_named_at_once() -> None:
    with pytest.raises(CheckpointError, match="lacks architecture, class_names, input_size, fit"):
        parse_card("{}", "here.json")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("architecture", 18, "architecture must be a builder's name"),
        ("class_names", "Hand", "class_names must be a list of names"),
        ("class_names", [], "class_names must be a list of names"),
        ("class_names", ["Hand", 3], "class_names must be a list of names"),
        ("class_names", ["Hand", " "], "class_names must be a list of names"),
        ("class_names", ["Hand", "Hand"], "class_names must differ from each other"),
        ("input_size", 512, "input_size must be whole numbers of pixels, as in"),
        ("input_size", [512], "input_size must be whole numbers of pixels"),
        ("input_size", [512.0, 512], "input_size must be whole numbers of pixels"),
        ("input_size", [True, True], "input_size must be whole numbers of pixels"),
        ("input_size", "ab", "input_size must be whole numbers of pixels"),
        ("input_size", [0, 512], "input_size must lie between 1 and 4096 pixels"),
        ("input_size", [512, 100000], "input_size must lie between 1 and 4096 pixels"),
        ("fit", "squeeze", "fit must be one of stretch, pad, crop, not 'squeeze'"),
        ("fit", ["pad"], "fit must be one of stretch, pad, crop"),
        ("interpolation", "lanczos", "interpolation must be one of bilinear, area, bicubic, nearest, not 'lanczos'"),
        ("resize", 0.5, "resize must be whole numbers of pixels"),
        ("resize", -1, "resize must lie between 1 and 4096 pixels"),
        ("pad_value", 255, r"pad_value must lie in \[0, 1\]"),
        ("pad_value", "black", "pad_value must be a number"),
        ("mean", "grey", "mean must be a number, or a list of one number per channel"),
        ("mean", [], "mean must be a number, or a list of one number per channel"),
        ("mean", True, "mean must be a number, or a list of one number per channel"),
        ("mean", float("nan"), "mean must be a finite number"),
        ("mean", float("inf"), "mean must be a finite number"),
        ("mean", 10**400, "mean must be a finite number"),
        ("std", 0, "std must be positive"),
        ("std", [1, -1, 1], "std must be positive"),
        ("std", float("nan"), "std must be a finite number"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_a_sentence_that_names_file_and_field(
    field: str, value: object, sentence: str
) -> None:
    with pytest.raises(CheckpointError, match=rf"^The card in here\.json cannot be used: {sentence}.*\.$"):
        parse_card(json.dumps(card_fields(**{field: value})), "here.json")


@pytest.mark.parametrize("text", ["", "{", "architecture: resnet34", "[" * 100_000])
def test_what_is_no_json_is_said_not_to_be(text: str) -> None:
    with pytest.raises(CheckpointError, match=r"^The card in here\.json is not valid JSON: "):
        parse_card(text, "here.json")


@pytest.mark.parametrize("text", ["[]", "null", '"resnet34"', "3"])
def test_json_that_is_no_object_is_refused_with_the_keys_it_should_have(text: str) -> None:
    with pytest.raises(CheckpointError, match="must be a JSON object with the keys architecture, class_names, input_s"):
        parse_card(text, "here.json")


def test_without_a_card_five_outputs_have_the_five_names_and_the_users_own_preprocessing() -> None:
    card = assumed_card("resnet34", 5)
    assert card.class_names == ("Chest frontal", "Chest lateral", "Hip", "Hand", "Foot")
    assert card.preprocessing == Preprocessing((1024, 1024), Fit.STRETCH, mean=(0.0,), std=(1.0,))
    assert card.assumed == ("architecture", "class_names", "input_size", "fit")


@pytest.mark.parametrize("count", [1, 2, 7])
def test_without_a_card_any_other_number_of_outputs_is_numbered(count: int) -> None:
    assert assumed_card("resnet34", count).class_names == tuple(f"Class {k}" for k in range(count))


@pytest.mark.parametrize(("architecture", "channels"), [("resnet18", 1), ("resnet34", 3), ("vgg16", 1)])
def test_without_a_card_five_outputs_of_any_other_network_are_numbered(architecture: str, channels: int) -> None:
    card = assumed_card(architecture, 5, channels=channels)
    assert card.class_names == ("Class 0", "Class 1", "Class 2", "Class 3", "Class 4")


@pytest.mark.parametrize(
    ("guessed", "sentence"),
    [
        (None, ""),
        ([], ""),
        (["fit", "input_size"], "Input size is a guess."),
        (["fit"], "Fit to the input is a guess."),
    ],
)
def test_a_card_may_say_what_its_writer_did_not_know(guessed: object, sentence: str) -> None:
    card = parse_card(json.dumps(card_fields(guessed=guessed, output="softmax")), "here.json")
    assert card.guess == sentence
    assert parse_card(card_json(card), "again.json") == card


@pytest.mark.parametrize("guessed", ["fit", ["class_names"], [1], {"fit": True}, True])
def test_a_guess_that_makes_no_sense_is_refused(guessed: object) -> None:
    with pytest.raises(CheckpointError, match="guessed must be a list of input_size and fit"):
        parse_card(json.dumps(card_fields(guessed=guessed)), "here.json")


def test_a_card_with_a_guess_that_no_card_can_say_is_read_again() -> None:
    guessed = replace(parse_card(json.dumps(card_fields()), "a"), assumed=("architecture", "input_size"))
    assert parse_card(card_json(guessed), "a").assumed == ("input_size",)
