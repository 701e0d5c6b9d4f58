"""What logits mean, by hand, for each kind of output."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camdash.errors import CheckpointError
from camdash.evidence.prediction import MEANINGS, Prediction, decimal, predict
from camdash.networks.cards.card import Card, Fit, Preprocessing
from camdash.networks.cards.output import Output, OutputKind
from tests.support.small import shares

LN3 = float(np.log(3))
HOW = Preprocessing((64, 64), Fit.STRETCH)


def of(names: tuple[str, ...], output: Output, *logits: float) -> Prediction:
    return predict(Card("resnet18", names, HOW, output=output), np.array(logits))


def sigmoid(*logits: float, thresholds: tuple[float, ...] = (), temperature: float = 1.0) -> Prediction:
    names = ("Mass", "Nodule", "Effusion")[: len(logits)]
    return of(names, Output(OutputKind.SIGMOID, thresholds=thresholds, temperature=temperature), *logits)


def binary(logit: float, **output: object) -> Prediction:
    return of(("Normal", "Fracture"), Output(OutputKind.BINARY, **output), logit)  # type: ignore[arg-type]


def test_every_kind_of_output_has_a_meaning() -> None:
    assert set(MEANINGS) == set(OutputKind)


def test_each_label_has_its_own_probability() -> None:
    # p / (1 - p) = e^logit: 3 to 1, 1 to 1, 1 to 3.
    found = sigmoid(-LN3, LN3, 0.0)
    np.testing.assert_allclose(shares(found), [0.25, 0.75, 0.5])
    assert found.ranking == [1, 2, 0]
    assert found.named_probabilities == pytest.approx({"Mass": 0.25, "Nodule": 0.75, "Effusion": 0.5})


def test_labels_above_their_thresholds_are_the_answer_the_most_probable_first() -> None:
    found = sigmoid(-LN3, LN3, 0.0, thresholds=(0.2, 0.7, 0.6))
    assert found.positive == (True, True, False)
    assert (found.labels, found.answers, found.brief) == (("Nodule", "Mass"), (1, 0), "Nodule, Mass")
    assert (found.predicted_name, found.predicted, found.share, found.runner_up) == (None, None, None, None)
    # Log-odds of the thresholds: ln 1/4, ln 7/3, ln 3/2; the distances are ln 4/3, ln 9/7 and ln 3/2.
    assert found.margin == pytest.approx(np.log(9 / 7))


def test_a_label_exactly_at_its_threshold_counts_as_found() -> None:
    assert sigmoid(0.0, thresholds=(0.5,)).positive == (True,)


def test_no_label_above_its_threshold_is_an_answer_too() -> None:
    found = sigmoid(-LN3, 0.0, thresholds=(0.5, 0.6))
    assert (found.labels, found.answers, found.brief) == ((), (), "none above its threshold")
    assert found.leading == (1,)  # what is shown first, though nothing is found


def test_without_thresholds_nothing_is_found_and_the_most_probable_are_named() -> None:
    found = sigmoid(-LN3, LN3, 0.0)
    assert found.positive == (None, None, None)
    assert (found.labels, found.answers, found.leading, found.margin) == (None, (), (1,), None)
    assert found.brief == "most probable: Nodule, Effusion, Mass"


def test_a_temperature_divides_the_logits() -> None:
    np.testing.assert_allclose(shares(sigmoid(2 * LN3, temperature=2)), [0.75])
    two = of(("a", "b"), Output(temperature=2), 2 * LN3, 0.0)
    np.testing.assert_allclose(shares(two), [0.75, 0.25])
    assert two.margin == pytest.approx(LN3)  # the logarithm of 75 % to 25 %


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=3))
def test_probabilities_of_labels_lie_between_0_and_1_and_rise_with_their_logits(logits: list[float]) -> None:
    found = shares(sigmoid(*logits))
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found[np.argsort(logits)]) >= 0).all()


@pytest.mark.parametrize(
    ("logit", "output", "name", "share", "margin"),
    [
        (LN3, {}, "Fracture", 0.75, LN3),
        (-LN3, {}, "Normal", 0.75, LN3),
        (0.0, {}, "Fracture", 0.5, 0.0),
        (-LN3, {"thresholds": (0.2,)}, "Fracture", 0.25, float(np.log(4 / 3))),
        (LN3, {"thresholds": (0.9,)}, "Normal", 0.25, LN3),
        (2 * LN3, {"temperature": 2.0}, "Fracture", 0.75, LN3),
    ],
)
def test_one_logit_decides_between_two_classes(
    logit: float, output: dict[str, object], name: str, share: float, margin: float
) -> None:
    found = binary(logit, **output)
    assert (found.class_names, found.negative_name) == (("Fracture",), "Normal")
    assert found.answers == ((0,) if name == "Fracture" else ())
    assert (found.predicted_name, found.labels, found.brief) == (name, (name,), name)
    assert found.share == pytest.approx(share)
    assert found.margin == pytest.approx(margin, abs=1e-9)
    assert found.predicted == (0 if name == "Fracture" else None)


def test_both_classes_of_one_logit_have_a_probability_that_sum_to_one() -> None:
    assert binary(LN3).named_probabilities == pytest.approx({"Normal": 0.25, "Fracture": 0.75})
    assert binary(LN3).positive == (None,)
    assert binary(LN3, thresholds=(0.8,)).positive == (False,)


def test_a_value_is_the_logit_times_scale_plus_offset() -> None:
    found = of(("Bone age",), Output(OutputKind.REGRESSION, unit="months", scale=40, offset=120), 0.5)
    assert found.values == pytest.approx([140.0])
    assert (found.brief, found.probabilities, found.named_probabilities) == ("140 months", None, None)
    assert (found.labels, found.predicted_name, found.share, found.margin) == (None, None, None, None)


GRADES = ("None", "Mild", "Moderate", "Severe")


def ordinal(*logits: float, **output: object) -> Prediction:
    return of(GRADES[: len(logits) + 1], Output(OutputKind.ORDINAL, **output), *logits)  # type: ignore[arg-type]


def test_the_grade_is_above_as_many_steps_as_have_more_than_one_half() -> None:
    # Above None 3 to 1, above Mild 3 to 1 the other way, above Severe 1 to 9: one step is exceeded.
    found = ordinal(LN3, -LN3, -2 * LN3)
    np.testing.assert_allclose(shares(found), [0.75, 0.25, 0.1])
    assert (found.rank, found.predicted_name, found.labels, found.brief) == (1, "Mild", ("Mild",), "Mild")
    assert (found.answers, found.leading, found.foremost, found.ranking) == ((0,), (0,), 0, [0, 1, 2])
    assert found.margin == pytest.approx(LN3)  # from one half to three quarters
    assert found.named_values == pytest.approx({"> None": 0.75, "> Mild": 0.25, "> Moderate": 0.1})
    assert (found.values, found.named_probabilities, found.share, found.runner_up) == (None, None, None, None)
    assert (found.excludes, found.predicted) == (False, None)


@pytest.mark.parametrize(
    ("logits", "grade", "answers", "foremost"),
    [
        ((-1.0, -2.0, -3.0), "None", (), 0),
        ((3.0, 2.0, 1.0), "Severe", (2,), 2),
        ((3.0, 2.0, -1.0), "Moderate", (1,), 1),
        ((1.0, -1.0, 0.5), "Moderate", (1,), 1),  # steps out of their order are counted all the same
        ((0.0, -1.0, -2.0), "None", (), 0),  # one half is not more than one half
    ],
)
def test_the_highest_step_that_is_exceeded_is_looked_at_first(
    logits: tuple[float, ...], grade: str, answers: tuple[int, ...], foremost: int
) -> None:
    found = ordinal(*logits)
    assert (found.predicted_name, found.answers, found.foremost) == (grade, answers, foremost)


def test_a_temperature_changes_how_sure_a_grade_is_and_not_the_grade() -> None:
    found = ordinal(2 * LN3, -2 * LN3, -4 * LN3, temperature=2.0)
    np.testing.assert_allclose(shares(found), [0.75, 0.25, 0.1])
    assert found.predicted_name == "Mild"
    assert found.margin == pytest.approx(LN3)


def test_a_number_of_which_nobody_says_what_it_means_stays_one() -> None:
    found = of(("Class 0",), Output(OutputKind.UNKNOWN, assumed="Nobody says."), 2.3456)
    assert (found.probabilities, found.values, found.brief) == (None, None, "logit +2.35")
    assert (found.predicted_name, found.labels, found.ranking) == (None, None, [0])


@pytest.mark.parametrize("kind", OutputKind)
def test_logits_that_are_not_finite_are_refused(kind: OutputKind) -> None:
    with pytest.raises(CheckpointError, match="not finite"):
        of(("a", "b"), Output(kind), float("nan"))


@pytest.mark.parametrize(
    ("value", "text"),
    [(12.3456, "12.35"), (-0.12345, "−0.1235"), (140.0, "140"), (123456.7, "123457"), (0.0, "0"), (-0.0, "0")],
)
def test_a_figure_has_the_digits_that_count(value: float, text: str) -> None:
    assert decimal(value) == text


def test_steps_that_contradict_each_other_speak_for_the_grade_that_is_counted() -> None:
    found = ordinal(LN3, -LN3, 2 * LN3)
    assert found.contradicts
    assert (found.rank, found.predicted, found.answers) == (2, found.predicted, (1,))
    assert not ordinal(LN3, LN3, -LN3).contradicts
