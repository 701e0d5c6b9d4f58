"""Gradient-based maps, at a stage of a split network; PyTorch runs them. `METHODS` names them all.

Grad-CAM (Selvaraju et al. 2017, equations 1 and 2): a map is the positive part of a sum over channels of activation
times the mean slope of the class's logit. At the last stage that is the positive part of the class activation map,
divided by the number of cells. At an earlier one the cells are finer, and nothing adds up to the logit.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, nn

from camdash.errors import UsageError
from camdash.networks.architectures.arithmetic import apply_arithmetic, is_max_pooled
from camdash.networks.architectures.building import blueprint, family_of, features_of
from camdash.networks.architectures.families import Family
from camdash.networks.architectures.geometry import grid_of
from camdash.networks.architectures.split import SplitNetwork
from camdash.networks.cards.card import GRAPH, Card
from camdash.networks.placement import Grid
from camdash.words.sentence import say

MOST_STAGES = 3
"""Stages that are offered, the last ones: earlier ones see edges and little of what the radiograph shows."""

MOST_CLASSES = 32
"""Each class takes a pass back through the network."""


@dataclass(frozen=True)
class Stage:
    """The end of a run of layers whose cells are equally far apart.

    Attributes:
        name: of the outermost module that ends there, as PyTorch names it ("layer3"); "closing_relu" where a function
            ends the features.
        length: how many layers of the flattened features lead to it.
        grid: where its cells are centred.
    """

    name: str
    length: int
    grid: Grid


@dataclass(frozen=True)
class Method:
    """A way to make maps of activations and gradients.

    Attributes:
        id: names it in the page's address and among the viewer's kinds of maps.
        name: as papers call it.
        about: what its maps are, a sentence.
        introduction: what they are good for and what not, in a few sentences.
        made: from the activations of a stage and the gradients of a class's logit there, both (n, channels, grid rows,
            grid columns), to the class's map: (n, grid rows, grid columns), not negative.
    """

    id: str
    name: str
    about: str
    introduction: str
    made: Callable[[Tensor, Tensor], Tensor]


def _grad_cam(activations: Tensor, slopes: Tensor) -> Tensor:
    weights = slopes.mean((2, 3))
    return torch.einsum("nc,ncij->nij", weights, activations).relu()


GRAD_CAM = Method(
    "slopes",
    say("Grad-CAM"),
    about=say("Grad-CAM does not add up to the answer, and leaves out what speaks against a class."),
    introduction=say(
        "Grad-CAM is what many papers show. Its maps do not add up to the answer, and leave out what speaks against a "
        "class. At an earlier layer they are finer."
    ),
    made=_grad_cam,
)
METHODS = (GRAD_CAM,)
"""In the order in which they are offered: page, files and address take them from here."""


@dataclass(frozen=True, eq=False)
class SlopePass:
    """What a pass with slopes gives, float32, on the CPU.

    Attributes:
        maps: of each method, by its `id`: (n, classes, grid rows, grid columns), not negative.
        logits: (n, classes).
    """

    maps: Mapping[str, Tensor]
    logits: Tensor


@lru_cache(maxsize=256)
def stage_names(card: Card) -> tuple[str, ...]:
    """Return the names of the stages of a network, known without its weights; none where it has too many classes.

    None either where its head is no linear layer after average pooling: then it is not run in two parts. Nor of an
    ONNX graph, which PyTorch does not run, nor of an ensemble.
    """
    if card.architecture == GRAPH or card.members:
        return ()
    family = family_of(card.architecture)
    if len(card.logit_names) > MOST_CLASSES or is_max_pooled(card) or not family.is_linear:
        return ()
    options = {"transform_input": True} if family.transforms_input and card.transform_input else {}
    network = apply_arithmetic(blueprint(card.architecture, 1, 3, **options), card.arithmetic)
    return tuple(stage.name for stage in stages(features_of(network, family), family))


def stage_words(name: str, names: Sequence[str]) -> str:
    """Return which layer a stage is, with its name: "last layer (layer4)".

    Args:
        name: the stage's.
        names: those of all stages, as `stage_names` has them.
    """
    if name not in names:
        return name
    return (
        say("last layer ({name})", name=name),
        say("second to last layer ({name})", name=name),
        say("third to last layer ({name})", name=name),
    )[list(names).index(name)]


def stages(features: nn.Module, family: Family) -> list[Stage]:
    """Return the stages at which maps can be made of a network with these features, the last one first."""
    layers = list(_flat(features))
    parts = [nn.Sequential(*(layer for _, layer in layers[: place + 1])) for place in range(len(layers))]
    grids = [grid_of(part, family.branches) for part in parts]
    strides = [grid.stride for grid in grids]
    ends = [place for place, (own, then) in enumerate(zip(strides, [*strides[1:], 0.0], strict=True)) if own != then]
    found = [Stage(_outermost(layers[place][0], features), place + 1, grids[place]) for place in ends]
    return found[::-1][:MOST_STAGES]


def stage_of(network: SplitNetwork, family: Family, name: str) -> Stage:
    """Return the stage of this name.

    Raises:
        UsageError: there is none.
    """
    found = stages(network.features, family)
    for stage in found:
        if stage.name == name:
            return stage
    known = ", ".join(stage.name for stage in found)
    raise UsageError(say("There are no maps at {name}. Choose one of {known}.", name=name, known=known))


def slope_pass(network: SplitNetwork, inputs: Tensor, stage: Stage) -> SlopePass:
    """Return each method's maps of all classes at a stage, and the logits of the same pass.

    It takes one pass, and for each class one pass back from the logit to the stage.

    Args:
        network: the network, on its device.
        inputs: network inputs, (n, channels, rows, columns).
        stage: one of its stages.
    """
    layers = [layer for _, layer in _flat(network.features)]
    weight, bias = network.weight.float(), network.bias.float()
    with torch.no_grad():
        activations = nn.Sequential(*layers[: stage.length])(inputs.to(network.device)).clone()
    with torch.enable_grad():
        activations.requires_grad_(True)
        last = nn.Sequential(*layers[stage.length :])(activations.clone())  # a layer may change its input
        logits = last.mean((2, 3)) @ weight.T + bias
        made = [_maps_of_class(logits[:, k].sum(), activations) for k in range(len(weight))]
    maps = {method.id: torch.stack([own[method.id] for own in made], 1).cpu() for method in METHODS}
    return SlopePass(maps, logits.detach().cpu())


def _maps_of_class(logit: Tensor, activations: Tensor) -> dict[str, Tensor]:
    (slopes,) = torch.autograd.grad(logit, activations, retain_graph=True)
    with torch.no_grad():
        return {method.id: method.made(activations, slopes) for method in METHODS}


def _flat(module: nn.Module, name: str = "") -> Iterator[tuple[str, nn.Module]]:
    """Yield the layers that run one after the other, with their names: what is within a sequence, at any depth."""
    if type(module).forward is not nn.Sequential.forward:
        yield name, module
        return
    for own, child in module.named_children():
        yield from _flat(child, f"{name}.{own}".lstrip("."))


def _outermost(name: str, features: nn.Module) -> str:
    """Return the name of the outermost module that ends with a layer."""
    parent, _, own = name.rpartition(".")
    if not parent or own != list(dict(features.get_submodule(parent).named_children()))[-1]:
        return name
    return _outermost(parent, features)
