"""Ensembles whose members are no single file of weights: ONNX graphs, folders, and heads of several layers."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from onnx import helper

from camdash.command_line.main import main
from camdash.errors import CheckpointError
from camdash.evidence.analysis import analyse
from camdash.evidence.verification import verify
from camdash.networks.cards.card import GRAPH, Checkpoint
from camdash.networks.catalog.checkpoints import describe, find
from camdash.networks.catalog.descriptions import Descriptions
from camdash.networks.catalog.folders import entries, entry_of
from camdash.networks.engines.onnx_export import export
from camdash.networks.gradients import stage_names
from camdash.networks.loading import load_any, load_divided, load_split, load_undivided
from camdash.networks.report import intake
from tests.conftest import card_fields, radiograph, random_network, small_card, speckle
from tests.networks.hubs.test_folders import folder_in
from tests.networks.onnx_graphs import BIAS, HEAD, IMAGE, LOGITS, MAPS, POOLED, WEIGHTS, card, model, saved
from tests.networks.test_ensembles import ensemble, member, refused

FILM = radiograph(speckle(90, 70))
DRAWN = radiograph(np.array(IMAGE, np.uint8))


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """An ensemble of two graphs; the second has twice the first one's last layer."""
    how = card(mean=0.0, std=1 / 255)
    saved(tmp_path / "one.onnx", model(card=how))
    saved(tmp_path / "two.onnx", model(card=how, weights={**WEIGHTS, "h": 2 * HEAD, "c": 2 * BIAS}))
    return ensemble(tmp_path, ["one.onnx", "two.onnx"])


def test_the_mean_of_two_graphs_is_worked_by_hand(drawn: Path) -> None:
    loaded = load_any(describe(entry_of(drawn)), "cpu")
    assert loaded.checkpoint.card.architecture == GRAPH
    found = analyse(DRAWN, loaded)
    np.testing.assert_allclose(found.maps.maps, 1.5 * MAPS, rtol=1e-5)
    np.testing.assert_allclose(found.prediction.logits, 1.5 * np.array(LOGITS), rtol=1e-5)
    # The classes are 2.75 apart in one and 5.5 in the other: 1.375 and 2.75 from their middle.
    assert found.spread is not None
    np.testing.assert_allclose(found.spread, [1.375 / 2**0.5] * 2, rtol=1e-5)
    assert (found.level, found.has_maps) == ("A", True)
    assert verify(DRAWN, found, load_undivided(loaded.checkpoint, "cpu")) < 1e-6
    assert loaded.accelerate() is None


def test_graphs_are_chosen_first_reported_and_have_no_stages(drawn: Path) -> None:
    assert find(None, [drawn.parent]).is_ensemble
    report = intake(entry_of(drawn))
    assert (report.usable, report.level, report.architecture, report.channels) == (True, "A", GRAPH, 1)
    checkpoint = describe(entry_of(drawn))
    assert stage_names(checkpoint.card) == ()
    with pytest.raises(CheckpointError, match="both is an ensemble, so there are no gradient-based maps of it"):
        load_split(checkpoint, "cpu")


def test_a_graph_stands_beside_weights(tmp_path: Path) -> None:
    member(tmp_path, "a", seed=1)
    other = describe(entry_of(member(tmp_path, "b", seed=2)))
    network = load_divided(other, "cpu")
    saved(tmp_path / "c.onnx", export(other, network).content)  # type: ignore[arg-type]
    loaded = load_any(describe(entry_of(ensemble(tmp_path, ["a.safetensors", "c.onnx"]))), "cpu")
    assert loaded.checkpoint.card.architecture == "resnet18 + ONNX graph"
    found = analyse(FILM, loaded)
    own = [analyse(FILM, load_any(describe(entry_of(tmp_path / f"{name}.safetensors")), "cpu")) for name in "ab"]
    most = float(np.abs(own[0].maps.maps).max())
    np.testing.assert_allclose(found.maps.maps, np.mean([one.maps.maps for one in own], axis=0), atol=1e-4 * most)
    assert "PyTorch" in found.engine
    assert "ONNX Runtime" in found.engine
    assert verify(FILM, found, load_undivided(loaded.checkpoint, "cpu")) < 1e-4


def tiny(place: Path, name: str) -> Path:
    """Write a folder with the smallest network and a card."""
    path = folder_in(place, name)
    names = describe(entry_of(path)).card.class_names
    fields = card_fields(architecture=describe(entry_of(path)).card.architecture, class_names=names, mean=0.5)
    (path / "camdash.json").write_text(json.dumps(fields | {"input_size": [64, 64]}))
    return path


