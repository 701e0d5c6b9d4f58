"""Presses of the viewer: its toolbar, its menus, its panels and its legend."""

from collections.abc import Callable
from typing import Any

from tests.browser.controls.effects import (
    Effect,
    address,
    becomes,
    both,
    changes,
    copies,
    hides,
    paints,
    shows,
    silences,
)
from tests.browser.controls.press import Press, click, key

HEADS = "figure.panel h4"
CLASSES = ("Chest frontal", "Chest lateral", "Hip", "Hand", "Foot")
AVERAGE = "Average of all classes"
PANEL = "canvas: panel"


def menu(name: str, selector: str) -> tuple[Press, Press]:
    """Open a menu of the toolbar, and close it."""
    opened = Press(f"button: {name}", shows(f"{selector}:popover-open"), opens=True)
    return opened, Press(f"button: {name}", hides(f"{selector}:popover-open"), key("Enter"), opens=True)


def checked(name: str, value: str) -> Effect:
    return becomes(f"input[name={name}][value={value}]", "node => node.checked")


def legend(words: str) -> Effect:
    return shows("figure.legend", words)


TOOLBAR = (
    Press("button: ← Back to all", hides("button[name=back]")),
    Press("radio: Show / Average", both(address("show=average"), hides(HEADS, "Hip"))),
    Press("radio: Show / Top class", both(address("show=top"), hides(HEADS, "Average"))),
    Press("radio: Show / All classes", both(silences("show="), shows(HEADS, "Hip"))),
    Press("radio: Look / Positive only", both(address("look=positive"), legend("what speaks against it is left out"))),
    Press("radio: Look / Each on its own scale", both(address("look=own"), legend("Each panel on its own scale"))),
    Press("radio: Look / Classic", both(address("look=classic"), shows(HEADS, "Heat map"))),
    Press("radio: Show / Average", shows(HEADS, "Heat map: Average")),
    Press("radio: Show / Classic", hides(HEADS, "Heat map: Average"), late=True),
    Press("radio: Look / Evidence", both(silences("look="), hides(HEADS, "Heat map"))),
    Press("radio: Map / Contrast", both(address("view=contrast"), legend("minus the average of all classes"))),
    Press("radio: Map / Difference", both(address("view=difference"), legend("counts more towards this class in B"))),
    Press("radio: Map / Evidence", both(silences("view="), hides("figure.legend", "in B"))),
    Press("range: Opacity", both(shows(".opacity output", "84 %"), paints("0/average")), key("ArrowLeft")),
    Press("radio: Between cells / Grid", both(address("cells=grid"), paints("0/average"))),
    Press("radio: Between cells / Smooth", both(silences("cells="), paints("0/average"))),
    Press("button: 1:1", becomes(".camdash", "node => node.classList.contains('zoomed')")),
    Press("button: Fit", becomes(".camdash", "node => !node.classList.contains('zoomed')")),
    Press(
        "button: Copy link", both(copies("checkpoint=body-parts&with=shortcut"), shows("button[name=link]", "copied"))
    ),
    Press("button: Use one scale", legend("B's peak is")),
    Press("button: Give each its own scale", legend("B's scale is"), late=True),
    *menu("Help", "#help"),
)


def chosen(name: str) -> tuple[Press, Press]:
    """Take a panel away, and show it again."""

    def field(page: Any) -> Any:
        return page.locator("#choose").get_by_role("checkbox", name=name, exact=True)

    return (
        Press(f"checkbox: {name}", hides(HEADS, name), find=field),
        Press(f"checkbox: {name}", shows(HEADS, name), find=field),
    )


CHOOSE = (
    menu("Choose…", "#choose")[0],
    *(press for name in (*CLASSES, AVERAGE, "Radiograph") for press in chosen(name)),
    menu("Choose…", "#choose")[1],
    Press("radio: Show / All classes", silences("panels=")),
)


