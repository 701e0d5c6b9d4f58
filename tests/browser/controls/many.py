"""Presses of what a checkpoint with many classes adds to the dashboard."""

from tests.browser.controls.effects import changes, hides, shows
from tests.browser.controls.press import Press, at
from tests.browser.controls.sidebar import popover
from tests.browser.controls.tables import Table, quiet_presses
from tests.browser.controls.viewer import menu

PROBABILITIES = Table("[data-testid=stPopoverBody]", "The probabilities of all 18 classes", "popover / ", told=False)
COUNT = "node => node.querySelectorAll('figure.panel').length"

MANY = (
    Press(
        "radio: Show / All classes",
        shows("figure.panel:nth-child(20)"),
        find=at(".show label", "All 18 classes"),
    ),
    Press("radio: Show / Top 5", hides("figure.panel:nth-child(20)")),
    menu("Choose…", "#choose")[0],
    Press("search: Find a class", hides("#choose label", "Part 2"), lambda found: found.fill("part 17")),
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
