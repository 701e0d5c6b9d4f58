"""Names of the classes that a training script left beside the weights."""

import re
from collections.abc import Sequence

from camdash.networks.cards.card import MOST_CLASSES
from camdash.networks.cards.values import names
from camdash.networks.files.state_dicts import ClassList
from camdash.words.sentence import say, say_many

NO_NAME = re.compile(r"LABEL_\d+|\d*")
"""What stands in place of a name."""


def names_in_file(lists: Sequence[ClassList], count: int) -> tuple[tuple[str, ...], str]:
    """Return names for so many classes from what stands in a file, and say where they stood; nothing for none.

    A list that is not used is said too.
    """
    unused = ""
    for key, found in lists:
        if all(NO_NAME.fullmatch(name) for name in found):
            continue
        if len(found) != count:
            unused = unused or say_many(
                "class names under {key} not used: {count} for {classes} outputs",
                "class names under {key} not used: {count} for {classes} outputs",
                len(found),
                key=repr(key),
                classes=count,
            )
            continue
        try:
            return names(list(found), repr(key), MOST_CLASSES), say("class names taken from {key}", key=repr(key))
        except ValueError as error:
            unused = unused or say("class names not used: {reason}", reason=str(error))
    return (), unused
