"""How far checkpoints follow a side marker: answers on one part of a labelled folder, with the marker and without.

    python -m tools.evaluate_marker CHECKPOINT ... --data FOLDER --part test --marked hand

The marker is that of `tools/training/marker.py`, drawn on the radiograph as it is, before it is fitted to the input.
An image of another class is fooled if it is taken for the marked class with the marker and was not without. The
corner's share is that of the positive evidence in the mean map of the marked class, over all images taken for it with
the marker. Prints Markdown.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from camdash.evidence.analysis import Analysis, analyse
from camdash.evidence.mean_map import CORNERS, MeanMaps
from camdash.images.decoding import decode
from camdash.images.radiograph import Radiograph
from camdash.images.window import Window
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load
from tools.evaluate_checkpoint import SPLIT, class_index
from tools.training.labels import Labelled, read_labels, read_split
from tools.training.marker import stamped

CORNER = CORNERS[0]
"""Where the marker is."""


@dataclass(frozen=True)
class Answers:
    """What one image was taken for: indices of the true class, of the answer without the marker, and with it."""

    label: int
    plain: int
    marked: int


def main() -> None:
    options = _options()
    split = read_split(SPLIT)
    images = [image for image in read_labels(options.data) if split.get(image.group) == options.part]
    for path in options.checkpoints:
        loaded = load(describe(entry_of(path)), torch.device("cpu"))
        names = loaded.checkpoint.card.class_names
        print(f"# {loaded.checkpoint.name}, {options.part}, sha256 {loaded.checkpoint.sha256}\n")
        means, marked = MeanMaps(), class_index(options.marked, names)
        print("\n".join(table(list(answers(images, options.data, loaded, means)), names, marked)))
        print(corner(means, names[marked]))


def answers(images: Sequence[Labelled], folder: Path, loaded: LoadedCheckpoint, means: MeanMaps) -> Iterator[Answers]:
    """Yield the answers on each image, through camdash's own preprocessing; add the maps with the marker to `means`."""
    for image in images:
        grey = decode((folder / image.file).read_bytes()).display()
        label = class_index(image.label, loaded.checkpoint.card.class_names)
        plain, marked = _analysis(grey, loaded), _analysis(stamped(grey), loaded)
        means.add(marked)
        yield Answers(label, plain.prediction.foremost, marked.prediction.foremost)


def table(found: Sequence[Answers], names: Sequence[str], marked: int) -> list[str]:
    """Return a row for each class, and the share of the other classes' images that are fooled."""
    lines = ["| true class | images | right without the marker | right with it | fooled |"]
    lines.append("| --- |" + " ---: |" * 4)
    for label, name in enumerate(names):
        own = [one for one in found if one.label == label]
        plain, with_marker = sum(one.plain == label for one in own), sum(one.marked == label for one in own)
        fooled = "" if label == marked else str(sum(is_fooled(one, marked) for one in own))
        lines.append(f"| {name} | {len(own)} | {plain} | {with_marker} | {fooled} |")
    others = [one for one in found if one.label != marked]
    fooled_share = sum(is_fooled(one, marked) for one in others) / max(len(others), 1)
    return [*lines, f"\nFooled: {fooled_share:.3f} of {len(others)} images of other classes.\n"]


def is_fooled(one: Answers, marked: int) -> bool:
    """Return whether the marker alone makes an image of another class the marked one."""
    return one.label != marked and one.plain != marked and one.marked == marked


def corner(means: MeanMaps, name: str) -> str:
    """Return how much of the positive evidence for a class lies in the marker's corner, in words."""
    shares = [share for mean in means.means() if mean.name == name for share in mean.shares if share.region == CORNER]
    if not shares:
        return f"No image was taken for {name}.\n"
    evidence, area = shares[0].evidence, shares[0].area
    return f"Mean map of {name}: {evidence:.3f} of its positive evidence in the {CORNER}, {area:.3f} of the area.\n"


def _analysis(grey: NDArray[np.uint8], loaded: LoadedCheckpoint) -> Analysis:
    return analyse(Radiograph(grey, Window.between(0, 255), "film"), loaded)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, required=True, help="folder with labels.csv")
    parser.add_argument("--part", choices=("train", "validation", "test"), default="validation")
    parser.add_argument("--marked", required=True, help="the class that the marker stands for")
    return parser.parse_args()


if __name__ == "__main__":
    main()
