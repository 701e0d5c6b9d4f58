"""At level B the hottest cell is taken away by the head alone: beside the whole network, and by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from camdash.evidence.analysis import Analysis, analyse, analyse_batch
from camdash.evidence.removal import Removal, removals
from camdash.networks.architectures.geometry import grid_of
from camdash.networks.architectures.split import SplitNetwork
from camdash.networks.cards.card import Checkpoint, Fit, Preprocessing
from camdash.networks.cards.output import Output, OutputKind
from camdash.networks.engines.onnx_engine import checked_onnx_engine
from camdash.networks.heads.head import Level
from camdash.networks.heads.taking_apart import take_apart
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.preprocessing import network_input
from camdash.rendering.wording.removal import removal_words
from tests.conftest import radiograph, small_card, split_of

HOW = Preprocessing((32, 48), Fit.STRETCH)
FILMS = [radiograph(np.random.default_rng(seed).integers(0, 256, (32, 48))) for seed in range(2)]


def trained(head: nn.Sequential) -> tuple[nn.Sequential, nn.Sequential]:
    """Return features and a head that learned, in some steps, to tell which third of the picture is bright."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        for layer in head:
            if isinstance(layer, nn.Linear):
                layer.reset_parameters()
        features = nn.Sequential(
            *(nn.Conv2d(1, 8, 3, stride=4, padding=1), nn.ReLU()),
            *(nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU()),
        )
        network = nn.Sequential(features, head).train()
        steps = torch.optim.Adam(network.parameters(), 0.01)
        for _ in range(60):
            thirds = torch.randint(0, 3, (16,))
            pictures = torch.rand(16, 1, 32, 48) * 0.5
            for picture, third in zip(pictures, thirds.tolist(), strict=True):
                picture[:, :, 16 * third : 16 * third + 16] *= 2
            steps.zero_grad()
            functional.cross_entropy(network(pictures), thirds).backward()  # type: ignore[no-untyped-call]
            steps.step()
    return features.eval(), head.eval()


def ready(features: nn.Module, head: nn.Module) -> LoadedCheckpoint:
    """Return a checkpoint ready to run around these parts."""
    card = replace(small_card(3, (32, 48)), preprocessing=HOW)
    network = SplitNetwork(features, take_apart([head]), grid_of(features, {}), 1)
    return LoadedCheckpoint.of(Checkpoint("known", Path("known"), "0" * 64, card), network)


@pytest.fixture(scope="module")
def rough() -> tuple[nn.Sequential, nn.Sequential, LoadedCheckpoint]:
    """A network that ends in two linear layers with a bend between them."""
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 12), nn.ReLU(), nn.Linear(12, 3))
    parts = trained(head)
    return *parts, ready(*parts)


@pytest.fixture(scope="module")
def exact() -> tuple[nn.Sequential, nn.Sequential, LoadedCheckpoint]:
    """One that ends in pooling and one linear layer."""
    parts = trained(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 3)))
    return *parts, ready(*parts)


Whole = tuple[nn.Sequential, nn.Sequential, LoadedCheckpoint]


def without_cell(network: Whole, film: int, cell: tuple[int, int]) -> Tensor:
    """Return how the logits of the whole network change where a hook silences one cell of its last grid."""
    features, head, _ = network
    whole = nn.Sequential(features, head)
    inputs = network_input(FILMS[film], HOW, 1)

    def silenced(_: nn.Module, __: object, grid: Tensor) -> Tensor:
        grid = grid.clone()
        grid[:, :, cell[0], cell[1]] = 0
        return grid

    with torch.inference_mode():
        before = whole(inputs)
        hook = features.register_forward_hook(silenced)
        after = whole(inputs)
        hook.remove()
    change: Tensor = (before - after)[0]
    return change


def hottest(found: Analysis) -> tuple[int, int]:
    own = found.maps.maps[found.prediction.foremost]
    row, column = np.unravel_index(own.argmax(), own.shape)
    return int(row), int(column)


