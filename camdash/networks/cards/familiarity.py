"""Does an image look like what a checkpoint was trained on? Vectors of training images, and how near is near enough.

A classifier names one of its classes for any image. The pooled activations of an image of another kind lie further
from those of all training images: the distance is one minus the cosine to the k-th nearest of them (Sun et al. 2022,
"Out-of-Distribution Detection with Deep Nearest Neighbors").

The vectors stand in the checkpoint's own safetensors file, under a name that no network uses, or in a safetensors file
of their own beside it, `NAME.familiarity`, which says for which checkpoint it was made.
"""

import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from camdash.errors import CheckpointError
from camdash.networks.endings import SAFETENSORS, ending_of, familiarity_path
from camdash.networks.files.content import Content
from camdash.networks.files.regular_files import small_content
from camdash.networks.files.tensor_files import FAMILIARITY, Part, read_header, read_tensor
from camdash.networks.shapes import Pooled
from camdash.networks.text import printable
from camdash.shapes import Float, Float32
from camdash.words.sentence import say

MOST_VECTORS = 1000
LARGEST_BESIDE = 50_000_000
"""Bytes; 1,000 vectors of 2,048 channels in float16 take 4 MB."""

LONGEST_SOURCE = 2000
"""Characters of what is said of the vectors' source."""


@dataclass(frozen=True, eq=False)
class FamiliarityCheck:
    """Training images as unit vectors of pooled activations, and the largest distance that counts as familiar.

    Attributes:
        vectors: one an image, each of length one.
        threshold: a distance; the share of held-out training images beyond it was 5 %.
        source: in words, what the vectors and the threshold were made from.
        neighbours: k; the vector by whose distance it is judged is the k-th nearest (the last, of fewer).
    """

    vectors: Float32[Tensor, "images channels"]
    threshold: float
    source: str = ""
    neighbours: int = 3

    def distances(self, pooled: Pooled) -> Float32[Tensor, " n"]:
        """Return one minus the cosine to the k-th nearest vector, in [0, 2].

        Args:
            pooled: activations averaged over the cells, on the CPU.
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


def unit(vectors: Float[Tensor, "vectors channels"]) -> Float[Tensor, "vectors channels"]:
    """Return vectors of length one; a vector of zeros stays one."""
    return torch.nn.functional.normalize(vectors, dim=-1)


def stored_tensors(check: FamiliarityCheck) -> dict[str, Tensor]:
    """Return the vectors as they are stored, in half precision, by name."""
    return {FAMILIARITY: check.vectors.to(torch.float16).contiguous()}


def write_beside(path: Path, sha256: str, check: FamiliarityCheck) -> Path:
    """Write the vectors beside the checkpoint at `path`, whose content has the digest `sha256`."""
    save_file(
        stored_tensors(check), familiarity_path(path), metadata={FAMILIARITY: check.text, "checkpoint_sha256": sha256}
    )
    return familiarity_path(path)


def own_check(content: Content, path: Path) -> FamiliarityCheck | None:
    """Return the check in a checkpoint's own file, which is open; None where there is none.

    Raises:
        CheckpointError: it is damaged.
    """
    if ending_of(path.name).lower() != SAFETENSORS:
        return None
    found = _check_in(content.reader(), content.size, content.said)
    return None if found is None else found[0]


def content_beside(path: Path) -> bytes | None:
    """Return the content of the file beside a checkpoint; None where there is none.

    Raises:
        CheckpointError: it is no regular file, too large, or cannot be read.
    """
    where = familiarity_path(path)
    if not os.path.lexists(where):
        return None
    said = say("The familiarity check {name}", name=printable(where.name))
    return small_content(where, LARGEST_BESIDE, said=said)


def check_beside(data: bytes, where: Path, sha256: str) -> FamiliarityCheck:
    """Return the check that a file beside a checkpoint holds.

    Args:
        data: the file's content.
        where: the file.
        sha256: the checkpoint's digest.

    Raises:
        CheckpointError: it is damaged, or was made for another checkpoint.
    """
    said = printable(where.name)
    found = _check_in(io.BytesIO(data), len(data), said)
    if found is None:
        raise CheckpointError(say("{name} contains no familiarity check. Delete it or create it again.", name=said))
    if found[1].get("checkpoint_sha256") != sha256:
        raise CheckpointError(say("{name} was made for another checkpoint. Delete it or create it again.", name=said))
    return found[0]


def _check_in(stream: io.BufferedIOBase, size: int, said: str) -> tuple[FamiliarityCheck, Mapping[str, str]] | None:
    try:
        header = read_header(stream, size)
        if FAMILIARITY not in header.metadata:
            return None
        vectors = _vectors(stream, header.parts.get(FAMILIARITY))
    except ValueError as error:
        reason = str(error)
        raise CheckpointError(
            say("The familiarity check in {name} cannot be read: {reason}.", name=said, reason=reason)
        ) from error
    try:
        return _check(vectors, header.metadata[FAMILIARITY]), header.metadata
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(
            say("The familiarity check in {name} is not valid: its vectors or its threshold cannot be used.", name=said)
        ) from error


def _vectors(stream: io.BufferedIOBase, part: Part | None) -> Tensor:
    if part is None or part.end - part.begin > LARGEST_BESIDE:
        raise ValueError(say("it has no vectors, or too many"))
    return read_tensor(stream, part)


def _check(vectors: Tensor, text: str) -> FamiliarityCheck:
    """Return the check that is stored in a file, if it makes sense."""
    fields = json.loads(text)
    threshold, neighbours, source = fields["threshold"], fields["neighbours"], fields.get("source", "")
    if type(threshold) not in (int, float) or not 0 <= threshold <= 2:
        raise ValueError("the threshold is no distance")
    if type(neighbours) is not int or neighbours < 1 or not isinstance(source, str):
        raise ValueError("the number of neighbours is none, or the source no text")
    if vectors.ndim != 2 or not vectors.numel() or not vectors.is_floating_point():
        raise ValueError("the vectors are none")
    found = vectors.float()
    if not torch.isfinite(found).all():
        raise ValueError("the vectors are not finite numbers")
    return FamiliarityCheck(unit(found), float(threshold), printable(source, LONGEST_SOURCE), neighbours)


def fits(check: FamiliarityCheck, channels: int) -> bool:
    """Tell whether the vectors have as many channels as a network's activations."""
    return check.vectors.shape[1] == channels


def metadata_of(check: FamiliarityCheck | None) -> Mapping[str, str]:
    """Return the metadata of a checkpoint's own file."""
    return {} if check is None else {FAMILIARITY: check.text}
