"""How well a checkpoint's familiarity check tells images of another kind from unseen radiographs of its own.

    python -m tools.evaluate_familiarity CHECKPOINT --data FOLDER --part test --unlike FOLDER [FOLDER ...]

FOLDER of `--data` holds `labels.csv`; its part stands for what should be familiar, each folder of `--unlike` for one
kind of image that should not. Blank images, noise, text and the part's own radiographs inverted are tried as well.
Prints Markdown: images, the share that is flagged, and the area under the ROC curve against the part. What is flagged
of the part are false alarms.
"""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch

from camdash.images.decoding import decode
from camdash.images.files import files_of
from camdash.images.radiograph import Radiograph
from camdash.networks.cards.familiarity import FamiliarityCheck
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load
from tools.training.familiar import area_under_curve, pooled_activations
from tools.training.labels import read_labels, read_split
from tools.training.unlike import blank_images, inverted, noise_images, text_images

SPLIT = Path(__file__).parent / "training" / "split.csv"
DRAWN = 20
"""Images of each drawn kind."""


def main() -> None:
    options = _options()
    loaded = load(describe(entry_of(options.checkpoint)), torch.device("cpu"))
    if loaded.familiarity is None:
        raise SystemExit(f"{options.checkpoint} has no familiarity check.")
    split = read_split(options.split)
    images = [image for image in read_labels(options.data) if split.get(image.group) == options.part]
    own = [options.data / image.file for image in images]
    known = _scores(map(_read, own), loaded, loaded.familiarity)
    print(f"| images | number | flagged | AUROC against {options.part} |\n| --- | ---: | ---: | ---: |")
    _row(f"{options.part}, radiographs of the classes", known, known, loaded.familiarity.threshold)
    for name, radiographs in _kinds(options.unlike, own):
        _row(name, _scores(radiographs, loaded, loaded.familiarity), known, loaded.familiarity.threshold)


def _kinds(folders: Sequence[Path], own: Sequence[Path]) -> Iterable[tuple[str, Iterable[Radiograph]]]:
    for folder in folders:
        yield folder.name.replace("_", " "), map(_read, files_of(folder)[0])
    yield "radiographs of the classes, inverted", (inverted(_read(path)) for path in own[:: max(len(own) // 100, 1)])
    yield "blank", blank_images(DRAWN)
    yield "noise", noise_images(DRAWN)
    yield "text", text_images(DRAWN)


def _read(path: Path) -> Radiograph:
    return decode(path.read_bytes())


def _scores(radiographs: Iterable[Radiograph], loaded: LoadedCheckpoint, check: FamiliarityCheck) -> np.ndarray:
    return check.distances(pooled_activations(radiographs, loaded)).numpy()


def _row(name: str, scores: np.ndarray, known: np.ndarray, threshold: float) -> None:
    curve = "" if scores is known else f"{area_under_curve(known, scores):.4f}"
    flagged = int((scores > threshold).sum())
    print(f"| {name} | {len(scores)} | {flagged} ({flagged / len(scores):.1%}) | {curve} |", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder with labels.csv")
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    parser.add_argument("--unlike", type=Path, nargs="*", default=[], help="folders of images of another kind")
    parser.add_argument("--split", type=Path, default=SPLIT)
    return parser.parse_args()


if __name__ == "__main__":
    main()
