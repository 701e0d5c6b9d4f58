"""The looks: each way to draw maps is an entry of `LOOKS`. Page, files and browser know them from here alone."""

import numpy as np

from camdash.rendering.color import opencv_table, ramp
from camdash.rendering.scale import OWN, OWN_RANGE, SHARED, SHARED_POSITIVE, Look
from camdash.words.sentence import say, unfilled

# Weak evidence keeps a saturated hue: its opacity fades at zero, so the film shows through instead of a white. The two
# sides are told apart with each of the common color blindnesses.
_AGAINST = ramp((0.0, (30, 70, 250)), (0.5, (34, 136, 252)), (1.0, (92, 206, 255)), rows=128)
_FOR = ramp((0.0, (255, 184, 46)), (0.45, (255, 120, 24)), (1.0, (238, 34, 24)), rows=128)
_AGAINST_AND_FOR = np.concatenate([_AGAINST, _FOR])

EVIDENCE = Look(
    id="evidence",
    label=say("Evidence"),
    about=say("All classes on one scale: a weak class looks weak."),
    reading=say("Red speaks for the class, blue against it."),
    change=say("Red: counts more towards this class in B than in A. Blue: less."),
    rule=SHARED,
    table=_AGAINST_AND_FOR,
)

POSITIVE = Look(
    id="positive",
    label=say("Positive only"),
    about=say("Only what speaks for a class, on one scale."),
    reading=say("Only what speaks for a class; what speaks against it is left out."),
    change=say("Only where B counts more towards a class than A."),
    rule=SHARED_POSITIVE,
    table=ramp((0.0, (150, 12, 50)), (0.35, (214, 48, 30)), (0.7, (252, 142, 24)), (1.0, (255, 228, 84))),
)

OWN_SCALE = Look(
    id="own",
    label=say("Own scale"),
    spoken=say("Each on its own scale"),
    about=say("Each panel on its own scale. It shows the shape of weak maps; strengths are not comparable."),
    reading=say(
        "Red speaks for the class, blue against it. Each panel on its own scale: strengths are not comparable."
    ),
    change=say("Red: counts more towards this class in B than in A. Blue: less. Each panel on its own scale."),
    caption=unfilled("stretched ×{factor} to ±{size} {unit}"),
    rule=OWN,
    table=_AGAINST_AND_FOR,
)

CLASSIC = Look(
    id="classic",
    label=say("Classic"),
    about=say(
        "Rainbow colors, each panel stretched from its lowest to its highest value, as in most papers. It looks "
        "convincing whatever the network did."
    ),
    reading=say(
        "Each panel from its own lowest to its highest value. Red is the highest, even where that speaks against "
        "the class."
    ),
    change=say(
        "Each panel from its own lowest to its highest difference. Red is the highest, even where B counts less than A."
    ),
    caption=unfilled("blue {low} … red {high} {unit}"),
    rule=OWN_RANGE,
    table=opencv_table("jet"),
    fades=False,
    opacity=0.5,
    panels="three",
)

LOOKS = (EVIDENCE, POSITIVE, OWN_SCALE, CLASSIC)
"""In the order of their buttons; the first is the one to start with."""


def look_of(told: object) -> Look | None:
    """Return the look of an id that somebody sent; None for anything that is none."""
    return next((look for look in LOOKS if look.id == told), None)
