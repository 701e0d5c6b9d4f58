"""GeM pooling: worked by hand, beside the well-known module's own answers, and found in what trainers save."""

import copy
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from captum.attr import DeepLift
from torch import Tensor, nn
from torch.nn import functional

from camdash.errors import CheckpointError
from camdash.networks.architectures.recognition import match_keys
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.engines.onnx_export import export
from camdash.networks.heads.generalised_mean import GeneralisedMean
from camdash.networks.heads.head import Level
from camdash.networks.heads.layered import LayeredHead
from camdash.networks.heads.taking_apart import take_apart
from camdash.networks.loading import load_any, load_divided, load_undivided
from camdash.networks.report import IntakeReport, intake
from tests.networks.zoo import TINY, card_of, images, network, saved

TWO_CELLS = torch.tensor([[[[1.0, 3.0]], [[2.0, 0.0]]]])
"""Two channels on a grid of one row: the cells are (1, 2) and (3, 0)."""


class GeM(nn.Module):
    """As in filipradenovic/cnnimageretrieval-pytorch; with one exponent, or one for each channel."""

    def __init__(self, p: Tensor, eps: float = 1e-6) -> None:
        super().__init__()
        self.p, self.eps = nn.Parameter(p), eps

    def forward(self, x: Tensor) -> Tensor:
        p = self.p.reshape(-1, 1, 1)
        return functional.avg_pool2d(x.clamp(min=self.eps).pow(p), (x.size(-2), x.size(-1))).pow(1.0 / p)


class Classifier(nn.Module):
    """An encoder without its head, pooling by the well-known module, a linear head."""

    def __init__(self, architecture: str, p: Tensor, head: nn.Module) -> None:
        super().__init__()
        children = copy.deepcopy(network(architecture)).named_children()
        self.encoder = nn.Sequential()
        for name, child in children:
            if name not in ("avgpool", "fc"):
                self.encoder.add_module(name, child)
        self.pool, self.head = GeM(p), head

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.pool(self.encoder(x)).flatten(1))
        return logits


@functools.cache
def classifier(kind: str = "scalar") -> Classifier:
    """Return a classifier with GeM pooling, in eval mode, with random weights; do not change it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        if kind == "layers":
            head = nn.Sequential(nn.Linear(512, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 3))
            return Classifier("resnet18", torch.tensor([2.97]), head).eval()
        p = {"scalar": torch.tensor([2.97]), "channels": torch.linspace(1.5, 5, 512), "number": torch.tensor(0.8)}[kind]
        return Classifier("resnet18", p, nn.Linear(512, 3)).eval()


def linear(weight: list[list[float]], bias: list[float]) -> nn.Linear:
    layer = nn.Linear(len(weight[0]), len(weight))
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight))
        layer.bias.copy_(torch.tensor(bias))
    return layer.eval()


def pooling(*exponents: float) -> GeneralisedMean:
    made = GeneralisedMean((len(exponents),))
    with torch.no_grad():
        made.p.copy_(torch.tensor(exponents))
    return made.eval()


def written(folder: Path, content: Mapping[str, Tensor], **card: object) -> Path:
    return saved(folder / "m.pth", dict(content), **card_of("resnet18", **card))


def report_of(path: Path) -> IntakeReport:
    return intake(entry_of(path))


def check_same(path: Path, made: nn.Module) -> None:
    """Compare evidence + bias, and the logits of the network that is run whole, with the trainer's own logits."""
    ready = load_any(describe(entry_of(path)), "cpu")
    assert (ready.no_map, ready.network.head.level) == ("", Level.B)
    with torch.inference_mode():
        expected = made(images())
    tolerance = 1e-4 * float(expected.abs().max())
    maps, _ = ready.maps_and_pooled(images())
    torch.testing.assert_close(
        maps.mean((2, 3)) + torch.from_numpy(ready.network.bias), expected, rtol=0, atol=tolerance
    )
    torch.testing.assert_close(
        load_undivided(describe(entry_of(path)), "cpu").logits(images()), expected, rtol=0, atol=tolerance
    )


