import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from camdash.errors import CheckpointError
from camdash.evidence.analysis import Familiarity, analyse
from camdash.networks.cards.familiarity import FamiliarityCheck, unit, write_beside
from camdash.networks.cards.writing import write_checkpoint
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.endings import familiarity_path
from camdash.networks.files.tensor_files import FAMILIARITY
from camdash.networks.files.weights import read_stored
from camdash.networks.loading import load
from camdash.networks.preprocessing import network_input
from camdash.networks.report import intake
from tests.conftest import radiograph, random_network, save_checkpoint, save_state_dict, small_card, speckle
from tests.support.familiarity import read_familiarity

CHECK = FamiliarityCheck(unit(torch.tensor([[1.0, 0.0], [0.0, 2.0]])), 0.1, "two images", neighbours=1)
WIDE = FamiliarityCheck(
    unit(torch.rand(3, 512, generator=torch.Generator().manual_seed(1))), 0.25, "three images", neighbours=2
)


def test_the_distance_is_one_minus_the_cosine_to_the_nearest_vector() -> None:
    pooled = torch.tensor([[3.0, 0.0], [1.0, 1.0], [-1.0, 0.0], [-1.0, -1.0]])
    expected = [0.0, 1 - math.sqrt(0.5), 1.0, 1 + math.sqrt(0.5)]
    assert CHECK.distances(pooled).tolist() == pytest.approx(expected, abs=1e-6)


def test_with_more_neighbours_it_is_the_k_th_nearest_that_counts_and_of_fewer_vectors_the_last() -> None:
    pooled = torch.tensor([[1.0, 0.0]])
    vectors = unit(torch.tensor([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]))
    expected = {1: 0.0, 2: 1 - math.sqrt(0.5), 3: 1.0, 4: 1.0}
    found = {k: float(FamiliarityCheck(vectors, 0.1, neighbours=k).distances(pooled)) for k in expected}
    assert found == pytest.approx(expected, abs=1e-6)


def test_an_image_without_any_activation_is_far_from_all() -> None:
    assert CHECK.distances(torch.zeros(1, 2)).tolist() == pytest.approx([1.0])


@pytest.mark.parametrize(("score", "familiar"), [(0.0, True), (0.1, True), (0.100001, False), (2.0, False)])
def test_familiar_is_what_lies_within_the_threshold(score: float, familiar: bool) -> None:
    assert Familiarity(score, 0.1).familiar is familiar


