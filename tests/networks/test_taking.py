"""What trainers save around a network: taken out of the file, with its maker's own logits; or asked for, or refused."""

import copy
import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from segmentation_models_pytorch import Unet
from torch import Tensor, nn

from camdash.networks.cards.parsing import card_json, parse_card
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.files.state_dicts import class_lists
from camdash.networks.loading import load_any
from camdash.networks.report import IntakeReport, intake
from camdash.networks.taking.beside import is_beside
from camdash.networks.taking.class_names import names_in_file
from camdash.networks.taking.take import taken
from tests.conftest import card_fields, random_network, save_state_dict, split_of
from tests.networks.zoo import TINY, card_of, images, network, saved, state, stored_of
from tools.random_weights import enliven

WIDTH = 1024
"""What the tiny network's head takes."""


class Named(nn.Module):
    """Modules by name, one after another."""

    def __init__(self, **parts: nn.Module) -> None:
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, values: Tensor) -> Tensor:
        for part in self.children():
            values = part(values)
        return values


class Pooled(nn.Module):
    """The mean of each channel of what a network gives."""

    def forward(self, values: Tensor) -> Tensor:
        return values.mean((2, 3)) if values.ndim == 4 else values


def tiny(**changed: nn.Module) -> nn.Module:
    made = copy.deepcopy(network(TINY))
    for name, part in changed.items():
        setattr(made, name, part)
    return made


def linear(classes: int = 3, width: int = WIDTH, *, bias: bool = True) -> nn.Linear:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(classes)
        return nn.Linear(width, classes, bias=bias)


def trunk() -> nn.Module:
    return tiny(fc=nn.Identity())


def numbered() -> nn.Module:
    return nn.Sequential(*list(tiny().children())[:-1])


def inner() -> nn.Module:
    return copy.deepcopy(network("mobilenet_v2")).get_submodule("features")


def norm() -> nn.Module:
    made = nn.BatchNorm1d(WIDTH)
    made.running_mean, made.running_var = torch.linspace(-1, 1, WIDTH), torch.linspace(0.5, 2, WIDTH)
    return made


MAKERS: dict[str, tuple[Any, list[str]]] = {
    "an unknown prefix": (lambda: Named(feature_extractor=tiny()), ["prefix 'feature_extractor.' taken off"]),
    "three prefixes": (
        lambda: Named(model=Named(net=Named(densenet=tiny()))),
        ["prefix 'model.net.densenet.' taken off"],
    ),
    "a head beside its encoder": (
        lambda: Named(encoder=trunk(), classifier=linear()),
        ["prefix 'encoder.' taken off", "head classifier used as fc"],
    ),
    "a head without a bias": (
        lambda: Named(cnn=trunk(), head=linear(bias=False)),
        ["prefix 'cnn.' taken off", "head head used as fc", "head head has no bias: 0 for each class"],
    ),
    "its own head without a bias": (
        lambda: tiny(fc=linear(bias=False)),
        ["head fc has no bias: 0 for each class"],
    ),
    "dropout before such a head": (
        lambda: Named(base_model=trunk(), classifier=nn.Sequential(nn.Dropout(), linear())),
        [
            "prefix 'base_model.' taken off",
            "head classifier.1 used as fc; layers before it assumed to be dropout",
        ],
    ),
    "a sigmoid after it": (
        lambda: Named(net_1=tiny(fc=nn.Sequential(linear(14)))),
        ["prefix 'net_1.' taken off", "head net_1.fc.0 used as fc"],
    ),
    "batch norm before such a head": (
        lambda: Named(encoder=trunk(), classifier=nn.Sequential(norm(), linear())),
        ["prefix 'encoder.' taken off", "head classifier used as fc"],
    ),
    "layers by their numbers": (
        lambda: Named(backbone=numbered(), pool=Pooled(), fc=linear()),
        ["prefix 'backbone.' taken off", f"layers named as in {TINY}: backbone.0.0.weight is conv1.0.weight"],
    ),
    "the layers of its only child": (
        lambda: Named(body=inner(), pool=Pooled(), last_linear=linear(width=1280)),
        [
            "prefix 'body.' taken off",
            "layers named as in mobilenet_v2: body.0.0.weight is features.0.0.weight",
            "head last_linear used as classifier.1",
        ],
    ),
}


