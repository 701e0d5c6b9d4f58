"""timm's own preprocessing is taken where the file says which weights it began with, and is a guess where not."""

from pathlib import Path

import pytest

from camdash.networks.architectures.of_timm.preprocessing import timm_preprocessing
from camdash.networks.cards.card import Fit, Interpolation, Preprocessing
from camdash.networks.catalog.folders import entry_of
from camdash.networks.report import intake
from tests.networks.of_timm.zoo import described, network
from tests.networks.zoo import saved

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def test_timms_configuration_by_hand() -> None:
    """resnet10t.c3_in1k: 176 pixels, 0.875 of the shorter side, so that this is brought to 201."""
    mean, std = IMAGENET
    expected = Preprocessing((176, 176), Fit.CROP, Interpolation.AREA, 201, 0.0, mean, std)
    assert timm_preprocessing("resnet10t.c3_in1k", 3) == expected
    assert timm_preprocessing("timm/resnet10t", 3) == expected


def test_one_channel_takes_the_means_of_three() -> None:
    found = timm_preprocessing("resnet10t", 1)
    assert found is not None
    assert found.mean == pytest.approx((0.449,))
    assert found.std == pytest.approx((0.226,))


def test_a_name_of_none_of_timms_has_none() -> None:
    assert timm_preprocessing("my_resnet", 3) is None


def test_a_tag_that_timm_does_not_know_counts_as_none(tmp_path: Path) -> None:
    assert timm_preprocessing("resnet10t.mine", 3) == timm_preprocessing("resnet10t", 3)
    card = described(tmp_path, {"arch": "resnet10t.mine", "state_dict": network("resnet10t").state_dict()}).card
    assert card.prepared_as == "resnet10t"


def test_a_file_that_names_its_builder_is_prepared_as_timm_does(tmp_path: Path) -> None:
    content = {"arch": "resnet10t.c3_in1k", "state_dict": network("resnet10t").state_dict()}
    card = described(tmp_path, content).card
    assert card.preprocessing == timm_preprocessing("resnet10t.c3_in1k", 3)
    assert card.guess.startswith("No card: classes are only numbered; images are prepared as for timm's resnet10t.c3")


def test_a_file_that_names_none_is_a_guess(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.pth", dict(network("resnet10t").state_dict()))
    report = intake(entry_of(path))
    assert report.card is not None
    assert report.card.preprocessing == Preprocessing((176, 176), Fit.STRETCH)
    assert "input size is a guess" in report.card.guess
    assert "as in timm's resnet10t" in (report.assumptions or "")
