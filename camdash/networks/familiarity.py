"""Does an image look like what a checkpoint was trained on? Vectors of training images, and how near is near enough.

A classifier names one of its classes for any image. The pooled activations of an image of another kind lie further
from those of all training images: the distance is one minus the cosine to the k-th nearest of them (Sun et al. 2022,
"Out-of-Distribution Detection with Deep Nearest Neighbors").

The vectors stand in the checkpoint's own safetensors file, under a name that no network uses, or in a safetensors file
of their own beside it, `NAME.familiarity`, which says for which checkpoint it was made.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from camdash.errors import CheckpointError

TENSOR = "camdash.familiarity"
"""The name of the vectors among a checkpoint's tensors, and the metadata key of what belongs to them."""

SUFFIX = ".familiarity"
MOST_VECTORS = 1000
LARGEST_FILE = 50_000_000
"""Bytes; 1,000 vectors of 2,048 channels in float16 take 4 MB."""


@dataclass(frozen=True, eq=False)
class FamiliarityCheck:
    """Training images as unit vectors of pooled activations, and the largest distance that counts as familiar.

    Attributes:
        vectors: (images, channels), float32, each of length one.
        threshold: a distance; the share of held-out training images beyond it was 5 %.
        source: in words, what the vectors and the threshold were made from.
        neighbours: k; the vector by whose distance it is judged is the k-th nearest (the last, of fewer).
    """

    vectors: Tensor
    threshold: float
    source: str = ""
    neighbours: int = 3

    def distances(self, pooled: Tensor) -> Tensor:
        """Return one minus the cosine to the k-th nearest vector: (n,), in [0, 2].

        Args:
            pooled: (n, channels), activations averaged over the cells, on the CPU.
        """
        cosines: Tensor = unit(pooled.float()) @ self.vectors.T
        nearest = cosines.topk(min(self.neighbours, len(self.vectors)), dim=1).values
        distances: Tensor = (1 - nearest[:, -1]).clamp_min(0)
        return distances

    @property
    def text(self) -> str:
        """What belongs to the vectors, as JSON."""
        fields = {"threshold": self.threshold, "neighbours": self.neighbours, "source": self.source}
        return json.dumps(fields, ensure_ascii=False)


def unit(vectors: Tensor) -> Tensor:
    """Return vectors of length one; a vector of zeros stays one."""
    return torch.nn.functional.normalize(vectors, dim=-1)


def stored_tensors(check: FamiliarityCheck) -> dict[str, Tensor]:
    """Return the vectors as they are stored, in half precision, by name."""
    return {TENSOR: check.vectors.to(torch.float16).contiguous()}


def beside(path: Path) -> Path:
    """Return where the vectors of a checkpoint stand that has none in its own file."""
    return path.with_suffix(SUFFIX)


def write_beside(path: Path, sha256: str, check: FamiliarityCheck) -> Path:
    """Write the vectors beside the checkpoint at `path`, whose content has the digest `sha256`."""
    save_file(stored_tensors(check), beside(path), metadata={TENSOR: check.text, "checkpoint_sha256": sha256})
    return beside(path)


def read_familiarity(path: Path, sha256: str) -> FamiliarityCheck | None:
    """Return the check in a checkpoint's file, else the one beside it, else None.

    Raises:
        CheckpointError: it is damaged, or was made for another checkpoint.
    """
    own = _from_file(path) if path.suffix == ".safetensors" else None
    if own is not None:
        return own[0]
    where = beside(path)
    if not where.is_file():
        return None
    if where.stat().st_size > LARGEST_FILE:
        raise CheckpointError(f"{where.name} is too large to be a familiarity check.")
    found = _from_file(where)
    if found is None:
        raise CheckpointError(f"{where.name} holds no familiarity check. Remove it, or make it anew.")
    if found[1].get("checkpoint_sha256") != sha256:
        raise CheckpointError(f"{where.name} was made for another checkpoint. Remove it, or make it anew.")
    return found[0]


def _from_file(path: Path) -> tuple[FamiliarityCheck, dict[str, str]] | None:
    try:
        with safe_open(path, framework="pt") as opened:
            metadata = opened.metadata() or {}
            if TENSOR not in metadata:
                return None
            vectors = opened.get_tensor(TENSOR)
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"The familiarity check in {path.name} cannot be read: {error}.") from error
    return _check(vectors, metadata[TENSOR], path.name), metadata


def _check(vectors: Tensor, text: str, where: str) -> FamiliarityCheck:
    """Return the check that is stored in a file, if it makes sense."""
    try:
        fields = json.loads(text)
        threshold, neighbours, source = float(fields["threshold"]), fields["neighbours"], fields.get("source", "")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CheckpointError(f"The familiarity check in {where} is not valid: {error}.") from error
    sound = vectors.ndim == 2 and vectors.is_floating_point() and len(vectors) > 0 and 0 <= threshold <= 2
    known = isinstance(neighbours, int) and neighbours >= 1 and isinstance(source, str)
    if not sound or not known or not torch.isfinite(vectors).all():
        raise CheckpointError(f"The familiarity check in {where} is not valid: its vectors or threshold make no sense.")
    return FamiliarityCheck(unit(vectors.float()), threshold, source, neighbours)


def fits(check: FamiliarityCheck, weight: Tensor) -> bool:
    """Tell whether the vectors have as many channels as a head's class weights, (classes, channels)."""
    return check.vectors.shape[1] == weight.shape[1]


def metadata_of(check: FamiliarityCheck | None) -> Mapping[str, str]:
    """Return the metadata of a checkpoint's own file."""
    return {} if check is None else {TENSOR: check.text}