def our_logits(path: Path) -> Tensor:
    """Return the logits of a file by way of its maps: evidence + bias."""
    loaded = load_any(describe(entry_of(path)), "cpu")
    return loaded.maps_and_pooled(images())[0].mean((2, 3)) + split_of(loaded).bias


def check_logits(path: Path, made: nn.Module) -> None:
    with torch.inference_mode():
        expected = made.eval()(images())
    torch.testing.assert_close(our_logits(path), expected, rtol=0, atol=1e-4 * float(expected.abs().max()))


def report_of(path: Path) -> IntakeReport:
    return intake(entry_of(path))


def error_of(content: object, folder: Path, **card: object) -> str:
    report = report_of(saved(folder / "m.pth", content, **card))
    assert report.error is not None
    return report.error


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {prefix + name: value for name, value in tensors.items()}


def encoder() -> dict[str, Tensor]:
    return under("encoder.", {name: value for name, value in state().items() if not name.startswith("fc.")})


@pytest.mark.parametrize("name", MAKERS)
def test_the_logits_are_the_makers_own_and_what_was_done_is_said(tmp_path: Path, name: str) -> None:
    make, said = MAKERS[name]
    made = make()
    path = saved(tmp_path / "m.pth", made.state_dict())
    check_logits(path, made)
    assert list(taken(stored_of(made.state_dict()), None).conversions) == said


def test_chexnets_names_are_read(tmp_path: Path) -> None:
    """Old names of layers, two prefixes, and Sequential(Linear, Sigmoid), whose sigmoid has no weights."""
    made = copy.deepcopy(network("densenet121", 14))
    old = {name: name.replace("norm1.", "norm.1.").replace("norm2.", "norm.2.") for name in made.state_dict()}
    old = {name: said.replace("conv1.", "conv.1.").replace("conv2.", "conv.2.") for name, said in old.items()}
    content = {
        f"module.densenet121.{old[name].replace('classifier.', 'classifier.0.')}": value
        for name, value in made.state_dict().items()
    }
    path = saved(tmp_path / "m.pth.tar", {"state_dict": content, "epoch": 3})
    check_logits(path, made)
    assert "prefix 'module.densenet121.' taken off" in taken(stored_of(content), None).conversions


def test_a_classifier_beside_a_decoder_is_taken(tmp_path: Path) -> None:
    made = Unet("resnet18", encoder_weights=None, aux_params={"classes": 3}).eval()
    enliven(made)
    path = saved(tmp_path / "m.pth", made.state_dict())
    with torch.inference_mode():
        expected = made(images())[1]
    torch.testing.assert_close(our_logits(path), expected, rtol=0, atol=1e-4 * float(expected.abs().max()))
    found = taken(stored_of(made.state_dict()), None)
    assert found.conversions[:2] == (
        "prefix 'encoder.' taken off",
        "head classification_head.3 used as fc; layers before it assumed to be dropout",
    )
    assert all(name.startswith(("decoder.", "segmentation_head.")) for name in found.ignored)


def test_a_segmentation_network_without_a_classifier_has_no_classes(tmp_path: Path) -> None:
    made = Unet("resnet18", encoder_weights=None).state_dict()
    assert "looks like a network for segmentation: it has no classes" in error_of(made, tmp_path)


