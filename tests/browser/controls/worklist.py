"""Presses of the worklist: its filters, its order, its downloads, its table."""

from typing import Any

from tests.browser.controls.answers import click_row
from tests.browser.controls.effects import Effect, becomes, both, changes, downloads, hides, shows
from tests.browser.controls.press import Press, at, key
from tests.browser.controls.sidebar import TOOLTIP, hover, labelled, looked_at
from tests.browser.controls.tables import Table, table_presses

TABLE = Table(".st-key-worklist", "Every radiograph with its predicted class, probability, margin and evidence")
UNLIKE = "Least like the training images first"
COLUMNS = [
    *("nameless", "file", "A predicted", "B predicted", "p of A", "p of B", "answers", "A margin", "B margin"),
    *("A evidence", "A runner-up", "A resembles training images", "B resembles training images"),
]
CAPTION = ".stMain [data-testid=stCaptionContainer]"
OPTION, TAG = "[role=option]", "[data-testid=stMultiSelect] span[data-tag]"


def lists(count: int) -> Effect:
    """The table lists so many of the five."""
    return shows(CAPTION, f"· {count} listed")


def lists_all(before: int) -> Effect:
    return hides(CAPTION, f"· {before} listed")


def typed(value: str) -> Any:
    def act(found: Any) -> None:
        found.fill(value)
        found.press("Enter")

    return act


def words(text: str) -> Any:
    """Return what finds a box by the words beside it, which a visitor clicks."""
    return lambda page: page.get_by_text(text, exact=True)


def cells(column: int) -> str:
    """Return the script that reads a column of the table."""
    return (
        f"[...node.querySelectorAll('.st-key-worklist td[aria-colindex=\"{column}\"]')].map((one) => one.textContent)"
    )


def sorts(name: str, column: int, sign: int = 1) -> tuple[Press, Press]:
    """Choose an order, in which a column of the table rises or falls (sign -1); it did not before."""
    compare = f"(one, other) => {sign} * (one - other || one.localeCompare(other))"
    script = f"(node) => {{ const rows = {cells(column)}; return rows.join() === [...rows].sort({compare}).join(); }}"
    return opened(), Press(f"option: {name}", both(becomes("body", script), value(name)))


def opened(*, opens: bool = False) -> Press:
    return Press("combobox: Sorted", shows(OPTION), opens=opens)


def value(name: str) -> Effect:
    return becomes("input[aria-label='Sorted'], [aria-label='Sorted'] input", f"node => node.value === '{name}'")


FILTERS = (
    Press("button: Help for Margin below", shows(TOOLTIP, "nearest threshold"), hover),
    Press("button: Help for Sorted", shows(TOOLTIP, "follow this order"), hover),
    Press("combobox: Class", shows(OPTION), opens=True),
    Press("option: Hip", lists(1)),
    Press("option: Hand", lists(2)),
    Press("combobox: Class", hides(OPTION), key("Escape"), opens=True),
    Press("button: Remove a class", lists(1), find=labelled("Remove Hand"), late=True),
    Press("span: a class", lists_all(1), key("Delete"), at(TAG), late=True),
    Press("combobox: Class", shows(OPTION)),
    Press("option: Chest frontal", lists(1)),
    Press("option: Chest lateral", lists(2)),
    Press("option: Foot", lists(3)),
    Press("option: Select all", lists_all(3)),
    Press("combobox: Class", hides(OPTION), key("Escape")),
    Press("button: Class / Clear all", hides(TAG), late=True),
    Press("button: Class / Open", shows(OPTION)),
    Press("combobox: Class", hides(OPTION), key("Escape")),
    Press("number: Margin below", lists(3), typed("6.5")),
    Press("button: Margin below / Increment", lists(4)),
    Press("button: Margin below / Decrement", lists(3)),
    Press("button: Margin below / Clear value", lists_all(3), late=True),
    Press("checkbox: Only unlike the training images", lists(3), find=words("Only unlike the training images")),
    Press("checkbox: Only unlike the training images", lists_all(3), find=words("Only unlike the training images")),
    Press("checkbox: Only where A and B differ", shows(CAPTION, " listed"), find=words("Only where A and B differ")),
    Press("checkbox: Only where A and B differ", hides(CAPTION, " listed"), find=words("Only where A and B differ")),
)
ORDERS = (
    opened(opens=True),
    Press("combobox: Sorted", hides(OPTION), key("Escape"), opens=True),
    *sorts("Least certain first (smallest margin)", 8),
    *sorts("Most evidence first", 10, -1),
    *sorts("Least probable first", 5),
    opened(),
    Press(f"option: {UNLIKE}", both(value(UNLIKE), changes("body", f"node => {cells(2)}"))),
    *sorts("By class, least certain first", 3),
    *sorts("Least certain first (smallest margin)", 8),
    *sorts("By file name", 2),
    Press("button: Sorted / Open", shows(OPTION)),
    Press("option: As uploaded", value("As uploaded")),
)
WORKLIST = (
    Press("button: List the five samples", shows(CAPTION, "they differ on 3 of 5 radiographs"), opens=True, late=True),
    *FILTERS,
    *ORDERS,
    Press("button: CSV", downloads(r"worklist_.*\.csv")),
    Press("button: ZIP", downloads(r"worklist_.*\.zip", b"PK")),
    *table_presses(TABLE, COLUMNS),
    TABLE.press("Search", shows("[data-testid=search-input]")),
    Press("canvas: table", looked_at("hip"), click_row("hip.png", 38, 64), at(f"{TABLE.place} .stDataFrame")),
)
