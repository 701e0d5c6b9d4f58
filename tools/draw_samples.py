"""Draw the five sample radiographs that the dashboard offers: `python -m tools.draw_samples`.

No real radiograph may be shipped, so the samples are analytic phantoms (see `tools.phantoms`): no patient, no license,
the same on every machine. Random phantoms are also drawn for training; it leaves out `SAMPLE_SEEDS`, so that the
shipped checkpoint has never seen the shipped samples.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2

REPOSITORY = Path(__file__).resolve().parents[1]
if str(REPOSITORY) not in sys.path:
    sys.path.insert(0, str(REPOSITORY))

from tools.phantoms import draw_phantom  # noqa: E402

SAMPLES = REPOSITORY / "camdash" / "app" / "samples"
SAMPLE_SEEDS = {"chest_frontal": 7010, "chest_lateral": 7004, "hip": 7031, "hand": 7005, "foot": 7017}


def draw_samples(folder: Path = SAMPLES, size: int = 1024) -> list[Path]:
    """Write the five samples as 8-bit PNG, size x size pixels, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, seed in SAMPLE_SEEDS.items():
        path = folder / f"{name}.png"
        _, content = cv2.imencode(".png", draw_phantom(name, seed, size), [cv2.IMWRITE_PNG_COMPRESSION, 9])
        path.write_bytes(content.tobytes())
        paths.append(path)
    return paths


if __name__ == "__main__":
    for written in draw_samples():
        print(f"{written.relative_to(REPOSITORY)}: {written.stat().st_size / 1e6:.2f} MB")
