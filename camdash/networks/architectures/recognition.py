"""Which architecture a file's names and shapes are those of."""

from dataclasses import dataclass
from functools import lru_cache

from camdash.errors import CheckpointError
from camdash.networks.architectures.building import GEM, blueprint, family_of
from camdash.networks.architectures.families import FAMILIES, RESNET, Family
from camdash.networks.architectures.matching import KeyMatch, Shapes, match
from camdash.networks.architectures.of_timm.builders import PREFIX
from camdash.networks.architectures.of_timm.index import builders_of, has_head
from camdash.networks.cards.card import LARGEST_INPUT, MOST_CLASSES
from camdash.networks.heads.generalised_mean import is_exponent
from camdash.networks.heads.replaced import ReplacedHead, replaced_head
from camdash.words.sentence import joined, say

CHANNELS = (1, 3)
"""Input channels that a network may have: a grey image is given once, or thrice."""

SMALL_KERNEL = (3, 3)
"""The first convolution of ResNets for small images, such as those of CIFAR."""


@dataclass(frozen=True)
class Recognised:
    """What the names and shapes of weights are those of.

    Attributes:
        architecture: the one that is taken.
        alike: others that have the same names and shapes, and that nothing in the file rules out.
    """

    architecture: str
    alike: tuple[str, ...] = ()


def recognise(shapes: Shapes, said: str = "") -> Recognised:
    """Return the architecture whose parameters have these names and shapes.

    Where several have them, the one that the file names; else torchvision's; else the first of timm's.

    Args:
        shapes: the state dict's names and shapes, prefixes taken off.
        said: what the training script called the architecture, as timm's does under `arch`; empty for nothing.

    Raises:
        CheckpointError: none matches; the sentence names the closest. Or the weights have no head.
    """
    found = nearest(shapes)
    own = found[0] if found is not None and found[1].perfect else None
    theirs = [name for name in builders_of(shapes) if name != own]
    named = said.removeprefix(PREFIX).partition(".")[0]
    if named and named in (own, *theirs):
        _check_head(shapes, named if named in theirs else "")
        return Recognised(named if named == own else f"{PREFIX}{named}")
    if own is not None:
        return Recognised(own, tuple(f"{PREFIX}{name}" for name in theirs))
    if theirs and (found is None or found[0] not in theirs):  # a head that misfits torchvision's misfits timm's
        _check_head(shapes, theirs[0])
        first, *others = (f"{PREFIX}{name}" for name in theirs)
        return Recognised(first, tuple(others))
    raise _unrecognised(found)


def _check_head(shapes: Shapes, name: str) -> None:
    """Raise a CheckpointError where weights of a builder of timm's have no last layer."""
    if name and not has_head(shapes, name):
        raise CheckpointError(
            say(
                "The weights are those of timm's {name} without its last layer, so it has no classes. Save the "
                "network with its head.",
                name=name,
            )
        )


def _unrecognised(found: tuple[str, KeyMatch] | None) -> CheckpointError:
    unknown = say("The architecture could not be recognised from the names and shapes of the weights.")
    close = say("The closest is {name}: {reason}", name=found[0], reason=found[1].sentence) if found else ""
    taken = say("camdash takes networks with the names and shapes of torchvision's and timm's.")
    return CheckpointError(joined(" ", [unknown, close, taken]))


def compared(shapes: Shapes, said: str = "") -> tuple[str, KeyMatch] | None:
    """Return the architecture that is recognised, else the closest, and the comparison; None when no family fits.

    Args:
        shapes: the state dict's names and shapes.
        said: what the training script called the architecture; see `recognise`.
    """
    try:
        architecture = recognise(shapes, said).architecture
    except CheckpointError:
        return nearest(shapes)
    return architecture, match_keys(architecture, shapes, class_count_of(family_of(architecture), shapes))


def nearest(shapes: Shapes) -> tuple[str, KeyMatch] | None:
    """Return the architecture with most names and shapes in common, and the comparison; None when no family fits."""
    best: tuple[str, KeyMatch] | None = None
    for family in FAMILIES:
        if (
            len(shapes.get(f"{family.first}.weight", ())) != 4
            or (family.mark or f"{family.first}.weight") not in shapes
        ):
            continue
        for architecture in family.builders:
            matched = match_keys(architecture, shapes, class_count_of(family, shapes))
            if matched.perfect:
                return architecture, matched
            if 2 * matched.matched > len(shapes) and (best is None or matched.matched > best[1].matched):
                best = architecture, matched
    return best


