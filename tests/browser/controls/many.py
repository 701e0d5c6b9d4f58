"""Presses of what a checkpoint with many classes adds to the dashboard, and one that is shown alone."""

from typing import Any

from tests.browser.controls.effects import Effect, changes, hides, shows
from tests.browser.controls.press import Press, at
from tests.browser.controls.sidebar import popover
from tests.browser.controls.tables import Table, quiet_presses
from tests.browser.controls.viewer import menu

PROBABILITIES = Table("[data-testid=stPopoverBody]", "The probabilities of all 18 classes", "popover / ", told=False)
TEXT = "node => node.textContent"
COUNT = "node => node.querySelectorAll('figure.panel').length"

STAGE = ".section h3"
LAYERS = ("last layer (layer4)", "second to last layer (layer3)", "third to last layer (layer2)")


def stage(name: str, effect: Effect) -> Press:
    """Choose the layer of Grad-CAM; a long pass may have closed what hangs at the button."""

    def act(found: Any) -> None:
        button = found.page.get_by_role("button", name="Advanced")
        if not found.is_visible():
            button.click()
        found.click()

    def found(page: Any) -> Any:
        return page.locator("[data-testid=stPopoverBody] label", has_text=name)

    return Press(f"radio: {name}", effect, act, found)


ADVANCED = (
    *popover("button: Advanced", "Grad-CAM"),
    *(stage(name, shows(STAGE, f"Grad-CAM at the {name}")) for name in LAYERS),
    Press("radio: Map / Evidence", hides(STAGE, "Grad-CAM")),
    Press("radio: Map / Grad-CAM", shows(STAGE, "Grad-CAM"), late=True),
    stage("None", hides(STAGE, "Grad-CAM")),
)
MANY = (
    *ADVANCED,
    Press(
        "radio: Show / All classes",
        shows("figure.panel:nth-child(12)"),
        find=at(".show label", "All 18 classes"),
        opens=True,
    ),
    Press("button: Next classes", changes(".pager output", TEXT)),
    Press("button: Previous classes", changes(".pager output", TEXT)),
    Press("search: Find a class", hides("figure.panel:nth-child(12)"), lambda found: found.fill("part 17")),
    Press("search: Find a class", shows("figure.panel:nth-child(12)"), lambda found: found.fill("")),
    Press("radio: Show / Top 5", hides("figure.panel:nth-child(12)")),
    menu("Choose…", "#choose")[0],
    Press("search: Find in this list", hides("#choose label", "Part 2"), lambda found: found.fill("part 17")),
    Press(
        "checkbox: Part",
        changes(".camdash", COUNT),
        find=lambda page: page.locator("#choose").get_by_role("checkbox", name="Part 17"),
    ),
    menu("Choose…", "#choose")[1],
    popover("button: All probabilities", "", at("button", "All 18 probabilities"))[0],
    *quiet_presses(PROBABILITIES, ["class", "probability", "logit"], grows=False),
    popover("button: All probabilities", "", at("button", "All 18 probabilities"))[1],
)
