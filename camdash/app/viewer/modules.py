"""ES modules that import each other, joined to the one that Streamlit hands to the browser."""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default )", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/|// [^\n]*)\n", re.MULTILINE | re.DOTALL)


def joined(entry: Path) -> str:
    """Return the text of a module with all that it imports, each module once, after those that it imports itself.

    Comments of whole lines are left out. Only `import { name } from "./path.js"` is understood: names keep their
    meaning without these lines, since no two modules declare the same one.

    Raises:
        ValueError: modules import each other in a circle.
    """
    texts: dict[Path, str] = {}
    _collect(entry.resolve(), texts, [])
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", _COMMENT.sub("", text))) for text in texts.values())


def _collect(module: Path, texts: dict[Path, str], importers: list[Path]) -> None:
    if module in importers:
        raise ValueError(f"{module.name} imports itself by way of {importers[-1].name}")
    if module in texts:
        return
    text = module.read_text(encoding="utf-8")
    for path in _IMPORT.findall(text):
        _collect((module.parent / path).resolve(), texts, [*importers, module])
    texts[module] = text
