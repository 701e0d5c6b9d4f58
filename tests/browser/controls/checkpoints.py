"""Presses of the page of checkpoints: its reports, and the names for classes that have none."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.controls.effects import Effect, becomes, copies, hides, shows
from tests.browser.controls.press import Press, at
from tests.browser.controls.sidebar import after, labelled
from tests.browser.controls.tables import Table, quiet_presses
from tests.browser.controls.viewer import CLASSES

CODE = "[data-testid=stCode]"
FIELDS = Table("details[open]")
REPORTS = ("shortcut", "eighteen")


def report(name: str) -> Any:
    return at("summary", f"{name}.")


def opening(name: str) -> tuple[Press, Press]:
    """Open a report and close it."""
    opened = f"details[open]:has-text('{name}.')"
    return (
        Press(f"summary: {name}", shows(f"{opened} li", "Stored as"), find=report(name), opens=True),
        Press(f"summary: {name}", hides(f"{opened} li", "Stored as"), find=report(name), opens=True),
    )


def finds(file: Path) -> Effect:
    """A file that was put into the folder is listed."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        file.write_bytes(b"no checkpoint")
        with shows("summary", file.name)(page):
            yield

    return effect


def loses(file: Path) -> Effect:
    """A file that was taken out of the folder is listed no more."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        with hides("summary", file.name)(page):
            file.unlink()
            yield

    return effect


@contextmanager
def named_card(page: Any) -> Iterator[None]:
    """The card comes, with the names that were typed."""
    with page.expect_download() as started:
        yield
    content = json.loads(Path(started.value.path()).read_text(encoding="utf-8"))
    assert content["class_names"] == [name.upper() for name in CLASSES]


def typed(value: str) -> Any:
    return lambda found: found.fill(value)


def fields() -> tuple[Press, ...]:
    """Return the presses that type a name for each class."""

    def holds(place: int, name: str) -> Effect:
        return becomes(f"input[aria-label='Class {place}']", f"node => node.value === '{name}'")

    named = [name.upper() for name in CLASSES]
    return tuple(Press(f"text: Class {k}", holds(k, name), typed(name)) for k, name in enumerate(named))


SAVING = (
    opening("nameless")[0],
    *fields(),
    Press("button: Save as nameless.json", shows(".stMain", "nameless.json was written"), late=True),
)


def checkpoint_presses(folder: Path) -> tuple[Press, ...]:
    """Return all presses of the page."""
    return (
        Press("button: Refresh", finds(folder / "fresh.pt")),
        Press("summary: fresh", hides("details[open]:has-text('fresh.')"), find=report("fresh"), late=True),
        Press("button: Refresh", loses(folder / "fresh.pt")),
        Press(
            "button: Copy to clipboard",
            copies("import torch"),
            after("[data-testid=stCode]"),
            labelled("Copy to clipboard"),
            late=True,
        ),
        Press("div: recipe", becomes(CODE, "node => node.matches(':focus')"), lambda found: found.focus(), at(CODE)),
        Press("summary: refused", hides("[data-testid=stCode]"), find=report("refused"), opens=True),
        opening("body-parts")[0],
        *quiet_presses(FIELDS, ["field", "value", "from"]),
        opening("body-parts")[1],
        *(press for name in REPORTS for press in opening(name)),
        opening("nameless")[0],
        *fields(),
        Press("button: Make the card", shows("button", "Download nameless.json")),
        Press("button: Download nameless.json", named_card, late=True),
        opening("nameless")[1],
    )
