"""Ensembles: a card that names several checkpoints, found in a folder, loaded, run, and refused with a sentence."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from camdash.errors import CheckpointError
from camdash.evidence.analysis import analyse, analyse_batch
from camdash.evidence.verification import verify
from camdash.images.radiograph import Radiograph
from camdash.networks.cards.card import Card, Fit
from camdash.networks.cards.ensemble import MOST_MEMBERS
from camdash.networks.cards.output import Output, OutputKind
from camdash.networks.cards.writing import write_checkpoint
from camdash.networks.catalog.checkpoints import describe, find
from camdash.networks.catalog.descriptions import Descriptions
from camdash.networks.catalog.folders import entries, entry_of
from camdash.networks.gradients import stage_names
from camdash.networks.loading import load_any, load_split, load_undivided
from camdash.networks.report import intake
from tests.conftest import card_fields, radiograph, random_network, small_card, speckle

THREE = small_card(3)
LN3 = float(np.log(3))


@pytest.fixture(scope="module")
def film() -> Radiograph:
    return radiograph(speckle(90, 70))


def member(folder: Path, name: str, card: Card = THREE, *, seed: int = 0, channels: int = 1) -> Path:
    """Write a small network whose last layer is drawn anew for each seed."""
    network = random_network(card.architecture, len(card.logit_names), channels)
    state = dict(network.state_dict())
    drawn = torch.Generator().manual_seed(seed)
    for key in [key for key in state if key.startswith("fc.")]:
        state[key] = torch.randn(state[key].shape, generator=drawn) / 10
    path = folder / f"{name}.safetensors"
    path.parent.mkdir(exist_ok=True)
    write_checkpoint(path, state, card, half=False)
    return path


def ensemble(folder: Path, members: object, **fields: object) -> Path:
    path = folder / "both.ensemble.json"
    path.write_text(json.dumps({"members": members} | fields))
    return path


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pair")
    (folder / "folds").mkdir()
    member(folder, "one", seed=1)
    member(folder, "folds/two", seed=2)
    return ensemble(folder, ["one.safetensors", "folds/two.safetensors"], trained="2026", notes="Two folds.")


def refused(path: Path) -> str:
    with pytest.raises(CheckpointError) as caught:
        describe(entry_of(path))
    return str(caught.value)


def test_it_is_found_by_its_name_and_says_what_its_members_agree_in(pair: Path) -> None:
    found = describe(find("both", [pair.parent]))
    assert (found.name, found.card.architecture, found.card.class_names) == ("both", "resnet18", THREE.class_names)
    assert found.card.members == ("one", "two")
    assert [one.name for one in found.members] == ["one", "two"]
    assert (found.card.text("trained"), found.card.text("notes")) == ("2026", "Two folds.")
    assert found.familiarity_sha256 == ""
    assert stage_names(found.card) == ()


def test_logits_maps_and_biases_are_the_means_and_add_up(pair: Path, film: Radiograph) -> None:
    loaded = load_any(describe(entry_of(pair)), "cpu")
    found = analyse(film, loaded)
    own = [analyse(film, one) for one in loaded.members]
    logits = np.array([one.prediction.logits for one in own])
    np.testing.assert_allclose(found.prediction.logits, logits.mean(0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.maps.maps, np.mean([one.maps.maps for one in own], axis=0), atol=1e-6)
    np.testing.assert_allclose(found.maps.bias, np.mean([one.maps.bias for one in own], axis=0), atol=1e-7)
    np.testing.assert_allclose(found.maps.evidence + found.maps.bias, found.prediction.logits, rtol=1e-5)
    assert found.spread is not None
    # Of two numbers the standard deviation is their distance by the root of two; here without what all have in common.
    apart = np.diff(logits - logits.mean(1, keepdims=True), axis=0)[0]
    np.testing.assert_allclose(found.spread, np.abs(apart) / np.sqrt(2), rtol=1e-5)
    assert (found.level, found.familiarity, found.has_maps) == ("A", None, True)
    assert found.placement == own[0].placement
    assert found.engine.count("PyTorch") == 1


def test_a_batch_gives_what_each_gives_alone(pair: Path, film: Radiograph) -> None:
    loaded = load_any(describe(entry_of(pair)), "cpu")
    other = radiograph(speckle(60, 80))
    first, second = analyse_batch([film, other], loaded)
    for found, alone in ((first, analyse(film, loaded)), (second, analyse(other, loaded))):
        np.testing.assert_allclose(found.prediction.logits, alone.prediction.logits, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(np.array(found.spread), np.array(alone.spread), rtol=1e-3, atol=1e-5)


def test_the_undivided_members_give_the_same_and_another_member_does_not(pair: Path, film: Radiograph) -> None:
    checkpoint = describe(entry_of(pair))
    found = analyse(film, load_any(checkpoint, "cpu"))
    assert verify(film, found, load_undivided(checkpoint, "cpu")) < 1e-4
    assert verify(film, found, load_undivided(checkpoint.members[0], "cpu")) > 1e-2


def test_a_faster_engine_is_made_for_each_member(pair: Path, film: Radiograph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMDASH_ENGINE", "auto")
    loaded = load_any(describe(entry_of(pair)), "cpu")
    before = analyse(film, loaded)
    for _ in loaded.members:
        thread = loaded.accelerate()
        assert thread is not None
        thread.join()
    assert loaded.accelerate() is None
    assert all("ONNX" in one.engine.name for one in loaded.members)
    np.testing.assert_allclose(analyse(film, loaded).prediction.logits, before.prediction.logits, rtol=1e-3, atol=1e-4)


def test_no_slopes_are_taken_of_an_ensemble(pair: Path) -> None:
    with pytest.raises(CheckpointError, match="is an ensemble, so there are no gradient-based maps of it"):
        load_split(describe(entry_of(pair)), "cpu")


def test_the_report_names_members_fields_level_and_check(pair: Path) -> None:
    report = intake(entry_of(pair))
    assert report.usable
    assert (report.level, report.channels, report.architecture) == ("A", 1, "resnet18")
    assert report.deviation is not None
    assert report.deviation < 1e-4
    assert report.conversions == ("mean of the logits of one, two",)
    sources = {field.name: field.source for field in report.fields}
    assert (sources["members"], sources["class_names"], sources["notes"]) == (pair.name, "members", pair.name)


def test_a_field_that_an_ensemble_does_not_use_is_said(tmp_path: Path) -> None:
    member(tmp_path, "a", seed=1), member(tmp_path, "b", seed=2)
    report = intake(entry_of(ensemble(tmp_path, ["a.safetensors", "b.safetensors"], class_names=["x"], x_own=1)))
    assert report.unused == ("The card's field class_names is not known and was not used.",)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"class_names": ("Part 0", "Part 2", "Part 1")}, "The members a and b differ in class_names: "),
        ({"output": Output(OutputKind.SIGMOID)}, 'differ in output: "softmax" and "sigmoid"'),
        ({"preprocessing": replace(THREE.preprocessing, fit=Fit.PAD)}, 'differ in fit: "stretch" and "pad"'),
        (
            {"preprocessing": replace(THREE.preprocessing, input_size=(96, 96))},
            "differ in input_size: [64, 96] and [96, 96]",
        ),
        ({"preprocessing": replace(THREE.preprocessing, mean=(0.5,))}, "differ in mean: [0.0] and [0.5]"),
        ({"output": Output(temperature=2)}, "its members differ in temperature, so it must say its own"),
    ],
)
def test_members_that_differ_are_named_with_what_they_differ_in(
    tmp_path: Path, change: dict[str, object], sentence: str
) -> None:
    member(tmp_path, "a")
    member(tmp_path, "b", replace(THREE, **change))  # type: ignore[arg-type]
    assert sentence in refused(ensemble(tmp_path, ["a.safetensors", "b.safetensors"]))


def test_values_in_other_units_have_no_mean(tmp_path: Path) -> None:
    for name, scale in (("a", 1.0), ("b", 40.0)):
        member(tmp_path, name, replace(THREE, output=Output(OutputKind.REGRESSION, scale=scale)))
    assert "differ in scale: 1.0 and 40.0" in refused(ensemble(tmp_path, ["a.safetensors", "b.safetensors"]))


def test_members_with_other_input_channels_are_refused_when_they_are_loaded(tmp_path: Path) -> None:
    member(tmp_path, "a"), member(tmp_path, "b", channels=3)
    checkpoint = describe(entry_of(ensemble(tmp_path, ["a.safetensors", "b.safetensors"])))
    with pytest.raises(CheckpointError, match="The members a and b differ in input channels: 1 and 3"):
        load_any(checkpoint, "cpu")


def test_the_card_says_thresholds_and_temperature_of_the_mean(tmp_path: Path) -> None:
    for name, least in (("a", 0.2), ("b", 0.4)):
        member(tmp_path, name, replace(THREE, output=Output(OutputKind.SIGMOID, thresholds=(least,) * 3)))
    both = ["a.safetensors", "b.safetensors"]
    assert "its members differ in thresholds, so it must say its own" in refused(ensemble(tmp_path, both))
    found = describe(entry_of(ensemble(tmp_path, both, thresholds=[0.5, 0.6, 0.7], temperature=2))).card.output
    assert found == Output(OutputKind.SIGMOID, thresholds=(0.5, 0.6, 0.7), temperature=2.0)


def test_the_card_cannot_say_another_output_than_its_members(tmp_path: Path) -> None:
    member(tmp_path, "a"), member(tmp_path, "b")
    both = ["a.safetensors", "b.safetensors"]
    assert "its output is not that of its members" in refused(ensemble(tmp_path, both, output="sigmoid"))
    assert "thresholds makes no sense with the output softmax" in refused(
        ensemble(tmp_path, both, thresholds=[0.5] * 3)
    )


def test_members_whose_output_is_assumed_take_that_of_the_ensembles_card(tmp_path: Path) -> None:
    assumed = replace(THREE, output=Output(assumed="Nobody says."))
    member(tmp_path, "a", assumed), member(tmp_path, "b", assumed)
    both = ["a.safetensors", "b.safetensors"]
    assert "is assumed" in describe(entry_of(ensemble(tmp_path, both))).card.guess
    found = describe(entry_of(ensemble(tmp_path, both, output="sigmoid"))).card
    assert (found.output.kind, found.guess) == (OutputKind.SIGMOID, "")


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        (["a.safetensors"], "members must be two files or more"),
        ([], "members must be a list of names"),
        ("a.safetensors", "members must be a list of names"),
        ([f"{k}.pth" for k in range(MOST_MEMBERS + 1)], "members must be at most 20 names"),
        (["a.safetensors", "A.safetensors "], "members must differ from each other"),
        (["a.safetensors", "../b.safetensors"], "beside the card or beneath its folder, not '../b.safetensors'"),
        (["a.safetensors", "folds/../../b.pth"], "beside the card or beneath its folder"),
        (["a.safetensors", "/etc/passwd"], "beside the card or beneath its folder, not '/etc/passwd'"),
        (["a.safetensors", "folds\\b.pth"], "beside the card or beneath its folder"),
        (["a.safetensors", "."], "beside the card or beneath its folder"),
        (["a.safetensors", "both.ensemble.json"], "the member both.ensemble.json is itself an ensemble"),
        (["a.safetensors", "Other.Ensemble.JSON"], "is itself an ensemble"),
        (["a.safetensors", "b.safetensors"], "The member b.safetensors cannot be used. The checkpoint"),
    ],
)
def test_a_list_of_members_that_makes_no_sense_is_a_sentence(tmp_path: Path, members: object, sentence: str) -> None:
    member(tmp_path, "a")
    assert sentence in refused(ensemble(tmp_path, members))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"[1]", "must be a JSON object with the keys members"),
        (b"{}", "lacks members"),
        (b"{", "is not valid JSON"),
        (b'{"members": ["a", "b"], "members": ["a", "c"]}', "a key stands in it twice"),
        (b"\xff", "is not UTF-8 text"),
        (b" " * 1_000_001, "is too large"),
    ],
)
def test_a_card_that_is_none_is_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "both.ensemble.json"
    path.write_bytes(content)
    assert sentence in refused(path)
    (found,) = Descriptions().look([tmp_path])
    assert found.error is not None


def test_a_pipe_with_an_ensembles_name_stops_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "both.ensemble.json")
    (found,) = Descriptions().look([tmp_path])
    assert "named pipe" in str(found.error)


def test_a_member_that_was_replaced_or_came_later_is_seen(tmp_path: Path) -> None:
    member(tmp_path, "a", seed=1)
    ensemble(tmp_path, ["a.safetensors", "b.safetensors"])
    known = Descriptions(clock=lambda: 2**62)  # long after all changes
    assert [one.error is None for one in known.look([tmp_path])] == [True, False]
    member(tmp_path, "b", seed=2)
    first = known.look([tmp_path])
    assert all(one.error is None for one in first)
    assert all(one is again for one, again in zip(first, known.look([tmp_path]), strict=True))
    member(tmp_path, "b", seed=3)
    second = known.look([tmp_path])
    digests = [next(one.checkpoint.sha256 for one in looked if one.checkpoint.members) for looked in (first, second)]  # type: ignore[union-attr]
    assert digests[0] != digests[1]


def test_members_on_other_grids_give_an_answer_without_map(tmp_path: Path, film: Radiograph) -> None:
    member(tmp_path, "a", seed=1)
    path = tmp_path / "b.pth"
    torch.save(random_network("resnet18", 3).state_dict(), path)
    fields = card_fields(class_names=THREE.class_names, output="softmax", output_stride=16)
    path.with_suffix(".json").write_text(json.dumps(fields))
    loaded = load_any(describe(entry_of(ensemble(tmp_path, ["a.safetensors", "b.pth"]))), "cpu")
    found = analyse(film, loaded)
    own = [analyse(film, one).prediction.logits for one in loaded.members]
    np.testing.assert_allclose(found.prediction.logits, np.mean(own, axis=0), rtol=1e-5)
    assert found.spread is not None
    assert not found.has_maps
    assert found.no_map == (
        "This ensemble gives a prediction and no map: the cells of a and b lie in other places, so their maps have no "
        "mean."
    )
    report = intake(entry_of(tmp_path / "both.ensemble.json"))
    assert (report.usable, report.no_map) == (True, found.no_map)


def test_the_same_member_twice_is_refused_however_it_is_written(tmp_path: Path) -> None:
    member(tmp_path, "one")
    assert "members must be files that differ" in refused(ensemble(tmp_path, ["one.safetensors", "./one.safetensors"]))


def test_members_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("fold0", "fold1"):
        member(tmp_path, f"{folder}/best")
    found = describe(entry_of(ensemble(tmp_path, ["fold0/best.safetensors", "fold1/best.safetensors"])))
    assert found.card.members == ("fold0/best", "fold1/best")


def test_a_guess_stays_said_where_the_ensemble_says_a_temperature_alone(tmp_path: Path) -> None:
    for name in ("one", "two"):
        torch.save(random_network("resnet18", 3).state_dict(), tmp_path / f"{name}.pth")
    members = ["one.pth", "two.pth"]
    guess = describe(entry_of(ensemble(tmp_path, members))).card.output.assumed
    assert guess
    assert describe(entry_of(ensemble(tmp_path, members, temperature=1.5))).card.output.assumed == guess


def test_the_card_of_a_file_that_is_named_like_an_ensemble_is_listed_as_none(tmp_path: Path) -> None:
    member(tmp_path, "best.ensemble")
    (tmp_path / "best.ensemble.json").write_text(json.dumps(card_fields()))
    assert [entry.path.name for entry in entries([tmp_path])] == ["best.ensemble.safetensors"]
