"""Translations are found by language, in whatever room a sentence was made."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from camdash.words.catalogs import catalog, languages
from camdash.words.sentence import say, say_many, translated


def save(folder: Path, room: str, texts: dict[str | tuple[str, str], str | tuple[str, ...]]) -> None:
    """Write a Polish catalog: a language with three forms, which English's two do not give."""
    made = Catalog("pl")
    for english, polish in texts.items():
        made.add(english, polish)
    written = BytesIO()
    write_mo(written, made)
    path = folder / "pl" / "LC_MESSAGES" / f"{room}.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written.getvalue())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path, "images", {"{name} has no pixels.": "{name} nie ma pikseli."})
    save(tmp_path, "app", {("{count} file", "{count} files"): ("{count} plik", "{count} pliki", "{count} plików")})
    return tmp_path


def test_a_template_is_found_in_the_catalog_of_its_room(folder: Path) -> None:
    polish = catalog("pl", folder)
    assert translated(say("{name} has no pixels.", name="a.png"), polish) == "a.png nie ma pikseli."
    assert translated(say("{name} is empty.", name="a.png"), polish) == "a.png is empty."


@pytest.mark.parametrize(("count", "said"), [(1, "1 plik"), (2, "2 pliki"), (5, "5 plików"), (22, "22 pliki")])
def test_a_number_takes_the_form_of_its_language(count: int, said: str, folder: Path) -> None:
    assert translated(say_many("{count} file", "{count} files", count), catalog("pl", folder)) == said


def test_a_language_that_is_none_is_english(folder: Path) -> None:
    assert translated(say("{name} has no pixels.", name="a.png"), catalog("../pl", folder)) == "a.png has no pixels."


def test_english_needs_no_catalog(folder: Path) -> None:
    assert languages(folder) == ("en", "pl")
    assert translated(say_many("{count} file", "{count} files", 2), catalog("en", folder)) == "2 files"
