"""The intake report: what was found in a file, what was done to it, and where the card's fields came from."""

import hashlib
import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from camdash.command_line.checkpoints import report_row
from camdash.networks.architectures.matching import match
from camdash.networks.cards.card import Card, Fit, Preprocessing
from camdash.networks.cards.writing import write_checkpoint
from camdash.networks.catalog.folders import entry_of
from camdash.networks.report import IntakeReport, intake
from tests.networks.zoo import TINY, card_of, saved, state

KEYS = ["name", "file", "usable", "error", "architecture", "class_names", "input_size", "fit", "sha256"]


def report_of(path: Path) -> IntakeReport:
    return intake(entry_of(path))


def sources(report: IntakeReport) -> dict[str, str]:
    return {field.name: field.source for field in report.fields}


def test_a_bare_state_dict_is_reported_with_all_that_was_assumed(tmp_path: Path) -> None:
    path = saved(tmp_path / "tiny.pth")
    report = report_of(path)
    assert report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (report.size, report.stored_as, report.channels) == (path.stat().st_size, "PyTorch", 3)
    assert (report.conversions, report.ignored_count, report.recipe) == ((), 0, None)
    assert {field.name for field in report.fields if field.source == "assumed"} == {
        "architecture",
        "class_names",
        "input_size",
        "fit",
    }
    assert report.deviation is not None
    assert 0 <= report.deviation < 1e-4


def test_parameters_are_counted_without_the_statistics_of_batch_norm(tmp_path: Path) -> None:
    report = report_of(saved(tmp_path / "tiny.pth"))
    assert report.parameters == 1_366_792 - 1_025_000 + 3 * 1025  # torchvision's figure, its head of 1,000 exchanged


def test_fields_say_which_file_they_came_from(tmp_path: Path) -> None:
    beside = report_of(saved(tmp_path / "beside.pth", None, **card_of(TINY, mean=[0.5])))
    assert sources(beside)["architecture"] == sources(beside)["mean"] == "beside.json"
    assert sources(beside)["std"] == "default"
    card = Card(TINY, ("A", "B", "C"), Preprocessing((64, 96), Fit.PAD))
    write_checkpoint(tmp_path / "inside.safetensors", state(), card)
    inside = report_of(tmp_path / "inside.safetensors")
    assert sources(inside)["fit"] == "inside.safetensors"
    assert inside.checkpoint is not None
    assert inside.checkpoint.card.class_names == ("A", "B", "C")


def test_conversions_are_named_one_by_one(tmp_path: Path) -> None:
    half = {f"module.{name}": value.half() if value.ndim > 1 else value for name, value in state().items()}
    report = report_of(saved(tmp_path / "half.pth", {"state_dict": half | {"n_averaged": torch.tensor(1)}}))
    matrices = sum(value.ndim > 1 for value in state().values())
    assert report.conversions == (
        "taken from under 'state_dict'",
        "prefix 'module.' taken off",
        f"{matrices} tensors from float16 to float32",
    )
    assert report.ignored == ("n_averaged",)


@pytest.mark.parametrize(("architecture", "count"), [("googlenet", 20), ("inception_v3", 14)])
def test_auxiliary_heads_are_left_out_and_counted(tmp_path: Path, architecture: str, count: int) -> None:
    # A convolution with its batch norm has 6 names, a linear layer 2. GoogLeNet: 2 * (6 + 2 + 2) = 20. Inception v3:
    # 6 + 6 + 2 = 14.
    report = report_of(saved(tmp_path / "m.pth", state(architecture), **card_of(architecture)))
    assert report.usable
    assert report.keys is not None
    assert report.keys.auxiliary_count == count
    assert f"{count} weights of auxiliary heads left out" in report.conversions
    assert sources(report)["transform_input"] == "assumed"


def test_a_head_behind_dropout_is_said_to_be_read_so(tmp_path: Path) -> None:
    renamed = {name.replace("fc.", "fc.1."): value for name, value in state().items()}
    report = report_of(saved(tmp_path / "m.pth", renamed))
    assert report.conversions[0].startswith("head fc.1 used as fc")


