"""The networks in a file, wherever their names begin: all layers before the head, by the names of a known family."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from camdash.networks.architectures.building import blueprint
from camdash.networks.architectures.families import FAMILIES, Family
from camdash.networks.architectures.matching import COUNTER, Shapes
from camdash.networks.architectures.recognition import CHANNELS, class_count_of, wanted_by
from camdash.networks.text import is_fit

MOST_NETWORKS = 20
"""Networks of one family that are looked for in a file: five folds, and copies of each."""

FEWEST = 8
"""Names that the smallest network has."""

ALIKE = 8
"""Names, whatever their shapes, that a file has in common with each architecture of its family."""


class Form(Enum):
    """How a file names the layers of a network.

    Attributes:
        OWN: as the network does.
        NUMBERED: its children by their numbers, as in `Sequential(*network.children())`.
        INNER: what is in its only child before the head, without the child's name, as in `network.features`.
    """

    OWN = "own"
    NUMBERED = "numbered"
    INNER = "inner"


@dataclass(frozen=True, eq=False)
class Trunk:
    """A network in a file, up to its head; with its head for a family that does not end in one linear layer.

    Attributes:
        architecture: the builder's name.
        family: its family.
        prefix: what stands before each of its names in the file: with its dot, or empty.
        form: how the rest is said.
        names: the network's own names, by those in the file.
        width: how many values its linear head takes; 0 where its head is among the names.
        strangers: names in the file of weights that stand among its layers and are none of them.
        missing: names of the network that the file lacks.
        alike: how many names are its own, whatever their shapes.
    """

    architecture: str
    family: Family
    prefix: str
    form: Form
    names: Mapping[str, str]
    width: int
    strangers: tuple[str, ...]
    missing: tuple[str, ...]
    alike: int

    @property
    def is_whole(self) -> bool:
        """Whether all of its layers are there, and nothing among them."""
        return not self.strangers and not self.missing


def find_trunks(shapes: Shapes, architecture: str | None = None) -> list[Trunk]:
    """Return the networks in a file, in the order of their prefixes; those that are not whole come last.

    Args:
        shapes: names as they stand in the file, and shapes.
        architecture: the only one to look for; None for all.
    """
    named = sorted(name for name in shapes if is_fit(name))
    known = {name: shapes[name] for name in named}
    found: dict[str, Trunk] = {}
    for family in FAMILIES:
        builders = [name for name in family.builders if architecture in (None, name)]
        for form in _forms(family) if builders else ():
            first = _said(f"{family.first}.weight", family, form)
            for prefix in _prefixes(known, named, family, form):
                trunk = _best(_inside(known, named, prefix), prefix, family, form, builders)
                if trunk is not None and _is_better(trunk, found.get(prefix + first)):
                    found[prefix + first] = trunk
    return sorted(found.values(), key=lambda trunk: (not trunk.is_whole, trunk.prefix))


def _is_better(trunk: Trunk, other: Trunk | None) -> bool:
    if other is None or trunk.is_whole != other.is_whole:
        return other is None or trunk.is_whole
    return not trunk.is_whole and len(trunk.names) > len(other.names)


def _forms(family: Family) -> Iterator[Form]:
    yield Form.OWN
    if family.is_linear:
        yield Form.NUMBERED
        if len(family.path) == 1:
            yield Form.INNER


def _said(own: str, family: Family, form: Form) -> str:
    """Return how a file in this form names a layer of the network, without its prefix; empty where it cannot."""
    child, _, rest = own.partition(".")
    if form is Form.NUMBERED:
        children = _children(family.builders[0])
        return f"{children.index(child)}.{rest}" if child in children else ""
    if form is Form.INNER:
        return rest if child == family.path[0] else ""
    return own


@lru_cache(maxsize=100)
def _children(architecture: str) -> tuple[str, ...]:
    return tuple(name for name, _ in blueprint(architecture, 2, CHANNELS[-1]).named_children())


def _prefixes(shapes: Shapes, named: Sequence[str], family: Family, form: Form) -> list[str]:
    """Return what stands before the first convolution of a family, where enough names begin so; the longest first."""
    first = _said(f"{family.first}.weight", family, form)
    mark = _said(family.mark, family, form) if family.mark else first
    found = [
        name.removesuffix(first)
        for name, shape in shapes.items()
        if (name == first or name.endswith(f".{first}")) and len(shape) == 4 and shape[1] in CHANNELS
    ]
    counts = {prefix: _count(named, prefix) for prefix in found if f"{prefix}{mark}" in shapes}
    often = sorted((prefix for prefix, count in counts.items() if count >= FEWEST), key=lambda one: -counts[one])
    return often[:MOST_NETWORKS]


def _place(named: Sequence[str], prefix: str) -> tuple[int, int]:
    return bisect_left(named, prefix), bisect_left(named, f"{prefix}\U0010ffff")


def _count(named: Sequence[str], prefix: str) -> int:
    start, end = _place(named, prefix)
    return end - start


def _inside(shapes: Shapes, named: Sequence[str], prefix: str) -> Shapes:
    """Return the names and shapes that begin so, without the beginning."""
    start, end = _place(named, prefix)
    return {name.removeprefix(prefix): shapes[name] for name in named[start:end]}


def _best(inside: Shapes, prefix: str, family: Family, form: Form, builders: Sequence[str]) -> Trunk | None:
    """Return the architecture of a family that fits names best; None where less than half of it is there."""
    best: Trunk | None = None
    for architecture in builders:
        trunk = _trunk(inside, prefix, family, form, architecture)
        if trunk.is_whole:
            return trunk
        if trunk.alike < ALIKE:
            return best  # what is larger begins alike
        if len(trunk.names) > len(trunk.missing) and _is_better(trunk, best):
            best = trunk
    return best


def _trunk(inside: Shapes, prefix: str, family: Family, form: Form, architecture: str) -> Trunk:
    """Compare what begins so with one architecture."""
    wanted = _wanted(inside, family, form, architecture)
    width = wanted[f"{family.head}.weight"][1] if family.is_linear else 0
    before = {name: shape for name, shape in wanted.items() if not (width and name.startswith(f"{family.head_root}."))}
    own = {_said(name, family, form): name for name in before}
    names = {name: own[name] for name, shape in inside.items() if _fits(name, shape, own, before)}
    names |= {name: name for name in inside if form is Form.OWN and name.startswith(family.auxiliary)}
    found = set(names.values())
    roots = _roots(family, form, architecture, own, has_head=not width)
    return Trunk(
        architecture=architecture,
        family=family,
        prefix=prefix,
        form=form,
        names={prefix + name: said for name, said in names.items()},
        width=width,
        strangers=tuple(prefix + name for name in inside if name.partition(".")[0] in roots and name not in names),
        missing=tuple(name for name in before if name not in found and not name.endswith(COUNTER)),
        alike=sum(name in own for name in inside),
    )


def _wanted(inside: Shapes, family: Family, form: Form, architecture: str) -> Shapes:
    """Return the names and shapes of an architecture that begins as what is there."""
    firsts = [f"{family.first}.{kind}" for kind in ("weight", "bias")]
    first = {name: inside[said] for name in firsts if (said := _said(name, family, form)) in inside}
    return wanted_by(architecture, class_count_of(family, inside), {**inside, **first})


def _fits(name: str, shape: tuple[int, ...], own: Mapping[str, str], wanted: Shapes) -> bool:
    return name in own and (name.endswith(COUNTER) or wanted[own[name]] == shape)


def _roots(family: Family, form: Form, architecture: str, own: Mapping[str, str], *, has_head: bool) -> frozenset[str]:
    """Return with what the names of a network's own layers begin, in a file of this form."""
    if form is Form.INNER:
        return frozenset(name.partition(".")[0] for name in own)
    children = [child for child in _children(architecture) if has_head or child != family.head_root]
    return frozenset(_said(f"{child}.x", family, form).partition(".")[0] for child in children)