def test_what_stands_beside_a_whole_network_is_left_out_and_counted(tmp_path: Path) -> None:
    beside = {
        "class_weights": torch.ones(3),
        "class_weight": torch.ones(3),
        "criterion.weight": torch.ones(3),
        "val_auroc.confmat": torch.zeros(3, 3),
        "ema.num_updates": torch.tensor(5),
        "total_ops": torch.zeros(1),
        "queue": torch.zeros(128, 10),
        "mean": torch.zeros(3, 1, 1),
        "temperature": torch.ones(1),
    }
    report = report_of(saved(tmp_path / "m.pth", under("net.model.", state()) | beside))
    assert report.usable, report.error
    assert set(report.ignored) == set(beside)
    assert report.conversions[1].startswith("9 tensors beside the network left out (")
    assert report.conversions[2:] == (
        "mean is left out: if the network normalised its input by it, say mean and std in the card",
        "temperature is left out: if the network divided its logits by it, say temperature in the card",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gate.weight", torch.ones(1)),
        ("pool.p", torch.ones(2)),
        ("stage2.4.weight", torch.ones(3)),
        ("maxpool.scale", torch.ones(1)),
        ("linear_1_bias", torch.ones(3)),
        ("side.0.weight", torch.ones(3, 3, 3, 3)),
        ("embedding", torch.ones(7, 9)),
        ("head.s", torch.ones(())),
        ("head.tau", torch.ones(1)),
        ("logit_scale", torch.ones(())),
        ("logit_prior", torch.ones(3)),
        ("weights", torch.ones(3)),
        ("transition", torch.ones(3, 3)),
        ("neck.f1.weight", torch.ones(3)),
        ("neck.f1.running_mean", torch.ones(3)),
        ("neck.f1.scale", torch.ones(1)),
        ("neck.f1.s", torch.ones(1)),
        ("focal.tau", torch.ones(1)),
        ("loss_scale.running_var", torch.ones(3)),
        ("temperature", torch.ones(3)),
    ],
)
@pytest.mark.parametrize("prefix", ["", "encoder."])
def test_what_may_be_a_part_of_another_network_is_never_left_out(
    tmp_path: Path, name: str, value: Tensor, prefix: str
) -> None:
    error = error_of(under(prefix, state() | {name: value}), tmp_path)
    assert re.search(rf"Unexpected keys: 1 \((encoder\.)?{re.escape(name)}\)", error)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("val_f1.tp", (3,)),
        ("metrics.val.confusion_matrix", (3, 3)),
        ("auroc.preds", (40, 3)),
        ("val_loss.mean_value", ()),
        ("val_loss.weight", ()),
        ("bce_loss.weight", (3,)),
        ("focal_loss.alpha", (3,)),
        ("label_weights", (3,)),
        ("best_thresholds", (3,)),
        ("cls_num_list", (3,)),
        ("best_score", ()),
        ("net.pixel_std", (1, 3, 1, 1)),
    ],
)
def test_what_takes_no_part_is_told_by_its_name(name: str, shape: tuple[int, ...]) -> None:
    assert is_beside(name, torch.ones(shape), 3)


@pytest.mark.parametrize(
    ("name", "is_sigmoid"), [("bce.pos_weight", True), ("bce_loss.weight", True), ("class_weights", False)]
)
def test_a_binary_cross_entropy_means_independent_labels(tmp_path: Path, name: str, is_sigmoid: bool) -> None:
    card = describe(entry_of(saved(tmp_path / "m.pth", under("cnn.", state()) | {name: torch.ones(3)}))).card
    assert (card.output.kind.value == "sigmoid") is is_sigmoid


COPIES = {
    "encoder_q.": "encoder_k.",
    "student.": "teacher.",
    "online_network.": "target_network.",
    "model.": "ema_model.module.",
    "": "model_ema.",
}


@pytest.mark.parametrize("first", COPIES)
def test_of_two_copies_the_trained_one_is_taken_and_the_other_named(first: str) -> None:
    other, trained = COPIES[first], state()
    found = taken(stored_of(under(other, state()) | under(first, trained)), None)
    assert found.tensors.keys() == trained.keys()
    assert all(found.tensors[name] is value for name, value in trained.items())
    assert set(found.ignored) == set(under(other, trained))
    left = other.partition(".")[0]
    assert any(f"is taken; left out: {left} (a card" in said for said in found.conversions)