def test_a_comparison_keeps_the_first_ten_names_and_counts_the_rest() -> None:
    found = {f"own{k}": (1,) for k in range(12)} | {"alike": (2, 3), "reshaped": (5, 2), "bn.num_batches_tracked": ()}
    wanted = {"alike": (2, 3), "reshaped": (4, 2), "lost": (1,)}
    compared = match(found, wanted, ())
    assert (compared.matched, compared.missing_count, compared.unexpected_count) == (1, 2, 13)
    assert compared.missing == ("reshaped", "lost")
    assert len(compared.unexpected) == 10
    assert compared.sentence == "Missing keys: 2 (reshaped, lost); unexpected keys: 13 (own0, own1, own2, ...)."


def test_a_shape_that_differs_is_shown_with_the_one_that_is_needed() -> None:
    assert match({"a": (5, 2)}, {"a": (4, 2)}, ()).unexpected == ("a [5, 2] for [4, 2]",)


def test_a_file_that_fails_late_keeps_what_was_found_before(tmp_path: Path) -> None:
    damaged: dict[str, Tensor] = state() | {"fc.bias": torch.full((3,), torch.inf)}
    report = report_of(saved(tmp_path / "m.pth", damaged))
    assert str(report.error).startswith("The network's logits are not finite numbers: its weights are damaged.")
    assert (report.architecture, report.usable, report.checkpoint) == (TINY, False, None)
    assert report.parameters is not None
    assert report.fields


def test_an_input_too_small_for_the_network_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    card = card_of("inception_v3", input_size=[32, 32])
    report = report_of(saved(tmp_path / "m.pth", state("inception_v3"), **card))
    assert report.error == "An input of 32 x 32 pixels is too small for inception_v3."


def test_the_row_of_the_command_line_begins_with_its_old_keys_and_is_json(tmp_path: Path) -> None:
    row = report_row(report_of(saved(tmp_path / "m.pth", None, **card_of(TINY))))
    assert list(row)[: len(KEYS)] == KEYS
    assert json.loads(json.dumps(row)) == row
    assert row["fields"]["input_size"] == {"value": [96, 128], "source": "m.json"}
    assert (row["usable"], row["keys"]["missing_count"], row["no_map"]) == (True, 0, None)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ()),
        ({"x_owner": 1, "_by": "me", "notes": "mine", "trained": "2026"}, ()),
        ({"fit": "crop", "resize": 140}, ()),
        ({"fit": "pad", "pad_value": 0.5}, ()),
        (
            {"class_nmaes": ["a"], "interpolaton": "area"},
            (
                "The card's field class_nmaes is not known and was not used.",
                "The card's field interpolaton is not known and was not used.",
            ),
        ),
        ({"a\u202eb": 1}, ("The card's field a\\u202eb is not known and was not used.",)),
        ({"resize": 140}, ('The card\'s field resize was not used: it needs "fit": "crop".',)),
        ({"pad_value": 0.5}, ('The card\'s field pad_value was not used: it needs "fit": "pad".',)),
    ],
)
def test_a_field_that_nothing_uses_is_said_and_refuses_nothing(
    tmp_path: Path, more: dict[str, object], said: tuple[str, ...]
) -> None:
    report = report_of(saved(tmp_path / "m.pth", None, **card_of(TINY, **{"fit": "stretch", **more})))
    assert report.unused == said
    assert report_row(report)["unused"] == list(said)
    assert report.checkpoint is not None


def test_of_many_unknown_fields_the_first_are_named_and_the_others_counted(tmp_path: Path) -> None:
    unknown = {f"field{k}": k for k in range(8)}
    said = report_of(saved(tmp_path / "m.pth", None, **card_of(TINY, **unknown))).unused
    assert len(said) == 6
    assert said[4:] == (
        "The card's field field4 is not known and was not used.",
        "3 more fields of the card are not known and were not used.",
    )


def test_an_architecture_that_shapes_cannot_tell_from_another_is_the_files_or_the_cards_to_say(tmp_path: Path) -> None:
    content = {"arch": "resnetblur18", "state_dict": state("resnet18")}
    assert report_of(saved(tmp_path / "bare.pth", content)).architecture == "timm/resnetblur18"
    told = report_of(saved(tmp_path / "told.pth", content, **card_of("resnet18")))
    assert (told.usable, told.architecture) == (True, "resnet18")
