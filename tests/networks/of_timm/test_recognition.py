"""timm's builders are told by an index of names and shapes; where several fit, nothing is taken in silence."""

import random
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from torch import nn

from camdash.errors import CheckpointError
from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.of_timm.index import FILE, builders_of, has_head, is_builder, signature
from camdash.networks.architectures.recognition import Recognised, recognise
from camdash.networks.catalog.folders import entry_of
from camdash.networks.heads.head import Level
from camdash.networks.report import intake
from tests.networks.of_timm.zoo import described, inputs_of, loaded, logits_of, network
from tests.networks.zoo import card_of, saved
from tools.index_timm import entry_of as index_entry

INDEXED = [line.split("\t")[4] for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
DRAWN = random.Random(20261128).sample(INDEXED, 50)


def shapes_of(name: str, classes: int = 7, channels: int = 1, **options: Any) -> dict[str, tuple[int, ...]]:
    with torch.device("meta"):
        made = timm.create_model(name, num_classes=classes, in_chans=channels, **options)
    return {own: tuple(value.shape) for own, value in made.state_dict().items()}


@pytest.mark.parametrize("name", DRAWN)
def test_a_builder_drawn_at_random_is_recognised_and_taken_where_the_file_names_it(name: str) -> None:
    shapes = shapes_of(name)
    found = recognise(shapes)
    assert name in [one.removeprefix("timm/") for one in (found.architecture, *found.alike)]
    assert recognise(shapes, said=f"{name}.some_tag") in (Recognised(f"timm/{name}"), Recognised(name))


def test_the_index_is_small_and_has_nearly_all_builders_of_timm() -> None:
    assert FILE.stat().st_size < 2_000_000
    assert len(INDEXED) == len(set(INDEXED)) > 1200
    assert set(INDEXED) <= set(timm.list_models())


def test_the_index_is_what_its_tool_makes_of_the_installed_timm() -> None:
    lines = {line.split("\t")[4]: line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:]}
    for name in DRAWN[:10]:
        made = index_entry(name)
        assert lines[name] == [made.digest, made.first, "|".join(made.heads), str(made.positions), name]


@pytest.mark.parametrize("name", ["resnet10t", "convnext_atto"])
def test_a_digest_tells_all_names_and_shapes_but_channels_and_classes(name: str) -> None:
    entry = index_entry(name)
    shapes = shapes_of(name, classes=12, channels=3)
    assert signature(shapes, entry.first, entry.heads) == entry.digest
    block = next(own for own in shapes if own.startswith(("layer2", "stages.2")))
    assert signature(shapes | {block: (*shapes[block][:-1], 99)}, entry.first, entry.heads) != entry.digest
    assert signature(shapes | {"other": (1,)}, entry.first, entry.heads) != entry.digest
    assert signature({own: shape for own, shape in shapes.items() if own != block}, entry.first, entry.heads) != (
        entry.digest
    )


def test_a_position_embedding_of_the_right_length_decides_and_one_of_no_builder_gives_the_input_size() -> None:
    assert "vit_base_patch16_224" in builders_of(shapes_of("vit_base_patch16_224"))
    assert "vit_base_patch16_384" not in builders_of(shapes_of("vit_base_patch16_224"))
    assert "vit_base_patch16_384" in builders_of(shapes_of("vit_base_patch16_384"))
    other = shapes_of("vit_tiny_patch16_224", img_size=160)
    assert "vit_tiny_patch16_224" in builders_of(other)
    family = family_of("timm/vit_tiny_patch16_224")
    assert family.fixed_side is not None
    assert family.fixed_side("timm/vit_tiny_patch16_224", other) == 160
    averaged = family_of("timm/vit_base_patch16_gap_224").fixed_side
    assert averaged is not None
    assert averaged("timm/vit_base_patch16_gap_224", shapes_of("vit_base_patch16_gap_224", img_size=160)) == 160


def test_several_that_fit_are_named_and_torchvisions_is_taken() -> None:
    found = recognise(shapes_of("resnet50"))
    assert found.architecture == "resnet50"
    assert {"timm/resnetaa50", "timm/resnetblur50"} <= set(found.alike)
    assert "timm/resnet50" not in found.alike
    assert recognise(shapes_of("resnet50"), said="resnet50") == Recognised("resnet50")
    assert recognise(shapes_of("resnet50"), said="resnetaa50.a1h_in1k") == Recognised("timm/resnetaa50")
    assert recognise(shapes_of("resnet50"), said="resnet18") == found


def test_the_file_says_which_of_two_networks_it_is_and_the_logits_are_that_ones(tmp_path: Path) -> None:
    content = {"arch": "resnetblur18", "state_dict": network("resnetblur18").state_dict()}
    report = intake(entry_of(saved(tmp_path / "m.pth", content)))
    assert (report.error, report.architecture) == (None, "timm/resnetblur18")
    assert report.card is not None
    assert report.card.alike == ()


