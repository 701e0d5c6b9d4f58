"""Labels, and a split of them that never parts a group (a patient, or a block of neighbouring films)."""

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Labelled:
    """One image of a labelled folder: its path relative to the folder, its class, and its group."""

    file: str
    label: str
    group: str


def read_labels(folder: Path) -> list[Labelled]:
    """Read `labels.csv` (columns `file`, `label`, `group`; others are ignored) of a folder."""
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as lines:
        return [Labelled(row["file"], row["label"], row["group"]) for row in csv.DictReader(lines)]


def split_by_group(images: list[Labelled], shares: tuple[float, float, float], seed: int) -> dict[str, str]:
    """Assign each group to train, validation or test, so that every class comes near its share in each part.

    Groups are taken in a seeded order, those with the rarest class first and larger ones before smaller; each
    goes where its classes are furthest below their share.
    """
    members: dict[str, Counter[str]] = defaultdict(Counter)
    for image in images:
        members[image.group][image.label] += 1
    totals = Counter(image.label for image in images)
    order = sorted(members)
    np.random.default_rng(seed).shuffle(order)
    order.sort(key=lambda group: (min(totals[label] for label in members[group]), -members[group].total()))
    filled: dict[str, Counter[str]] = {part: Counter() for part in PARTS}
    assigned = {}
    for group in order:
        needs = [_need(members[group], filled[part], totals, share) for part, share in zip(PARTS, shares, strict=True)]
        part = PARTS[int(np.argmax(needs))]
        filled[part].update(members[group])
        assigned[group] = part
    return assigned


def write_split(assigned: dict[str, str], path: Path) -> None:
    """Write the split as CSV with the columns `group` and `part`, sorted by group."""
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(["group", "part"])
        writer.writerows(sorted(assigned.items()))


def read_split(path: Path) -> dict[str, str]:
    """Read what `write_split` wrote."""
    with path.open(newline="", encoding="utf-8") as lines:
        return {row["group"]: row["part"] for row in csv.DictReader(lines)}


def _need(group: Counter[str], filled: Counter[str], totals: Counter[str], share: float) -> float:
    """How far the group's classes are below their share, weighted by rarity; in parts of the whole class."""
    missing = {label: (share - filled[label] / totals[label]) / share for label in group}
    return sum(missing[label] * count / totals[label] for label, count in group.items())
