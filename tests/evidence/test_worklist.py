from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camdash.evidence.analysis import Analysis, Failed, Familiarity, PlacedMaps
from camdash.evidence.maps import EvidenceMaps
from camdash.evidence.prediction import predict
from camdash.evidence.worklist import Line, Order, failed_line, line_of, listed
from camdash.networks.cards.card import Checkpoint
from camdash.networks.cards.output import Output, OutputKind
from camdash.networks.placement import Grid, Placement
from camdash.words.sentence import translated
from tests.conftest import small_card
from tests.support.marked import Marked
from tests.support.small import shares, softmax_of

CHECKPOINT = Checkpoint("x", Path("x"), "0" * 64, small_card())
PLACEMENT = Placement((64, 64), (64, 64), (1, 1), (0, 0), Grid(32, 0))


def analysis(logits: list[float], bias: float = 0.0) -> Analysis:
    """Return an analysis of even maps with these logits, of which `bias` is bias."""
    values = np.array(logits, np.float32) - np.float32(bias)
    maps = np.tile(values[:, None, None], (1, 2, 2))
    evidence = EvidenceMaps(maps, np.full(len(logits), bias, np.float32))
    names = tuple(f"Part {k}" for k in range(len(logits)))
    return Analysis(softmax_of(names, evidence), CHECKPOINT, PlacedMaps(evidence, PLACEMENT))


def line(result: Analysis) -> Line:
    return line_of("hand.png", "abc", result)


def test_a_line_says_the_two_most_probable_classes_and_how_far_they_are_apart() -> None:
    found = line(analysis([0.5, 3.0, 1.0], bias=0.25))
    assert (found.file, found.sha256, found.predicted, found.runner_up) == ("hand.png", "abc", "Part 1", "Part 2")
    assert found.margin == pytest.approx(2.0)
    assert found.evidence == pytest.approx(2.75)
    assert found.probability == pytest.approx(np.exp(3) / np.exp([0.5, 3, 1]).sum())


def test_the_margin_is_the_logarithm_of_how_many_times_as_probable_the_answer_is() -> None:
    one = analysis([1.0, 0.3])
    first, second = shares(one.prediction)
    assert line(one).margin == pytest.approx(np.log(first / second))


@pytest.mark.parametrize(("score", "familiar"), [(0.1, True), (0.3, False)])
def test_a_line_says_whether_the_image_is_familiar(score: float, familiar: bool) -> None:
    assert line(replace(analysis([1.0, 2.0]), familiarity=Familiarity(score, 0.2))).familiar is familiar
    assert line(analysis([1.0, 2.0])).familiar is None


def test_the_evidence_of_a_value_is_in_its_unit() -> None:
    output = Output(OutputKind.REGRESSION, unit="mm", scale=-2, offset=10)
    plain = analysis([3.0], bias=0.5)
    card = replace(small_card(1), output=output)
    found = line(replace(plain, prediction=predict(card, plain.prediction.logits)))
    assert found.value == pytest.approx(4.0)
    assert found.evidence == pytest.approx(-5.0)  # 2.5 logits x -2 mm


def test_a_class_alone_has_no_runner_up() -> None:
    found = line(analysis([2.0]))
    assert (found.predicted, found.runner_up, found.margin) == ("Part 0", None, None)


def test_a_network_without_maps_has_no_evidence() -> None:
    found = line(Analysis(analysis([2.0, 1.0]).prediction, CHECKPOINT, no_map="It has no map."))
    assert (found.predicted, found.evidence, found.error) == ("Part 0", None, "")
    assert found.margin == pytest.approx(1.0)


def test_a_file_without_result_has_its_sentence() -> None:
    assert failed_line("hand.png", "abc", Failed("It is empty.")) == Line("hand.png", "abc", error="It is empty.")


def test_a_file_whose_decoder_failed_can_be_tried_again() -> None:
    assert failed_line("hand.png", "abc", Failed("It crashed.", can_retry=True)) == Line(
        "hand.png", "abc", error="It crashed.", can_retry=True
    )


LINES = [
    Line("b", "1", "Hip", 0.9, "Hand", 2.0, 5.0),
    Line("C", "2", "Hand", 0.6, "Hip", 1.5, 9.0),
    Line("a", "3", error="It is empty."),
    Line("d", "4", "Hip", 0.7, "Hand", 1.0, None),
]