def test_a_card_chooses_among_copies(tmp_path: Path) -> None:
    chosen = state()
    content = under("student.", state()) | under("teacher.", chosen)
    card = parse_card(json.dumps(card_of(TINY, network="teacher")), "a card")
    assert taken(stored_of(content), card).tensors["fc.bias"] is chosen["fc.bias"]
    assert parse_card(card_json(card), "a card") == card
    assert "The card says that the network is fold9. The file holds these: student, teacher." in error_of(
        content, tmp_path, **card_of(TINY, network="fold9")
    )


@pytest.mark.parametrize("nested", [False, True])
def test_of_several_folds_a_card_chooses_and_nobody_guesses(tmp_path: Path, nested: bool) -> None:
    second = tiny(fc=linear())
    folds: dict[str, object] = {"fold0": state(), "fold1": OrderedDict(second.state_dict()), "epoch": 7}
    if nested:
        folds = {key: {"model": value, "optimizer": {}} if isinstance(value, dict) else value
                 for key, value in folds.items()}  # fmt: skip
    error = error_of(folds, tmp_path)
    assert error.startswith("The file holds several networks (fold0, fold1), and nothing tells which one is meant.")
    assert '"network": "fold0"' in error
    check_logits(saved(tmp_path / "told.pth", folds, **card_of(TINY, network="fold1")), second)


def test_of_several_heads_a_card_chooses_and_nobody_guesses(tmp_path: Path) -> None:
    bone = linear(2)
    content = encoder() | under("heads.chest.", linear(4).state_dict()) | under("heads.bone.", bone.state_dict())
    error = error_of(content, tmp_path)
    assert error == (
        "The network has several heads (heads.chest, heads.bone). "
        'Say in the card which one is meant, as in "head": "heads.chest".'
    )
    path = saved(tmp_path / "told.pth", content, **card_of(TINY, class_names=["No", "Yes"], head="bone"))
    check_logits(path, tiny(fc=bone))
    card = parse_card(path.with_suffix(".json").read_text(), "a card")
    assert taken(stored_of(content), card).ignored == ("heads.chest.weight", "heads.chest.bias")
    assert "The card says that the head is hip." in error_of(content, tmp_path, **card_of(TINY, head="hip"))


def test_numbered_heads_are_several(tmp_path: Path) -> None:
    content = encoder() | under("heads.0.", linear(4).state_dict()) | under("heads.1.", linear(2).state_dict())
    assert "several heads (heads.0, heads.1)" in error_of(content, tmp_path)


def test_between_layers_that_follow_each_other_a_card_says_what_stands(tmp_path: Path) -> None:
    first, second = linear(16), linear(3, 16)
    content = encoder() | under("fc1.", first.state_dict()) | under("fc2.", second.state_dict())
    assert "The layers fc1, fc2 follow each other, and nothing tells what stands" in error_of(content, tmp_path)
    for activation, layer in (("relu", nn.ReLU()), ("none", nn.Identity())):
        path = saved(tmp_path / f"{activation}.pth", content, **card_of(TINY, head_activation=activation))
        check_logits(path, tiny(fc=nn.Sequential(first, layer, second)))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"fc1": (WIDTH, WIDTH), "fc2": (WIDTH, 3)}, "fc2, and without them the logits would be wrong: fc1."),
        ({"gate": (WIDTH, 8, WIDTH), "fc": (WIDTH, 3)}, "fc, and without them the logits would be wrong: gate."),
        (
            {"se.fc1": (WIDTH, 8), "se.fc2": (8, WIDTH), "fc": (WIDTH, 3)},
            "fc, and without them the logits would be wrong: se.fc2.",
        ),
    ],
)
@pytest.mark.parametrize("head", ["", "its own"])
def test_a_layer_that_may_stand_before_the_last_is_never_left_out(
    tmp_path: Path, parts: dict[str, tuple[int, ...]], said: str, head: str
) -> None:
    """A gate, or a hidden layer as wide as the grid: the sentence does not lead to a card without it."""
    content = encoder() | {
        f"{name}.{2 * place}.{key}" if len(widths) > 2 else f"{name}.{key}": value
        for name, widths in parts.items()
        for place, (own, more) in enumerate(pairwise(widths))
        for key, value in linear(more, own).state_dict().items()
    }
    error = error_of(content, tmp_path, **(card_of(TINY, head=[*parts][-1]) if head else {}))
    assert said in error
    assert "several heads" not in error


