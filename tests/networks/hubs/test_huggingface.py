"""Folders that Hugging Face's transformers writes: its own logits, its own names, its own preprocessing."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from camdash.errors import CheckpointError
from camdash.networks.cards.card import Fit, Interpolation, Preprocessing
from camdash.networks.cards.output import OutputKind
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.hubs.preprocessors import SHORTER_SIDE
from camdash.networks.preprocessing import network_input
from camdash.networks.report import intake
from tests.conftest import radiograph
from tests.networks.hubs.originals import NAMES, alive, check_same, inputs, library, loaded_from, saved_folder

LABELS = {"id2label": dict(enumerate(NAMES)), "label2id": {name: place for place, name in enumerate(NAMES)}}
SMALL = {"layer_type": "basic", "depths": [2, 2, 2, 2], "hidden_sizes": [64, 128, 256, 512]}
PROCESSOR = {"kind": "ConvNextImageProcessor", "size": {"shortest_edge": 112}, "image_mean": [0.4, 0.5, 0.6]}


def resnet(**more: Any) -> nn.Module:
    hub = library("transformers")
    return alive(lambda: hub.ResNetForImageClassification(hub.ResNetConfig(**SMALL, **LABELS, **more)))


@pytest.fixture(scope="module")
def original() -> nn.Module:
    """A ResNet-18 of transformers'."""
    return resnet(problem_type="multi_label_classification")


