"""Which architecture a file's names and shapes are those of."""

from functools import lru_cache

from camdash.errors import CheckpointError
from camdash.networks.architectures.building import blueprint, family_of
from camdash.networks.architectures.families import FAMILIES, RESNET, Family
from camdash.networks.architectures.matching import KeyMatch, Shapes, match
from camdash.networks.cards.card import LARGEST_INPUT, MOST_CLASSES
from camdash.networks.heads.replaced import ReplacedHead, replaced_head
from camdash.words.sentence import joined, say

CHANNELS = (1, 3)
"""Input channels that a network may have: a grey image is given once, or thrice."""

SMALL_KERNEL = (3, 3)
"""The first convolution of ResNets for small images, such as those of CIFAR."""

LOOKALIKES = {"resnetaa50": "resnet50", "resnetblur18": "resnet18", "resnetblur50": "resnet50"}
"""timm's ResNets with smoothed strides, by the architecture that no name and no shape tells them from."""


def recognise(shapes: Shapes) -> str:
    """Return the builder's name whose parameters have these names and shapes.

    Args:
        shapes: the state dict's names and shapes, prefixes taken off.

    Raises:
        CheckpointError: none matches; the sentence names the closest.
    """
    found = nearest(shapes)
    if found is not None and found[1].perfect:
        return found[0]
    unknown = say("The architecture could not be recognised from the names and shapes of the weights.")
    close = say("The closest is {name}: {reason}", name=found[0], reason=found[1].sentence) if found else ""
    taken = say("camdash takes networks with the names and shapes of torchvision's.")
    raise CheckpointError(joined(" ", [unknown, close, taken]))


def refuse_lookalikes(said: str, architecture: str) -> None:
    """Refuse weights of a network that has the names and shapes of another one and computes differently.

    Args:
        said: what the training script called the architecture, as timm's does under `arch`.
        architecture: what it was recognised as.

    Raises:
        CheckpointError: it is one of `LOOKALIKES`.
    """
    if LOOKALIKES.get(said) == architecture:
        card = (
            f'{{"architecture": "{architecture}", "class_names": ["Chest", "Hand"], "input_size": [512, 512], '
            '"fit": "stretch"}'
        )
        raise CheckpointError(
            say(
                "The file says that it is a {name}: its weights have the names and shapes of {architecture}, "
                "but its layers compute differently. If it is a {architecture} after all, put a card beside it, "
                "such as {card}.",
                name=said,
                architecture=architecture,
                card=card,
            )
        )


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
    width = wanted[f"{family.head}.weight"][1] if replaced is not None else 0
    if replaced is not None and (replaced.width == width or is_joined(shapes, family, width)):
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
    return replaced_head(shapes, family.head) if family.is_linear else None


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
    if f"{family.head}.weight" in shapes or not family.is_linear or replaced_of(shapes, family):
        return {}
    root = family.head.partition(".")[0] + "."
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
    head = family_of(architecture).head
    return {
        name: (class_count, *shape[1:]) if name in (f"{head}.weight", f"{head}.bias") else shape
        for name, shape in _outline_of_two(architecture, channels, image_size).items()
    }


@lru_cache(maxsize=1000)
def _outline_of_two(architecture: str, channels: int, image_size: int | None) -> dict[str, tuple[int, ...]]:
    """Return names and shapes of a network of two classes; another number changes its head's first length alone."""
    options = {} if image_size is None else {"image_size": image_size}
    network = blueprint(architecture, 2, channels, **options)
    return {name: tuple(value.shape) for name, value in network.state_dict().items()}
