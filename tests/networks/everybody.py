"""Checkpoints as their makers save them: each is written by a real library, with the logits that it must give here."""

import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import timm
import torch
import torchvision
from safetensors.torch import save_file
from torch import Tensor, nn

from camdash.command_line.main import main
from camdash.networks.cards.output import OutputKind
from tests.networks import onnx_graphs
from tests.networks.hubs.originals import (
    alive,
    library,
    lukemelas_efficientnet,
    monais_efficientnet,
    saved_folder,
    settled,
)
from tests.networks.hubs.test_fastai import learner
from tools.random_weights import enliven


@dataclass(frozen=True)
class Made:
    """What a maker saved.

    Attributes:
        network: the maker's own network, from inputs to logits, in eval mode.
        channels: of its input.
        side: of its input, in pixels.
        kind: what the logits mean.
    """

    network: Callable[[Tensor], Tensor]
    channels: int = 3
    side: int = 64
    kind: OutputKind = OutputKind.SOFTMAX


Maker = Callable[[Path, str], Made]


def lively(network: nn.Module) -> nn.Module:
    """Give a network random weights and statistics that a half keeps, so that files of halves give the same logits."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        enliven(network)
    return network.half().float().eval()


def halves(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return weights at half the size."""
    return {name: value.half() if value.is_floating_point() else value for name, value in state.items()}


def card(folder: Path, name: str, architecture: str, names: list[str], side: int, **more: object) -> None:
    """Write the card of a checkpoint beside it."""
    fields = {"architecture": architecture, "class_names": names, "input_size": [side, side], "fit": "stretch"} | more
    (folder / f"{name}.json").write_text(json.dumps(fields), encoding="utf-8")


def of_torchvision(architecture: str, side: int = 64, classes: int = 3, **options: Any) -> Maker:
    """Return what saves one of torchvision's networks as it is, without a card."""

    def make(folder: Path, name: str) -> Made:
        network = lively(torchvision.models.get_model(architecture, weights=None, num_classes=classes, **options))
        torch.save(halves(network.state_dict()), folder / f"{name}.pth")
        return Made(network, side=side)

    return make


def small(classes: int = 3) -> nn.Module:
    """Return the smallest of torchvision's networks, 1.4 MB."""
    return lively(torchvision.models.shufflenet_v2_x0_5(weights=None, num_classes=classes))


def wrapped(around: Callable[[dict[str, Tensor]], object]) -> Maker:
    """Return what saves a small network's weights the way a training script does."""

    def make(folder: Path, name: str) -> Made:
        network = small()
        torch.save(around(dict(network.state_dict())), folder / f"{name}.pth")
        return Made(network)

    return make


def prefixed(prefix: str) -> Maker:
    return wrapped(lambda state: {prefix + key: value for key, value in state.items()})


def nested(*keys: str) -> Maker:
    def around(state: dict[str, Tensor]) -> object:
        content: object = state
        for key in reversed(keys):
            content = {key: content, "epoch": 7}
        return content

    return wrapped(around)


def beside(**others: Tensor) -> Maker:
    return wrapped(lambda state: state | {key.replace("__", "."): value for key, value in others.items()})


def of_kind(kind: OutputKind, outputs: int, names: list[str], **fields: object) -> Maker:
    """Return what saves a small network with a card that says what its logits mean."""

    def make(folder: Path, name: str) -> Made:
        network = small(outputs)
        torch.save(network.state_dict(), folder / f"{name}.pth")
        card(folder, name, "shufflenet_v2_x0_5", names, 64, output=kind.value, **fields)
        return Made(network, kind=kind)

    return make


def headed(*layers: Callable[[int], nn.Module], activation: str = "relu") -> Maker:
    """Return what saves a network whose last layer was replaced by several."""

    def make(folder: Path, name: str) -> Made:
        network = torchvision.models.shufflenet_v2_x0_5(weights=None)
        network.fc = nn.Sequential(*(layer(network.fc.in_features) for layer in layers))
        lively(network)
        torch.save(network.state_dict(), folder / f"{name}.pth")
        card(folder, name, "shufflenet_v2_x0_5", ["A", "B", "C"], 64, head_activation=activation)
        return Made(network)

    return make


