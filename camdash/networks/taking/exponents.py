"""The exponent of GeM pooling that stands in a file beside a network."""

import re
from collections.abc import Iterable, Sequence

from camdash.networks.architectures.matching import Shapes
from camdash.networks.heads.generalised_mean import is_exponent
from camdash.networks.taking.trunks import Trunk

EXPONENT = re.compile(r"(?:^|\.)\w*(?:pool|gem)\w*\.p$")
"""What it is called: `pool.p`, `avgpool.p`, `global_pool.p`, `gem.p`."""


def without_exponents(shapes: Shapes) -> Shapes:
    """Return names and shapes without those that may be exponents."""
    return {name: shape for name, shape in shapes.items() if not EXPONENT.search(name)}


def exponent_of(shapes: Shapes, left: Iterable[str], trunk: Trunk) -> str:
    """Return the name of the only exponent that stands beside a trunk; empty where none does, or several do.

    One within a layer of the trunk is not the last pooling's.

    Args:
        shapes: names as they stand in the file, and shapes.
        left: the names to look among.
        trunk: the network up to its head, which is linear after a pooling.
    """
    found = [name for name in left if EXPONENT.search(name)]
    is_last = len(found) == 1 and is_exponent(shapes[found[0]], trunk.width) and not _is_within(found[0], trunk)
    return found[0] if is_last and trunk.width else ""


def _is_within(name: str, trunk: Trunk) -> bool:
    roots = _roots([own.removeprefix(trunk.prefix) for own in trunk.names])
    return name.startswith(trunk.prefix) and not roots.isdisjoint(_roots([name.removeprefix(trunk.prefix)]))


def _roots(names: Sequence[str]) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in names)