def match_keys(architecture: str, shapes: Shapes, class_count: int) -> KeyMatch:
    """Compare names and shapes with those of an architecture of so many classes; auxiliary heads are not counted."""
    family = family_of(architecture)
    renames, replaced = head_renames(shapes, family), replaced_of(shapes, family)
    own = {renames.get(name, name): shape for name, shape in shapes.items()}
    wanted = wanted_by(architecture, class_count, shapes)
    if family.is_linear and GEM in shapes and is_exponent(shapes[GEM], wanted[f"{family.head}.weight"][1]):
        wanted[GEM] = shapes[GEM]
    width = wanted[f"{family.head}.weight"][1] if replaced is not None else 0
    joined = GEM not in shapes and is_joined(shapes, family, width)
    if replaced is not None and (replaced.width == width or joined):
        before = {name: shape for name, shape in wanted.items() if not name.startswith(f"{replaced.root}.")}
        wanted = before | replaced.named(class_count)
    return match(own, wanted, family.auxiliary)


def wanted_by(architecture: str, class_count: int, shapes: Shapes) -> dict[str, tuple[int, ...]]:
    """Return the names and shapes of an architecture with as many input channels as a file's first convolution has.

    That convolution has a bias where the file's has one, and a kernel of 3 x 3 where that of a ResNet has.
    """
    family = family_of(architecture)
    weight, bias = f"{family.first}.weight", f"{family.first}.bias"
    first = shapes.get(weight, ())
    channels = first[1] if len(first) == 4 and first[1] in CHANNELS else CHANNELS[-1]
    wanted = _outline(architecture, class_count, channels, fixed_input(architecture, shapes))
    if is_small_first(family, shapes):
        wanted[weight] = (*wanted[weight][:2], *SMALL_KERNEL)
    return wanted | {bias: wanted[weight][:1]} if bias in shapes else wanted


def is_small_first(family: Family, shapes: Shapes) -> bool:
    """Return whether the first convolution is a ResNet's for small images, whose stride no shape tells."""
    return family is RESNET and shapes.get(f"{family.first}.weight", ())[2:] == SMALL_KERNEL


def replaced_of(shapes: Shapes, family: Family) -> ReplacedHead | None:
    """Return the sequence of layers that took the place of a family's linear head; None where there is none."""
    return replaced_head(shapes, family.replaced_root) if family.takes_replaced_head else None


def is_joined(shapes: Shapes, family: Family, channels: int) -> bool:
    """Return whether the head of a ResNet reads a joined pooling of so many channels."""
    replaced = replaced_of(shapes, family)
    return family is RESNET and replaced is not None and replaced.reads_joined(channels)


def class_count_of(family: Family, shapes: Shapes) -> int:
    """Return the number of classes that the head's shape tells; 1 where there is no head, or one of no sense."""
    renames, replaced = head_renames(shapes, family), replaced_of(shapes, family)
    own = {renames.get(name, name): shape for name, shape in shapes.items()}
    head = own.get(f"{family.head}.weight", ())
    count = replaced.classes if replaced else head[0] if head else 1
    return count if 1 <= count <= MOST_CLASSES else 1


def head_renames(shapes: Shapes, family: Family) -> dict[str, str]:
    """Return new names by old for a head that was replaced by one linear layer under a neighbouring name.

    `fc = Sequential(Dropout(), Linear())` gives `fc.1.weight` for `fc.weight`; the layers without weights before it
    are taken to be dropout, which does nothing to a prediction.
    """
    if f"{family.head}.weight" in shapes or not family.takes_replaced_head or replaced_of(shapes, family):
        return {}
    root = family.replaced_root + "."
    linear = [name.removesuffix(".weight") for name in shapes if name.startswith(root) and name.endswith("weight")]
    if len(linear) != 1:
        return {}
    own = linear[0] + "."
    return {name: f"{family.head}.{name.removeprefix(own)}" for name in shapes if name.startswith(own)}


def fixed_input(architecture: str, shapes: Shapes) -> int | None:
    """Return the side of the only input that a network takes, in pixels; None for one that takes any."""
    side_of = family_of(architecture).fixed_side
    side = None if side_of is None else side_of(architecture, shapes)
    return side if side is None or side <= LARGEST_INPUT else None


def _outline(architecture: str, class_count: int, channels: int, image_size: int | None) -> dict[str, tuple[int, ...]]:
    family = family_of(architecture)
    if family.general:  # the number of classes may enter more than one layer
        return _outline_of(architecture, class_count, channels, image_size)
    head = family.head
    return {
        name: (class_count, *shape[1:]) if name in (f"{head}.weight", f"{head}.bias") else shape
        for name, shape in _outline_of(architecture, 2, channels, image_size).items()  # the same for any number
    }


@lru_cache(maxsize=1000)
def _outline_of(
    architecture: str, class_count: int, channels: int, image_size: int | None
) -> dict[str, tuple[int, ...]]:
    """Return names and shapes of a network."""
    options = {} if image_size is None else {"image_size": image_size}
    network = blueprint(architecture, class_count, channels, **options)
    return {name: tuple(value.shape) for name, value in network.state_dict().items()}