def _linear(outputs: int, inputs: int | None = None) -> Callable[[int], nn.Module]:
    return lambda width: nn.Linear(inputs or width, outputs)


FAMILIES: dict[str, Maker] = {
    **{
        name: of_torchvision(name)
        for name in (
            *("resnet18", "regnet_x_400mf", "densenet121", "efficientnet_b0", "mobilenet_v2", "mnasnet0_5"),
            *("shufflenet_v2_x0_5", "squeezenet1_1", "mobilenet_v3_small", "convnext_tiny", "swin_t", "swin_v2_t"),
        )
    },
    "googlenet": of_torchvision("googlenet", aux_logits=False, init_weights=False),
    "inception_v3": of_torchvision("inception_v3", 96, aux_logits=False, init_weights=False),
    "vgg11": of_torchvision("vgg11"),
    "alexnet": of_torchvision("alexnet"),
    "vit_b_32": of_torchvision("vit_b_32", 224),
}

WRAPPERS: dict[str, Maker] = {
    "parallel": prefixed("module."),
    "lightning": nested("state_dict"),
    "any_prefix": prefixed("my_own.classifier_of_films."),
    "student": prefixed("student."),
    "deep_prefix": prefixed("model.net.backbone."),
    "any_key": nested("best_weights_so_far"),
    "deep_key": nested("result", "params"),
    "counted": beside(total_ops=torch.zeros(1), total_params=torch.zeros(1)),
    "class_weights": beside(criterion__weight=torch.ones(3)),
    "metric_states": beside(val_auc__confmat=torch.zeros(3, 3), val_acc__tp=torch.zeros(3)),
}

KINDS: dict[str, Maker] = {
    "softmax": of_kind(OutputKind.SOFTMAX, 3, ["A", "B", "C"], temperature=1.5),
    "sigmoid": of_kind(OutputKind.SIGMOID, 4, ["A", "B", "C", "D"], thresholds=[0.2, 0.5, 0.5, 0.7]),
    "binary": of_kind(OutputKind.BINARY, 1, ["Normal", "Pneumonia"], thresholds=[0.4]),
    "regression": of_kind(OutputKind.REGRESSION, 1, ["Bone age"], unit="months", scale=41.2, offset=127.3),
    "values": of_kind(OutputKind.REGRESSION, 2, ["Age", "Height"]),
}

HEADS: dict[str, Maker] = {
    "mlp": headed(_linear(16), lambda _: nn.ReLU(), lambda _: nn.Dropout(), _linear(3, 16)),
    "gelu": headed(_linear(16), lambda _: nn.GELU(), _linear(3, 16), activation="gelu"),
    "normed": headed(lambda width: nn.BatchNorm1d(width), _linear(3)),
    "dropped": headed(lambda _: nn.Dropout(), _linear(3)),
}


def of_timm(architecture: str, side: int = 64, **options: Any) -> Maker:
    """Return what saves one of timm's networks as timm's training script does, with its name."""

    def make(folder: Path, name: str) -> Made:
        network = lively(timm.create_model(architecture, num_classes=3, **options))
        torch.save({"arch": architecture, "state_dict": halves(network.state_dict())}, folder / f"{name}.pth.tar")
        return Made(network, side=side)

    return make


def of_transformers(kind: str, side: int, **config: Any) -> Maker:
    """Return what lets transformers write a folder of its own."""

    def make(folder: Path, name: str) -> Made:
        hub = library("transformers")
        labels = {"id2label": {0: "Hand", 1: "Foot"}, "label2id": {"Hand": 0, "Foot": 1}}
        network = alive(
            lambda: getattr(hub, f"{kind}ForImageClassification")(getattr(hub, f"{kind}Config")(**labels, **config))
        )
        saved_folder(network, folder / name)
        given = config.get("problem_type") == "multi_label_classification"
        return Made(lambda x: network(x).logits, side=side, kind=OutputKind.SIGMOID if given else OutputKind.SOFTMAX)

    return make


