"""Presses of what stands on every page: the sidebar, the links to the pages, the theme, Streamlit's own menu."""

import re
from collections.abc import Callable
from typing import Any

from tests.browser.controls.effects import (
    Effect,
    address,
    becomes,
    both,
    calls,
    copies,
    hides,
    shows,
    silences,
    takes,
    takes_folder,
)
from tests.browser.controls.films import film
from tests.browser.controls.press import Press, at, key

POPOVER = "[data-testid=stPopoverBody]"
TOOLTIP = "[data-testid=stTooltipContent]"
UPLOAD, REMOVE = "button: an upload", "button: Remove an upload"
CURRENT = ".uploads [aria-current]"
EXPAND, HEADER = "[data-testid=stExpandSidebarButton]", "[data-testid=stSidebarHeader]"
MENU = "[data-testid=stMainMenuPopover]"
DARK, LIGHT = "rgb(14, 17, 22)", "rgb(255, 255, 255)"
SAMPLES = {
    "Front": "chest_frontal",
    "Side": "chest_lateral",
    "Hip": "hip",
    "Hand": "hand",
    "Foot": "foot",
    "Hand R": "hand_marked",
    "Foot R": "foot_marked",
}
PICTURES = {"Chest frontal": "chest_frontal", "Foot with a marker": "foot_marked"}


def looked_at(name: str) -> Effect:
    """Return that the viewer shows this file."""
    return shows(".camdash .first", f"{name}.png")


def listed(name: str) -> Effect:
    """Return that the list marks this upload as the one that is looked at."""
    return shows(CURRENT, name)


def row(name: str, part: str = ".open") -> Any:
    return lambda page: page.locator(".uploads li", has_text=name).locator(part)


def picture(sample: str) -> Any:
    return lambda page: page.get_by_alt_text(f"Phantom: {sample}", exact=True)


def where_it_is(found: Any) -> None:
    """Click where a picture is, whatever lies over it."""
    found.click(force=True)


def option(name: str) -> Any:
    return lambda page: page.get_by_role("option", name=re.compile(f"^{name} ·"))


def chosen(*files: Any) -> Any:
    return lambda found: found.set_input_files(list(files))


def dropzone(page: Any) -> Any:
    return page.get_by_test_id("stFileUploaderDropzoneInput")


def after(pointed: str) -> Callable[[Any], None]:
    """Return what clicks on a control that is there while the pointer is over something else."""

    def act(found: Any) -> None:
        found.page.locator(pointed).first.hover()
        found.click()

    return act


def labelled(name: str) -> Callable[[Any], Any]:
    return lambda page: page.locator(f"[aria-label='{name}']").first


def dispatched(found: Any) -> None:
    """Click as a screen reader does, on what is not seen."""
    found.dispatch_event("click")


def hover(found: Any) -> None:
    found.hover()


def popover(control: str, text: str, find: Callable[[Any], Any] | None = None) -> tuple[Press, Press]:
    """Open what hangs at a button, which has such a text, and close it."""
    opened = Press(control, shows(POPOVER, text), find=find, opens=True)
    return opened, Press(control, hides(POPOVER, text), find=find, opens=True)


UPLOADS = (
    Press("button: Help for Radiographs", shows(TOOLTIP, "ZIP files"), hover),
    *popover("button: 3 remarks on these files", "empty2.zip"),
    Press(UPLOAD, listed("film2"), find=row("film2")),
    Press(
        UPLOAD,
        becomes(".uploads li:nth-child(2) .open", "node => node.matches(':focus')"),
        key("ArrowUp"),
        row("film2"),
    ),
    Press(UPLOAD, listed("film0"), key("Enter"), row("film0")),
    Press("button: chevron_right icon", listed("film2"), find=at(".st-key-arrow-next button")),
    Press("button: chevron_left icon", listed("film0"), find=at(".st-key-arrow-previous button")),
    Press("main: page", listed("film2"), key("ArrowRight"), at("main")),
    Press("main: page", listed("film0"), key("ArrowLeft"), at("main")),
    Press(REMOVE, hides(".uploads li", "empty0"), find=row("empty0", ".remove")),
    Press(UPLOAD, hides(".uploads li", "empty1"), key("Delete"), row("empty1", ".remove")),
    Press(REMOVE, listed("film2"), find=row("film0", ".remove")),
    Press("button: Add files", takes(film(3))),
    Press("button: Choose a folder", takes_folder),
    Press("file: file upload", listed("film4"), chosen(film(4)), dropzone),
    Press("button: Remove all", hides(".uploads")),
)

