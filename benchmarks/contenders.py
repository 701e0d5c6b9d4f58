"""What is compared: camdash and the libraries beside it, each from the same picture to the maps of five classes.

Every contender runs ResNet-34 with one input channel, five classes and the same random weights in float32. camdash
and the user's script start from the bytes of a PNG file; the others are given the network's input, ready made.
"""

import copy
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torchvision
from torch import Tensor, nn

from camdash.evidence.analysis import analyse_batch
from camdash.images.decoding import decode
from camdash.networks.cards.card import Card, Fit, Preprocessing
from camdash.networks.cards.writing import write_checkpoint
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load
from camdash.rendering.files.export import Drawing, overlays

CLASSES = 5
LAYER = "layer4"


@dataclass(frozen=True, eq=False)
class Task:
    """One comparison: the network, PNG files of one size, and the same as a batch of network inputs."""

    network: nn.Module
    files: Sequence[bytes]
    inputs: Tensor
    device: torch.device


@dataclass(frozen=True)
class Contender:
    """Something that is timed.

    Attributes:
        name: for the table.
        prepare: from a task to what is run; loading belongs here and is not timed.
        difference: from camdash's raw maps and its own result to what lies between them, in logits; None where its
            result is no map.
    """

    name: str
    prepare: Callable[[Task], Callable[[], Any]]
    difference: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None


def network() -> nn.Module:
    """Return ResNet-34 for one channel and five classes, with seeded weights and batch norm statistics."""
    torch.manual_seed(7)
    made = torchvision.models.resnet34(weights=None, num_classes=CLASSES)
    made.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    for module in made.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.0)
            nn.init.normal_(module.bias, 0, 0.2)
            module.running_mean = torch.randn(module.num_features) * 0.2
            module.running_var = torch.rand(module.num_features) + 0.5
    return made.eval()


