"""Folders of Hugging Face's transformers: what `config.json` says, and the weights by torchvision's names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from camdash.errors import CheckpointError
from camdash.networks.endings import CONFIG, PREPROCESSOR
from camdash.networks.files.weights import StoredWeights, Told
from camdash.networks.hubs import translations
from camdash.networks.hubs.documents import number
from camdash.networks.hubs.folders import FolderContent
from camdash.networks.hubs.labels import distinct
from camdash.networks.hubs.of_timm import folders as timm_folders
from camdash.networks.hubs.preprocessors import preprocessing_fields
from camdash.networks.hubs.translations import Tensors
from camdash.networks.text import printable
from camdash.words.sentence import say

OUTPUTS = {
    "multi_label_classification": "sigmoid",
    "single_label_classification": "softmax",
    "regression": "regression",
}
"""What a card calls the kinds of problems that `config.json` names."""

Config = Mapping[str, Any]
Epsilons = Callable[[Config, Mapping[str, Tensor]], dict[str, float]]


def _none(_: Config, __: Mapping[str, Tensor]) -> dict[str, float]:
    return {}


@dataclass(frozen=True)
class NetworkType:
    """A type of network that is taken.

    Attributes:
        translate: brings its weights to torchvision's names.
        head: the name of its last weight, in the folder.
        needed: what its configuration must say where it says something, since torchvision's computes so.
        epsilons: of its norms, where they are others than torchvision's.
        preset: that is taken where the folder does not say how an image is brought to it.
    """

    translate: Callable[[Mapping[str, Tensor]], Tensors]
    head: str
    needed: Mapping[str, Any]
    epsilons: Epsilons = _none
    preset: str = "imagenet"


def _of_vit(config: Config, tensors: Mapping[str, Tensor]) -> dict[str, float]:
    epsilon = number(config, "layer_norm_eps", 1e-12)
    norms = ("ln_1.weight", "ln_2.weight", "encoder.ln.weight")
    return {name.removesuffix(".weight"): epsilon for name in tensors if name.endswith(norms)}


def _of_convnext(config: Config, _: Mapping[str, Tensor]) -> dict[str, float]:
    return {"classifier.0": number(config, "layer_norm_eps", 1e-12)}  # all others are 1e-6, as torchvision's


def _of_swin(config: Config, tensors: Mapping[str, Tensor]) -> dict[str, float]:
    epsilon = number(config, "layer_norm_eps", 1e-5)
    norms = (".norm1.weight", ".norm2.weight")  # the norms of the entry and between stages keep theirs
    return {name.removesuffix(".weight"): epsilon for name in tensors if name.endswith(norms)} | {"norm": epsilon}


TYPES = {
    "resnet": NetworkType(
        translations.of_resnet,
        "classifier.1.weight",
        {"hidden_act": "relu", "downsample_in_first_stage": False, "downsample_in_bottleneck": False},
    ),
    "convnext": NetworkType(translations.of_convnext, "classifier.weight", {"hidden_act": "gelu"}, _of_convnext),
    "swin": NetworkType(
        translations.of_swin,
        "classifier.weight",
        {"hidden_act": "gelu", "window_size": translations.WINDOW, "use_absolute_embeddings": False},
        _of_swin,
    ),
    "vit": NetworkType(translations.of_vit, "classifier.weight", {"hidden_act": "gelu"}, _of_vit, "half"),
}
"""The types of networks that are taken, by `model_type`."""

TIMM = "timm_wrapper"
"""The type of a network of timm's that transformers has wrapped."""

HEADS = {768: 12, 1024: 16, 1280: 16}
"""Heads of attention in torchvision's vision transformers, by the length of a token; no weight tells them."""


def stored_in(content: FolderContent, *, values: bool) -> StoredWeights:
    """Return the weights of a folder by torchvision's names, with what the folder says of them.

    Raises:
        CheckpointError: its network is not one that is taken, or the folder cannot be read.
    """
    kind = content.config.get("model_type")
    if kind in (None, TIMM):
        return timm_folders.stored_in(content, values=values)
    known = TYPES.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise CheckpointError(
            say(
                "{name} holds a network of the type {type}. camdash takes {known}, which torchvision has too.",
                name=content.said,
                type=printable(repr(kind), 60),
                known=", ".join(TYPES),
            )
        )
    tensors, metadata = content.tensors(values=values)
    fit = {printable(name): value for name, value in tensors.items()}
    if known.head not in fit:
        raise CheckpointError(
            say(
                "{name} has no classifier ({head} is missing). Save a network of a class that ends in "
                "ForImageClassification.",
                name=content.said,
                head=known.head,
            )
        )
    _check(content, known, fit)
    translated = known.translate(fit)
    changed = len(fit.keys() - translated.keys())
    said = say("{count} names brought from Hugging Face's to torchvision's", count=changed)
    return StoredWeights(
        translated, metadata, (said,), (), told=_told(content, known, translated, len(fit[known.head]))
    )


def _check(content: FolderContent, known: NetworkType, tensors: Mapping[str, Tensor]) -> None:
    """Refuse a configuration by which the network computes otherwise than torchvision's.

    Raises:
        CheckpointError: it is such.
    """
    wanted = dict(known.needed)
    token = tensors.get("vit.embeddings.cls_token")
    if token is not None and token.ndim and token.shape[-1] in HEADS:
        wanted["num_attention_heads"] = HEADS[token.shape[-1]]
    for key, value in wanted.items():
        if (found := content.config.get(key)) is not None and found != value:
            raise CheckpointError(
                say(
                    "{name} sets {key} to {value}. camdash supports only {wanted}, as torchvision does.",
                    name=f"{content.said}/{CONFIG}",
                    key=key,
                    value=printable(repr(found), 60),
                    wanted=str(value),
                )
            )


def _told(content: FolderContent, known: NetworkType, tensors: Tensors, outputs: int) -> Told:
    """Return the fields of a card that the folder's documents say.

    Raises:
        CheckpointError: a value in them makes no sense.
    """
    fields: dict[str, Any] = {}
    where = CONFIG
    try:
        fields |= _names(content.config, outputs)
        problem = content.config.get("problem_type")
        if isinstance(problem, str) and problem in OUTPUTS and (outputs > 1 or OUTPUTS[problem] != "softmax"):
            fields["output"] = OUTPUTS[problem]
        epsilons = known.epsilons(content.config, tensors)
        where = PREPROCESSOR
        found = preprocessing_fields(content.preprocessor)
    except ValueError as error:
        reason = str(error)
        raise CheckpointError(
            say("{name} cannot be used: {reason}.", name=f"{content.said}/{where}", reason=reason)
        ) from error
    lacks = [key for key in ("input_size", "fit") if key not in found]
    if lacks:
        fields["preset"] = known.preset
    prepared = dict.fromkeys(found, f"{content.said}/{PREPROCESSOR}")
    return Told(f"{content.said}/{CONFIG}", fields | found, prepared, tuple(lacks), epsilons)


def _names(config: Config, outputs: int) -> dict[str, Any]:
    """Return the names of the classes; nothing where there are none, or other ones than outputs."""
    found = config.get("id2label")
    if (
        not isinstance(found, dict)
        or len(found) != outputs
        or not all(isinstance(name, str) for name in found.values())
    ):
        return {}
    if {*found} != {str(place) for place in range(outputs)}:
        return {}
    names = [found[str(place)] for place in range(outputs)]
    if all(name == f"LABEL_{place}" for place, name in enumerate(names)):
        return {}
    return {"class_names": distinct(names)}
