"""fastai's vision learners. The network is built as fastai's `create_vision_model` does, without fastai itself.

fastai brings spaCy, matplotlib and scikit-learn; its body is torchvision's ResNet without its last two children, its
head the layers below (fastai.vision.learner: create_body, create_head).
"""

import json
from pathlib import Path

import pytest
import torch
import torchvision
from torch import Tensor, nn

from camdash.networks.cards.output import OutputKind
from camdash.networks.catalog.folders import entry_of
from camdash.networks.report import intake
from tests.networks.hubs.originals import alive, check_same, inputs, loaded_from


class MaximaThenMeans(nn.Module):
    """fastai's AdaptiveConcatPool2d."""

    def __init__(self) -> None:
        super().__init__()
        self.ap, self.mp = nn.AdaptiveAvgPool2d(1), nn.AdaptiveMaxPool2d(1)

    def forward(self, cells: Tensor) -> Tensor:
        return torch.cat([self.mp(cells), self.ap(cells)], 1)


def learner(architecture: str = "resnet18", width: int = 512, classes: int = 3, *, joined: bool = True) -> nn.Module:
    body = [*torchvision.models.get_model(architecture, weights=None).children()][:-2]
    pool, read = (MaximaThenMeans(), 2 * width) if joined else (nn.AdaptiveAvgPool2d(1), width)
    head = (
        *(pool, nn.Flatten(), nn.BatchNorm1d(read), nn.Dropout(0.25)),
        *(nn.Linear(read, 512, bias=False), nn.ReLU(inplace=True)),
        *(nn.BatchNorm1d(512), nn.Dropout(0.5), nn.Linear(512, classes, bias=False)),
    )
    return nn.Sequential(nn.Sequential(*body), nn.Sequential(*head))


@pytest.fixture(scope="module")
def original() -> nn.Module:
    """A learner's network with random statistics in its head, too."""
    network = alive(learner)
    generator = torch.Generator().manual_seed(1)
    for layer in network[1]:  # type: ignore[index]
        if isinstance(layer, nn.BatchNorm1d):
            layer.running_mean = torch.randn(layer.num_features, generator=generator) * 0.2
            layer.running_var = torch.rand(layer.num_features, generator=generator) + 0.5
    return network


@pytest.mark.parametrize("nested", [True, False])
def test_a_learner_has_its_own_logits(original: nn.Module, nested: bool, tmp_path: Path) -> None:
    """`learner.save` nests the weights under `model`, beside the optimiser's."""
    state = original.state_dict()
    torch.save({"model": state, "opt": {}} if nested else state, tmp_path / "learner.pth")
    loaded = loaded_from(tmp_path / "learner.pth")
    card = loaded.checkpoint.card
    assert (card.architecture, card.preset, card.output.kind) == ("resnet18", "imagenet", OutputKind.SOFTMAX)
    assert {"class_names", "input_size", "fit"} <= {*card.assumed}
    assert len(card.class_names) == 3
    check_same(loaded, inputs(3, 96), original(inputs(3, 96)))


def test_the_report_says_what_was_done(original: nn.Module, tmp_path: Path) -> None:
    torch.save(original.state_dict(), tmp_path / "learner.pth")
    report = intake(entry_of(tmp_path / "learner.pth"))
    assert any(said.startswith("names of fastai's learner brought to torchvision's") for said in report.conversions)
    assert any("its head reads maxima, then means of the grid" in said for said in report.conversions)
    assert (report.usable, report.level) == (True, "B")


def test_a_learner_without_joined_pooling_is_not_said_to_read_maxima(tmp_path: Path) -> None:
    """`concat_pool=False`: a mean of the grid alone, and as many values as it has channels."""
    network = alive(lambda: learner(joined=False))
    torch.save(network.state_dict(), tmp_path / "learner.pth")
    report = intake(entry_of(tmp_path / "learner.pth"))
    assert "names of fastai's learner brought to torchvision's" in report.conversions
    assert not any("maxima" in said for said in report.conversions)
    check_same(loaded_from(tmp_path / "learner.pth"), inputs(3, 96), network(inputs(3, 96)))


def test_a_card_that_says_another_pooling_is_refused(original: nn.Module, tmp_path: Path) -> None:
    torch.save(original.state_dict(), tmp_path / "learner.pth")
    fields = {"architecture": "resnet18", "class_names": ["A", "B", "C"], "preset": "imagenet", "pooling": "max"}
    (tmp_path / "learner.json").write_text(json.dumps(fields))
    assert "its head reads maxima and means" in (intake(entry_of(tmp_path / "learner.pth")).error or "")


def test_a_head_of_twice_the_width_that_is_not_fastai_s_is_refused(tmp_path: Path) -> None:
    """Nobody knows which of the two poolings comes first there."""
    network = torchvision.models.resnet18(weights=None, num_classes=3)
    network.fc = nn.Sequential(nn.Linear(1024, 8), nn.ReLU(), nn.Linear(8, 3))
    torch.save(network.state_dict(), tmp_path / "other.pth")
    assert not intake(entry_of(tmp_path / "other.pth")).usable