def test_a_member_may_be_a_folder_and_is_seen_to_change(tmp_path: Path) -> None:
    (tmp_path / "folds").mkdir()
    tiny(tmp_path / "folds", "one"), tiny(tmp_path / "folds", "two")
    path = ensemble(tmp_path, ["folds/one", "folds/two"])
    entry = entry_of(path)
    assert [entry] == [one for one in entries([tmp_path]) if one.is_ensemble]
    assert [(name, seen is not None and seen[5]) for name, seen in entry.members] == [
        ("folds/one", True),
        ("folds/two", True),
    ]
    found = analyse(FILM, load_any(describe(entry), "cpu"))
    assert found.has_maps
    assert found.spread == pytest.approx(np.zeros(len(found.prediction.logits)), abs=1e-6)
    known = Descriptions(clock=lambda: 2**62)
    before = next(one for one in known.look([tmp_path]) if one.entry.is_ensemble)
    assert before is next(one for one in known.look([tmp_path]) if one.entry.is_ensemble)
    (tmp_path / "folds" / "two" / "config.json").write_text('{"other": 1}')
    after = next(one for one in known.look([tmp_path]) if one.entry.is_ensemble)
    assert after.checkpoint is not None
    assert before.checkpoint is not None
    assert after.checkpoint.sha256 != before.checkpoint.sha256


def test_a_member_that_is_a_folder_of_other_things_is_a_sentence(tmp_path: Path) -> None:
    member(tmp_path, "a")
    (tmp_path / "folds").mkdir()
    said = refused(ensemble(tmp_path, ["a.safetensors", "folds"]))
    assert said.startswith("The member folds cannot be used. ")


def test_a_folder_with_the_name_of_an_ensemble_is_a_folder(tmp_path: Path) -> None:
    path = folder_in(tmp_path, "odd.ensemble.json")
    (found,) = entries([tmp_path])
    assert (found, found.is_ensemble, found.members) == (entry_of(path), False, ())
    assert describe(found).members == ()
    assert intake(found).usable


def bent(path: Path, factor: float) -> Path:
    """Write a graph that bends after pooling."""
    ends = (helper.make_node("Tanh", ["hidden"], ["bent"]), helper.make_node("Gemm", ["bent", "h", "c"], ["out"]))
    nodes = [*POOLED, helper.make_node("Gemm", ["flat", "h", "c"], ["hidden"], transB=1), *ends]
    return saved(path, model(nodes, card=card((6, 4)), weights={**WEIGHTS, "h": factor * HEAD}))


def test_at_level_b_the_mean_has_no_removed_cell(tmp_path: Path) -> None:
    alone = load_any(describe(entry_of(bent(tmp_path / "one.onnx", 1))), "cpu")
    assert analyse(FILM, alone).removal is not None
    bent(tmp_path / "two.onnx", 0.5)
    found = analyse(FILM, load_any(describe(entry_of(ensemble(tmp_path, ["one.onnx", "two.onnx"]))), "cpu"))
    assert (found.level, found.removal) == ("B", None)
    np.testing.assert_allclose(
        found.maps.evidence + found.maps.bias + found.unplaced, found.prediction.logits, rtol=1e-4, atol=1e-6
    )


def test_an_ensemble_is_not_exported(drawn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(drawn), str(tmp_path / "mean.onnx")]) == 2
    assert capsys.readouterr().err == "camdash: both is an ensemble. Take one of its members.\n"
    assert not (tmp_path / "mean.onnx").exists()


def test_a_preset_in_an_ensembles_card_is_no_reason_to_look_for_members(tmp_path: Path) -> None:
    path = tmp_path / "both.ensemble.json"
    path.write_text(json.dumps({"preset": "none of them"}))
    assert "members must be a list of names" in refused(path)


def timms(path: Path, name: str, **fields: object) -> None:
    torch.save(random_network("resnet18", 3).state_dict(), path / f"{name}.pth")
    how = card_fields(class_names=small_card(3).class_names, output="softmax") | fields
    (path / f"{name}.json").write_text(json.dumps(how))


def test_what_is_said_of_a_members_own_file_is_not_said_of_the_ensemble(tmp_path: Path) -> None:
    timms(tmp_path, "a", head="fc")
    timms(tmp_path, "b")
    found: Checkpoint = describe(entry_of(ensemble(tmp_path, ["a.pth", "b.pth"])))
    assert found.members[0].card.head == "fc"
    assert found.card.head == ""
