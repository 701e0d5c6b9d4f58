"""What the viewer is given of one analysis: maps, figures and notes."""

from pathlib import Path

import numpy as np
import pytest

from camdash.app.viewer.from_analysis import maps_of, padding_note
from camdash.app.viewer.modes import Mode
from camdash.app.viewer.payload import ViewerMap
from camdash.evidence.analysis import Analysis, PlacedMaps
from camdash.evidence.maps import EvidenceMaps
from camdash.networks.cards.card import Checkpoint
from camdash.networks.placement import Grid, Placement
from tests.conftest import small_card
from tests.support.small import softmax_of

# Cells tile the input; the radiograph leaves half of the left column to padding, and nothing of the right one.
HALF_PADDED = Placement((64, 48), (64, 64), (1, 1), (0, 16), Grid(32, 15.5))
# Evidence 2, 4 and -4; on padding 1, 0 and -2.
MAPS = [[[4, 0], [4, 0]], [[0, 8], [0, 8]], [[-16, 0], [0, 0]]]
BIAS = (0.25, 0.5, 1.5)


@pytest.fixture
def panels() -> dict[str, ViewerMap]:
    names, evidence = ("Hip", "Hand", "Foot"), EvidenceMaps(np.array(MAPS, np.float32), np.array(BIAS, np.float32))
    checkpoint = Checkpoint("x", Path("x"), "0" * 64, small_card(3))
    found = Analysis(softmax_of(names, evidence), checkpoint, PlacedMaps(evidence, HALF_PADDED))
    return {one.id: one for one in maps_of(found)}


def sums(panels: dict[str, ViewerMap], kind: str) -> list[float]:
    """Return evidence, bias and logit of each class's panel, one after the other."""
    figures = [(one.evidence, one.bias, one.logit) for k in range(3) for one in [panels[f"{kind}-{k}"]]]
    return [float(number) for of_class in figures for number in of_class if number is not None]


def test_beneath_a_class_stand_its_evidence_its_bias_and_their_sum(panels: dict[str, ViewerMap]) -> None:
    assert sums(panels, "class") == pytest.approx([2, 0.25, 2.25, 4, 0.5, 4.5, -4, 1.5, -2.5])


def test_beneath_a_contrast_stand_the_same_figures_minus_their_averages(panels: dict[str, ViewerMap]) -> None:
    # The averages are 2/3 of the evidence, 3/4 of the bias.
    third = 1 / 3
    of_hip, of_hand, of_foot = (4 * third, -0.5), (10 * third, -0.25), (-14 * third, 0.75)
    expected = [number for evidence, bias in (of_hip, of_hand, of_foot) for number in (evidence, bias, evidence + bias)]
    assert sums(panels, "contrast") == pytest.approx(expected)


def test_evidence_on_padding_is_named_for_a_class_for_its_contrast_and_for_the_average(
    panels: dict[str, ViewerMap],
) -> None:
    notes = {name: one.note for name, one in panels.items()}
    assert notes == {
        "class-0": "includes +1.0 from padding (not drawn)",
        "class-1": "",
        "class-2": "includes −2.0 from padding (not drawn)",
        # The average has -1/3 there: what is left of 1, 0 and -2 without it.
        "contrast-0": "includes +1.3 from padding (not drawn)",
        "contrast-1": "includes +0.3 from padding (not drawn)",
        "contrast-2": "includes −1.7 from padding (not drawn)",
        "average": "includes −0.3 from padding (not drawn)",
    }


def test_a_contrast_is_the_class_minus_the_average_cell_by_cell(panels: dict[str, ViewerMap]) -> None:
    np.testing.assert_allclose(panels["average"].values, [[-4, 8 / 3], [4 / 3, 8 / 3]], rtol=1e-6)
    np.testing.assert_allclose(panels["contrast-1"].values, [[4, 16 / 3], [-4 / 3, 16 / 3]], rtol=1e-6)


def test_each_panel_has_its_place_its_mode_and_its_class(panels: dict[str, ViewerMap]) -> None:
    assert [(one.id, one.slot, one.name) for one in panels.values()] == [
        ("class-0", "class-0", "Hip"),
        ("class-1", "class-1", "Hand"),
        ("class-2", "class-2", "Foot"),
        ("contrast-0", "class-0", "Hip"),
        ("contrast-1", "class-1", "Hand"),
        ("contrast-2", "class-2", "Foot"),
        ("average", "average", "Average of all classes"),
    ]
    modes = [Mode.EVIDENCE] * 3 + [Mode.CONTRAST] * 3
    assert [one.modes for one in panels.values()] == [*((mode,) for mode in modes), (Mode.EVIDENCE, Mode.CONTRAST)]
    assert [name for name, one in panels.items() if one.predicted] == ["class-1", "contrast-1"]


def test_next_to_no_evidence_on_padding_is_not_named() -> None:
    assert [padding_note(share) for share in (0.0, 0.049, -0.049)] == ["", "", ""]
    assert padding_note(0.05) == "includes +0.1 from padding (not drawn)"
    assert padding_note(-0.06) == "includes −0.1 from padding (not drawn)"
