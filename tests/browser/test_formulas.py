"""The viewer's own formulas and words, called as functions: no server and no page are needed."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from camdash.app.viewer import JAVASCRIPT

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def call(browser: Any) -> Iterator[Call]:
    """Evaluate an expression over the arguments a, b, c ... among all that the viewer's scripts define."""
    page = browser.new_page()

    def evaluate(expression: str, *arguments: object) -> Any:
        script = JAVASCRIPT.replace("export default ", "")
        names = "abcdefg"[: len(arguments)]
        return page.evaluate(f"([{', '.join(names)}]) => {{ {script}\n return {expression}; }}", list(arguments))

    yield evaluate
    page.close()


BOXES = [{"width": 400, "height": 400}, {"width": 300, "height": 520}, {"width": 512, "height": 200}]
FILMS = [{"rows": 260, "columns": 300}, {"rows": 2000, "columns": 900}, {"rows": 40, "columns": 50}]
ZOOMS = [0.2, 1, 1.3, 2.5, 12, 1000]
MOVES = [(0, 0), (30, -20), (5000, 5000), (-5000, 5000), (-90_000, -90_000), (0, -700)]
CENTRES = [(0.5, 0.5), (0, 1), (0.3, 0.9), (-4, 7)]


def test_however_far_it_is_dragged_no_picture_leaves_its_panel(call: Call) -> None:
    cases: list[dict[str, Any]] = [
        {"box": box, "film": film, "view": {"x": x, "y": y, "zoom": zoom}, "move": move}
        for box, film, zoom, move, (x, y) in product(BOXES, FILMS, ZOOMS, MOVES, CENTRES)
    ]
    dragged = "pannedBy(within(view, box, film), ...move, box, film)"
    places = call(f"a.map(({{ box, film, view, move }}) => transform({dragged}, box, film))", cases)
    for case, place in zip(cases, places, strict=True):
        for edge, side, lines in (("left", "width", "columns"), ("top", "height", "rows")):
            box, length = case["box"][side], case["film"][lines] * place["scale"]
            if length <= box:  # all of it is seen, in the middle
                assert place[edge] == pytest.approx((box - length) / 2, abs=1), case
            else:  # it fills the panel from edge to edge
                assert place[edge] <= 1, case
                assert place[edge] + length >= box - 1, case


def test_within_its_limits_a_picture_follows_the_pointer(call: Call) -> None:
    box, film = BOXES[0], FILMS[0]
    view = {"x": 0.5, "y": 0.5, "zoom": 4}
    for move in ((30, -20), (-45, 60)):
        before, after = call(
            "[transform(a, b, c), transform(pannedBy(a, ...d, b, c), b, c)]", view, box, film, list(move)
        )
        assert (after["left"] - before["left"], after["top"] - before["top"]) == move


def test_the_place_under_the_pointer_stays_when_the_picture_is_zoomed(call: Call) -> None:
    box, film = BOXES[0], FILMS[0]
    for factor, (x, y) in product((1.25, 2, 0.8), ((200, 200), (150, 260), (290, 120))):
        before, after = call(
            "[a, zoomedAt(a, b, ...c, d, e)].map((view) => transform(view, d, e))",
            *({"x": 0.5, "y": 0.5, "zoom": 4}, factor, [x, y], box, film),
        )
        assert after["scale"] == pytest.approx(factor * before["scale"])
        for place, edge in ((x, "left"), (y, "top")):
            of_film = (place - before[edge]) / before["scale"]
            assert after[edge] + of_film * after["scale"] == pytest.approx(place, abs=2.5)


def test_a_pixel_is_never_larger_than_sixteen_and_the_whole_picture_or_its_own_pixels_are_the_least(call: Call) -> None:
    for box, film in product(BOXES, FILMS):
        fit = call("fitScale(a, b)", box, film)
        far, near = call("[0.001, 1000].map((zoom) => within({ x: 0.5, y: 0.5, zoom }, a, b).zoom * c)", box, film, fit)
        assert near == pytest.approx(max(16, fit))
        assert far == pytest.approx(min(1, fit))


LEGENDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"look": "evidence"}, ["−6.25 against", "0", "for +6.25 logits"]),
    ({"look": "evidence", "brief": True}, ["−6.25", "0", "+6.25"]),
    ({"look": "evidence", "mode": "difference"}, ["−6.25 less in B", "0", "more in B +6.25 logits"]),
    ({"look": "positive"}, ["0", "", "+6.25 logits"]),
    ({"look": "own"}, ["− its most", "0", "+ its most"]),
    ({"look": "own", "brief": True}, ["− its most", "0", "+ its most"]),
    ({"look": "own", "mode": "difference"}, ["− its most", "0", "+ its most"]),
    ({"look": "classic"}, ["panel's lowest", "", "panel's highest"]),
]


def header(*peaks: float) -> dict[str, Any]:
    return {"sources": [{"peaks": {"evidence": peak, "difference": peak}} for peak in peaks]}


def legend(call: Call, state: dict[str, Any], of: dict[str, Any], **changed: Any) -> dict[str, Any]:
    low = 0 if state["look"] == "positive" else -6.25
    scale = {"low": low, "high": 6.25, "flat": ""} | changed
    usual = {"mode": "evidence", "brief": False, "oneScale": False}
    found: dict[str, Any] = call("legendWords(a, b, c)", usual | state, [scale], of)
    return found


