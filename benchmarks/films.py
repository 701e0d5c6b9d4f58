"""Films of the size that a hospital sends, for the benchmarks: real ones where the machine has them, else drawn."""

import os
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
REAL = Path(os.environ.get("CAMDASH_SHARED", ROOT.parent / "shared")) / "radiographs"
DRAWN = ROOT / "camdash" / "app" / "samples"
LONGER = 2048
"""Pixels of the longer side."""


def films(count: int, longer: int = LONGER) -> dict[str, bytes]:
    """Return so many different films by name, as JPEG of quality 90."""
    folders = sorted(path for path in REAL.glob("*") if path.is_dir())
    paths = [path for group in zip(*(sorted(one.glob("*.jpg")) for one in folders), strict=False) for path in group]
    paths = paths or sorted(DRAWN.glob("*.png"))
    return {f"film{k:04}.jpg": _film(paths[k % len(paths)], k, longer) for k in range(count)}


def _film(path: Path, number: int, longer: int) -> bytes:
    """Return a film enlarged to `longer` pixels, with a little noise of its own so that no two are alike."""
    grey = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    scale = longer / max(grey.shape)
    large = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(number).normal(0, 2, large.shape)
    noisy = np.clip(large + noise, 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
