"""Every control of every page: each is pressed and brings about what only it does, and none is left out.

What is pressed, how, and what it brings about stands in the tables of `tests/browser/controls`.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from camdash.settings import FOLDERS_VARIABLE, WRITE_CARDS_VARIABLE
from tests.browser.controls import films
from tests.browser.controls.answers import ANSWERS, DIFFERENCES, INTERRUPTED, INTERRUPTED_LIST, OF_B
from tests.browser.controls.checkpoints import SAVING, checkpoint_presses
from tests.browser.controls.effects import mends
from tests.browser.controls.many import MANY
from tests.browser.controls.press import Press, press_all
from tests.browser.controls.sidebar import CHOICES, MENUS, PAGES, SHARED, UPLOADS
from tests.browser.controls.viewer import VIEWER
from tests.browser.controls.worklist import WORKLIST
from tests.conftest import save_checkpoint, save_state_dict, small_card

Open = Callable[..., Any]
Visit = Callable[[Open, str], Any]
NOWHERE = Path("nowhere")
DASHBOARD = (*SHARED, *VIEWER, *ANSWERS, *OF_B, *DIFFERENCES)
ALL = (*DASHBOARD, *INTERRUPTED, *INTERRUPTED_LIST, *WORKLIST, *checkpoint_presses(NOWHERE), *SAVING, *MANY)

PAGES_WITH_ALL: dict[str, tuple[Visit, tuple[Press, ...], tuple[Press, ...]]] = {
    "dashboard": (films.enlarged, DASHBOARD, ()),
    "many classes": (films.many_classes, MANY, DASHBOARD),
    "worklist": (films.samples, WORKLIST, SHARED),
    "checkpoints": (films.checkpoints, checkpoint_presses(NOWHERE), SHARED),
}
"""How each page is opened so that all of its controls are there, its presses, and those of what others have too."""

GROUPS: dict[str, tuple[Visit, tuple[Press, ...]]] = {
    "uploads": (films.with_remarks, UPLOADS),
    "choices": (films.compared, CHOICES),
    "pages": (films.compared, PAGES),
    "menus": (films.many_classes, MENUS),
    "viewer": (films.enlarged, VIEWER),
    "answers": (films.compared, ANSWERS),
    "downloads of B": (films.compared, OF_B),
    "differences": (films.compared, DIFFERENCES),
    "interrupted comparison": (films.compared, INTERRUPTED),
    "interrupted analysis": (films.alone, INTERRUPTED_LIST),
    "many classes": (films.many_classes, MANY),
    "worklist": (films.samples, WORKLIST),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Checkpoints beside those that ship: of many classes, without a card, and one that is refused."""
    made = tmp_path_factory.mktemp("checkpoints")
    save_checkpoint(made, "eighteen", small_card(classes=18))
    save_state_dict(made / "nameless.pt")
    torch.save(nn.Linear(2, 2), made / "refused.pt")
    return made


@pytest.fixture(scope="module")
def address(serve: Callable[..., str], folder: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDERS_VARIABLE, str(folder))
        patch.setenv(WRITE_CARDS_VARIABLE, "no")
        yield serve("streamlit_app.py")


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file with which the decoders of the server `unready` can start."""
    return tmp_path_factory.mktemp("decoders") / "mended"


@pytest.fixture(scope="module")
def unready(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory, mended: Path) -> Iterator[str]:
    """A page whose server starts no decoder until it is mended, and lets a visitor of this machine write cards."""
    interpreter, made = mended.with_name("python"), tmp_path_factory.mktemp("checkpoints")
    interpreter.write_text(f'#!/bin/sh\n[ -e "{mended}" ] && exec "{sys.executable}" "$@"\nexit 1\n')
    interpreter.chmod(0o700)
    save_state_dict(made / "nameless.pt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDERS_VARIABLE, str(made))
        patch.setenv(WRITE_CARDS_VARIABLE, "local")
        patch.setenv("INTERPRETER_OF_DECODERS", str(interpreter))
        yield serve("tests/browser/pages/failing.py")


def names(presses: Iterable[Press]) -> set[str]:
    return {press.control for press in presses}


def assert_covered(seen: set[str], covered: set[str]) -> None:
    assert seen <= covered, f"No press covers these controls: {sorted(seen - covered)}"


@pytest.mark.parametrize("page", PAGES_WITH_ALL)
def test_the_tables_name_every_control_of_a_page_and_no_other(address: str, open_page: Open, page: str) -> None:
    visit, presses, others = PAGES_WITH_ALL[page]
    seen = press_all(visit(open_page, address), (press for press in presses if press.opens))
    assert_covered(seen, names(presses) | names(others))
    gone = names(press for press in presses if not press.late) - seen
    assert not gone, f"These controls are not there any more: {sorted(gone)}"


@pytest.mark.parametrize("group", GROUPS)
def test_each_control_brings_about_what_only_it_does(address: str, open_page: Open, group: str) -> None:
    visit, presses = GROUPS[group]
    seen = press_all(visit(open_page, address), presses)
    assert_covered(seen, names(ALL))


def test_each_control_of_the_checkpoints_does_what_only_it_does(address: str, open_page: Open, folder: Path) -> None:
    seen = press_all(films.checkpoints(open_page, address), checkpoint_presses(folder))
    assert_covered(seen, names(ALL))


def test_a_file_whose_decoder_failed_is_tried_again(unready: str, open_page: Open, mended: Path) -> None:
    page = open_page(unready)
    page.get_by_role("button", name="Try again").wait_for()
    press_all(page, [Press("button: Try again", mends(mended))])


def test_the_names_of_classes_are_saved_where_cards_may_be_written(unready: str, open_page: Open) -> None:
    page = open_page(f"{unready}/checkpoints")
    page.locator("summary", has_text="nameless.pt").wait_for()
    press_all(page, SAVING)
