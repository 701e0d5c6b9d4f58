"""The catalogs of translations: a template file for each room, and a folder for each language that there is.

`languages/ROOM.pot` holds the templates of `camdash/ROOM`, collected by `python -m tools.collect_words`;
`languages/LANGUAGE/LC_MESSAGES/ROOM.mo` their translations, as gettext keeps them.
"""

import gettext
from functools import cache
from pathlib import Path

from camdash.words.sentence import Language

FOLDER = Path(__file__).with_name("languages")
ENGLISH = "en"


@cache
def languages(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the languages that there are: English, of which the templates are, and those with a folder."""
    found = {path.parents[1].name for path in folder.glob("*/LC_MESSAGES/*.mo")}
    return (ENGLISH, *sorted(found - {ENGLISH}))


def catalog(language: str, folder: Path = FOLDER) -> Language:
    """Return the translations of a language in all rooms; what has none stays English, as does an unknown language."""
    return _catalog(language if language in languages(folder) else ENGLISH, folder)


@cache
def _catalog(language: str, folder: Path) -> Language:
    all_rooms = gettext.NullTranslations()
    for path in sorted((folder / language / "LC_MESSAGES").glob("*.mo")):
        with path.open("rb") as file:
            all_rooms.add_fallback(gettext.GNUTranslations(file))
    return all_rooms
