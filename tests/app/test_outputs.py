"""Networks whose output is no softmax, on the real page: weights set by hand, so that each logit is known."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from camdash.networks.cards.card import Card, Fit, Preprocessing
from camdash.networks.cards.output import Output, OutputKind, assumed_output
from camdash.networks.cards.writing import write_checkpoint
from tests.app.test_comparing import header, viewer_bytes
from tests.app.test_page import texts
from tests.app.test_worklist import shown
from tests.conftest import random_network
from tests.evidence.test_prediction import LN3
from tests.support.session import maps_in

FINDINGS = tuple(f"Finding {k}" for k in range(14))
LOGITS = (LN3, -LN3, 2 * LN3, *[-3.0] * 11)
THRESHOLDS = (0.5,) * 14


def save(
    folder: Path,
    name: str,
    names: Sequence[str],
    output: Output,
    logits: Sequence[float],
    weight: float | Sequence[float] = 0.0,
) -> None:
    """Write a network with these biases; all weights of a row of its head are alike, by default zero."""
    card = Card("resnet18", tuple(names), Preprocessing((64, 64), Fit.STRETCH), output=output)
    state = random_network("resnet18", len(logits)).state_dict()
    rows = torch.tensor(weight).reshape(-1, 1).expand_as(state["fc.weight"]).contiguous()
    state |= {"fc.weight": rows, "fc.bias": torch.tensor(logits)}
    write_checkpoint(folder / f"{name}.safetensors", state, card, half=False)


@pytest.fixture
def alone(checkpoints: Path) -> Path:
    """The folder of checkpoints, empty."""
    for path in checkpoints.iterdir():
        path.unlink()
    return checkpoints


def words_of(page: AppTest) -> str:
    """Return what the page says, as it is read: without Markdown's backslashes."""
    assert not page.exception
    return texts(page).replace("\\", "").replace("\u00a0", " ")


def modes(page: AppTest) -> set[str]:
    sources = header(page)["sources"]
    return {mode for source in sources for drawn in source["maps"] for mode in drawn["scales"]}


def reading(page: AppTest) -> str:
    return str(header(page)["modes"][0]["reading"])


def test_fourteen_findings_are_each_judged_on_their_own(alone: Path, page: AppTest) -> None:
    save(alone, "findings", FINDINGS, Output(OutputKind.SIGMOID, thresholds=THRESHOLDS), LOGITS)
    words = words_of(page.run())
    assert "##### 2 of 14 findings above their threshold: Finding 2, Finding 0" in words
    assert "14 findings, each judged on its own: several can be right, or none." in words
    assert "picks one" not in words
    assert "Softmax" not in words
    assert modes(page) == {"evidence"}  # neither contrast nor average: they make sense for softmax alone
    assert reading(page) == "Red speaks for the finding, blue against it."
    assert "softmax" not in str(header(page)["totals"])


def test_without_thresholds_the_page_says_that_none_is_known(alone: Path, page: AppTest) -> None:
    save(alone, "findings", FINDINGS, Output(OutputKind.SIGMOID), LOGITS)
    words = words_of(page.run())
    assert "##### Most probable: Finding 2 90.0 %, Finding 0 75.0 %, Finding 1 25.0 %" in words
    assert "No thresholds are known, so nothing says which findings count as found." in words


def test_one_logit_between_two_classes_is_one_bar_and_blue_speaks_for_the_negative(alone: Path, page: AppTest) -> None:
    save(alone, "fracture", ("Normal", "Fracture"), Output(OutputKind.BINARY, thresholds=(0.8,)), [LN3])
    words = words_of(page.run())
    assert "### Normal, 25.0 %" in words
    assert "Fracture is the answer from 80 % on (its threshold)." in words
    assert reading(page) == "Red speaks for Fracture, blue for Normal."
    (drawn,) = header(page)["sources"][0]["maps"]
    assert (drawn["predicted"], drawn["note"]) == (False, "the answer is Normal: blue speaks for it")
    assert modes(page) == {"evidence"}


