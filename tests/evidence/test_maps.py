"""What follows from the maps: evidence, average, contrast and prediction, by hand and as identities."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from torch import nn

from camdash.errors import CheckpointError
from camdash.evidence.analysis import Analysis, analyse
from camdash.evidence.maps import EvidenceMaps
from camdash.networks.architectures.split import class_activation_maps
from camdash.networks.cards.card import Fit, Preprocessing
from camdash.networks.preprocessing import network_input
from tests.conftest import loaded, radiograph, random_network, speckle
from tests.support.small import shares, softmax_of

HAND = EvidenceMaps(
    maps=np.array([[[4, 0], [0, 0]], [[0, 2], [-6, 0]]], np.float32),
    bias=np.array([0.5, -1.0], np.float32),
)
ONES = EvidenceMaps(np.ones((3, 2, 2), np.float32), np.zeros(3, np.float32))


@st.composite
def evidence(draw: st.DrawFn) -> EvidenceMaps:
    """Any signed maps with a bias, of the size that logits have."""
    classes = draw(st.integers(1, 7))
    values = st.floats(-30, 30, width=32)
    shape = (classes, draw(st.integers(1, 6)), draw(st.integers(1, 6)))
    return EvidenceMaps(
        draw(hnp.arrays(np.float32, shape, elements=values)), draw(hnp.arrays(np.float32, classes, elements=values))
    )


def names(maps: EvidenceMaps) -> tuple[str, ...]:
    return tuple(f"Part {k}" for k in range(len(maps.bias)))


def log_probabilities(maps: EvidenceMaps) -> NDArray[np.float64]:
    """Return the log of the softmax by another way than camdash's: torch's, in float64."""
    logits = torch.from_numpy(maps.maps.astype(np.float64).mean((1, 2)) + maps.bias)
    found: NDArray[np.float64] = torch.log_softmax(logits, 0).numpy()
    return found


def test_a_class_activation_map_is_the_sum_of_weight_times_activation() -> None:
    activations = torch.tensor([[[[1.0, 2.0]], [[3.0, 0.0]]]])  # two channels on a grid of 1 x 2
    weight = torch.tensor([[1.0, 10.0], [-1.0, 0.5]])
    maps = class_activation_maps(activations, weight)
    np.testing.assert_allclose(maps, np.array([[[[31, 2]], [[0.5, -2]]]]))


def test_maps_of_half_precision_activations_are_made_in_float32() -> None:
    activations, weight = torch.full((1, 1, 1, 1), 300.0).half(), torch.tensor([[300.0]]).half()
    assert float(class_activation_maps(activations, weight)) == pytest.approx(90_000)  # beyond float16's 65,504


def test_evidence_is_the_mean_of_each_map() -> None:
    np.testing.assert_allclose(HAND.evidence, [1, -1])


def test_average_is_the_mean_over_the_classes() -> None:
    np.testing.assert_allclose(HAND.average, [[2, 1], [-3, 0]])


def test_contrast_is_each_class_minus_the_average() -> None:
    np.testing.assert_allclose(HAND.contrast, [[[2, -1], [3, 0]], [[-2, 1], [-3, 0]]])


def test_maps_stay_float32() -> None:
    assert {HAND.average.dtype, HAND.contrast.dtype} == {np.dtype("float32")}


@given(evidence())
def test_contrasts_of_all_classes_cancel(maps: EvidenceMaps) -> None:
    np.testing.assert_allclose(maps.contrast.sum(axis=0), 0, atol=1e-4)


@given(evidence())
def test_mean_of_contrast_plus_centred_bias_is_log_p_minus_the_mean_log_p(maps: EvidenceMaps) -> None:
    found = maps.contrast.mean((1, 2), dtype=np.float64) + maps.bias - maps.bias.mean(dtype=np.float64)
    log_p = log_probabilities(maps)
    np.testing.assert_allclose(found, log_p - log_p.mean(), atol=1e-4)


@given(evidence())
def test_removing_the_average_changes_no_probability(maps: EvidenceMaps) -> None:
    before = shares(softmax_of(names(maps), maps))
    after = shares(softmax_of(names(maps), EvidenceMaps(maps.contrast, maps.bias)))
    np.testing.assert_allclose(after, before, atol=1e-5)


@given(evidence())
def test_difference_of_two_maps_plus_that_of_their_biases_is_the_log_of_their_odds(maps: EvidenceMaps) -> None:
    first, last = maps.maps[0].astype(np.float64), maps.maps[-1].astype(np.float64)
    log_p = log_probabilities(maps)
    found = (first - last).mean() + float(maps.bias[0]) - float(maps.bias[-1])
    assert found == pytest.approx(log_p[0] - log_p[-1], abs=1e-6)


@given(evidence())
def test_probabilities_are_positive_sum_to_one_and_rank_as_the_logits(maps: EvidenceMaps) -> None:
    prediction = softmax_of(names(maps), maps)
    np.testing.assert_allclose(shares(prediction), np.exp(log_probabilities(maps)), atol=1e-9)
    assert float(shares(prediction).sum()) == pytest.approx(1)
    assert prediction.logits[prediction.foremost] == pytest.approx(prediction.logits.max())


def test_softmax_by_hand() -> None:
    logits = np.log(np.array([1.0, 2.0, 5.0])).astype(np.float32)
    prediction = softmax_of(("a", "b", "c"), EvidenceMaps(np.zeros((3, 1, 1), np.float32), logits))
    np.testing.assert_allclose(shares(prediction), [0.125, 0.25, 0.625], rtol=1e-6)
    assert prediction.ranking == [2, 1, 0]
    assert prediction.predicted_name == "c"


def test_softmax_of_huge_logits_does_not_overflow() -> None:
    maps = EvidenceMaps(np.zeros((2, 1, 1), np.float32), np.array([1e30, -1e30], np.float32))
    np.testing.assert_allclose(shares(softmax_of(("a", "b"), maps)), [1, 0])


def test_ties_keep_the_heads_order() -> None:
    tied = EvidenceMaps(np.ones((99, 2, 2), np.float32), np.arange(99, dtype=np.float32) % 3)
    prediction = softmax_of(names(tied), tied)
    assert prediction.ranking == [*range(2, 99, 3), *range(1, 99, 3), *range(0, 99, 3)]
    assert prediction.predicted_name == "Part 2"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["maps", "bias"])
def test_logits_that_are_not_finite_are_refused_with_a_sentence(value: float, where: str) -> None:
    maps, bias = ONES.maps.copy(), ONES.bias.copy()
    (maps if where == "maps" else bias)[..., 0] = value
    with pytest.raises(CheckpointError, match="logits that are not finite numbers for this image"):
        softmax_of(("a", "b", "c"), EvidenceMaps(maps, bias))


def test_an_analysis_of_a_padded_radiograph_by_hand() -> None:
    # the features take the mean of each 32 x 32 tile; the film is white and fills the middle half of two tiles
    known = loaded(
        nn.Sequential(nn.AvgPool2d(32)), torch.tensor([[2.0], [-4.0]]), [1.0, 0.0], Preprocessing((64, 64), Fit.PAD)
    )
    found = analyse(radiograph(np.full((64, 32), 255)), known)
    np.testing.assert_allclose(found.maps.maps, [np.full((2, 2), 1.0), np.full((2, 2), -2.0)], rtol=1e-6)
    np.testing.assert_allclose(found.prediction.logits, [2, -2], rtol=1e-6)
    np.testing.assert_allclose(found.on_padding, [0.5, -1], rtol=1e-6)  # half of each tile is padding
    assert found.average_on_padding == pytest.approx(-0.25)
    assert found.checkpoint is known.checkpoint


@pytest.mark.parametrize("channels", [1, 3])
def test_an_analysis_has_the_original_networks_logits_for_its_own_input(channels: int) -> None:
    original = random_network("resnet18", 5, channels)
    features = nn.Sequential(*list(random_network("resnet18", 5, channels).children())[:-2])
    how = Preprocessing((64, 96), Fit.CROP, mean=(0.4,), std=(0.3,))
    image = radiograph(speckle(80, 70))
    weight, bias = original.get_parameter("fc.weight").detach(), original.get_parameter("fc.bias").tolist()
    found = analyse(image, loaded(features, weight, bias, how, channels))
    with torch.inference_mode():
        logits = original(network_input(image, how, channels))[0].numpy()
    np.testing.assert_allclose(found.prediction.logits, logits, atol=1e-4 * float(np.abs(logits).max()))


def test_the_same_radiograph_gives_the_same_analysis_bit_for_bit() -> None:
    how = Preprocessing((64, 64), Fit.PAD)
    known = loaded(nn.Sequential(nn.AvgPool2d(8)), torch.tensor([[2.0], [1.0]]), [0.0, 0.0], how)

    def once() -> Analysis:
        return analyse(radiograph(speckle(50, 41)), known)

    np.testing.assert_array_equal(once().maps.maps, once().maps.maps)
