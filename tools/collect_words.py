"""Collect what camdash says into catalogs of templates, one a room, for those who translate it.

    python -m tools.collect_words [FOLDER]

writes `ROOM.pot` for each folder of `camdash`, by default into `camdash/words/languages`. A translation begins as a
copy, `LANGUAGE/LC_MESSAGES/ROOM.po`; `pybabel compile -D ROOM -d camdash/words/languages` makes of it what is read.
"""

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from camdash.words.catalogs import FOLDER
from camdash.words.markup import templates_in

PACKAGE = Path(__file__).parents[1] / "camdash"
FORMS = {"say": 1, "tr": 1, "unfilled": 1, "say_many": 2, "tr_many": 2}
"""How many templates each function is given first, written out."""
NOT_SAID = (PACKAGE / "app" / "language.py", PACKAGE / "words" / "sentence.py")
"""Where those functions are made: there a template has a name."""

HEAD = b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
TOP = "camdash"
"""The room of the modules that stand in no folder."""


def catalogs() -> dict[str, bytes]:
    """Return the catalog of each room that says something, as a file in gettext's form."""
    rooms = {path.name: sorted(path.rglob("*")) for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    rooms[TOP] = sorted(PACKAGE.glob("*.py"))
    made = {room: _catalog(files) for room, files in rooms.items()}
    return {room: _written(one) for room, one in made.items() if len(one)}


def _catalog(files: list[Path]) -> Catalog:
    made = Catalog()
    for path in files:
        for message in _messages(path):
            made.add(message, locations=[(path.relative_to(PACKAGE.parent).as_posix(), 0)])
    return made


def _messages(path: Path) -> Iterator[str | tuple[str, ...]]:
    if path.suffix == ".html":
        yield from templates_in(path.read_text(encoding="utf-8"))
    if path.suffix == ".py" and path not in NOT_SAID:
        yield from messages_in(path.read_text(encoding="utf-8"), path)


def messages_in(code: str, path: Path) -> Iterator[str | tuple[str, ...]]:
    """Return the templates in a module.

    Raises:
        ValueError: one is not written out where it is said, so that nobody can collect it.
    """
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORMS:
            given = [*node.args, node][: FORMS[node.func.id]]  # where one is missing, the call itself is no text
            texts = [_text(one, path) for one in given]
            yield tuple(texts) if len(texts) > 1 else texts[0]


def _text(node: ast.expr, path: Path) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ValueError(f"{path}, line {node.lineno}: a template must be written out where it is said")


def _written(made: Catalog) -> bytes:
    file = BytesIO()
    write_po(file, made, sort_output=True, omit_header=True, include_lineno=False)
    return HEAD + file.getvalue()


def main() -> None:
    """Write all catalogs."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for room, content in catalogs().items():
        (folder / f"{room}.pot").write_bytes(content)


if __name__ == "__main__":
    main()
