"""Which bits of a pixel are its value (PS3.5, 8.1.1): those that the file declares, or more, if more are in use.

Bits above those that are declared are no part of the value: files hold old overlays there, or rubbish. But there are
also files that declare too few bits, and to cut theirs would fold the picture's bright parts over its dark ones. The
two are told apart by what a bit does where it changes between neighbouring pixels:

- a bit of the value changes where the bits below it wrap around, as from 0111 to 1000: with it, the neighbours are
  nearer to each other than without it;
- an overlay or rubbish changes wherever it likes: with it, the neighbours are farther from each other.

The place of the highest bit (0028,0102) may be wrong as well. It says where the value begins; where the bits below that
are in use, and the value goes on into them by the same rule, it begins at bit 0. So does one whose highest bit is said
to be too low for it.

If any bit above brings many such neighbours nearer, the value goes on, and all bits are taken. Bits that the file
declares to be an overlay (60xx,0102) are cut, and the bits above a signed value that repeat its sign are that value.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from camdash.images.dicom.dataset.header import Layout
from camdash.words.sentence import say

ENOUGH, ENOUGH_OF_SIGNS = 0.3, 0.6
"""The share of nearer neighbours from which a bit is of the value. It is 0.48 or more in 582 real films, and below 0.07
with overlays in them: letters, edges, masks; 0.13 where all is noise. Where a bit never changes, only the sign that it
has or lacks tells neighbours apart, and half of them are nearer by chance."""

MOST_PAIRS = 2**20
"""Of neighbours that are compared, along rows and along columns."""


def meant_bits(
    values: NDArray[Any], layout: Layout, overlays: Sequence[int] = ()
) -> tuple[NDArray[Any], int, tuple[str, ...]]:
    """Return the values of the bits in use, with their sign; how many they are; and a note if the file is wrong.

    Args:
        values: (rows, columns) or (rows, columns, samples), whole words as they lie in the file.
        layout: what the file declares.
        overlays: the places of bits that it declares to be overlays.
    """
    size = 8 * values.itemsize
    if layout.allocated == 1:
        return values, layout.stored, ()
    low, notes = _start(values, layout, overlays)
    if low == 0 and _are_in(values, layout.stored):
        return values, layout.stored, notes
    cut = _lowest(values >> values.dtype.type(low), layout.stored)
    whole = _without(values, [bit for bit in overlays if low + layout.stored <= bit < size])
    whole >>= whole.dtype.type(low)
    others = whole - cut
    if (others == others.flat[0]).all():
        return cut, layout.stored, notes
    bits = next(bits for bits in range(layout.stored + 1, size + 1) if _are_in(whole, bits))
    if any(_is_value(whole, place) for place in range(bits, layout.stored, -1)):
        more = say(
            "The file declares {said} bits, but its values need {needed}. All were used.",
            said=layout.stored,
            needed=bits,
        )
        return whole, bits, (*notes, more)
    above = say("Ignored what lies above the {bits} bits that the file declares.", bits=layout.stored)
    return cut, layout.stored, (*notes, above)


def _start(values: NDArray[Any], layout: Layout, overlays: Sequence[int]) -> tuple[int, tuple[str, ...]]:
    """Return the place of the value's lowest bit, and a note if it is not where the file says, or cuts bits off.

    What lies below a value is no part of it if it is the same everywhere. Values that fit the declared bits, counted
    from bit 0, begin there; of others, neighbours tell.
    """
    low = layout.high + 1 - layout.stored
    moved = say(
        "The file says that its {bits} bits end at bit {place}. They were read from bit 0.",
        bits=layout.stored,
        place=layout.high,
    )
    if low <= 0:
        return 0, (moved,) if low else ()
    words = _without(values, [bit for bit in overlays if bit < low])
    below = words & words.dtype.type(2**low - 1)
    if (below == below.flat[0]).all():
        return low, ()
    if _are_in(words, layout.stored) or _is_value(words, low + 1):
        return 0, (moved,)
    return low, (say("Ignored what lies below the {bits} bits that the file declares.", bits=layout.stored),)


def _are_in(values: NDArray[Any], bits: int) -> bool:
    """Return whether so many bits hold all values, with their sign."""
    least, most = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if values.dtype.kind == "i" else (0, 2**bits - 1)
    return bool(least <= values.min() and values.max() <= most)


def _lowest(values: NDArray[Any], bits: int) -> NDArray[Any]:
    """Return the values of the lowest bits, of signed values with their sign."""
    others = values.dtype.type(8 * values.itemsize - bits)
    found: NDArray[Any] = (values << others) >> others
    return found


def _without(values: NDArray[Any], places: Sequence[int]) -> NDArray[Any]:
    """Return a copy of the values without the bits at these places."""
    words = values.view(f"u{values.itemsize}")
    kept = words.dtype.type(2 ** (8 * values.itemsize) - 1 - sum(2**place for place in set(places)))
    found: NDArray[Any] = (words & kept).view(values.dtype)
    return found


def _is_value(values: NDArray[Any], bits: int) -> bool:
    """Return whether the highest of so many bits brings neighbours nearer that it, or its sign, tells apart."""
    with_it, without = _lowest(values, bits), _lowest(values, bits - 1)
    told_apart = with_it - without
    nearer = found = 0
    for one, other in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        pairs = np.flatnonzero(told_apart[one] != told_apart[other])
        pairs = pairs[:: max(len(pairs) // MOST_PAIRS, 1)]
        steps = [
            np.abs(kind[one].ravel()[pairs].astype(np.int64) - kind[other].ravel()[pairs])
            for kind in (with_it, without)
        ]
        nearer += int(np.count_nonzero(steps[0] < steps[1]))
        found += len(pairs)
    highest = values >> values.dtype.type(bits - 1) & values.dtype.type(1)
    return nearer > (ENOUGH if highest.any() and not highest.all() else ENOUGH_OF_SIGNS) * found
