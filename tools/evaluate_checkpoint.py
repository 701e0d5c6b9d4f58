"""Figures of a checkpoint on one part of a labelled folder, through camdash's own preprocessing.

    python -m tools.evaluate_checkpoint CHECKPOINT --data FOLDER --part validation [--phantoms 20]

FOLDER holds `labels.csv` (columns file, label, group); the split is read from `tools/training/split.csv`. Labels are
matched to the checkpoint's class names without regard to case, spaces and underscores. Prints Markdown: recalls with
Wilson intervals, balanced accuracy, the confusion matrix, five nearest neighbours on 24 x 24 pixels of the same
split, and where the predicted class's positive evidence lies. The test part is for the file that ships, once.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from camdash.images.decoding import decode
from camdash.images.radiograph import Radiograph
from camdash.images.window import Window
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load
from tools.phantoms import NAMES, draw_phantom
from tools.training.figures import Verdict, confusion, judge, nearest_neighbours, recalls, wilson
from tools.training.labels import Labelled, read_labels, read_split

SPLIT = Path(__file__).parent / "training" / "split.csv"
UNSEEN_SEEDS = range(500_000, 500_000 + 1_000)
"""Seeds of phantoms kept for evaluation; training draws from others."""


def main() -> None:
    options = _options()
    loaded = load(describe(entry_of(options.checkpoint)), torch.device("cpu"))
    names = loaded.checkpoint.card.class_names
    split = read_split(SPLIT)
    images = [image for image in read_labels(options.data) if image.group in split]
    part = [image for image in images if split[image.group] == options.part]
    print(f"# {loaded.checkpoint.name}, {options.part}, sha256 {loaded.checkpoint.sha256}\n")
    verdicts = [_verdict(options.data / image.file, class_index(image.label, names), loaded) for image in part]
    _print_recalls(verdicts, names)
    _print_places(verdicts, names)
    train = [image for image in images if split[image.group] == "train"]
    _print_neighbours(options.data, train, part, names)
    if options.phantoms:
        _print_phantoms(loaded, options.phantoms)


def class_index(label: str, names: Sequence[str]) -> int:
    """Return the index of a label among class names, without regard to case, spaces and underscores."""
    plain = [name.lower().replace(" ", "_") for name in names]
    return plain.index(label.lower().replace(" ", "_"))


def _verdict(path: Path, label: int, loaded: LoadedCheckpoint) -> Verdict:
    verdict, _ = judge(decode(path.read_bytes()), label, loaded)
    if verdict.predicted != label:
        print(
            f"- wrong: {path.parent.name}/{path.name} taken for {loaded.checkpoint.card.class_names[verdict.predicted]}"
        )
    return verdict


def _print_recalls(verdicts: Sequence[Verdict], names: Sequence[str]) -> None:
    counts = confusion(verdicts, len(names))
    print("\n| true class | images | right | recall | 95 % interval | " + " | ".join(names) + " |")
    print("| --- |" + " ---: |" * (4 + len(names)))
    for k, name in enumerate(names):
        low, high = wilson(int(counts[k, k]), int(counts[k].sum()))
        cells = " | ".join(str(count) for count in counts[k])
        recall = counts[k, k] / max(counts[k].sum(), 1)
        print(f"| {name} | {counts[k].sum()} | {counts[k, k]} | {recall:.3f} | {low:.3f} to {high:.3f} | {cells} |")
    print(
        f"\nBalanced accuracy {np.nanmean(recalls(verdicts, len(names))):.4f}, "
        f"accuracy {np.trace(counts) / counts.sum():.4f} ({np.trace(counts)} of {counts.sum()}).\n"
    )


def _print_places(verdicts: Sequence[Verdict], names: Sequence[str]) -> None:
    print("| true class | evidence on the body, median | lower quartile | the mask's share of the area | on padding |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for k, name in enumerate(names):
        own = [v for v in verdicts if v.label == k]
        body = [v.on_body for v in own]
        print(
            f"| {name} | {np.median(body):.3f} | {np.quantile(body, 0.25):.3f} | "
            f"{np.median([v.mask_share for v in own]):.3f} | {np.median([v.on_padding for v in own]):.3f} |"
        )


def _print_neighbours(folder: Path, train: Sequence[Labelled], part: Sequence[Labelled], names: Sequence[str]) -> None:
    known, known_labels = _small(folder, train, names)
    images, labels = _small(folder, part, names)
    predicted = nearest_neighbours(known, known_labels, images)
    right = [float((predicted[labels == k] == k).mean()) for k in range(len(names))]
    rounded = ", ".join(f"{name} {recall:.3f}" for name, recall in zip(names, right, strict=True))
    print(
        f"\nFive nearest neighbours on 24 x 24 grey pixels: balanced accuracy {np.mean(right):.4f} ({rounded}), "
        f"{len(train)} training images."
    )


def _small(
    folder: Path, images: Sequence[Labelled], names: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    shrunk = [
        cv2.resize(decode((folder / image.file).read_bytes()).grey(), (24, 24), interpolation=cv2.INTER_AREA).ravel()
        for image in images
    ]
    return np.stack(shrunk).astype(np.float32), np.array([class_index(image.label, names) for image in images])


def _print_phantoms(loaded: LoadedCheckpoint, count: int) -> None:
    names = loaded.checkpoint.card.class_names
    print(f"\nUnseen phantoms, {count} of each class:")
    for name in NAMES:
        films = [draw_phantom(name, seed, size=768) for seed in UNSEEN_SEEDS[:count]]
        radiographs = [Radiograph(film, Window.between(0, 255), "phantom") for film in films]
        label = class_index(name, names)
        verdicts = [judge(radiograph, label, loaded)[0] for radiograph in radiographs]
        right = sum(v.predicted == label for v in verdicts)
        print(
            f"- {names[label]}: {right} of {count}, evidence on the body {np.median([v.on_body for v in verdicts]):.3f}"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder with labels.csv")
    parser.add_argument("--part", choices=("train", "validation", "test"), default="validation")
    parser.add_argument("--phantoms", type=int, default=0, help="phantoms of each class that training never saw")
    return parser.parse_args()


if __name__ == "__main__":
    main()