@pytest.fixture(scope="module")
def written(original: nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder, with a processor's document; tests that change it copy its small files."""
    return saved_folder(original, tmp_path_factory.mktemp("hub") / "hand-foot.v1", PROCESSOR)


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A copy of the folder whose documents may be changed; its weights are a link, as in the hub's own cache."""
    copy = tmp_path / written.name
    copy.mkdir()
    for file in written.iterdir():
        if file.suffix == ".json":
            (copy / file.name).write_bytes(file.read_bytes())
        else:
            (copy / file.name).symlink_to(file)
    return copy


def change(path: Path, **fields: Any) -> None:
    """Change fields of a document; None takes a field away."""
    found = json.loads(path.read_text()) | fields
    path.write_text(json.dumps({key: value for key, value in found.items() if value is not None}))


def test_a_folder_has_its_own_name_classes_and_logits(written: Path, original: nn.Module) -> None:
    loaded = loaded_from(written)
    card = loaded.checkpoint.card
    assert loaded.checkpoint.name == "hand-foot.v1"
    assert (card.architecture, card.class_names, card.assumed) == ("resnet18", NAMES, ())
    assert card.output.kind is OutputKind.SIGMOID
    assert card.guess == ""
    check_same(loaded, inputs(3, 96), original(inputs(3, 96)).logits)


def test_the_report_says_which_document_says_what(written: Path) -> None:
    report = intake(entry_of(written))
    sources = {field.name: field.source for field in report.fields}
    assert report.stored_as == "a folder of Hugging Face, model.safetensors"
    assert report.conversions == ("122 names brought from Hugging Face's to torchvision's",)
    assert sources["class_names"] == sources["output"] == "hand-foot.v1/config.json"
    assert sources["mean"] == sources["fit"] == "hand-foot.v1/preprocessor_config.json"
    assert report.size == sum(file.stat().st_size for file in written.iterdir())


CROPPED = {"do_center_crop": True, "crop_size": 48}

READS_A_NUMBER = {
    "DeiTImageProcessor": False,
    "DeiTFeatureExtractor": False,
    "BeitImageProcessor": False,
    "LevitImageProcessor": False,
    "PoolFormerImageProcessor": False,
    "": False,
    "BitImageProcessor": True,
    "CLIPFeatureExtractor": True,
    "CLIPImageProcessorFast": True,
    "MobileNetV2ImageProcessor": True,
}
"""Whether a processor takes a number for the shorter side, and nothing but a crop follows."""


@pytest.mark.parametrize("kind", ["DeiT", "Beit", "Bit", "CLIP", "MobileNetV1", "MobileNetV2", "MobileViT"])
def test_transformers_itself_reads_a_number_so(kind: str) -> None:
    made = getattr(library("transformers"), f"{kind}ImageProcessor")(size=64, do_center_crop=True, crop_size=48)
    assert (made.size.get("shortest_edge") == 64) is (kind in SHORTER_SIDE)


def test_the_input_is_that_of_the_hub_s_own_processor(written: Path) -> None:
    """Smoothed alike: OpenCV's `area` meets Pillow's kernel closely, its `bilinear` does not."""
    noise = np.random.default_rng(5).uniform(0, 255, (1000, 800)).astype(np.float32)
    values = np.round(cv2.GaussianBlur(noise, (0, 0), 3) * 8) % 256
    how = describe(entry_of(written)).card.preprocessing
    assert (how.fit, how.input_size, how.resize, how.interpolation) == (Fit.CROP, (112, 112), 128, Interpolation.AREA)
    processor = library("transformers").ConvNextImageProcessor.from_pretrained(written)
    wanted = processor(np.stack([values.astype(np.uint8)] * 3, -1), return_tensors="pt")["pixel_values"]

    def apart(how: Preprocessing) -> float:
        return float((network_input(radiograph(values), how, 3) - wanted).abs().mean() / wanted.std())

    assert apart(how) < 0.5 * apart(replace(how, interpolation=Interpolation.BILINEAR))
    found = network_input(radiograph(values), how, 3)
    torch.testing.assert_close(found.mean((0, 2, 3)), wanted.mean((0, 2, 3)), rtol=0, atol=0.02)


@pytest.mark.parametrize(
    ("processor", "fields"),
    [
        ({"size": 224, "image_processor_type": "ViTImageProcessor"}, {"input_size": (224, 224), "fit": "stretch"}),
        (
            {"size": {"height": 60, "width": 40}, "image_processor_type": "ViTImageProcessor"},
            {"input_size": (60, 40), "fit": "stretch", "resize": None},
        ),
        ({"size": {"shortest_edge": 400}}, {"input_size": (400, 400), "fit": "stretch", "resize": None}),
        (
            {
                "size": {"shortest_edge": 64},
                "image_processor_type": "BitImageProcessor",
                "do_center_crop": True,
                "crop_size": {"height": 48, "width": 40},
            },
            {"input_size": (48, 40), "fit": "crop", "resize": 64},
        ),
        *[
            (
                {"size": 64, "image_processor_type": kind, "do_center_crop": True, "crop_size": 48},
                {"input_size": (48, 48), "fit": "crop", "resize": 64} if is_shorter else {"input_size": (48, 48)},
            )
            for kind, is_shorter in READS_A_NUMBER.items()
        ],
        (
            {"size": {"shortest_edge": 64}, "image_processor_type": "LevitImageProcessor"} | CROPPED,
            {"input_size": (48, 48)},
        ),
        (
            {"size": {"height": 64, "width": 64}, "image_processor_type": "DeiTImageProcessor"} | CROPPED,
            {"input_size": (48, 48)},
        ),
        ({"size": 64, "image_processor_type": "BitImageProcessor", "do_center_crop": False}, {"input_size": (64, 64)}),
        ({"do_rescale": False, "image_mean": [51, 102, 153], "image_std": 255}, {"mean": (0.2, 0.4, 0.6), "std": (1,)}),
        ({"do_normalize": False}, {"mean": (0.0,), "std": (1.0,)}),
        ({"rescale_factor": 2 / 255, "image_mean": 1, "image_std": 1}, {"mean": (0.5,), "std": (0.5,)}),
        ({"resample": 0}, {"interpolation": "nearest"}),
    ],
)
def test_what_the_processor_s_document_says_becomes_the_card(
    folder: Path, processor: dict[str, Any], fields: dict[str, Any]
) -> None:
    change(folder / "preprocessor_config.json", **processor)
    card = describe(entry_of(folder)).card
    how = vars(card.preprocessing)
    assert ("fit" in card.assumed) is ("input_size" in fields and "fit" not in fields)
    for key, value in fields.items():
        assert how[key] == (pytest.approx(value) if key in ("mean", "std") else value), key


def test_without_a_processor_the_preset_is_a_guess(folder: Path) -> None:
    (folder / "preprocessor_config.json").unlink()
    report = intake(entry_of(folder))
    assert report.card is not None
    assert (report.card.preset, report.card.assumed) == ("imagenet", ("input_size", "fit"))
    assert report.card.guess == "Input size is a guess."
    assert {field.name: field.source for field in report.fields}["mean"] == "preset imagenet"


@pytest.mark.parametrize(
    ("config", "names", "kind"),
    [
        ({"problem_type": "regression"}, NAMES, OutputKind.REGRESSION),
        ({"problem_type": "single_label_classification"}, NAMES, OutputKind.SOFTMAX),
        ({"id2label": {str(place): f"LABEL_{place}" for place in range(3)}}, ("Class 0", "Class 1", "Class 2"), None),
        ({"id2label": {"0": "crane", "1": "Crane", "2": ""}}, ("crane (0)", "Crane (1)", "Class (2)"), None),
        ({"id2label": {"0": "one", "1": "two"}}, ("Class 0", "Class 1", "Class 2"), None),
    ],
)
def test_names_and_the_kind_of_output_are_the_configuration_s(
    folder: Path, config: dict[str, Any], names: tuple[str, ...], kind: OutputKind | None
) -> None:
    change(folder / "config.json", **config)
    card = describe(entry_of(folder)).card
    assert card.class_names == names
    assert card.output.kind is (kind or OutputKind.SIGMOID)
    assert ("class_names" in card.assumed) is names[0].startswith("Class 0")


def test_without_a_kind_of_problem_softmax_is_assumed(folder: Path) -> None:
    change(folder / "config.json", problem_type=None)
    assert "softmax" in describe(entry_of(folder)).card.guess


@pytest.mark.parametrize("inside", [True, False])
def test_a_card_wins(folder: Path, inside: bool, original: nn.Module) -> None:
    card = folder / "camdash.json" if inside else folder.with_name("hand-foot.v1.json")
    before = entry_of(folder)
    fields = {"architecture": "resnet18", "class_names": ["A", "B", "C"], "input_size": [96, 96], "fit": "pad"}
    card.write_text(json.dumps(fields))
    loaded = loaded_from(folder)
    assert loaded.checkpoint.card.class_names == ("A", "B", "C")
    assert loaded.checkpoint.card.preprocessing.fit is Fit.PAD
    assert entry_of(folder) != before
    check_same(loaded, inputs(3, 96), original(inputs(3, 96)).logits)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"model_type": "bert"}, r"of the type 'bert'\. camdash takes resnet, convnext, swin, vit"),
        ({"downsample_in_bottleneck": True}, "sets downsample_in_bottleneck to True. camdash supports only False, as"),
        ({"downsample_in_first_stage": True}, "downsample_in_first_stage"),
        ({"hidden_act": "silu"}, "hidden_act to 'silu'"),
        ({"model_type": "vit"}, "has no classifier"),
    ],
)
def test_a_network_that_computes_otherwise_is_refused(folder: Path, config: dict[str, Any], sentence: str) -> None:
    change(folder / "config.json", **config)
    with pytest.raises(CheckpointError, match=sentence):
        describe(entry_of(folder))