def of_monai(function: str, **options: Any) -> Maker:
    """Return what saves one of MONAI's networks as a bare state dict."""

    def make(folder: Path, name: str) -> Made:
        network = alive(lambda: getattr(library("monai.networks.nets"), function)(spatial_dims=2, **options))
        torch.save(network.state_dict(), folder / f"{name}.pth")
        return Made(network, 1)

    return make


def efficientnet(maker: Callable[[], nn.Module], channels: int, side: int) -> Maker:
    """Return what saves an EfficientNet that pads as TensorFlow does as a bare state dict."""

    def make(folder: Path, name: str) -> Made:
        network = settled(alive(maker), channels, side)
        torch.save(network.state_dict(), folder / f"{name}.pth")
        return Made(network, channels, side)

    return make


def torchxrayvision(folder: Path, name: str) -> Made:
    network = alive(lambda: library("torchxrayvision").models.DenseNet(weights=None))
    torch.save(network.state_dict() | {"op_threshs": torch.linspace(0.1, 0.9, 18)}, folder / f"{name}.pt")
    return Made(network, 1, 224, OutputKind.SIGMOID)


def fastai(folder: Path, name: str) -> Made:
    network = alive(learner)
    torch.save({"model": network.state_dict(), "opt": {}}, folder / f"{name}.pth")
    return Made(network)


def unet(folder: Path, name: str) -> Made:
    """A network of segmentation_models.pytorch that classifies beside its decoder."""
    network = alive(
        lambda: library("segmentation_models_pytorch").Unet(
            "resnet18", encoder_weights=None, aux_params={"classes": 3, "pooling": "avg"}
        )
    )
    torch.save(network.state_dict(), folder / f"{name}.pth")
    return Made(lambda x: network(x)[1])


def lopsided(folder: Path, name: str) -> Made:
    """RadImageNet's way: the children of a ResNet by their numbers, and a linear layer."""
    whole = lively(torchvision.models.resnet18(weights=None, num_classes=3))
    *layers, last = whole.children()
    trunk = nn.Sequential(*layers)
    network = nn.Sequential(trunk, nn.Flatten(), last)
    state = {f"backbone.{key}": value for key, value in trunk.state_dict().items()}
    state |= {f"classifier.{key}": value for key, value in last.state_dict().items()}
    torch.save(halves(state), folder / f"{name}.pth")
    return Made(network)


def sharded(folder: Path, name: str) -> Made:
    hub = library("transformers")
    network = alive(
        lambda: hub.ResNetForImageClassification(
            hub.ResNetConfig(layer_type="basic", depths=[2, 2, 2, 2], hidden_sizes=[64, 128, 256, 512], num_labels=2)
        )
    )
    saved_folder(network, folder / name, max_shard_size="20MB")
    return Made(lambda x: network(x).logits)


def drawn(folder: Path, name: str) -> Made:
    """A graph of ONNX that was made by hand."""
    made = onnx_graphs.model(card=onnx_graphs.card((8, 8)))
    onnx_graphs.saved(folder / f"{name}.onnx", made)
    w, b, h, c = (torch.tensor(onnx_graphs.WEIGHTS[key]) for key in "wbhc")
    return Made(lambda x: torch.relu(nn.functional.conv2d(x, w, b)).mean((2, 3)) @ h.T + c, 1, 8)


