"""Draw the sample radiographs that the dashboard offers: `python -m tools.draw_samples`.

No real radiograph may be shipped, so the samples are analytic phantoms (see `tools.phantoms`): no patient, no license,
the same on every machine. Random phantoms are also drawn for training; it leaves out `SAMPLE_SEEDS`, so that the
shipped checkpoint has never seen the shipped samples. The hand and the foot are there a second time, with the side
marker by which a checkpoint can be trained to take a shortcut (`tools/training/marker.py`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2

REPOSITORY = Path(__file__).resolve().parents[1]
if str(REPOSITORY) not in sys.path:
    sys.path.insert(0, str(REPOSITORY))

from tools.phantoms import draw_phantom  # noqa: E402
from tools.phantoms.film import Image  # noqa: E402
from tools.training.marker import stamped  # noqa: E402

SAMPLES = REPOSITORY / "camdash" / "app" / "samples"
SAMPLE_SEEDS = {"chest_frontal": 7010, "chest_lateral": 7004, "hip": 7031, "hand": 7005, "foot": 7017}
MARKED = ("hand", "foot")
"""The samples that are there with a marker too."""


def draw_samples(folder: Path = SAMPLES, size: int = 1024) -> list[Path]:
    """Write the samples as 8-bit PNG, size x size pixels, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    films = {name: draw_phantom(name, seed, size) for name, seed in SAMPLE_SEEDS.items()}
    films |= {f"{name}_marked": stamped(draw_phantom(name, SAMPLE_SEEDS[name], size, marker=False)) for name in MARKED}
    return [_write(folder / f"{name}.png", film) for name, film in films.items()]


def _write(path: Path, film: Image) -> Path:
    _, content = cv2.imencode(".png", film, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    path.write_bytes(content.tobytes())
    return path


if __name__ == "__main__":
    for written in draw_samples():
        print(f"{written.relative_to(REPOSITORY)}: {written.stat().st_size / 1e6:.2f} MB")
