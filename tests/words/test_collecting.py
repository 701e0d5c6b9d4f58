"""All that camdash says stands in its catalogs."""

from pathlib import Path

import pytest

from camdash.words.catalogs import FOLDER
from tools.collect_words import catalogs, messages_in


def test_the_catalogs_hold_what_is_said_now() -> None:
    kept = {path.stem: path.read_bytes() for path in FOLDER.glob("*.pot")}
    assert kept == catalogs(), "run python -m tools.collect_words"


def test_templates_are_collected_with_both_forms_and_across_lines() -> None:
    code = 'say("a {b} " "c", b=1)\ntr_many("{count} file", "{count} files", 2)\nconsole.say(f"{x}")\nunfilled("{y}")'
    assert set(messages_in(code, Path("x.py"))) == {"a {b} c", ("{count} file", "{count} files"), "{y}"}


@pytest.mark.parametrize("said", ["name", 'f"{name}"', '"a" + name', ""])
def test_a_template_that_nobody_can_collect_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"x.py, line 2: a template must be written out"):
        list(messages_in(f"\nsay({said})", Path("x.py")))