def figure(name: str) -> Effect:
    return changes(f"#window input[name={name}]", "node => node.value")


def says(words: str) -> Effect:
    """The radiograph's panel says how it is shown."""
    return shows("figure.film .second", words)


def typed(value: str) -> Callable[[Any], None]:
    def act(found: Any) -> None:
        found.fill(value)
        found.press("Tab")

    return act


WINDOW = (
    menu("Window", "#window")[0],
    Press("range: Centre", both(figure("centre-figure"), paints()), key("ArrowRight")),
    Press("range: Width", both(figure("width-figure"), paints()), key("ArrowLeft")),
    Press("number: Centre, in the radiograph's own units", both(says("centre 90,"), figure("centre")), typed("90")),
    Press("number: Width, in the radiograph's own units", both(says(", width 60"), figure("width")), typed("60")),
    Press("select: Preset", hides("figure.film .second", "width 60"), lambda found: found.select_option("0")),
    Press("number: Width, in the radiograph's own units", says(", width 60"), typed("60")),
    Press("switch: Invert black and white", both(says("inverted"), paints())),
    Press("button: Reset", both(hides("figure.film .second", "width 60"), paints())),
    Press("switch: Lossless default picture", says("lossless")),
    menu("Window", "#window")[1],
)


def panel(name: str) -> Callable[[Any], Any]:
    return lambda page: page.locator(f"canvas[data-key='{name}']")


def wheel(found: Any) -> None:
    found.hover()
    found.page.mouse.wheel(0, -200)


def wheel_with_control(found: Any) -> None:
    found.page.keyboard.down("Control")
    wheel(found)
    found.page.keyboard.up("Control")


def drag(button: str) -> Callable[[Any], None]:
    def act(found: Any) -> None:
        box, mouse = found.bounding_box(), found.page.mouse
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse.move(x, y)
        mouse.down(button=button)
        mouse.move(x + 30, y + 20)
        mouse.up(button=button)

    return act


ZOOMED = becomes(".camdash", "node => node.classList.contains('zoomed')")
FITS = becomes(".camdash", "node => !node.classList.contains('zoomed')")
FILM, MAP, OTHER = panel("radiograph"), panel("0/average"), panel("1/average")
WINDOWED = becomes("button.windowing", "node => node.ariaPressed === 'true'")
ENLARGED = both(address("enlarged=average"), shows("button[name=back]"))
BACK = both(silences("enlarged="), hides("button[name=back]"))
PANELS = (
    Press(PANEL, both(shows(".second", "here:"), shows(".second", "row ")), lambda found: found.hover(), FILM),
    Press(PANEL, hides(".second", "here:"), lambda found: found.page.locator("button[name=help]").hover(), FILM),
    Press(PANEL, shows(".hint:not(.notice)"), wheel, FILM),
    Press(PANEL, ZOOMED, wheel_with_control, FILM),
    Press(PANEL, paints(), drag("left"), FILM),
    Press(PANEL, FITS, lambda found: found.dblclick(), FILM),
    Press(PANEL, ZOOMED, key("+"), FILM),
    *(Press(PANEL, paints(), key(name), FILM) for name in ("=", "=", "+", "+")),
    *(Press(PANEL, paints(), key(name), FILM) for name in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")),
    Press(PANEL, paints(), key("-"), FILM),
    Press(PANEL, FITS, key("0"), FILM),
    Press(PANEL, both(WINDOWED, paints()), drag("right"), FILM),
    Press(PANEL, ENLARGED, key("Enter"), MAP),
    Press(PANEL, BACK, key("Escape"), MAP),
    Press(PANEL, ENLARGED, click, OTHER),
    Press(PANEL, ZOOMED, wheel, MAP),
    Press(PANEL, FITS, key("0"), MAP),
    Press(PANEL, BACK, click, MAP),
)
VIEWER = (*TOOLBAR, *CHOOSE, *WINDOW, *PANELS)
