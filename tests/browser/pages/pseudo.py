"""The dashboard in a language that no one speaks: see `tests.support.pseudo`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from camdash.app import component, language
from tests.support.pseudo import Pseudo

language.language_name = lambda: "pseudo"
for module in (language, component):
    module.catalog = lambda *_: Pseudo()  # type: ignore[attr-defined]

from streamlit_app import page  # noqa: E402 - after the language is set

page()
