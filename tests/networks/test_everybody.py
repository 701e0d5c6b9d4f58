"""A folder of checkpoints that many libraries and training scripts made: each gives its maker's own logits."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entries
from camdash.networks.loading import load_any
from tests.networks.everybody import MAKERS, Made
from tests.networks.of_timm.zoo import logits_of

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Made]]:
    """Return the folder, and by its name what each checkpoint in it was made from."""
    folder = tmp_path_factory.mktemp("everybody")
    return folder, {name: make(folder, name) for name, make in MAKERS.items()}


def test_the_folder_has_sixty_checkpoints_and_all_are_listed(made: tuple[Path, Mapping[str, Made]]) -> None:
    folder, checkpoints = made
    assert len(checkpoints) >= 60
    assert {entry.name for entry in entries([folder])} >= set(checkpoints)


@pytest.mark.parametrize("name", MAKERS)
def test_a_checkpoint_gives_its_makers_logits(made: tuple[Path, Mapping[str, Made]], name: str) -> None:
    folder, checkpoints = made
    expected = checkpoints[name]
    (entry,) = (one for one in entries([folder]) if one.name == name)
    loaded = load_any(describe(entry), "cpu")
    inputs = torch.rand(1, expected.channels, expected.side, expected.side, generator=torch.Generator().manual_seed(5))
    with torch.inference_mode():
        own = expected.network(inputs)
    torch.testing.assert_close(logits_of(loaded, inputs), own, rtol=0, atol=TOLERANCE * float(own.abs().max()))
    assert loaded.checkpoint.card.output.kind is expected.kind
    if loaded.split is not None and loaded.network.deviation is not None:
        assert loaded.network.deviation <= TOLERANCE