def from_torch(folder: Path, name: str) -> Made:
    """A graph of ONNX that PyTorch wrote."""
    network = small()
    batch = torch.rand(1, 3, 64, 64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the newer exporter needs a library more
        torch.onnx.export(network, (batch,), str(folder / f"{name}.onnx"), dynamo=False, opset_version=17)
    return Made(network)


def exported(folder: Path, name: str) -> Made:
    """A graph of ONNX that camdash itself wrote from the weights of a network."""
    network = small()
    (folder / "weights").mkdir()
    torch.save(network.state_dict(), folder / "weights" / "small.pth")
    card(folder / "weights", "small", "shufflenet_v2_x0_5", ["A", "B", "C"], 64)
    assert main(["export", str(folder / "weights" / "small.pth"), str(folder / f"{name}.onnx")]) == 0
    return Made(network)


def half_precision(folder: Path, name: str) -> Made:
    network = small()
    save_file(halves(network.state_dict()), folder / f"{name}.safetensors")
    return Made(network)


def ordinal(folder: Path, name: str) -> Made:
    """A head of ordered grades as coral-pytorch's layer: one row, and a bias for each step."""
    network = small(1)
    steps = torch.tensor([1.0, 0.0, -1.5])
    state = {key: value for key, value in network.state_dict().items() if not key.startswith("fc.")}
    state |= {"fc.coral_weights.weight": network.state_dict()["fc.weight"], "fc.coral_bias": steps}
    bias = network.state_dict()["fc.bias"]
    torch.save(state, folder / f"{name}.pth")
    card(folder, name, "shufflenet_v2_x0_5", ["None", "Mild", "Marked", "Severe"], 64, output="ordinal")
    return Made(lambda x: network(x) - bias + steps, kind=OutputKind.ORDINAL)


def ensemble(folder: Path, name: str) -> Made:
    """A card that names two checkpoints."""
    networks = [lively(torchvision.models.shufflenet_v2_x0_5(weights=None, num_classes=3)), small()]
    nn.init.normal_(networks[0].get_submodule("fc").weight, 0, 0.1)  # type: ignore[arg-type]
    (folder / "members").mkdir()
    for place, network in enumerate(networks):
        torch.save(network.state_dict(), folder / "members" / f"fold{place}.pth")
        card(folder / "members", f"fold{place}", "shufflenet_v2_x0_5", ["A", "B", "C"], 64)
    members = [f"members/fold{place}.pth" for place in range(len(networks))]
    (folder / f"{name}.ensemble.json").write_text(json.dumps({"members": members}), encoding="utf-8")
    return Made(lambda x: (networks[0](x) + networks[1](x)) / 2)


BASIC: dict[str, Any] = {"layer_type": "basic", "depths": [2, 2, 2, 2], "hidden_sizes": [64, 128, 256, 512]}

TIMM: dict[str, Maker] = {
    **{
        f"timm_{name}": of_timm(name)
        for name in (
            *("resnet10t", "resnet18d", "seresnet18", "ecaresnet26t", "tf_efficientnet_lite0", "efficientnet_lite0"),
            *("mobilenetv3_small_050", "regnety_002", "convnext_atto", "ghostnet_050", "rexnet_100", "hardcorenas_a"),
        )
    },
    "timm_vit": of_timm("vit_tiny_patch16_224", 224),
    "timm_deit": of_timm("deit_tiny_patch16_224", 224),
}

HUBS: dict[str, Maker] = {
    "hf_resnet": of_transformers("ResNet", 64, **BASIC, problem_type="multi_label_classification"),
    "hf_convnext": of_transformers("ConvNext", 64),
    "hf_swin": of_transformers("Swin", 224),
    "hf_vit": of_transformers("ViT", 224),
    "hf_sharded": sharded,
    "xrv_densenet": torchxrayvision,
    "monai_densenet": of_monai("DenseNet121", in_channels=1, out_channels=3),
    "monai_resnet": of_monai("resnet18", n_input_channels=1, num_classes=3),
    "monai_efficientnet": efficientnet(lambda: monais_efficientnet("b1", 1), 1, 80),
    "efficientnet_pytorch": efficientnet(lambda: lukemelas_efficientnet("b0"), 3, 96),
    "fastai": fastai,
    "segmentation_models": unet,
    "radimagenet": lopsided,
}

OTHERS: dict[str, Maker] = {
    "half": half_precision,
    "ordinal": ordinal,
    "ensemble": ensemble,
    "onnx_drawn": drawn,
    "onnx_torch": from_torch,
    "onnx_exported": exported,
}

MAKERS: dict[str, Maker] = FAMILIES | WRAPPERS | KINDS | HEADS | TIMM | HUBS | OTHERS
"""What makes each checkpoint of the folder, by the checkpoint's name."""
