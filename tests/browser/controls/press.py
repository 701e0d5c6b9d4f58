"""A press: a control by its name, how it is found, what is done to it, and what that brings about."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.conftest import NOT_RUNNING
from tests.browser.controls.effects import Effect
from tests.browser.visits import settled

ROLES = {
    "a": "link",
    "select": "combobox",
    "range": "slider",
    "number": "spinbutton",
    "text": "textbox",
    "search": "searchbox",
}
FIELDS = "[data-testid=stSelectbox], [data-testid=stMultiSelect], [data-testid=stNumberInput]"
ALIKE = (
    (r"button: (Remove )?(tmp\w+/)?(film|empty)\d.*", r"button: \1an upload"),
    (r"(\w+): popover / (.* Search|.* Result|Type to search|table)", r"\1: \2"),
    (r"text: nameless", "text: Type to search"),
    (r"button: Link copied", "button: Copy link"),
    (r"button: Copied", "button: Copy version to clipboard"),
    (r"button: Class / Remove .*", "button: Remove a class"),
    (r"span: .*", "span: a class"),
    (r"option: .* · .*", "option: a checkpoint"),
    (r"summary: (\S+)\.\w+ can.*", r"summary: \1"),
    (r"(button|radio)(.*) All \d+ (probabilities|classes)", r"\1\2 All \3"),
    (r"button: popover / (.*): The probabilities of all \d+ classes", r"button: popover / \1"),
    (r"checkbox: Part \d+", "checkbox: Part"),
    (r"div: import torch.*", "div: recipe"),
)
"""Names that say what is shown, and what stands for them in the tables."""

_LISTING = re.sub(r"^//.*\n", "", Path(__file__).with_name("controls.js").read_text(encoding="utf-8"), flags=re.M)


def click(found: Any) -> None:
    found.click()


@dataclass(frozen=True)
class Press:
    """A press of a control.

    Attributes:
        control: its name, as `controls` lists it.
        effect: what it brings about.
        act: what is done to it.
        find: where it is; by its name without one.
        opens: whether other controls are seen after it, so that the inventory needs it.
        late: whether the control is seen only after presses that the inventory does without.
        at_once: whether the next press comes while the page still works.
    """

    control: str
    effect: Effect
    act: Callable[[Any], None] = click
    find: Callable[[Any], Any] | None = None
    opens: bool = False
    late: bool = False
    at_once: bool = False


def key(name: str) -> Callable[[Any], None]:
    """Return what presses a key on a control."""
    return lambda found: found.press(name)


def at(selector: str, text: str = "") -> Callable[[Any], Any]:
    """Return what finds a control by a selector."""
    return lambda page: page.locator(selector, has_text=text or None).filter(visible=True).first


def by_name(page: Any, control: str) -> Any:
    """Return the control of this name."""
    kind, _, whole = control.partition(": ")
    group, _, name = whole.rpartition(" / ")
    if kind == "summary":
        return page.locator("summary", has_text=name)
    place = page
    if group == "popover":
        place = page.get_by_test_id("stPopoverBody")
    elif group and kind == "radio":
        place = page.get_by_role("group", name=group, exact=True)
    elif group:
        place = page.locator(FIELDS).filter(has=page.get_by_text(group, exact=True))
    return place.get_by_role(ROLES.get(kind, kind), name=name, exact=True).first


FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
LOOKS = 20
"""How often the page is looked at until two looks find the same."""


def controls(page: Any) -> set[str]:
    """Return the names of all controls that are on the page, once the browser has drawn what it was sent."""
    found = page.evaluate(_LISTING)
    for _ in range(LOOKS):
        page.evaluate(FRAMES)
        before, found = found, page.evaluate(_LISTING)
        if before == found:
            break
    return {_general(one) for one in found}


def _general(name: str) -> str:
    for pattern, general in ALIKE:
        name = re.sub(f"^{pattern}$", general, name)
    return name


def press_all(page: Any, presses: Iterable[Press]) -> set[str]:
    """Press one after the other, each until its effect is there; return all controls that were seen."""
    rest(page)
    seen = controls(page)
    for place, press in enumerate(presses, 1):
        try:
            with press.effect(page):
                press.act(press.find(page) if press.find else by_name(page, press.control))
            if not press.at_once:
                rest(page)
        except Exception as error:
            error.add_note(f"It was {press.control} that was pressed, number {place}.")
            raise
        seen |= controls(page)
    return seen


STYLED = """() => [...document.querySelectorAll('.stSidebar [data-testid=stElementToolbar]')]
    .every((toolbar) => !toolbar.checkVisibility())"""
"""Whether the page has its style, which comes with each page anew and hides the toolbars of the samples' pictures."""


def rest(page: Any) -> None:
    """Wait until the page has nothing more to do."""
    page.wait_for_selector(NOT_RUNNING)
    page.wait_for_function(STYLED)
    if page.locator(".camdash").filter(visible=True).count():
        settled(page)