@pytest.mark.parametrize(
    ("order", "places"),
    [
        (Order.GIVEN, [0, 1, 2, 3]),
        (Order.MARGIN, [3, 1, 0, 2]),
        (Order.PROBABILITY, [1, 3, 0, 2]),
        (Order.EVIDENCE, [1, 0, 2, 3]),
        (Order.CLASS, [1, 3, 0, 2]),
        (Order.FILE, [2, 0, 1, 3]),
    ],
)
def test_each_order_sorts_and_puts_what_it_knows_nothing_of_last(order: Order, places: list[int]) -> None:
    assert listed(LINES, (), None, order) == places


def test_classes_and_a_margin_narrow_the_list() -> None:
    assert listed(LINES, {"Hip"}, None, Order.GIVEN) == [0, 3]
    assert listed(LINES, {"Hip", "Hand"}, None, Order.MARGIN) == [3, 1, 0]
    assert listed(LINES, (), 1.0, Order.GIVEN) == []
    assert listed(LINES, (), 1.5, Order.GIVEN) == [3]
    assert listed(LINES, {"Hip"}, 2.0, Order.GIVEN) == [3]


def test_who_looks_for_a_finding_does_not_see_where_it_was_not_found() -> None:
    lines = [
        Line("a", "1", "Mass, Nodule", labels=("Mass", "Nodule"), drawn=("Mass", "Nodule")),
        Line("b", "2", "none above its threshold", labels=(), drawn=()),
        Line("c", "3", "most probable: Mass", drawn=()),
    ]
    assert listed(lines, {"Mass"}, None, Order.GIVEN) == [0]


def test_values_are_sorted_as_the_numbers_that_they_are() -> None:
    lines = [Line("a", "1", "140 months", value=140.0), Line("b", "2", "15 months", value=15.0)]
    assert listed(lines, (), None, Order.CLASS) == [1, 0]


def test_a_line_under_a_new_name_is_the_same_but_for_the_name() -> None:
    assert LINES[0].renamed("hip.png") == Line("hip.png", "1", "Hip", 0.9, "Hand", 2.0, 5.0)


def test_a_file_without_a_class_comes_after_those_of_any_class() -> None:
    named = [Line("a", "1", error="It is empty."), Line("b", "2", "Zygoma", 0.9, margin=9.0), Line("c", "3", "XX", 0.5)]
    assert listed(named, (), None, Order.CLASS) == [2, 1, 0]


def test_what_is_as_uploaded_keeps_its_place_whatever_its_name_or_class() -> None:
    backwards = list(reversed(LINES))
    assert listed(backwards, (), None, Order.GIVEN) == [0, 1, 2, 3]
    assert listed(backwards, (), None, Order.PROBABILITY) == [2, 0, 3, 1]


FAMILIARITY = [
    Line("a", "1", "Hip", 0.9, familiar=True, distance=0.5),
    Line("b", "2", "Hip", 0.9, familiar=False, distance=1.5),
    Line("c", "3", "Hip", 0.9),
    Line("d", "4", "Hand", 0.9, familiar=False, distance=3.0),
]


def test_those_unlike_the_training_images_come_first_the_farthest_before_all() -> None:
    assert listed(FAMILIARITY, [], None, Order.UNLIKE) == [3, 1, 0, 2]


def test_only_those_unlike_the_training_images_are_listed_where_it_is_asked_for() -> None:
    assert listed(FAMILIARITY, [], None, Order.GIVEN, only_unlike=True) == [1, 3]
    assert listed(FAMILIARITY, ["Hip"], None, Order.GIVEN, only_unlike=True) == [1]


def test_with_two_checkpoints_it_is_enough_that_one_finds_it_unlike() -> None:
    others = [Line("a", "1", "Hip", 0.9, familiar=False), None, Line("c", "3", "Hip", 0.9, familiar=True), None]
    assert listed(FAMILIARITY, [], None, Order.GIVEN, only_unlike=True, others=others) == [0, 1, 3]


def test_with_two_checkpoints_the_farther_distance_sorts() -> None:
    others = [Line("a", "1", "Hip", 0.9, distance=2.0), None, Line("c", "3", "Hip", 0.9, distance=0.1), None]
    assert listed(FAMILIARITY, [], None, Order.UNLIKE, others=others) == [3, 0, 1, 2]


def test_the_distance_is_a_multiple_of_the_limit() -> None:
    assert line(replace(analysis([1.0, 2.0]), familiarity=Familiarity(0.3, 0.2))).distance == pytest.approx(1.5)
    assert line(analysis([1.0, 2.0])).distance is None


@pytest.mark.parametrize("order", Order)
def test_an_order_is_said_in_another_language_by_its_value(order: Order) -> None:
    assert translated(order.value, Marked()) == f"«{order}»"
    assert Order(order.value) is Order(str(order)) is order
