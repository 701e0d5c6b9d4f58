"""Figures of a checkpoint: recalls with intervals, and where its evidence lies. All through camdash's own core."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from camdash.evidence.analysis import Analysis, analyse
from camdash.images.radiograph import Radiograph
from camdash.networks.cards.card import Fit
from camdash.networks.loaded import LoadedCheckpoint
from tools.training.body_mask import body_mask, dilated


@dataclass(frozen=True)
class Verdict:
    """What a checkpoint said of one labelled image.

    Attributes:
        label: index of the true class.
        predicted: index of the predicted class.
        on_body: share of the predicted class's positive evidence that lies on the body mask, in [0, 1].
        on_padding: share of it that lies on padding.
        mask_share: share of the network input that the body mask covers.
    """

    label: int
    predicted: int
    on_body: float
    on_padding: float
    mask_share: float


def judge(radiograph: Radiograph, label: int, loaded: LoadedCheckpoint) -> tuple[Verdict, Analysis]:
    """Analyse one labelled radiograph once, and see where the predicted class's positive evidence lies.

    The map is enlarged to the network's input as it is drawn (registered, bilinear, edges held) before its negative
    part is cut off; the body mask is that of the radiograph, brought along and dilated by one cell.
    """
    analysis = analyse(radiograph, loaded)
    predicted = analysis.prediction.foremost
    rows, columns = loaded.checkpoint.card.preprocessing.input_size
    positive = enlarged(analysis.maps.maps[predicted], rows, columns, loaded.network.grid.stride).clip(0)
    film = _on_input(np.ones(radiograph.shape, np.uint8), analysis)
    mask = dilated(_on_input(body_mask(radiograph.display()), analysis), loaded.network.grid.stride) * film
    total = max(float(positive.sum()), 1e-12)
    share = [float((positive * where).sum()) / total for where in (mask, 1 - film)]
    return Verdict(label, predicted, share[0], share[1], float(mask.mean())), analysis


def enlarged(grid_map: NDArray[np.float32], rows: int, columns: int, stride: float) -> NDArray[np.float32]:
    """Enlarge a map to the network's input: cell i on pixel `stride` i, bilinear, edges held."""
    matrix = np.array([[stride, 0, 0], [0, stride, 0]], np.float64)
    return cv2.warpAffine(
        grid_map, matrix, (columns, rows), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32)


def recalls(verdicts: Sequence[Verdict], classes: int) -> list[float]:
    """Return the recall of each class; NaN where a class has no image."""
    counts = confusion(verdicts, classes)
    return [float(row[k] / row.sum()) if row.sum() else math.nan for k, row in enumerate(counts)]


def confusion(verdicts: Sequence[Verdict], classes: int) -> NDArray[np.int64]:
    """Return counts: (true class, predicted class)."""
    counts = np.zeros((classes, classes), np.int64)
    for verdict in verdicts:
        counts[verdict.label, verdict.predicted] += 1
    return counts


def wilson(successes: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a proportion (Wilson 1927)."""
    if count == 0:
        return 0.0, 1.0
    share, spread = successes / count, z * z / count
    middle = (share + spread / 2) / (1 + spread)
    reach = z * math.sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    return middle - reach, middle + reach


def nearest_neighbours(
    train: NDArray[np.float32], train_labels: NDArray[np.int64], images: NDArray[np.float32], count: int = 5
) -> NDArray[np.int64]:
    """Predict by the majority of the nearest training images (Euclidean distance of flattened pixels)."""
    distances = ((images[:, None, :] - train[None, :, :]) ** 2).sum(2)
    nearest = train_labels[np.argsort(distances, axis=1, kind="stable")[:, :count]]
    return np.array([np.bincount(row).argmax() for row in nearest])


def _on_input(mask: NDArray[np.uint8], analysis: Analysis) -> NDArray[np.uint8]:
    """Bring a mask in radiograph pixels to the network's input; what is not covered is 0."""
    where = analysis.placement
    matrix = np.array(
        [
            [where.scale[1], 0, where.origin[1] + 0.5 * where.scale[1] - 0.5],
            [0, where.scale[0], where.origin[0] + 0.5 * where.scale[0] - 0.5],
        ]
    )
    rows, columns = where.input_shape
    if analysis.checkpoint.card.preprocessing.fit is Fit.STRETCH:
        return cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    return cv2.warpAffine(mask, matrix, (columns, rows), flags=cv2.INTER_NEAREST).astype(np.uint8)