@pytest.mark.parametrize(("state", "ends"), LEGENDS)
def test_the_lower_end_of_the_color_bar_is_at_the_left_and_the_higher_at_the_right(
    call: Call, state: dict[str, Any], ends: list[str]
) -> None:
    found = legend(call, state, header(6.25))
    assert found["ends"] == ends
    assert not found["flat"]
    own = "Each panel's own scale"
    assert found["whose"] == (
        own if state["look"] in ("own", "classic") else "Strength at one spot, scale of this image"
    )


@pytest.mark.parametrize(("look", "ends"), [("evidence", ["against", "0", "for"]), ("positive", ["0", "", "for"])])
def test_where_each_checkpoint_has_its_own_scale_both_peaks_are_named(call: Call, look: str, ends: list[str]) -> None:
    found = legend(call, {"look": look}, header(1, 8))
    assert found["ends"] == ends
    assert found["whose"] == "Strength at one spot: A ±1.00, B ±8.00"
    assert "B's scale is 8.0 times A's." in found["sentences"]


def test_a_bar_of_nothing_has_no_ends(call: Call) -> None:
    found = legend(call, {"look": "evidence"}, header(0), low=0, high=0, flat="Nothing to draw.")
    assert (found["ends"], found["flat"]) == (["", "", ""], True)
    assert found["sentences"][0] == "Nothing to draw."


@pytest.mark.parametrize(
    ("peaks", "one_scale", "sentence"),
    [
        ((1, 3), False, "One scale for all panels."),
        ((1, 3.01), False, "B's scale is 3.0 times A's."),
        ((8, 2), False, "A's scale is 4.0 times B's."),
        ((8, 2), True, "A's peak is 4.0 times B's."),
        ((1, 12.4), False, "B's scale is 12 times A's."),
        ((5,), False, "One scale for all panels."),
    ],
)
def test_checkpoints_have_a_scale_each_where_one_outshines_the_other_three_times(
    call: Call, peaks: tuple[float, ...], one_scale: bool, sentence: str
) -> None:
    state = {"look": "evidence", "mode": "evidence", "oneScale": one_scale}
    assert call("sharing(a, b)", header(*peaks), state) == sentence
    apart = max(peaks) > 3 * min(peaks) and not one_scale
    assert call("isApart(a, b)", header(*peaks), state) is apart
    assert call("offersScales(a, b)", header(*peaks), state) is (max(peaks) > 3 * min(peaks))


def test_figures_carry_their_sign_and_as_many_digits_as_they_need(call: Call) -> None:
    values = [5.92, -0.04, -1.26, 0]
    assert call("a.map((value) => signed(value))", values) == ["+5.9", "+0.0", "−1.3", "+0.0"]
    assert call("a.map(few)", [12.34, -3.456, 0.1, 0.04567, -0.00004, 0]) == [
        *("+12.3", "−3.46", "+0.10", "+0.0457", "+0.0000", "+0.00")
    ]
    assert call("a.map(factor)", [1, 9.94, 9.95, 16.4]) == ["1.0", "9.9", "10", "16"]


@pytest.mark.parametrize(
    ("figures", "mode", "words"),
    [
        ((5.92, 0.2, 6.12), "evidence", "evidence +5.92 + bias 0.20 = +6.12"),
        ((-2.0, -0.5, -2.5), "contrast", "contrast −2.00 − centred bias 0.50 = −2.50"),
        ((1.004, 1.004, 2.008), "difference", "Δ evidence +1.01 + Δ bias 1.00 = +2.01"),
    ],
)
def test_the_sum_of_a_panel_adds_up_to_the_last_digit(
    call: Call, figures: tuple[float, float, float], mode: str, words: str
) -> None:
    evidence, bias, logit = figures
    assert call("equation(a, b)", {"evidence": evidence, "bias": bias, "logit": logit}, mode) == words


AXES = [
    {"affine": [0.25, -0.5], "seen": [2, 11], "cells": 3},  # rows: a pixel more is cropped above than at the side
    {"affine": [0.25, -0.25], "seen": [1, 10], "cells": 3},
]


def test_no_canvas_pixel_beyond_what_the_network_saw_is_painted(call: Call) -> None:
    rows, columns = call("a.map((axis) => axisPlaces(axis, 13, 0, 1, true))", AXES)
    assert ((rows["start"], rows["stop"]), (columns["start"], columns["stop"])) == ((2, 11), (1, 10))
    doubled = call("axisPlaces(a, 40, 4, 2, true)", AXES[0])
    assert (doubled["start"], doubled["stop"]) == (4 + 2 * 2, 4 + 2 * 11)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (2, 1, "+0.11 of +4.00"),
        (10.9, 9.9, "+0.89 of +4.00"),
        (1.9, 5, "not seen by the model"),
        (11, 5, "not seen by the model"),
        (5, 0.9, "not seen by the model"),
        (5, 10, "not seen by the model"),
        (6.5, 5.5, "seen by only one checkpoint"),
    ],
)
def test_what_a_cell_gives_is_said_only_where_the_network_saw(
    call: Call, row: float, column: float, words: str
) -> None:
    grid = [1, 2, 3, 4, None, 5, 6, 7, 8]
    said = call(
        "valueAt({ grid: a.map((value) => value ?? NaN), evidence: 4 }, { axes: b }, [c, d])", grid, AXES, row, column
    )
    assert said == words