def test_a_value_has_its_unit_and_its_evidence_is_in_that_unit(alone: Path, page: AppTest) -> None:
    save(alone, "age", ("Bone age",), Output(OutputKind.REGRESSION, unit="months", scale=40, offset=120), [0.5])
    words = words_of(page.run())
    assert "### Bone age: 140 months" in words
    assert "%" not in words.split("###")[1].split("This checkpoint cannot")[0]
    sources = header(page)["sources"]
    (drawn,) = sources[0]["maps"]
    assert (drawn["evidence"], drawn["bias"], drawn["logit"]) == pytest.approx((0, 140, 140))
    assert (drawn["share"], drawn["probability"]) == ("140 months", None)
    assert "months" in str(header(page)["looks"])
    assert "logits" not in str(header(page)["looks"])
    assert "against" not in str(header(page)["looks"][0]["legend"])


def test_a_negative_scale_turns_the_colors_with_the_value(alone: Path, page: AppTest) -> None:
    # Activations after ReLU are not negative, so with equal positive weights the logit rises and the value falls.
    output = Output(OutputKind.REGRESSION, unit="mm", scale=-2, offset=10)
    save(alone, "length", ("Length",), output, [0.5], weight=0.01)
    assert not page.run().exception
    (drawn,) = header(page)["sources"][0]["maps"]
    assert drawn["evidence"] < 0
    assert drawn["bias"] == pytest.approx(9)
    assert drawn["evidence"] + drawn["bias"] == pytest.approx(drawn["logit"])
    values = maps_in(viewer_bytes(page))[drawn["id"]]
    assert values.mean() == pytest.approx(drawn["evidence"], abs=1e-4)


GRADES = ("None", "Mild", "Moderate", "Severe")
ORDINAL = Output(OutputKind.ORDINAL)


def test_steps_that_differ_in_their_biases_alone_have_one_map_and_each_its_sum(alone: Path, page: AppTest) -> None:
    save(alone, "grades", GRADES, ORDINAL, [LN3, -LN3, -2 * LN3])
    words = words_of(page.run())
    assert "### Mild" in words
    assert "Grade 2 of 4, between None and Moderate. Above None: 75.0 %. Above Mild: 25.0 %" in words
    assert "One of 4 grades in their order." in words
    assert modes(page) == {"evidence"}
    assert reading(page) == "Red speaks for a higher grade, blue for a lower one."
    (drawn,) = header(page)["sources"][0]["maps"]
    assert (drawn["name"], drawn["evidence"], drawn["bias"], drawn["logit"]) == ("All steps", 0, None, None)
    assert drawn["note"] == (
        "evidence +0.00 in each step · > None: +0.00 + 1.10 = +1.10; > Mild: +0.00 − 1.10 = −1.10; "
        "> Moderate: +0.00 − 2.20 = −2.20"
    )
    assert header(page)["modes"][0]["sum"] == "evidence + bias of a step = log-odds of a grade above it"
    assert "log-odds that the grade is above that step" in header(page)["totals"]


def test_steps_with_weights_of_their_own_have_a_map_each(alone: Path, page: AppTest) -> None:
    save(alone, "grades", GRADES, ORDINAL, [LN3, -5.0, -9.0], weight=[0.0, 0.001, 0.002])
    assert "### Mild" in words_of(page.run())
    maps = header(page)["sources"][0]["maps"]
    assert [drawn["name"] for drawn in maps] == ["> None", "> Mild", "> Moderate"]
    assert [drawn["predicted"] for drawn in maps] == [True, False, False]
    assert all(drawn["evidence"] + drawn["bias"] == pytest.approx(drawn["logit"], abs=1e-5) for drawn in maps)
    assert maps[2]["evidence"] == pytest.approx(2 * maps[1]["evidence"], rel=1e-4)


def test_two_checkpoints_of_grades_are_compared_by_their_grades_and_have_one_difference(
    alone: Path, page: AppTest
) -> None:
    save(alone, "a-low", GRADES, ORDINAL, [LN3, -LN3, -2 * LN3], weight=0.0001)
    save(alone, "b-high", GRADES, ORDINAL, [3.0, 2.0, LN3])
    page.run()
    page.selectbox(key="second").select_index(0).run()
    words = words_of(page)
    assert "Different answers" in words
    assert "A says **Mild**, B says **Severe**." in words
    sources = header(page)["sources"]
    assert [len(source["maps"]) for source in sources] == [1, 1, 1]
    assert [source["maps"][0]["slot"] for source in sources] == ["class-0"] * 3
    assert sources[2]["maps"][0]["evidence"] == pytest.approx(-sources[0]["maps"][0]["evidence"], abs=1e-5)


