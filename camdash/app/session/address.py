"""What the page's address says, and what it asks for.

?checkpoint=NAME&with=NAME&sample=NAME|image=DIGEST&stage=NAME&show=every|average|top|three&panels=SLOT,SLOT&look=positive|own|classic
&cells=grid&class=NAME|enlarged=average|radiograph&view=contrast|difference|slopes
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from camdash.app.films.samples import MARKED, TITLES
from camdash.app.language import tr
from camdash.app.markdown import plain
from camdash.app.viewer.modes import Mode, mode_of
from camdash.networks.cards.card import Checkpoint
from camdash.networks.gradients import METHODS, stage_names
from camdash.rendering.looks import look_of
from camdash.rendering.scale import Look

CHECKPOINT, SECOND, CLASS, VIEW, ENLARGED = "checkpoint", "with", "class", "view", "enlarged"
SAMPLE, IMAGE, SHOW, PANELS, LOOK, CELLS = "sample", "image", "show", "panels", "look", "cells"
STAGE = "stage"
OF_PAGE, OF_VIEWER = (CHECKPOINT, SECOND, SAMPLE, IMAGE, STAGE), (CLASS, ENLARGED, VIEW, SHOW, PANELS, LOOK, CELLS)
SAMPLES = (*TITLES, *MARKED)

DIGITS = 16
"""Of an upload's sha256 in the address: enough to tell it from all others."""

SHOWS = ("all", "every", "average", "top", "three")
"""Which panels the viewer shows, where they are not chosen one by one."""

NOT_CLASSES = ("average", "radiograph")
"""Panels beside the classes' that can be enlarged."""

LONGEST = 60
"""Characters of an unknown value that are repeated to the user."""


@dataclass(frozen=True)
class Link:
    """What an address asks for, as far as it is known here.

    Attributes:
        checkpoint: the checkpoint.
        second: the one that it is compared with.
        class_name: the class that is enlarged.
        view: which maps.
        sample: the sample that is looked at; empty for none.
        image: the first digits of the sha256 of the upload that is looked at; empty for none.
        stage: the stage of the network at which Grad-CAM's maps are shown; empty for none.
        show: which panels; empty for the default.
        panels: the slots of the panels that were chosen one by one.
        look: how values become color; None for the default.
        grid: whether cells are drawn as they are.
        enlarged: the panel that is enlarged and is no class's; empty for none.
        ignored: a sentence for each value that is not known here.
    """

    checkpoint: Checkpoint | None = None
    second: Checkpoint | None = None
    class_name: str = ""
    view: str | None = None
    sample: str = ""
    image: str = ""
    stage: str = ""
    show: str = ""
    panels: tuple[str, ...] = ()
    look: Look | None = None
    grid: bool = False
    enlarged: str = ""
    ignored: tuple[str, ...] = ()


def parse(values: Mapping[str, str], usable: Sequence[Checkpoint]) -> Link:
    """Return what an address asks for; what is not known here is left out, and said."""
    named = {checkpoint.name: checkpoint for checkpoint in reversed(usable)}
    checkpoint, second = named.get(values.get(CHECKPOINT, "")), named.get(values.get(SECOND, ""))
    first = checkpoint or next(iter(usable), None)
    second = None if second == first else second
    known_classes = {name for one in (first, second) if one is not None for name in one.card.class_names}
    class_name = values.get(CLASS, "") if values.get(CLASS) in known_classes else ""
    view = mode_of(values.get(VIEW))
    has_slopes = view in {method.id for method in METHODS}
    if (view == Mode.DIFFERENCE and second is None) or (has_slopes and not values.get(STAGE)):
        view = None
    sample = values.get(SAMPLE, "") if values.get(SAMPLE) in SAMPLES else ""
    image = values.get(IMAGE, "") if re.fullmatch(rf"[0-9a-f]{{{DIGITS}}}", values.get(IMAGE, "")) else ""
    show = values.get(SHOW, "") if values.get(SHOW) in SHOWS else ""
    panels = tuple(slot for slot in values.get(PANELS, "").split(",") if re.fullmatch(r"[a-zA-Z0-9-]{1,40}", slot))
    enlarged = values.get(ENLARGED, "") if values.get(ENLARGED) in NOT_CLASSES else ""
    look = look_of(values.get(LOOK))
    stage = values.get(STAGE, "")
    stage = stage if stage and first is not None and stage in stage_names(first.card) else ""
    found: dict[str, object] = {
        CHECKPOINT: checkpoint,
        SECOND: second,
        CLASS: class_name,
        VIEW: view,
        SAMPLE: sample,
        IMAGE: image,
        STAGE: stage,
        ENLARGED: enlarged,
    }
    found |= {SHOW: show, PANELS: panels, LOOK: look, CELLS: values.get(CELLS) == "grid"}
    ignored = tuple(_sentence(key, values[key]) for key, value in found.items() if values.get(key) and not value)
    grid = values.get(CELLS) == "grid"
    return Link(checkpoint, second, class_name, view, sample, image, stage, show, panels, look, grid, enlarged, ignored)


def of_checkpoints(first: Checkpoint | None, second: Checkpoint | None) -> dict[str, str | None]:
    """Return what the address says of the checkpoint, and of the one that it is compared with."""
    return {CHECKPOINT: first.name if first else None, SECOND: second.name if second else None}


def of_image(sample: str | None, sha256: str) -> dict[str, str | None]:
    """Return what the address says of the image that is looked at: a sample's name, or an upload's digest."""
    return {SAMPLE: sample, IMAGE: None if sample else sha256[:DIGITS]}


def _sentence(key: str, value: str) -> str:
    short = value if len(value) <= LONGEST else value[:LONGEST] + " …"
    return tr(
        "The link asks for {what} “{value}”, which cannot be shown here; it was ignored.",
        what=key,
        value=plain(short),
    )
