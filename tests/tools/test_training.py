import csv
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.conftest import random_network
from tools.draw_samples import SAMPLE_SEEDS
from tools.evaluate_checkpoint import UNSEEN_SEEDS, class_index
from tools.phantoms import NAMES, draw_phantom_with_mask
from tools.train_checkpoint import PHANTOM_SEED, begin_anew, draw_phantoms, parse_stage
from tools.training.augment import Film, plain_view, random_view
from tools.training.body_mask import body_mask
from tools.training.figures import Verdict, confusion, nearest_neighbours, recalls, wilson
from tools.training.films import Sampling, chosen_films
from tools.training.labels import PARTS, Labelled, read_labels, read_split, split_by_group, write_split
from tools.training.loop import Recipe, Stage, generalized_cross_entropy, outside_share, train_stage

SPLIT = Path(__file__).parents[2] / "tools" / "training" / "split.csv"


def many_images() -> list[Labelled]:
    common = [Labelled(f"a/{i}.jpg", "a", f"g{i // 2}") for i in range(200)]
    rare = [Labelled(f"b/{i}.jpg", "b", f"h{i}") for i in range(20)]
    return common + rare


def test_no_group_is_parted_and_every_class_comes_near_its_share() -> None:
    images = many_images()
    assigned = split_by_group(images, (0.6, 0.15, 0.25), seed=3)
    counts = Counter((image.label, assigned[image.group]) for image in images)
    assert set(assigned) == {image.group for image in images}
    for label, total in (("a", 200), ("b", 20)):
        shares = [counts[label, part] / total for part in PARTS]
        assert shares == pytest.approx([0.6, 0.15, 0.25], abs=0.05)


def test_a_split_is_the_same_for_the_same_seed_and_survives_its_file(tmp_path: Path) -> None:
    assigned = split_by_group(many_images(), (0.6, 0.15, 0.25), seed=3)
    write_split(assigned, tmp_path / "split.csv")
    assert read_split(tmp_path / "split.csv") == assigned == split_by_group(many_images(), (0.6, 0.15, 0.25), seed=3)


def test_the_committed_split_has_three_parts() -> None:
    assert set(read_split(SPLIT).values()) == set(PARTS)


def test_labels_are_read_from_any_csv_that_has_the_three_columns(tmp_path: Path) -> None:
    with (tmp_path / "labels.csv").open("w", newline="") as lines:
        csv.writer(lines).writerows([["label", "file", "other", "group"], ["hand", "x/1.jpg", "?", "p1"]])
    assert read_labels(tmp_path) == [Labelled("x/1.jpg", "hand", "p1")]


def test_the_body_mask_finds_a_bright_body_on_a_dark_film_with_its_holes_and_without_a_marker() -> None:
    film = np.full((400, 300), 12, np.uint8)
    film[100:380, 80:220] = 150
    film[200:260, 120:180] = 14
    film[20:40, 20:40] = 255
    mask = body_mask(film)
    assert mask[110:370, 90:210].all()
    assert not mask[:60].any()
    assert not mask[:, :50].any()


def test_a_white_collimator_bar_is_no_body() -> None:
    film = np.full((400, 300), 12, np.uint8)
    film[100:300, 80:220] = 150
    film[380:] = 255
    assert not body_mask(film)[380:].any()


def test_padding_centres_the_film_and_stretching_fills_the_input() -> None:
    film = np.full((100, 50), 200, np.uint8)
    padded = plain_view(film, 64, "pad")
    assert padded[:, 16:48].min() == 200
    assert padded[:, :16].max() == 0
    assert padded[:, 48:].max() == 0
    assert plain_view(film, 64, "stretch").min() == 200


def test_a_random_view_has_the_size_asked_for_and_carries_its_mask_along() -> None:
    image, body = draw_phantom_with_mask("hand", PHANTOM_SEED, size=128)
    random = np.random.default_rng(0)
    for fit in ("stretch", "pad"):
        view, mask = random_view(Film(image, body, 3), 96, fit, random)
        assert view.shape == mask.shape == (96, 96)
        assert 0.02 < mask.mean() < 0.9


def test_evidence_outside_the_body_is_counted_at_the_centres_of_the_cells() -> None:
    maps = torch.zeros(1, 2, 2, 2)
    maps[0, 1] = torch.tensor([[3.0, 1.0], [-5.0, 0.0]])
    masks = torch.zeros(1, 64, 64, dtype=torch.uint8)
    masks[0, 0, 0] = 1
    share = outside_share(maps, torch.tensor([1]), masks, grow=4)
    assert float(share[0]) == pytest.approx(0.25)


def test_the_generalized_cross_entropy_has_its_worked_value_and_the_cross_entropy_as_its_limit() -> None:
    logits, labels = torch.tensor([[0.0, 0.0], [0.0, math.log(3)]]), torch.tensor([0, 0])
    worked = ((1 - 0.5**0.5) / 0.5 + (1 - 0.25**0.5) / 0.5) / 2
    assert generalized_cross_entropy(logits, labels, 0.5).item() == pytest.approx(worked, abs=1e-6)
    limit = torch.nn.functional.cross_entropy(logits, labels).item()
    assert generalized_cross_entropy(logits, labels, 1e-3).item() == pytest.approx(limit, abs=2e-3)