def test_the_check_in_a_checkpoints_own_file_is_read_and_is_no_weight_of_the_network(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    write_checkpoint(path, random_network().state_dict(), small_card(), half=False, familiarity=WIDE)
    loaded = load(describe(entry_of(path)), "cpu")
    assert loaded.familiarity is not None
    assert loaded.familiarity.threshold == pytest.approx(0.25)
    assert loaded.familiarity.source == "three images"
    torch.testing.assert_close(loaded.familiarity.vectors, WIDE.vectors, atol=1e-3, rtol=0)
    assert FAMILIARITY not in read_stored(path).tensors
    report = intake(entry_of(path))
    assert report.keys is not None
    assert report.keys.perfect
    assert report.familiarity == "3 training images, familiar up to a distance of 0.25"


def test_the_score_of_an_image_is_that_of_its_pooled_activations(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    write_checkpoint(path, random_network().state_dict(), small_card(), half=False, familiarity=WIDE)
    loaded, film = load(describe(entry_of(path)), "cpu"), radiograph(speckle(90, 70))
    inputs = network_input(film, loaded.checkpoint.card.preprocessing, 1)
    with torch.inference_mode():
        network = random_network()
        pooled = torch.nn.Sequential(*list(network.children())[:-1])(inputs).flatten(1)
    expected = 1 - torch.nn.functional.cosine_similarity(pooled, WIDE.vectors).sort().values[-2]
    found = analyse(film, loaded).familiarity
    assert found is not None
    assert found.score == pytest.approx(float(expected), abs=2e-3)
    assert found.threshold == pytest.approx(0.25)


def test_a_checkpoint_without_a_check_says_nothing_of_familiarity(tmp_path: Path) -> None:
    loaded = load(describe(entry_of(save_checkpoint(tmp_path))), "cpu")
    assert loaded.familiarity is None
    assert analyse(radiograph(speckle(40, 50)), loaded).familiarity is None
    assert intake(entry_of(save_checkpoint(tmp_path))).familiarity is None


@pytest.mark.parametrize("kind", ["safetensors", "pth"])
def test_a_check_beside_a_checkpoint_is_read_for_that_checkpoint_alone(tmp_path: Path, kind: str) -> None:
    path = save_checkpoint(tmp_path) if kind == "safetensors" else save_state_dict(tmp_path / "small.pth")
    without = describe(entry_of(path))
    write_beside(path, without.sha256, WIDE)
    checkpoint = describe(entry_of(path))
    assert checkpoint != without
    assert checkpoint.sha256 == without.sha256
    found = read_familiarity(path, checkpoint.sha256)
    assert found is not None
    torch.testing.assert_close(found.vectors, WIDE.vectors, atol=1e-3, rtol=0)
    with pytest.raises(CheckpointError, match=r"small\.familiarity was made for another checkpoint"):
        read_familiarity(path, "0" * 64)


def test_a_check_with_another_number_of_channels_is_refused_with_the_checkpoint(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path)
    write_beside(path, describe(entry_of(path)).sha256, CHECK)
    with pytest.raises(CheckpointError, match="does not fit its network"):
        load(describe(entry_of(path)), "cpu")


@pytest.mark.parametrize(
    ("vectors", "text"),
    [
        (torch.rand(2, 3), "no JSON"),
        (torch.rand(2, 3), json.dumps({"source": "no threshold", "neighbours": 1})),
        (torch.rand(2, 3), json.dumps({"threshold": 3, "neighbours": 1})),
        (torch.rand(2, 3), json.dumps({"threshold": 0.5, "neighbours": 1, "source": 7})),
        (torch.rand(2, 3), json.dumps({"threshold": 0.5, "neighbours": 0})),
        (torch.rand(2, 3), json.dumps({"threshold": 0.5, "neighbours": "two"})),
        (torch.rand(3), json.dumps({"threshold": 0.5, "neighbours": 1})),
        (torch.ones(2, 3, dtype=torch.int64), json.dumps({"threshold": 0.5, "neighbours": 1})),
        (torch.tensor([[math.nan, 1.0]]), json.dumps({"threshold": 0.5, "neighbours": 1})),
    ],
)
def test_a_check_that_makes_no_sense_is_refused(tmp_path: Path, vectors: torch.Tensor, text: str) -> None:
    path = save_checkpoint(tmp_path)
    save_file({FAMILIARITY: vectors}, familiarity_path(path), metadata={FAMILIARITY: text, "checkpoint_sha256": "x"})
    with pytest.raises(CheckpointError, match=r"small\.familiarity is not valid"):
        read_familiarity(path, "x")


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "cannot be read"), (b"\x00" * 99, "cannot be read")], ids=["empty", "zeros"]
)
def test_a_damaged_file_beside_a_checkpoint_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = save_checkpoint(tmp_path)
    familiarity_path(path).write_bytes(content)
    with pytest.raises(CheckpointError, match=sentence):
        read_familiarity(path, "x")


def test_a_safetensors_file_without_the_check_is_refused_as_one(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path)
    familiarity_path(path).write_bytes(path.read_bytes())
    with pytest.raises(CheckpointError, match="contains no familiarity check"):
        read_familiarity(path, "x")


def test_a_check_that_appears_beside_a_checkpoint_makes_another_entry(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path)
    before = entry_of(path)
    write_beside(path, "x", WIDE)
    after = entry_of(path)
    assert before != after
    assert replace(after, familiarity_modified_ns=None) == before