def test_several_builders_of_timm_that_fit_are_said_on_the_page_and_in_the_report(tmp_path: Path) -> None:
    state = network("resnet26d").state_dict()
    alike = builders_of({name: tuple(value.shape) for name, value in state.items()})
    assert alike[0] == "resnet26d" or "resnet26d" in alike
    report = intake(entry_of(saved(tmp_path / "m.pth", dict(state))))
    assert report.error is None
    if len(alike) > 1:
        assert report.card is not None
        assert "alike" in report.card.guess
        assert "alike" in (report.assumptions or "")


def test_weights_without_a_head_have_no_classes(tmp_path: Path) -> None:
    state = timm.create_model("resnet10t", num_classes=0).state_dict()
    with pytest.raises(CheckpointError, match=r"timm's resnet10t without its last layer, so it has no classes"):
        described(tmp_path, state)


def test_a_head_of_another_name_is_no_head_of_the_builder() -> None:
    assert has_head({"fc.weight": (3, 512)}, "resnet10t")
    assert not has_head({"fcs.weight": (3, 512)}, "resnet10t")


@pytest.mark.parametrize(
    ("name", "changed"),
    [("resnet10t", "fc"), ("convnext_atto", "head.fc"), ("mobilenetv3_small_050", "classifier")],
)
def test_a_head_of_several_layers_is_taken(tmp_path: Path, name: str, changed: str) -> None:
    made = timm.create_model(name, num_classes=3).eval()
    torch.manual_seed(5)
    width = made.get_submodule(changed).weight.shape[1]
    sequence = nn.Sequential(nn.Linear(width, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 4)).eval()
    parent, _, child = changed.rpartition(".")
    setattr(made.get_submodule(parent), child, sequence)
    inputs = inputs_of(name)
    with torch.inference_mode():
        expected = made(inputs)
    names = [f"Part {k}" for k in range(4)]
    found = loaded(tmp_path, name, made.state_dict(), class_names=names)
    torch.testing.assert_close(logits_of(found, inputs), expected, rtol=1e-4, atol=1e-5)
    assert found.network.head.level is Level.B


def test_a_head_after_dropout_is_taken(tmp_path: Path) -> None:
    state = {name.replace("fc.", "fc.1."): value for name, value in network("resnet10t").state_dict().items()}
    found, inputs = loaded(tmp_path, "resnet10t", state), inputs_of("resnet10t")
    with torch.inference_mode():
        expected = network("resnet10t")(inputs)
    torch.testing.assert_close(logits_of(found, inputs), expected, rtol=1e-4, atol=1e-5)


def test_one_channel_is_taken(tmp_path: Path) -> None:
    made = network("resnet10t", channels=1)
    found, inputs = loaded(tmp_path, "resnet10t", made.state_dict()), inputs_of("resnet10t", channels=1)
    with torch.inference_mode():
        expected = made(inputs)
    torch.testing.assert_close(logits_of(found, inputs), expected, rtol=1e-4, atol=1e-5)
    assert found.network.channels == 1


def test_a_swin_takes_the_size_that_its_card_says(tmp_path: Path) -> None:
    made = network("swin_tiny_patch4_window7_224", img_size=(224, 448))
    inputs = torch.rand(1, 3, 224, 448, generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        expected = made(inputs)
    found = loaded(tmp_path, "swin_tiny_patch4_window7_224", made.state_dict(), input_size=[224, 448])
    torch.testing.assert_close(logits_of(found, inputs), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("architecture", "sentence"),
    [
        ("timm/resnet9", r"timm [\d.]+ has no network 'resnet9'\."),
        ("resnet10t", r'but timm has: say "architecture": "timm/resnet10t" in the card\.'),
        ("timm/hf-hub:someone/resnet50", r"timm [\d.]+ has no network 'hf-hub:someone/resnet50'\."),
        ("timm/local-dir:/tmp", r"timm [\d.]+ has no network 'local-dir:/tmp'\."),
    ],
)
def test_a_name_that_is_no_builders_is_a_sentence(tmp_path: Path, architecture: str, sentence: str) -> None:
    with pytest.raises(CheckpointError, match=sentence):
        described(tmp_path, network("resnet10t").state_dict(), **card_of(architecture))


def test_a_card_may_name_the_weights_tag_too(tmp_path: Path) -> None:
    found = described(tmp_path, network("resnet10t").state_dict(), **card_of("timm/resnet10t.c3_in1k"))
    assert found.card.architecture == "timm/resnet10t.c3_in1k"


def test_the_index_knows_names_with_tags() -> None:
    assert is_builder("resnet10t.c3_in1k")
    assert not is_builder("resnet9")
