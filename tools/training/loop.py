"""Train a ResNet on random views, punished for evidence that lies outside the body, or that is wanting on it."""

import copy
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from tools.training.augment import Film
from tools.training.body_mask import dilated
from tools.training.films import Sampling, batches

log = logging.getLogger(__name__)
STRIDE = 32
SAID = 10
"""Steps between two lines of the log."""


@dataclass(frozen=True)
class Stage:
    """One stage of training: input size, epochs of `views` random views each, peak learning rate, batch size."""

    size: int
    epochs: float
    rate: float
    batch: int


@dataclass(frozen=True)
class Recipe:
    """What holds for all stages.

    Attributes:
        fit: "stretch" or "pad".
        class_weights: how often each class is drawn, relative to the others.
        views: random views an epoch.
        phantom_share: share of the views that are phantoms.
        penalty: weight of the share of the true class's positive evidence that lies outside the body.
        presence: weight of the evidence that the true class lacks to `enough`: a class should be predicted for what
            is there, not because the others lack evidence; else its map is empty.
        enough: for each class, logits of evidence beyond which no more is asked for.
        smoothing: of the labels.
        average: how much of the averaged weights each step keeps.
        seed: of the views.
        frozen: names of parts of the network that stay as they are, their batch norms' statistics too.
        amplified: q of the generalized cross entropy in the plain one's place, 0 for the plain one. It trusts what is
            already believed: what holds in most views is learnt, and the few that contradict it hardly count.
        bfloat16: run the features in bfloat16; without instructions for it a processor is slower than in float32.
    """

    fit: str
    class_weights: tuple[float, ...]
    views: int
    phantom_share: float
    penalty: float
    presence: float
    enough: tuple[float, ...]
    smoothing: float
    average: float
    seed: int
    frozen: tuple[str, ...] = ()
    amplified: float = 0.0
    bfloat16: bool = True


def train_stage(
    network: nn.Module, films: Sequence[Film], phantoms: Sequence[Film], stage: Stage, recipe: Recipe
) -> nn.Module:
    """Train `network` in place for one stage; return the exponential average of its weights, in eval mode.

    Batch norm's statistics, the maps and the loss are in float32 whatever the features run in.
    """
    frozen = [network.get_submodule(name).requires_grad_(False) for name in recipe.frozen]
    steps = max(round(stage.epochs * recipe.views / stage.batch), 1)
    optimizer = torch.optim.AdamW(_decayed(network), lr=stage.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, stage.rate, total_steps=steps, pct_start=0.25)
    averaged = copy.deepcopy(network).eval()
    network.train()
    for part in frozen:
        part.eval()
    sampling = Sampling(recipe.class_weights, recipe.phantom_share, stage.size, recipe.fit, stage.batch)
    started, figures = time.monotonic(), torch.zeros(4)
    for step, (inputs, labels, masks) in enumerate(batches(films, phantoms, sampling, steps, recipe.seed + stage.size)):
        losses = _losses(network, inputs, labels, masks, recipe)
        optimizer.zero_grad(set_to_none=True)
        (losses[0] + recipe.penalty * losses[1] + recipe.presence * losses[2]).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([p for p in network.parameters() if p.requires_grad], 5.0)
        optimizer.step()
        schedule.step()
        _follow(averaged, network, min(recipe.average, (1 + step) / (10 + step)))
        figures += torch.stack(losses).detach()
        if (step + 1) % SAID == 0 or step + 1 == steps:
            done = figures / (SAID if (step + 1) % SAID == 0 else (step + 1) % SAID)
            log.info(
                "size %d step %d/%d: loss %.4f, evidence outside %.3f, lacking %.3f, accuracy %.3f, %.0f s",
                stage.size,
                step + 1,
                steps,
                *done.tolist(),
                time.monotonic() - started,
            )
            figures.zero_()
    return averaged


def outside_share(maps: Tensor, labels: Tensor, masks: Tensor, grow: float = STRIDE / 2) -> Tensor:
    """Return, for each image, the share of the true class's positive evidence that lies outside the body.

    Cell i of a ResNet's grid is centred on input pixel 32 i, and there the mask, grown by half a cell, is read.

    Args:
        maps: (images, classes, grid rows, grid columns), in logits.
        labels: (images,), the true classes.
        masks: (images, rows, columns) of 0 and 1, at the network's input size.
        grow: pixels by which each mask is grown.
    """
    grown = torch.stack([torch.from_numpy(dilated(mask.numpy(), grow)) for mask in masks])
    outside = 1 - grown[:, ::STRIDE, ::STRIDE].float()[:, : maps.shape[2], : maps.shape[3]]
    positive = maps[torch.arange(len(labels)), labels].relu()
    return (positive * outside).sum((1, 2)) / positive.sum((1, 2)).clamp_min(1e-3)


def features_of(network: nn.Module, inputs: Tensor) -> Tensor:
    """Return the input of global average pooling of a torchvision ResNet."""
    for name, layer in network.named_children():
        if name == "avgpool":
            break
        inputs = layer(inputs)
    return inputs


def _losses(network: nn.Module, inputs: Tensor, labels: Tensor, masks: Tensor, recipe: Recipe) -> list[Tensor]:
    with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bfloat16):
        features = features_of(network, inputs.to(memory_format=torch.channels_last))
    head = network.get_submodule("fc")
    if not isinstance(head, nn.Linear):
        raise TypeError("the network's head must be linear")
    maps = torch.einsum("kc,ncij->nkij", head.weight, features.float())
    evidence = maps.mean((2, 3))
    logits = evidence + head.bias
    loss = _classification_loss(logits, labels, recipe)
    accuracy = (logits.argmax(1) == labels).float().mean()
    lacking = (torch.tensor(recipe.enough)[labels] - evidence[torch.arange(len(labels)), labels]).relu()
    return [loss, outside_share(maps, labels, masks).mean(), lacking.mean(), accuracy]


def _classification_loss(logits: Tensor, labels: Tensor, recipe: Recipe) -> Tensor:
    if recipe.amplified:
        return generalized_cross_entropy(logits, labels, recipe.amplified)
    return functional.cross_entropy(logits, labels, label_smoothing=recipe.smoothing)


def generalized_cross_entropy(logits: Tensor, labels: Tensor, q: float) -> Tensor:
    """Return the mean of (1 - p^q) / q, where p is the true class's probability.

    It lies between the cross entropy (q towards 0) and one minus p (q = 1): each image's gradient is the cross
    entropy's times p^q, so images whose class is believed already count, and those that contradict hardly do.
    Source: Zhang and Sabuncu 2018, "Generalized cross entropy loss for training deep neural networks with noisy
    labels"; used to amplify a bias by Nam et al. 2020, "Learning from failure".

    Args:
        logits: (images, classes).
        labels: (images,), the true classes.
        q: above 0, at most 1.
    """
    right = logits.softmax(1)[torch.arange(len(labels)), labels]
    return ((1 - right**q) / q).mean()


def _decayed(network: nn.Module) -> list[dict[str, object]]:
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": 0.05},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


@torch.no_grad()
def _follow(averaged: nn.Module, network: nn.Module, keep: float) -> None:
    target = network.state_dict()
    for name, value in averaged.state_dict().items():
        if value.is_floating_point():
            value.lerp_(target[name], 1 - keep)
        else:
            value.copy_(target[name])