@pytest.mark.parametrize("more", [{}, {"head": "fc2"}])
def test_before_the_last_layer_a_card_tells_of_one_as_wide_as_the_grid(tmp_path: Path, more: dict[str, str]) -> None:
    first, second = linear(WIDTH), linear(3)
    content = encoder() | under("fc1.", first.state_dict()) | under("fc2.", second.state_dict())
    for activation, layer in (("relu", nn.ReLU()), ("none", nn.Identity())):
        path = saved(tmp_path / f"{activation}.pth", content, **card_of(TINY, head_activation=activation, **more))
        check_logits(path, tiny(fc=nn.Sequential(first, layer, second)))


@pytest.mark.parametrize(
    ("widths", "head"),
    [
        ({"gate.0": (WIDTH, 8), "gate.2": (8, WIDTH), "fc": (WIDTH, 3)}, "fc"),
        ({"a": (WIDTH, 16), "b": (16, 8), "c": (8, 7), "d": (7, 16), "e": (16, 3)}, "e"),
    ],
)
def test_several_layers_are_no_hidden_layer_whatever_a_card_says(
    tmp_path: Path, widths: dict[str, tuple[int, int]], head: str
) -> None:
    content = encoder()
    for name, (taken_width, given) in widths.items():
        content |= under(f"{name}.", linear(given, taken_width).state_dict())
    error = error_of(content, tmp_path, **card_of(TINY, head_activation="relu", head=head))
    assert "without them the logits would be wrong" in error


def test_a_network_without_a_head_has_no_classes(tmp_path: Path) -> None:
    error = error_of(encoder(), tmp_path)
    assert f"The closest is {TINY}: Missing keys: 2 (fc.weight, fc.bias)." in error
    assert "no linear layer that takes their 1024 values: it has no classes. Save the whole classifier." in error


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("class_to_idx", {"Foot": 2, "Chest": 0, "Hand": 1}),
        ("classes", ["Chest", "Hand", "Foot"]),
        ("class_names", ("Chest", "Hand", "Foot")),
        ("id2label", {"0": "Chest", "2": "Foot", "1": "Hand"}),
        ("idx_to_class", {0: "Chest", 1: "Hand", 2: "Foot"}),
    ],
)
@pytest.mark.parametrize("place", ["", "hyper_parameters", "hparams"])
def test_class_names_in_the_file_are_used_and_said(tmp_path: Path, key: str, value: object, place: str) -> None:
    beside = {place: {key: value}} if place else {key: value}
    card = describe(entry_of(saved(tmp_path / "m.pth", {"model": state(), **beside}))).card
    assert card.class_names == ("Chest", "Hand", "Foot")
    assert "class_names" not in card.assumed


def test_where_class_names_were_found_is_said(tmp_path: Path) -> None:
    content = {"model": state(), "hparams": {"classes": ["Chest", "Hand", "Foot"]}}
    report = report_of(saved(tmp_path / "m.pth", content))
    assert report.usable
    assert report.conversions[-1] == "class names taken from 'classes'"


