"""Names of classes as hubs give them, made fit for a card, where each differs from all others."""

from collections import Counter
from collections.abc import Sequence

from camdash.networks.text import printable, same


def distinct(names: Sequence[str]) -> list[str]:
    """Return the names; those that are empty or alike with the place of their output, counted from 0, after them."""
    shown = [printable(name.strip()) for name in names]
    counts = Counter(same(name) for name in shown)
    return [
        name if name and counts[same(name)] == 1 else f"{name or 'Class'} ({place})" for place, name in enumerate(shown)
    ]
