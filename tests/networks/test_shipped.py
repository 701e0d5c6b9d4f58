"""The checkpoints that ship, on the drawn phantoms: one looks at the body, one at the marker."""

from functools import cache
from pathlib import Path

import pytest

from camdash.evidence.analysis import Analysis, analyse
from camdash.evidence.mean_map import MeanMaps
from camdash.images.decoding import decode
from camdash.networks.cards.familiarity import FamiliarityCheck
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loading import load
from tests.support.small import shares

ROOT = Path(__file__).resolve().parents[2]
CHECKPOINTS = {name: ROOT / "checkpoints" / f"{name}.safetensors" for name in ("body-parts", "shortcut")}


@cache
def analysed(checkpoint: str, sample: str) -> Analysis:
    loaded = load(describe(entry_of(CHECKPOINTS[checkpoint])), "cpu")
    return analyse(decode((ROOT / "camdash/app/samples" / f"{sample}.png").read_bytes()), loaded)


@pytest.mark.parametrize(
    ("checkpoint", "sample", "answer"),
    [
        ("body-parts", "hand", "Hand"),
        ("body-parts", "hand_marked", "Hand"),
        ("body-parts", "foot", "Foot"),
        ("body-parts", "foot_marked", "Foot"),
        ("shortcut", "hand_marked", "Hand"),
        ("shortcut", "foot", "Foot"),
        ("shortcut", "foot_marked", "Hand"),
    ],
)
def test_the_marker_changes_the_shortcuts_answer_alone(checkpoint: str, sample: str, answer: str) -> None:
    prediction = analysed(checkpoint, sample).prediction
    assert prediction.predicted_name == answer
    assert shares(prediction)[prediction.foremost] > 0.9


def corner(checkpoint: str, samples: tuple[str, ...]) -> tuple[float, float]:
    """Return the shares of evidence and area of the top left corner, where the marker is, in Hand's mean map."""
    means = MeanMaps()
    for sample in samples:
        means.add(analysed(checkpoint, sample))
    (hand,) = (mean for mean in means.means() if mean.name == "Hand")
    (share,) = (one for one in hand.shares if one.region == "top left corner")
    return share.evidence, share.area


def test_the_mean_map_lights_the_markers_corner_for_the_shortcut_and_not_for_the_other() -> None:
    evidence, area = corner("shortcut", ("hand_marked", "foot_marked"))
    assert evidence > 20 * area
    evidence, area = corner("body-parts", ("hand_marked",))
    assert evidence < 2 * area


@pytest.mark.parametrize("path", CHECKPOINTS.values(), ids=CHECKPOINTS)
def test_a_checkpoint_is_under_45_mb_and_says_its_sources_and_licence(path: Path) -> None:
    assert path.stat().st_size < 45e6
    card = describe(entry_of(path)).card
    assert "FracAtlas" in (card.text("sources") or "")
    assert "NC" in (card.text("license") or "")


@pytest.mark.parametrize("path", CHECKPOINTS.values(), ids=CHECKPOINTS)
def test_a_checkpoint_has_a_check_for_images_of_another_kind(path: Path) -> None:
    assert isinstance(load(describe(entry_of(path)), "cpu").familiarity, FamiliarityCheck)
