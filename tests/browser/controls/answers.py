"""Presses of what stands beneath the viewer: the image's facts, downloads, agreement, the comparison of all uploads."""

from typing import Any

from tests.browser.controls.effects import Effect, downloads, hides, shows
from tests.browser.controls.films import film
from tests.browser.controls.press import Press, at
from tests.browser.controls.sidebar import CURRENT, POPOVER, TOOLTIP, chosen, dropzone, hover, popover
from tests.browser.controls.tables import Table, quiet_presses, search_presses, table_presses
from tests.browser.controls.viewer import AVERAGE, CLASSES

PNG = b"\x89PNG"
INVERT = "Also invert the network's input (changes the prediction)"
COMPARISON = Table(".st-key-comparison", "Both answers for every uploaded radiograph, different ones first")
AGREEMENT = Table(".stExpander")


def button(name: str, place: int) -> Any:
    return lambda page: page.locator(POPOVER).get_by_role("button", name=name, exact=True).nth(place)


def offered(name: str, place: int, pattern: str, first: bytes = PNG) -> Press:
    return Press(f"button: popover / {name}", downloads(pattern, first), find=button(name, place))


def overlays(place: int, whose: str) -> list[Press]:
    """Return the downloads of one checkpoint."""
    slugs = {name: "class-" + name.lower().replace(" ", "-") for name in CLASSES} | {AVERAGE: "average"}
    found = [offered(name, place, rf"film1_{whose}_{slug}_.*\.png") for name, slug in slugs.items()]
    return [*found, offered("Raw maps (.npz)", place, rf"film1_{whose}_.*\.npz", b"PK")]


def opened(*presses: Press) -> tuple[Press, ...]:
    """Press what the list of downloads holds: no more than ten, since Chromium asks before it takes the eleventh."""
    opening, closing = popover("button: Download", "Raw maps")
    return (opening, *presses, closing)


OF_A = opened(*overlays(0, "body-parts"))
OF_B = opened(*overlays(1, "shortcut"))
DIFFERENCES = opened(
    *(offered(name, 2, rf"film1_.*_difference-{name.lower().replace(' ', '-')}_.*\.png") for name in CLASSES)
)


def inverts() -> Effect:
    return shows(".stMain", "Inverted before the network saw it")


IMAGE = (
    popover("button: About this image", INVERT)[0],
    Press("button: popover / Check this image", shows("[data-testid=stPopoverBody]", "gives these logits within")),
    Press(f"button: popover / Help for {INVERT}", shows(TOOLTIP, "polarity"), hover),
    Press(f"switch: popover / {INVERT}", inverts(), lambda found: found.set_checked(True, force=True)),
    Press(
        f"switch: popover / {INVERT}",
        hides(".stMain", "Inverted before"),
        lambda found: found.set_checked(False, force=True),
    ),
    popover("button: About this image", INVERT)[1],
)


def click_row(name: str, head: int, height: int) -> Any:
    """Return what clicks on the row of a file in a table."""

    def act(found: Any) -> None:
        names = found.locator("td[aria-colindex='2']")
        names.filter(has_text=name).wait_for(state="attached")
        place = names.all_text_contents().index(name)
        width = found.evaluate("node => node.clientWidth")
        at_row = {"x": 0.6 * width, "y": head + height * (place + 0.5)}
        found.hover(position=at_row)
        found.click(position=at_row)

    return act


BOTH = (
    Press("summary: Agreement, class by class", shows(".stExpander [data-testid=stDataFrame]"), opens=True),
    *quiet_presses(AGREEMENT, ["class", "maps", "probability", "logit, B − A"]),
    Press("summary: Agreement, class by class", hides(".stExpander [data-testid=stDataFrame]"), opens=True),
    Press("button: CSV", downloads(r"comparison_.*\.csv")),
    *table_presses(
        COMPARISON,
        [
            *("nameless", "file", "A · body-parts", "B · shortcut", "p of A", "p of B", "answers"),
            *("unlike training images of", "agreement"),
        ],
    ),
    Press(
        "canvas: table", shows(CURRENT, "film2"), click_row("film2.png", 38, 48), at(f"{COMPARISON.place} .stDataFrame")
    ),
    COMPARISON.press("Clear selection", hides(f"{COMPARISON.place} button[aria-label^='Clear selection']"), late=True),
    *search_presses(COMPARISON, "film"),
)
ANSWERS = (*IMAGE, *OF_A, *BOTH)


def interrupted(doing: str, place: str) -> tuple[Press, ...]:
    """Return what begins, stops and goes on with a long piece of work that is told in a part of the page."""
    more = chosen(*(film(number) for number in range(3, 43)))
    return (
        Press("file: file upload", shows(f"{place} button", f"Stop {doing}"), more, dropzone, at_once=True),
        Press(f"button: Stop {doing}", shows(place, "Stopped: "), late=True),
        Press("button: Go on", hides(place, "Stopped: "), at_once=True, late=True),
    )


INTERRUPTED = interrupted("comparing", ".stMain")
INTERRUPTED_LIST = interrupted("analysing", ".stSidebar")
