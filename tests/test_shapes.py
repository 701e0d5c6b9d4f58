"""The shapes in annotations: checked in the tests, in every room of the core, and free outside of them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError

from camdash.evidence.comparison import correlation
from camdash.evidence.maps import EvidenceMaps
from camdash.images.radiograph import Radiograph
from camdash.images.window import Window
from camdash.networks.architectures.split import class_activation_maps
from camdash.rendering.looks import EVIDENCE
from camdash.rendering.overlay import overlay
from camdash.rendering.scale import Scale

ROOT = Path(__file__).resolve().parents[1]
MAPS = np.zeros((5, 3, 4), np.float32)
GREY = np.zeros((6, 8), np.uint8)
PRODUCTION = """
import sys
import camdash.api, camdash.rendering.charts
from camdash.evidence.maps import EvidenceMaps
EvidenceMaps("maps", "bias")
sys.exit(any(name in sys.modules for name in ("jaxtyping", "beartype")))
"""


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Radiograph(GREY[None], Window(0, 1), "drawn"),
        lambda: Radiograph(GREY, Window(0, 1), "drawn", padding=np.zeros((8, 6), bool)),
        lambda: EvidenceMaps(MAPS, np.zeros(4, np.float32)),
        lambda: EvidenceMaps(MAPS.astype(np.float64), np.zeros(5, np.float32)),
        lambda: class_activation_maps(torch.zeros(1, 7, 3, 4), torch.zeros(5, 8)),
        lambda: correlation(MAPS[0], MAPS[0].T),
        lambda: overlay(GREY, np.zeros((8, 6), np.float32), Scale(EVIDENCE, -1, 1), 1),
    ],
)
def test_arrays_that_do_not_fit_each_other_are_refused_in_every_room(wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(TypeCheckError):
        wrong()


def test_outside_of_the_tests_nothing_is_checked_and_no_library_for_it_is_loaded() -> None:
    assert subprocess.run([sys.executable, "-c", PRODUCTION], cwd=ROOT, check=False).returncode == 0
