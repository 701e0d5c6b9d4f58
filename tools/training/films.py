"""Films in memory, and batches of random views of them, made ahead in a background thread."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from tools.training.augment import Film, random_view
from tools.training.body_mask import body_mask
from tools.training.labels import Labelled


@dataclass(frozen=True)
class Sampling:
    """How batches are drawn: classes' weights, the share of phantoms, input size, fit, batch size."""

    class_weights: tuple[float, ...]
    phantom_share: float
    size: int
    fit: str
    batch: int


def read_films(folder: Path, images: Sequence[Labelled], labels: Sequence[str], longest: int) -> list[Film]:
    """Read images as grey films, shrunk to `longest` pixels on the longer side, with their body masks."""
    return [
        _film(cv2.imread(str(folder / item.file), cv2.IMREAD_GRAYSCALE), labels.index(item.label), longest)
        for item in images
    ]


def _film(image: np.ndarray | None, label: int, longest: int) -> Film:
    if image is None:
        raise ValueError("an image of the training folder could not be read")
    scale = longest / max(image.shape)
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = image.astype(np.uint8)
    return Film(grey, body_mask(grey), label)


def batches(
    films: Sequence[Film], phantoms: Sequence[Film], sampling: Sampling, count: int, seed: int
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield `count` batches: inputs (n, 1, size, size) in [0, 1], labels (n), body masks (n, size, size)."""
    seeds = np.random.SeedSequence(seed).spawn(count)
    with ThreadPoolExecutor(1) as pool:
        ahead = [pool.submit(_batch, films, phantoms, sampling, child) for child in seeds[:2]]
        for index in range(count):
            ready = ahead.pop(0).result()
            if index + 2 < count:
                ahead.append(pool.submit(_batch, films, phantoms, sampling, seeds[index + 2]))
            yield ready


def _batch(
    films: Sequence[Film], phantoms: Sequence[Film], sampling: Sampling, seed: np.random.SeedSequence
) -> tuple[Tensor, Tensor, Tensor]:
    random = np.random.default_rng(seed)
    chosen = chosen_films(films, phantoms, sampling, random)
    views = [random_view(film, sampling.size, sampling.fit, random) for film in chosen]
    inputs = torch.from_numpy(np.stack([view for view, _ in views])).float().div_(255).unsqueeze(1)
    masks = torch.from_numpy(np.stack([mask for _, mask in views]))
    return inputs, torch.tensor([film.label for film in chosen]), masks


def chosen_films(
    films: Sequence[Film], phantoms: Sequence[Film], sampling: Sampling, random: np.random.Generator
) -> list[Film]:
    """Return the films of one batch: of the phantoms at most their share, of the others by their class's weight."""
    drawn = int(sampling.phantom_share * sampling.batch) if phantoms else 0
    some = [phantoms[int(random.integers(len(phantoms)))] for _ in range(drawn)]
    return some + [_draw(films, sampling, random) for _ in range(sampling.batch - drawn)]


def _draw(films: Sequence[Film], sampling: Sampling, random: np.random.Generator) -> Film:
    weights = np.array(sampling.class_weights)
    label = int(random.choice(len(weights), p=weights / weights.sum()))
    pool = [film for film in films if film.label == label]
    return pool[int(random.integers(len(pool)))]
