import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loading import load
from tests.conftest import image_bytes, radiograph, save_checkpoint, speckle
from tests.support.familiarity import read_familiarity
from tools.training.familiar import area_under_curve, balanced, check_of, pooled_activations
from tools.training.unlike import blank_images, inverted, noise_images, text_images

ROOT = Path(__file__).parents[2]


def test_each_label_keeps_as_many_as_any_other_as_far_as_it_has_them() -> None:
    labels = ["many"] * 50 + ["few"] * 3 + ["some"] * 10
    kept = [labels[place] for place in balanced(labels, 20, seed=5)]
    assert sorted(kept.count(label) for label in ("few", "some", "many")) == [3, 8, 9]
    assert balanced(labels, 20, seed=5) == sorted(set(balanced(labels, 20, seed=5)))
    assert balanced(labels, 1000, seed=5) == list(range(63))


def test_the_threshold_keeps_95_percent_of_the_validation_images() -> None:
    random = torch.Generator().manual_seed(2)
    training, validation = torch.rand(40, 8, generator=random), torch.rand(400, 8, generator=random)
    check = check_of(training, [""] * 40, validation, seed=1)
    within = (check.distances(validation) <= check.threshold).float().mean()
    assert float(within) == pytest.approx(0.95, abs=0.003)
    assert check.source == "40 training images; keeps 95% of 400 validation images"


def test_an_image_of_which_the_training_had_three_lies_next_to_them(tmp_path: Path) -> None:
    loaded = load(describe(entry_of(save_checkpoint(tmp_path))), "cpu")
    films = [radiograph(speckle(60 + k, 50)) for k in (0, 0, 0, 1)]
    pooled = pooled_activations(films, loaded)
    assert pooled.shape == (4, 512)
    check = check_of(pooled, [""] * 4, pooled, seed=1)
    assert check.distances(pooled[:3]).tolist() == pytest.approx([0.0] * 3, abs=1e-3)


def test_the_command_writes_a_check_beside_anybodys_checkpoint_and_leaves_the_checkpoint_alone(tmp_path: Path) -> None:
    path, folder = save_checkpoint(tmp_path), tmp_path / "images"
    (folder / "deeper").mkdir(parents=True)
    for k in range(10):
        (folder / "deeper" / f"{k}.png").write_bytes(image_bytes(speckle(40 + k, 50)))
    before = path.read_bytes()
    command = [sys.executable, "-m", "tools.add_familiarity", str(path), "--training", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert path.read_bytes() == before
    checkpoint = describe(entry_of(path))
    check = read_familiarity(path, checkpoint.sha256)
    assert check is not None
    assert check.vectors.shape == (8, 512)
    assert check.source == "8 training images; keeps 95% of 2 validation images"
    assert load(checkpoint, "cpu").familiarity is not None


def test_the_area_under_the_curve_is_the_share_of_pairs_in_the_right_order() -> None:
    known, unlike = np.array([0.1, 0.2, 0.4], np.float32), np.array([0.3, 0.4], np.float32)
    # 0.3 beats two of three; 0.4 beats two and ties with one: (2 + 2.5) / 6
    assert area_under_curve(known, unlike) == pytest.approx(0.75)
    assert area_under_curve(known, known) == pytest.approx(0.5)


def test_drawn_images_of_other_kinds_have_the_range_of_a_film_and_differ_from_each_other() -> None:
    for draw in (blank_images, noise_images, text_images):
        drawn = [one.display() for one in draw(4)]
        assert len({one.tobytes() for one in drawn}) == 4
        assert all(one.min() >= 0 and one.max() <= 255 for one in drawn)
    film = radiograph(speckle(30, 40))
    np.testing.assert_allclose(inverted(film).grey() + film.grey(), 1, atol=0.01)