def test_a_lone_output_without_a_word_is_a_logit_and_asks_for_its_meaning(alone: Path, page: AppTest) -> None:
    save(alone, "lone", ("Class 0",), assumed_output(1), [2.0])
    words = words_of(page.run())
    assert "### Class 0: +2.00" in words
    assert 'Add "output" to the card: "binary" or "regression".' in words


def test_what_is_assumed_stands_beside_the_answer(alone: Path, page: AppTest) -> None:
    save(alone, "said-not", ("Hip", "Hand"), assumed_output(2), [1.0, 0.0])
    assert "That exactly one class is right (softmax) is assumed." in words_of(page.run())


def test_a_softmax_beside_findings_is_said_to_mean_something_else(alone: Path, page: AppTest) -> None:
    save(alone, "a-one", ("Finding 0", "Finding 1"), Output(), [LN3, 0.0])
    save(alone, "b-many", FINDINGS, Output(OutputKind.SIGMOID, thresholds=THRESHOLDS), LOGITS)
    page.run()
    page.selectbox(key="second").select_index(0).run()
    words = words_of(page)
    assert "A · :gray[a-one] Finding 0, 75.0 %" in words
    assert "B · :gray[b-many] 2 of 14 findings above their threshold: Finding 2, Finding 0" in words
    assert "The figures of A and B mean different things." in words
    assert "Different answers" in words


def test_a_class_that_a_binary_names_and_has_no_map_of_is_said_to_be_its_blue(alone: Path, page: AppTest) -> None:
    two = ("Normal", "Fracture")
    save(alone, "a-soft", two, Output(), [LN3, 0.0])
    save(alone, "b-one", two, Output(OutputKind.BINARY), [-LN3])
    page.run()
    page.selectbox(key="second").select_index(0).run()
    words = words_of(page)
    assert "Both give the same answer." in words
    assert "Only A knows" not in words
    notes = {
        drawn["name"]: drawn["note"] for drawn in header(page)["sources"][0]["maps"] if "evidence" in drawn["scales"]
    }
    assert (notes["Normal"], notes["Fracture"]) == ("in B it is the blue of Fracture", "")


def test_two_networks_without_a_class_as_their_answer_neither_agree_nor_differ(alone: Path, page: AppTest) -> None:
    for name, value in (("a-age", 0.5), ("b-age", 0.75)):
        save(alone, name, ("Bone age",), Output(OutputKind.REGRESSION, unit="months", scale=40, offset=120), [value])
    page.run()
    page.selectbox(key="second").select_index(0).run()
    words = words_of(page)
    assert "The two answers cannot be compared: they are of different kinds, or name no class." in words
    assert "Bone age: 140 months" in words
    assert "Bone age: 150 months" in words
    assert "Different answers" not in words


@pytest.mark.parametrize(
    ("output", "names", "logits", "answer"),
    [
        (Output(OutputKind.SIGMOID, thresholds=THRESHOLDS), FINDINGS, LOGITS, "Finding 2, Finding 0"),
        (Output(OutputKind.BINARY), ("Normal", "Fracture"), [-LN3], "Normal"),
        (Output(OutputKind.REGRESSION, unit="mm"), ("Length",), [12.5], "12.5 mm"),
        (ORDINAL, GRADES, [LN3, -LN3, -2 * LN3], "Mild"),
    ],
)
def test_the_worklist_has_the_answer_of_each_kind(
    alone: Path, output: Output, names: Sequence[str], logits: Sequence[float], answer: str
) -> None:
    save(alone, "one", names, output, logits)
    listed = AppTest.from_function(shown, default_timeout=60).run()
    listed.button(key="list-samples").click().run()
    assert not listed.exception
    table = listed.dataframe[0].value
    assert set(table["predicted"]) == {answer}
    assert not [name for name in ("probability", "runner-up", "margin") if name in table and table[name].isna().all()]