def test_the_generalized_cross_entropy_hardly_learns_from_what_contradicts_it() -> None:
    logits, labels = torch.tensor([[4.0, 0.0], [0.0, 4.0]], requires_grad=True), torch.tensor([0, 0])
    (mistrusting,) = torch.autograd.grad(generalized_cross_entropy(logits, labels, 0.7), logits)
    (plain,) = torch.autograd.grad(torch.nn.functional.cross_entropy(logits, labels), logits)
    right = logits.detach().softmax(1)[:, 0]
    torch.testing.assert_close(mistrusting, plain * right[:, None] ** 0.7)
    assert right[1] ** 0.7 < 0.07


def test_phantoms_for_training_evaluation_and_the_page_have_different_seeds() -> None:
    films = draw_phantoms(1, NAMES)
    trained = set(range(PHANTOM_SEED, PHANTOM_SEED + 1000))
    assert [film.label for film in films] == list(range(len(NAMES)))
    assert not trained & set(UNSEEN_SEEDS)
    assert not (trained | set(UNSEEN_SEEDS)) & set(SAMPLE_SEEDS.values())


def test_at_most_the_share_of_a_batch_is_phantoms() -> None:
    film = np.zeros((8, 8), np.uint8)
    films, phantoms = [Film(film, film, 0), Film(film, film, 1)], [Film(film, film, 2)]
    chosen = chosen_films(films, phantoms, Sampling((1, 1), 0.1, 64, "stretch", 25), np.random.default_rng(0))
    assert len(chosen) == 25
    assert sum(one.label == 2 for one in chosen) == 2


def test_a_stage_is_read_from_its_four_numbers() -> None:
    stage = parse_stage("256:1.5:8e-4:24")
    assert (stage.size, stage.batch) == (256, 24)
    assert (stage.epochs, stage.rate) == pytest.approx((1.5, 8e-4))


def test_wilson_intervals_agree_with_worked_values() -> None:
    # 8 of 10 at z = 1.96: (0.8 + 0.19208) / 1.38416 = 0.71674, reach 1.96 sqrt(0.016 + 0.009604) / 1.38416 = 0.22658
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=5e-4)
    assert wilson(0, 0) == pytest.approx((0, 1))


def test_recalls_and_the_confusion_matrix_count_by_true_class() -> None:
    verdicts = [Verdict(0, 0, 1, 0, 1), Verdict(0, 1, 1, 0, 1), Verdict(1, 1, 1, 0, 1)]
    assert recalls(verdicts, 2) == pytest.approx([0.5, 1.0])
    assert confusion(verdicts, 2).tolist() == [[1, 1], [0, 1]]


def test_the_nearest_neighbours_vote() -> None:
    known = np.array([[0.0], [0.1], [0.2], [1.0], [1.1]], np.float32)
    labels = np.array([0, 0, 1, 1, 1])
    assert nearest_neighbours(known, labels, np.array([[0.0], [1.2]], np.float32), count=3).tolist() == [0, 1]


def test_labels_match_class_names_whatever_their_case_and_spaces() -> None:
    assert class_index("chest_lateral", ("Chest frontal", "Chest lateral")) == 1


def test_frozen_parts_stay_as_they_are_with_their_statistics_and_the_others_learn() -> None:
    network = random_network("resnet34")
    before = {name: value.clone() for name, value in network.state_dict().items()}
    random = np.random.default_rng(0)
    films = [Film(random.integers(0, 255, (80, 70), np.uint8), np.ones((80, 70), np.uint8), k) for k in range(5)]
    recipe = Recipe("stretch", (1.0,) * 5, 4, 0.0, 1.0, 0.2, (3.0,) * 5, 0.05, 0.98, 1, ("conv1", "layer1"), False)
    train_stage(network, films, [], Stage(64, 1, 1e-3, 2), recipe)
    after = network.state_dict()
    frozen = [name for name in before if name.startswith(("conv1.", "layer1."))]
    assert all(torch.equal(before[name], after[name]) for name in frozen)
    assert not torch.equal(before["layer4.0.conv1.weight"], after["layer4.0.conv1.weight"])
    assert not torch.equal(before["bn1.running_mean"], after["bn1.running_mean"])


def test_parts_that_begin_anew_have_other_weights_and_plain_statistics() -> None:
    network = random_network("resnet34")
    before = {name: value.clone() for name, value in network.state_dict().items()}
    begin_anew(network, ("layer4", "fc"))
    after = network.state_dict()
    assert torch.equal(after["layer3.0.conv1.weight"], before["layer3.0.conv1.weight"])
    for name in ("layer4.0.conv1.weight", "fc.weight", "layer4.0.bn1.running_mean"):
        assert not torch.equal(after[name], before[name])
    assert torch.equal(after["layer4.0.bn1.running_mean"], torch.zeros(512))
