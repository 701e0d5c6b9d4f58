"""Uploads from anywhere on the page, whole folders too; and a warning before a reload loses them."""

from pathlib import Path

from camdash.app import widget_keys
from camdash.app.component import component
from camdash.app.language import localized
from camdash.images.limits import MOST_FILES
from camdash.words.sentence import say, unfilled

_HERE = Path(__file__).parent

WORDS = {
    "drop": say("Drop radiographs, folders or ZIP files anywhere"),
    "taken": unfilled("Only the first {taken} of {count} files were taken."),
    "none": say("There is no file in it that can be read."),
}
"""What the browser says by itself."""


def take_drops(uploads: int) -> None:
    """Let files and folders be dropped anywhere on the page; where there are uploads, warn before they are lost."""
    words = {name: localized(said) for name, said in WORDS.items()}
    _dropping(key=widget_keys.DROPPING, data={"uploads": uploads, "most": MOST_FILES, "words": words})


_dropping = component(
    "dropping",
    html=(_HERE / "dropping.html").read_text(encoding="utf-8"),
    css=(_HERE / "dropping.css").read_text(encoding="utf-8"),
    js=(_HERE / "dropping.js").read_text(encoding="utf-8"),
)
