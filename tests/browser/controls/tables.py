"""Presses of a table's own controls, which are Streamlit's: its columns, its search, its size, its copy."""

from collections.abc import Sequence
from typing import Any

from tests.browser.controls.effects import becomes, calls, changes, hides, shows
from tests.browser.controls.press import Press, key

COLUMNS = "[data-testid=stDataFrameColumnVisibilityMenu]"
FOUND = "[data-testid=search-result-area]"


class Table:
    """A table: where it is, what its controls' names end with, and begin with; whether the tables tell of their end."""

    def __init__(self, place: str, alt: str = "", group: str = "", *, told: bool = True) -> None:
        self.place, self.alt, self.group, self.told = place, alt, group, told

    def control(self, name: str) -> str:
        return f"button: {self.group}{self.full(name) if self.told else name}"

    def full(self, name: str) -> str:
        return f"{name}: {self.alt}" if self.alt else name

    def find(self, name: str) -> Any:
        return lambda page: page.locator(f"{self.place} button[aria-label='{self.full(name)}']")

    def point(self, found: Any) -> None:
        """Press a button, which can be pressed while the pointer is over the table."""
        found.page.locator(f"{self.place} .stDataFrame").first.hover()
        found.click()

    def press(self, name: str, effect: Any, **flags: Any) -> Press:
        """Return the press of a button, with a key: for the pointer it is there while that is over the table alone."""
        return Press(self.control(name), effect, key("Enter"), self.find(name), **flags)


def table_presses(table: Table, columns: Sequence[str], *, grows: bool = True) -> tuple[Press, ...]:
    """Return the presses of all but the search, which leave the table as it was; `grows`: it can fill the screen."""
    large = f"{table.place} button[aria-label^='Close fullscreen']"
    heads = changes(table.place, "node => [...node.querySelectorAll('th')].map((one) => one.textContent)")
    show = table.control("Show/hide columns")
    names = ["Select all", "(index)", *columns]

    def box(name: str) -> Any:
        return lambda page: page.locator(COLUMNS).locator("label").nth(names.index(name))

    return (
        table.press("Show/hide columns", shows(COLUMNS), opens=True),
        *(Press(f"checkbox: {name}", heads, find=box(name)) for name in ["(index)", *columns, "Select all", "(index)"]),
        Press(show, hides(COLUMNS), table.point, table.find("Show/hide columns"), opens=True),
        table.press("Download as CSV", calls("window.showSaveFilePicker")),
        *((table.press("Fullscreen", shows(large)), table.press("Close fullscreen", hides(large), late=True)) * grows),
    )


def quiet_presses(table: Table, columns: Sequence[str], *, grows: bool = True) -> tuple[Press, ...]:
    """Return all presses of a table whose rows open nothing."""
    focused = becomes(f"{table.place} canvas[tabindex]", "node => node.matches(':focus')")
    return (
        *table_presses(table, columns, grows=grows),
        Press("canvas: table", focused, find=lambda page: page.locator(f"{table.place} .stDataFrame").first),
        table.press("Search", shows("[data-testid=search-input]")),
        Press("button: Close Search", hides("[data-testid=search-input]"), find=closer, late=True),
    )


def closer(page: Any) -> Any:
    return page.locator("button[aria-label='Close Search']").first


def search_presses(table: Table, word: str) -> tuple[Press, ...]:
    """Return the presses of the search for a word that stands in three cells."""
    return (
        table.press("Search", shows("[data-testid=search-input]")),
        Press(SEARCH_FIELD, shows(FOUND, "3 results"), lambda found: found.fill(word), late=True),
        Press("button: Next Result", shows(FOUND, "1 of 3"), late=True),
        Press("button: Next Result", shows(FOUND, "2 of 3"), late=True),
        Press("button: Previous Result", shows(FOUND, "1 of 3"), late=True),
        Press("button: Close Search", hides("[data-testid=search-input]"), late=True),
    )


SEARCH_FIELD = "text: Type to search"