def task(side: int, count: int, device: torch.device) -> Task:
    """Return the task for `count` pictures of `side` x `side` pixels."""
    random = np.random.default_rng(side)
    pictures = []
    for _ in range(count):
        coarse = random.integers(0, 256, (side // 8, side // 8), dtype=np.uint8)
        pictures.append(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC))
    files = [cv2.imencode(".png", picture)[1].tobytes() for picture in pictures]
    inputs = torch.from_numpy(np.stack(pictures)[:, None].astype(np.float32) / 255)
    return Task(network().to(device), files, inputs.to(device), device)


def checkpoint(given: Task) -> LoadedCheckpoint:
    """Write the network as a checkpoint file, and load it as a user's is loaded."""
    rows, columns = given.inputs.shape[2:]
    names = tuple(f"Part {k}" for k in range(CLASSES))
    card = Card("resnet34", names, Preprocessing((rows, columns), Fit.STRETCH))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "peers.safetensors"
        write_checkpoint(path, given.network.state_dict(), card, half=False)
        return load(describe(entry_of(path)), given.device)


def _plain(given: Task) -> Callable[[], Any]:
    def run() -> Tensor:
        with torch.inference_mode():
            return given.network(given.inputs)

    return run


def _camdash_maps(given: Task) -> Callable[[], Any]:
    loaded = checkpoint(given)

    def run() -> np.ndarray:
        analyses = analyse_batch([decode(data) for data in given.files], loaded)
        return np.stack([one.maps.maps for one in analyses], axis=1)

    return run


def _camdash_overlays(given: Task) -> Callable[[], Any]:
    loaded = checkpoint(given)

    def run() -> list[np.ndarray]:
        radiographs = [decode(data) for data in given.files]
        return [
            picture
            for radiograph, analysis in zip(radiographs, analyse_batch(radiographs, loaded), strict=True)
            for _, picture in islice(overlays(radiograph, analysis, Drawing()), CLASSES)
        ]

    return run


def _torchcam(given: Task) -> Callable[[], Any]:
    from torchcam.methods import CAM

    extractor = CAM(copy.deepcopy(given.network), LAYER, "fc")

    def run() -> np.ndarray:
        with torch.no_grad():
            scores = extractor.model(given.inputs)
            return np.stack([extractor(k, scores, normalized=False)[0].cpu().numpy() for k in range(CLASSES)])

    return run


def _torchcam_gradients(given: Task) -> Callable[[], Any]:
    from torchcam.methods import GradCAM

    extractor = GradCAM(copy.deepcopy(given.network), LAYER)

    def run() -> np.ndarray:
        scores = extractor.model(given.inputs)
        kept = [extractor(k, scores, normalized=False, retain_graph=k < CLASSES - 1)[0] for k in range(CLASSES)]
        return np.stack([one.detach().cpu().numpy() for one in kept])

    return run


def _captum(given: Task) -> Callable[[], Any]:
    from captum.attr import LayerGradCam

    own = copy.deepcopy(given.network)
    attributed = LayerGradCam(own, own.get_submodule(LAYER))

    def run() -> np.ndarray:
        found = [attributed.attribute(given.inputs, target=k)[:, 0] for k in range(CLASSES)]
        return np.stack([one.detach().cpu().numpy() for one in found])

    return run


def _grad_cam(given: Task) -> Callable[[], Any]:
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    own = copy.deepcopy(given.network)
    explained = GradCAM(model=own, target_layers=[own.get_submodule(LAYER)])

    def run() -> np.ndarray:
        count = len(given.inputs)
        return np.stack([explained(given.inputs, [ClassifierOutputTarget(k)] * count) for k in range(CLASSES)])

    return run


def _users_script(given: Task) -> Callable[[], Any]:
    """Return the script that camdash replaces: two passes, and one overlay of the sum of five maps, which wraps."""
    own = copy.deepcopy(given.network)
    weight = own.fc.weight

    def run() -> list[np.ndarray]:
        wrapped = nn.DataParallel(own)
        cut = nn.DataParallel(nn.Sequential(*list(own.children())[:-2]))
        return [_scripted(data, wrapped, cut, weight) for data in given.files]

    return run


def _scripted(data: bytes, wrapped: nn.Module, cut: nn.Module, weight: Tensor) -> np.ndarray:
    grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    inputs = torch.from_numpy(grey[None, None] / 255).float().to(weight.device)
    activations = cut(inputs)[0]
    torch.softmax(wrapped(inputs), 1).argmax()
    masks = [(row[:, None, None] * activations).sum(0).detach().cpu().numpy() for row in weight]
    with np.errstate(invalid="ignore"):
        mask = np.uint8(255 * cv2.resize(sum(masks) / CLASSES, grey.shape[::-1]))
    return cv2.applyColorMap(mask, cv2.COLORMAP_JET) // 2 + grey[..., None] // 2


def _raw(maps: np.ndarray, found: np.ndarray) -> np.ndarray:
    return maps - found


def _over_cells(maps: np.ndarray, found: np.ndarray) -> np.ndarray:
    return maps - found * maps.shape[-2] * maps.shape[-1]


def _positive_over_cells(maps: np.ndarray, found: np.ndarray) -> np.ndarray:
    return _over_cells(np.maximum(maps, 0), found)


def _scaled_twice(maps: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Return the difference to the positive part, scaled to [0, 1], enlarged and scaled again, times its largest."""
    size = found.shape[:-3:-1]
    positive = np.maximum(maps / (maps.shape[-2] * maps.shape[-1]), 0)
    expected = [[_unit(cv2.resize(_unit(own), size)) for own in one] for one in positive]
    return (np.array(expected) - found) * np.abs(maps).max()


def _unit(values: np.ndarray) -> np.ndarray:
    raised = values - values.min()
    return raised / (1e-7 + raised.max())


CAMDASH, OVERLAYS, TORCHCAM, PLAIN = (
    "camdash: PNG to logits and five maps",
    "camdash: PNG to five overlays",
    "torchcam CAM, five classes",
    "plain eager forward pass",
)
CONTENDERS = (
    Contender(PLAIN, _plain),
    Contender(CAMDASH, _camdash_maps, _raw),
    Contender(OVERLAYS, _camdash_overlays),
    Contender(TORCHCAM, _torchcam, _raw),
    Contender("torchcam GradCAM, graph kept", _torchcam_gradients, _positive_over_cells),
    Contender("captum LayerGradCam x 5", _captum, _over_cells),
    Contender("grad-cam GradCAM x 5", _grad_cam, _scaled_twice),
    Contender("the user's own script", _users_script),
)