def test_a_cards_names_win_over_the_files(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.pth", {"model": state(), "classes": ["a", "b", "c"]}, **card_of(TINY))
    assert describe(entry_of(path)).card.class_names == ("Part 0", "Part 1", "Part 2")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a", "b"], "class names under 'classes' not used: 2 for 3 outputs"),
        (["a", "a", "b"], "class names not used: 'classes' must differ from each other, by more than case and spaces"),
        (["LABEL_0", "LABEL_1", "LABEL_2"], ""),
        ({"a": 0, "b": 1, "c": 3}, ""),
        ({"a": 0, "b": 1, "c": True}, ""),
        ([1, 2, 3], ""),
    ],
)
def test_names_that_fit_no_outputs_are_not_used(tmp_path: Path, names: object, said: str) -> None:
    card = describe(entry_of(saved(tmp_path / "m.pth", {"model": state(), "classes": names}))).card
    assert card.class_names == ("Class 0", "Class 1", "Class 2")
    assert names_in_file(class_lists({"classes": names}), 3) == ((), said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("_conv_stem.weight", "looks like an EfficientNet of the package efficientnet_pytorch"),
        ("segmentation_head.0.weight", "looks like a network for segmentation"),
        ("roi_heads.box_head.fc6.weight", "looks like a detector"),
        ("model.22.dfl.conv.weight", "looks like a detector"),
        ("fc._packed_params.dtype", "looks like a quantised network"),
        ("conv1.zero_point", "looks like a quantised network"),
        ("base_model.model.fc.lora_A.weight", "looks like a LoRA adapter"),
        ("logit_scale", "multiplies its logits by a number that it learned"),
        ("visual.transformer.resblocks.0.ln_1.weight", "looks like a network for images and text"),
        ("layer1.0.se.fc1.weight", "looks like a ResNet with attention"),
        ("backbone.conv1.3.weight", "looks like a ResNet whose stem has several"),
        ("gem_pool.p", "pools by a generalised mean"),
    ],
)
def test_what_is_not_taken_says_what_it_looks_like(tmp_path: Path, name: str, said: str) -> None:
    error = error_of({"a.weight": torch.ones(3, 3), name: torch.ones(3)}, tmp_path)
    assert said in error
    assert error.endswith(".")


THREE = ["A", "B", "C"]


def untold_of(path: Path) -> tuple[str, ...]:
    return describe(entry_of(path)).card.untold


def test_an_activation_that_no_weight_tells_is_a_guess_until_the_card_says_it(tmp_path: Path) -> None:
    network = random_network("resnet18", 3)
    network.fc = nn.Sequential(nn.Linear(512, 8), nn.GELU(), nn.Linear(8, 3))
    path = save_state_dict(tmp_path / "m.pth", dict(network.state_dict()))
    said = "Between the layers of the head relu is assumed. A card can say head_activation."
    assert said in describe(entry_of(path)).card.guess
    path.with_suffix(".json").write_text(json.dumps(card_fields(class_names=THREE)))
    assert untold_of(path) == (said,)
    path.with_suffix(".json").write_text(json.dumps(card_fields(class_names=THREE, head_activation="gelu")))
    assert untold_of(path) == ()


def test_a_mean_that_is_left_out_is_said_beside_the_answer_until_the_card_has_one(tmp_path: Path) -> None:
    state = dict(random_network("resnet18", 3).state_dict()) | {"mean": torch.zeros(1), "std": torch.ones(1)}
    path = save_state_dict(tmp_path / "m.pth", state)
    path.with_suffix(".json").write_text(json.dumps(card_fields(class_names=THREE)))
    assert untold_of(path) == (
        "mean is left out: if the network normalised its input by it, say mean and std in the card.",
    )
    path.with_suffix(".json").write_text(json.dumps(card_fields(class_names=THREE, mean=[0.5], std=[0.5])))
    assert untold_of(path) == ()


def test_the_pooling_of_a_classifier_beside_a_decoder_is_a_guess_until_the_card_says_it(tmp_path: Path) -> None:
    made = Unet("resnet18", encoder_weights=None, aux_params={"classes": 3, "pooling": "max"}).eval()
    path = saved(tmp_path / "m.pth", made.state_dict())
    assert untold_of(path) == ("Average pooling before the head is assumed. A card can say pooling.",)
    path.with_suffix(".json").write_text(json.dumps(card_fields(class_names=THREE, pooling="max")))
    assert untold_of(path) == ()