def test_two_cells_by_hand() -> None:
    """p = 3: the means of the cubes are 14 and 4, the pooled values their cube roots 2.41014 and 1.58740.

    The first channel goes to the cells by 1 : 27 of 28, the second by 8 : 0 of 8. Weights are 2 and -1. A map is a
    mean of two cells, so each share is doubled. Of an empty grid each pooled value is 1e-6.
    """
    head = take_apart([pooling(3.0), nn.Flatten(), linear([[2, -1]], [0.5])])
    first, second = 14 ** (1 / 3), 4 ** (1 / 3)
    cells = [2 * (2 * first / 28 - second), 2 * 2 * first * 27 / 28]
    assert (head.level, head.channels) == (Level.B, 2)
    torch.testing.assert_close(head.bias, torch.tensor([0.5 + 1e-6]))
    torch.testing.assert_close(head.maps(TWO_CELLS), torch.tensor(cells)[None, None, None], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(head.logits(TWO_CELLS), torch.tensor([[0.5 + 2 * first - second]]))


def test_an_exponent_for_each_channel_by_hand() -> None:
    """p = 1 and 2: the mean 2 of the first channel, by 1 : 3 of 4; the root of 2 of the second, by 4 : 0 of 4."""
    head = take_apart([pooling(1.0, 2.0), linear([[1, 1]], [0])])
    cells = [2 * (2 / 4 + 2**0.5), 2 * 2 * 3 / 4]
    torch.testing.assert_close(head.maps(TWO_CELLS), torch.tensor(cells)[None, None, None], rtol=1e-5, atol=1e-5)


def test_gradient_times_activation_gives_the_same_shares() -> None:
    """By Euler's theorem: the generalised mean of twice the activations is twice as large."""
    cells = torch.rand(1, 5, 3, 4, generator=torch.Generator().manual_seed(1)) + 0.1
    layer = linear([[0.3, -0.2, 0.5, 0.1, -0.7], [-0.4, 0.6, 0.2, -0.1, 0.3]], [1, -1])
    head = take_apart([pooling(2.97), layer])
    moved = cells.clone().requires_grad_()
    logits = layer(GeM(torch.tensor([2.97]))(moved).flatten(1))
    for k in range(2):
        (slope,) = torch.autograd.grad(logits[0, k], moved, retain_graph=True)
        shares = 12 * (slope * cells).sum(1)
        torch.testing.assert_close(head.maps(cells)[:, k], shares, rtol=1e-4, atol=1e-5)


@pytest.mark.filterwarnings("ignore:Setting forward, backward hooks")
def test_captum_finds_the_same_shares_of_a_head_of_layers() -> None:
    """DeepLIFT's rescale rule on the layers after the root; captum knows no power, so it begins after it."""
    rest = nn.Sequential(linear([[1, -2, 0.5], [0.3, 1, -1]], [0.1, -0.2]), nn.ReLU(), linear([[2, -1]], [0.5]))
    head = take_apart([pooling(2.0), rest])
    cells = torch.rand(1, 3, 2, 2, generator=torch.Generator().manual_seed(2))
    pooled = GeM(torch.tensor([2.0]))(cells).flatten(1)
    by_channel = DeepLift(rest).attribute(pooled, torch.full_like(pooled, 1e-6), target=0)
    parts = cells.square() / cells.square().sum((2, 3), keepdim=True)
    shares = 4 * (parts * by_channel[:, :, None, None]).sum(1)
    torch.testing.assert_close(head.maps(cells)[:, 0], shares, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("exponent", [0.5, 1.0, 3.0, 7.0])
def test_dead_channels_and_values_below_zero_have_no_share(exponent: float) -> None:
    cells = torch.tensor([[[[0.0, 0.0]], [[-2.0, 1e-3]], [[0.5, -0.1]]]])
    head = take_apart([pooling(exponent), linear([[5, 3, 1]], [0.25])])
    maps = head.maps(cells)
    assert torch.isfinite(maps).all()
    torch.testing.assert_close(maps.mean((2, 3)) + head.bias, head.logits(cells), rtol=1e-4, atol=1e-6)
    half = (0.5**exponent / 2 + 1e-6**exponent / 2) ** (1 / exponent)
    torch.testing.assert_close(maps[0, 0, 0, 0].item(), 2 * half, rtol=1e-4, atol=1e-4)
    empty = head.maps(torch.zeros_like(cells))
    torch.testing.assert_close(empty, torch.zeros_like(empty))


@pytest.mark.parametrize("kind", ["scalar", "channels", "number", "layers"])
def test_a_resnets_own_logits(tmp_path: Path, kind: str) -> None:
    made = classifier(kind)
    card: dict[str, object] = {"head_activation": "relu"} if kind == "layers" else {}
    check_same(written(tmp_path, made.state_dict(), **card), made)


@pytest.mark.parametrize("name", ["gem.p", "avgpool.p", "global_pool.p", "pooling.p", "model.gem_pool.p"])
def test_whatever_the_pooling_is_called(tmp_path: Path, name: str) -> None:
    prefix = name.rpartition(".")[0].rpartition(".")[0]
    made = {f"{prefix}.{own}" if prefix else own: value for own, value in network("resnet18").state_dict().items()}
    report = report_of(written(tmp_path, {**made, name: torch.tensor([2.5])}))
    assert report.usable
    assert report.level == "B"
    assert report.conversions[-1] == "GeM pooling with p = 2.5"
    assert (f"{name} used as the exponent of GeM pooling" in report.conversions) is (name != "gem.p")


def test_a_report_says_the_exponents_of_the_channels(tmp_path: Path) -> None:
    report = report_of(written(tmp_path, classifier("channels").state_dict()))
    assert report.conversions[-1] == "GeM pooling with p from 1.5 to 5, one for each channel"


def test_a_file_without_a_card(tmp_path: Path) -> None:
    report = report_of(saved(tmp_path / "m.pth", classifier().state_dict()))
    assert (report.usable, report.architecture) == (True, "resnet18")
    assert "GeM pooling with p = 2.97" in report.conversions


class Own(nn.Module):
    """A network of torchvision's whose pooling is a function in its code, with GeM in its place."""

    def __init__(self, architecture: str, head: str) -> None:
        super().__init__()
        self.network = copy.deepcopy(network(architecture))
        self.head = self.network.get_submodule(head)
        self.gem = GeM(torch.tensor([2.2]))

    def forward(self, x: Tensor) -> Tensor:
        made: Any = self.network
        if hasattr(made, "features"):
            grid = made.features(x)
        else:
            grid = made.conv5(made.stage4(made.stage3(made.stage2(made.maxpool(made.conv1(x))))))
        logits: Tensor = self.head(self.gem(grid).flatten(1))
        return logits


@pytest.mark.parametrize(("architecture", "head"), [(TINY, "fc"), ("mobilenet_v2", "classifier")])
def test_networks_whose_own_pooling_is_a_function(tmp_path: Path, architecture: str, head: str) -> None:
    made = Own(architecture, head).eval()
    weights = {**made.network.state_dict(), "gem.p": made.gem.p.detach()}
    check_same(saved(tmp_path / "m.pth", weights, **card_of(architecture)), made)


def test_onnx_gives_the_same_maps_and_comes_back(tmp_path: Path) -> None:
    made = classifier()
    checkpoint = describe(entry_of(written(tmp_path, made.state_dict())))
    divided = load_divided(checkpoint, "cpu")
    exported = export(checkpoint, divided)  # type: ignore[arg-type]
    assert exported.deviation < 1e-4
    path = tmp_path / "written.onnx"
    path.write_bytes(exported.content)
    ready, own = load_any(describe(entry_of(path)), "cpu"), load_any(checkpoint, "cpu")
    assert isinstance(ready.network.head, LayeredHead)
    maps, expected = ready.maps_and_pooled(images())[0], own.maps_and_pooled(images())[0]
    np.testing.assert_allclose(maps, expected, atol=1e-4 * float(expected.abs().max()))


@pytest.mark.parametrize("name", ["layer4.pool.p", "pool.weight"])
def test_what_is_no_last_poolings_exponent_is_refused(tmp_path: Path, name: str) -> None:
    report = report_of(written(tmp_path, {**network("resnet18").state_dict(), name: torch.tensor([3.0])}))
    assert not report.usable
    assert name in (report.error or "")


def test_several_exponents_are_refused(tmp_path: Path) -> None:
    both = {"pool.p": torch.tensor([3.0]), "gem.p": torch.tensor([2.0])}
    report = report_of(written(tmp_path, {**classifier().state_dict(), **both}))
    assert not report.usable
    assert "pool.p" in (report.error or "")


def test_of_two_copies_each_has_its_own_exponent(tmp_path: Path) -> None:
    weights = classifier().state_dict()
    average = {f"ema.{name}": value for name, value in {**weights, "pool.p": torch.tensor([1.25])}.items()}
    report = report_of(written(tmp_path, {f"model.{name}": value for name, value in weights.items()} | average))
    assert report.usable
    assert "model.pool.p used as the exponent of GeM pooling" in report.conversions
    assert report.conversions[-1] == "GeM pooling with p = 2.97"


def test_an_exponent_of_another_width_or_before_another_head_is_refused() -> None:
    shapes = {name: tuple(value.shape) for name, value in network("resnet18").state_dict().items()}
    assert match_keys("resnet18", {**shapes, "gem.p": (512,)}, 3).perfect
    assert match_keys("resnet18", {**shapes, "gem.p": (1, 512, 1, 1)}, 3).perfect
    assert match_keys("resnet18", {**shapes, "gem.p": (256,)}, 3).unexpected == ("gem.p",)
    alexnet = {name: tuple(value.shape) for name, value in network("alexnet").state_dict().items()}
    assert match_keys("alexnet", {**alexnet, "gem.p": (1,)}, 3).unexpected == ("gem.p",)


def test_a_joined_pooling_and_an_exponent_are_refused() -> None:
    joined = {f"fc.2.{name}": (1024,) for name in ("weight", "bias", "running_mean", "running_var")}
    head = {**joined, "fc.4.weight": (3, 1024), "fc.4.bias": (3,)}
    shapes = {name: tuple(value.shape) for name, value in network("resnet18").state_dict().items() if "fc" not in name}
    assert match_keys("resnet18", {**shapes, **head}, 3).perfect
    assert not match_keys("resnet18", {**shapes, **head, "gem.p": (1,)}, 3).perfect


@pytest.mark.parametrize("pooled", ["average", "max"])
def test_a_card_that_says_another_pooling_is_refused(tmp_path: Path, pooled: str) -> None:
    path = written(tmp_path, classifier().state_dict(), pooling=pooled)
    with pytest.raises(CheckpointError, match="says pooling, but its weights have GeM pooling"):
        load_any(describe(entry_of(path)), "cpu")


def test_an_exponent_that_is_no_number_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {**classifier().state_dict(), "pool.p": torch.tensor([float("nan")])})
    with pytest.raises(CheckpointError, match="not finite"):
        load_any(describe(entry_of(path)), "cpu")


@pytest.mark.parametrize("exponent", [12.0, -1.0])
def test_an_exponent_whose_shares_are_lost_gives_a_prediction_and_no_map(tmp_path: Path, exponent: float) -> None:
    made = copy.deepcopy(classifier())
    with torch.no_grad():
        made.pool.p.fill_(exponent)
    ready = load_any(describe(entry_of(written(tmp_path, made.state_dict()))), "cpu")
    assert "a layer GeneralisedMean whose shares are not exact" in ready.no_map
    assert ready.whole is not None
    with torch.inference_mode():
        torch.testing.assert_close(ready.whole.logits(images()), made(images()), rtol=1e-4, atol=1e-5)


def test_the_largest_exponent_has_finite_shares_of_channels_that_hardly_speak() -> None:
    cells = torch.logspace(-8, -1, 71)[None, :, None, None].expand(1, 71, 2, 2).clone()
    cells[:, :, 0, 0] = 0
    head = take_apart([pooling(7.0), linear([[1.0] * 71], [0.0])])
    maps = head.maps(cells)
    assert torch.isfinite(maps).all()
    torch.testing.assert_close(maps.mean((2, 3)) + head.bias, head.logits(cells), rtol=1e-4, atol=1e-7)
