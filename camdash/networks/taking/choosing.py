"""Of several networks, or several heads, the one that is meant: by a card, by a name that says so, or by nobody."""

import re
from collections.abc import Sequence

from camdash.errors import CheckpointError
from camdash.networks.taking.heads import FoundHead
from camdash.networks.taking.trunks import Trunk
from camdash.networks.text import printable
from camdash.words.sentence import joined, say

FOLLOWING = re.compile(
    r"(?:^|[._])(?:ema|swa)|(?:ema|swa)(?:$|[._])|averag|shadow|momentum|teacher|target|(?:^|_)k(?:ey)?(?:$|[._])",
    re.IGNORECASE,
)
"""What says of a copy of a network that it follows another one, which is trained: that one is taken."""

MOST_NAMED = 10


def choose_trunk(trunks: Sequence[Trunk], network: str) -> Trunk:
    """Return the network that is meant.

    Args:
        trunks: at least one.
        network: what a card says that its names begin with; empty where it says nothing.

    Raises:
        CheckpointError: the card names none or several, or nothing tells.
    """
    known = [region(trunk, trunks) for trunk in trunks]
    if network:
        named = [trunk for trunk in trunks if f"{trunk.prefix}".startswith(f"{network.strip('.')}.")]
        if len(named) == 1:
            return named[0]
        said, listed = printable(network, 60), _listed(known)
        raise CheckpointError(
            say("The card says that the network is {name}. The file holds these: {names}.", name=said, names=listed)
        )
    leading = [trunk for trunk in trunks if not FOLLOWING.search(region(trunk, trunks))] or list(trunks)
    outermost = [trunk for trunk in leading if all(one.prefix.startswith(trunk.prefix) for one in leading)]
    if len(leading) == 1 or outermost:
        return (outermost or leading)[0]
    example = f'"network": "{printable(region(leading[0], trunks), 60)}"'
    raise CheckpointError(
        say(
            "The file holds several networks ({names}), and nothing tells which one is meant. Say it in the card, as "
            "in {field}.",
            names=_listed(known),
            field=example,
        )
    )


def region(trunk: Trunk, trunks: Sequence[Trunk]) -> str:
    """Return what tells a network's names from those of the others: the beginning up to where they part, no dot."""
    own = trunk.prefix.split(".")[:-1]
    length = max((_shared(own, one.prefix.split(".")[:-1]) for one in trunks if one is not trunk), default=0)
    return ".".join(own[: length + 1])


def choose_head(heads: Sequence[FoundHead], head: str) -> FoundHead:
    """Return the head that is meant.

    Args:
        heads: at least one.
        head: what a card calls it; empty where it says nothing.

    Raises:
        CheckpointError: the card names none or several, or nothing tells.
    """
    listed = _listed([one.name for one in heads])
    if head:
        named = [one for one in heads if _is_named(one, head.strip("."))]
        if len(named) == 1:
            return named[0]
        said = printable(head, 60)
        raise CheckpointError(
            say("The card says that the head is {name}. The file holds these: {names}.", name=said, names=listed)
        )
    if len(heads) > 1:
        raise CheckpointError(
            say(
                "The network has several heads ({names}). Say in the card which one is meant, as in {field}.",
                names=listed,
                field=f'"head": "{printable(heads[0].name, 60)}"',
            )
        )
    return heads[0]


def check_before(before: Sequence[FoundHead], head: FoundHead) -> None:
    """Refuse layers that may stand before the last one, since its logits are others without them.

    Args:
        before: those that give as many values as a layer of the head takes.
        head: the one that is chosen.

    Raises:
        CheckpointError: there are such layers.
    """
    if not before:
        return
    listed, last = _listed([one.name for one in before]), printable(head.name, 60)
    raise CheckpointError(
        say(
            "Other layers may stand before the last one, {head}, and without them the logits would be wrong: {names}. "
            "If one linear layer does, say in the card what stands between the two, as in {field}. A gate, or "
            "several such layers, cannot be taken.",
            names=listed,
            head=last,
            field=f'"head": "{last}", "head_activation": "relu"',
        )
    )


def _is_named(found: FoundHead, head: str) -> bool:
    return found.name == head or found.name.endswith(f".{head}") or found.name.startswith(f"{head}.")


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many parts two names have in common at their beginnings."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (first, second) in pairs if first != second), min(len(one), len(other)))


def _listed(names: Sequence[str]) -> str:
    return joined(", ", [printable(name, 60) for name in names[:MOST_NAMED]] + ["…"] * (len(names) > MOST_NAMED))
