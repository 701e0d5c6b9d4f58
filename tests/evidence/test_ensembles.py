"""Means and spreads of several networks, by hand."""

import numpy as np
import pytest

from camdash.evidence.ensembles import mean_of_maps, spread_of
from camdash.evidence.maps import EvidenceMaps


def maps(first: float, second: float, bias: tuple[float, float], placeless: tuple[float, float] | None) -> EvidenceMaps:
    grids = np.array([[[first, 0.0]], [[0.0, second]]], np.float32)
    return EvidenceMaps(
        grids, np.array(bias, np.float32), None if placeless is None else np.array(placeless, np.float32)
    )


def test_the_mean_of_the_maps_adds_up_to_the_mean_of_the_logits() -> None:
    one, two = maps(4.0, 2.0, (1.0, 0.0), None), maps(0.0, 6.0, (0.0, 3.0), (0.5, -1.0))
    mean = mean_of_maps([one, two])
    np.testing.assert_allclose(mean.maps, [[[2.0, 0.0]], [[0.0, 4.0]]])
    np.testing.assert_allclose(mean.bias, [0.5, 1.5])
    np.testing.assert_allclose(mean.unplaced, [0.25, -0.5])
    # One: 2 + 1 and 1 + 0; two: 0 + 0 + 0.5 and 3 + 3 - 1.
    np.testing.assert_allclose(mean.logits, [(3 + 0.5) / 2, (1 + 5) / 2])
    assert mean_of_maps([one, one]).placeless is None


def test_the_spread_is_the_standard_deviation_over_the_members() -> None:
    logits = np.array([[1.0, 0.0], [2.0, 0.0], [6.0, 0.0]])  # around 3: 4 + 1 + 9 = 14, by two
    assert spread_of(logits, excludes=False) == pytest.approx([np.sqrt(7), 0])


def test_where_one_class_is_right_what_all_have_in_common_is_no_difference() -> None:
    logits = np.array([[1.0, 3.0], [11.0, 13.0]])
    assert spread_of(logits, excludes=True) == pytest.approx([0, 0])
    assert spread_of(logits, excludes=False) == pytest.approx([np.sqrt(50), np.sqrt(50)])
    assert spread_of(np.array([[1.0], [2.0]]), excludes=True) == pytest.approx([np.sqrt(0.5)])