@pytest.mark.parametrize("film", [0, 1])
def test_the_gap_is_that_of_silencing_the_hottest_cell_in_the_whole_network(rough: Whole, film: int) -> None:
    found = analyse_batch(FILMS, rough[2])[film]
    removal, k = found.removal, found.prediction.foremost
    assert found.level == Level.B.value
    assert removal is not None
    assert (removal.class_index, removal.cell) == (k, hottest(found))
    assert removal.said == pytest.approx(float(found.maps.maps[k].max()) / found.maps.maps[k].size, rel=1e-5)
    assert removal.measured == pytest.approx(float(without_cell(rough, film, removal.cell)[k]), abs=1e-5)
    assert abs(removal.gap) > 1e-4  # the bend matters, so it is not the map that was measured


def test_onnx_runtime_gives_the_same_gap(rough: Whole) -> None:
    features, head, loaded = rough
    fast = ready(features, head)
    fast.slot.engine = checked_onnx_engine(fast.slot.engine)  # type: ignore[arg-type]
    found, expected = analyse(FILMS[0], fast).removal, analyse(FILMS[0], loaded).removal
    assert found is not None
    assert expected is not None
    assert found.cell == expected.cell
    assert [found.said, found.measured] == pytest.approx([expected.said, expected.measured], abs=1e-5)


def test_at_level_a_nothing_is_measured_and_the_gap_is_none(exact: Whole) -> None:
    found = analyse(FILMS[0], exact[2])
    assert found.level == Level.A.value
    assert found.removal is None
    cell = hottest(found)
    said = found.maps.maps[:, cell[0], cell[1]] / found.maps.maps[0].size
    np.testing.assert_allclose(without_cell(exact, 0, cell).numpy(), said, atol=1e-6)


def test_at_level_a_activations_are_not_asked_for(exact: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(LoadedCheckpoint, "maps_pooled_and_activations", asked.append)
    analyse(FILMS[0], exact[2])
    assert asked == []


def test_a_removal_by_hand() -> None:
    """The cells (1, 2) and (3, 0): u = their mean (2, 1) gives 2 + 1 - 2 = 1, which ReLU keeps; the secant's slope is
    a third. So the map is (3, 3) / 3, of two cells half a logit each. Without the first, u = (1.5, 0) gives nothing.
    """
    first, last = nn.Linear(2, 1), nn.Linear(1, 1)
    with torch.no_grad():
        first.weight.fill_(1.0)
        first.bias.fill_(-2.0)
        last.weight.fill_(1.0)
        last.bias.fill_(0.0)
    head = take_apart([first, nn.ReLU(), last])
    cells = torch.tensor([[[[1.0, 3.0]], [[2.0, 0.0]]]])
    (found,) = removals(head, cells, head.maps(cells), [0])
    assert (found.class_index, found.cell) == (0, (0, 0))
    assert [found.said, found.measured, found.gap] == pytest.approx([0.5, 1, 0.5], rel=1e-4)


def test_a_split_networks_head_gives_the_logits_of_its_layers(rough: Whole, exact: Whole) -> None:
    for features, head, loaded in (rough, exact):
        inputs = network_input(FILMS[0], HOW, 1)
        with torch.inference_mode():
            activations = features(inputs)
            torch.testing.assert_close(split_of(loaded).head.logits(activations), head(activations))


def test_the_words_say_what_changes_and_what_the_map_says(rough: Whole) -> None:
    found = analyse(FILMS[0], rough[2])
    measured = replace(found, removal=Removal(1, (0, 0), 0.45, 0.42))
    said = removal_words(measured)
    assert said == "Taking the hottest cell of Part 1 away changes its logit by −0.42; the map says −0.45."
    small = replace(found, removal=Removal(1, (0, 0), 0.045, -0.0042))
    assert "changes its logit by +0.0042; the map says −0.0450." in removal_words(small)
    age = replace(found.prediction, output=Output(OutputKind.REGRESSION, unit="months", scale=20, offset=100))
    said = removal_words(replace(measured, prediction=age))
    assert said == "Taking the hottest cell of Part 1 away changes the value by −8.40 months; the map says −9.00."
    bare = replace(age, output=replace(age.output, unit=""))
    said = removal_words(replace(measured, prediction=bare))
    assert said == "Taking the hottest cell of Part 1 away changes the value by −8.40; the map says −9.00."
    assert removal_words(replace(found, removal=None)) == ""