def test_weights_in_pytorch_s_format_and_in_several_files(original: nn.Module, tmp_path: Path) -> None:
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    torch.save(original.state_dict(), pickled / "pytorch_model.bin")
    original.config.save_pretrained(pickled)  # type: ignore[operator, union-attr]
    sharded = saved_folder(original, tmp_path / "sharded", max_shard_size="20MB")
    assert len(list(sharded.glob("*.safetensors"))) > 1
    for folder in (pickled, sharded):
        check_same(loaded_from(folder), inputs(3, 96), original(inputs(3, 96)).logits)


@pytest.fixture(scope="module")
def others() -> dict[str, tuple[nn.Module, int]]:
    """Small networks of the other types; their epsilons are so large that another one would be seen."""
    hub = library("transformers")
    options = {**LABELS, "layer_norm_eps": 1e-2}
    made = {
        "convnext": (lambda: hub.ConvNextForImageClassification(hub.ConvNextConfig(**options)), 64),
        "swin": (lambda: hub.SwinForImageClassification(hub.SwinConfig(**options)), 224),
        "vit": (lambda: hub.ViTForImageClassification(hub.ViTConfig(**options, image_size=64, patch_size=32)), 64),
    }
    return {name: (alive(make), side) for name, (make, side) in made.items()}


@pytest.mark.parametrize("name", ["convnext", "swin", "vit"])
def test_other_types_have_the_hub_s_logits(others: dict[str, tuple[nn.Module, int]], name: str, tmp_path: Path) -> None:
    network, side = others[name]
    folder = saved_folder(network, tmp_path / name)
    loaded = loaded_from(folder)
    assert loaded.checkpoint.card.preset == ("half" if name == "vit" else "imagenet")
    assert loaded.checkpoint.card.class_names == NAMES
    check_same(loaded, inputs(3, side), network(inputs(3, side)).logits)


def test_a_vision_transformer_of_other_heads_is_refused(tmp_path: Path) -> None:
    hub = library("transformers")
    config = hub.ViTConfig(**LABELS, image_size=64, patch_size=32, num_hidden_layers=1, num_attention_heads=6)
    folder = saved_folder(alive(lambda: hub.ViTForImageClassification(config)), tmp_path / "vit")
    with pytest.raises(
        CheckpointError, match=r"num_attention_heads to 6\. camdash supports only 12, as torchvision does"
    ):
        describe(entry_of(folder))