CHOICES = (
    *popover("button: About this checkpoint", "sha256"),
    *(Press(f"button: {name}", looked_at(sample)) for name, sample in SAMPLES.items()),
    *(Press("button: Front", looked_at(name), where_it_is, picture(title)) for title, name in PICTURES.items()),
    Press("button: Checkpoint / Open", shows("[role=option]"), opens=True),
    Press("button: Dismiss", hides("[role=option]"), dispatched, labelled("Dismiss"), opens=True),
    Press("button: Checkpoint / Open", shows("[role=option]")),
    Press("option: a checkpoint", address("checkpoint=eighteen"), find=option("eighteen")),
    Press("combobox: Checkpoint", shows("[role=option]")),
    Press("option: a checkpoint", address("checkpoint=body-parts"), find=option("body-parts")),
    Press("button: Compare with / Clear value", silences("with=")),
    Press("combobox: Compare with", shows("[role=option]")),
    Press("option: a checkpoint", shows(".stMain h5", "eighteen"), find=option("eighteen")),
    Press("button: Compare with / Open", shows("[role=option]"), late=True),
    Press("option: a checkpoint", hides(".stMain h5", "eighteen"), find=option("shortcut")),
    Press("button: Right for the wrong reason?", both(address("sample=hand_marked"), address("show=top"))),
)

PAGES = (
    Press("a: Worklist", both(address("/worklist"), shows(".stMain", "they differ on 3 of 3 radiographs"))),
    Press("a: Checkpoints", address("/checkpoints")),
    Press("a: Radiographs", silences("/checkpoints")),
    Press("a: Skip to main content", becomes("main", "node => node.matches(':focus, :target')"), key("Enter")),
    Press(
        "button: Collapse sidebar",
        shows(EXPAND),
        after("[data-testid=stSidebarHeader]"),
        labelled("Collapse sidebar"),
        late=True,
    ),
    Press("button: Expand sidebar", hides(EXPAND), late=True),
)


def background(color: str) -> Effect:
    return becomes(".stApp", f"node => getComputedStyle(node).backgroundColor === '{color}'")


def menu(*, opens: bool = False) -> Press:
    return Press("button: Main menu", shows(MENU), opens=opens)


def dialog(text: str) -> Effect:
    return shows("[role=dialog]", text)


def close(text: str) -> Press:
    return Press("button: Close", hides("[role=dialog]", text), late=True)


MENUS = (
    Press("button: Upload", takes(film(5)), late=True),
    Press("button: Show the page in the light theme", background(LIGHT)),
    Press("button: Show the page in the dark theme", background(DARK), late=True),
    menu(opens=True),
    Press("button: Main menu", hides(MENU), opens=True),
    menu(),
    Press("menuitemradio: Light", background(LIGHT)),
    Press("menuitemradio: Dark", background(DARK)),
    Press("menuitemradio: System", background(LIGHT)),
    Press("button: Copy version to clipboard", copies(r"\d+\.\d+"), after(f"{MENU} >> text=Made with Streamlit")),
    Press("menuitem: Print", calls("window.print")),
    menu(),
    Press("menuitem: About", dialog("what an X-ray classifier looks at")),
    close("what an X-ray classifier looks at"),
    menu(),
    Press("menuitem: Record screen", dialog("Record a screencast")),
    Press("checkbox: Also record audio", becomes("input[name=recordAudio]", "node => node.checked"), late=True),
    Press("button: Start recording!", calls("navigator.mediaDevices.getDisplayMedia"), late=True),
)
SHARED = (*UPLOADS, *CHOICES, *PAGES, *MENUS)
