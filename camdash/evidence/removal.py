"""What the hottest cell does to its class's logit where the map says it roughly: measured by running the head alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from camdash.networks.heads.head import Head
from camdash.networks.shapes import Activations, Maps


@dataclass(frozen=True)
class Removal:
    """The hottest cell of a class's map is taken away: its activations are set to zero, and the head runs again.

    Attributes:
        class_index: the class.
        cell: row and column of the cell in the grid, the first of equals.
        said: what the map says that the cell gives to the logit: its value / the number of cells.
        measured: what the logit loses without it.
    """

    class_index: int
    cell: tuple[int, int]
    said: float
    measured: float

    @property
    def gap(self) -> float:
        """How much more the logit loses than the map says, in logits."""
        return self.measured - self.said


def removals(head: Head, activations: Activations, maps: Maps, classes: Sequence[int]) -> list[Removal]:
    """Take the hottest cell of one class away from each image, and run the head with it and without it.

    Args:
        head: the head.
        activations: its input.
        maps: what it made of that.
        classes: the class of each image.
    """
    with torch.inference_mode():
        every, chosen = torch.arange(len(maps)), torch.tensor(classes)
        own = maps[every, chosen]
        hottest = own.flatten(1).argmax(1)
        rows, columns = hottest // own.shape[2], hottest % own.shape[2]
        without = activations.clone()
        without[every, :, rows, columns] = 0
        logits = head.logits(torch.cat([activations, without]).to(head.bias.device)).cpu().double()
        measured = (logits[: len(maps)] - logits[len(maps) :])[every, chosen]
        said = own[every, rows, columns].double() / own[0].numel()
    cells = zip(rows.tolist(), columns.tolist(), strict=True)
    found = zip(classes, cells, said.tolist(), measured.tolist(), strict=True)
    return [Removal(*one) for one in found]
