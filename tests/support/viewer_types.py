"""The types of the payload's header for the JavaScript that reads it: `python -m tests.support.viewer_types`."""

import inspect
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

from camdash.app.viewer import HERE, header

DECLARATIONS = HERE / "js" / "header.d.ts"
HEADING = "// The payload's header as header.py has it. Made by `python -m tests.support.viewer_types`; do not edit.\n"
SIMPLE: dict[Any, str] = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}


def declarations() -> str:
    """Return the TypeScript declaration of each TypedDict of the header, in its order."""
    kinds = [one for one in vars(header).values() if is_typeddict(one)]
    return HEADING + "".join(_interface(kind) for kind in kinds)


def _interface(kind: type) -> str:
    said = "\n".join(f" * {line}".rstrip() for line in (inspect.getdoc(kind) or "").splitlines())
    fields = "".join(f"  {name}: {_type(hint)};\n" for name, hint in get_type_hints(kind).items())
    return f"\n/**\n{said}\n */\nexport interface {kind.__name__} {{\n{fields}}}\n"


def _type(hint: Any) -> str:
    if hint in SIMPLE:
        return SIMPLE[hint]
    if is_typeddict(hint):
        return str(hint.__name__)
    origin, arguments = get_origin(hint), [_type(one) for one in get_args(hint)]
    if origin is list:
        return f"{arguments[0]}[]"
    if origin is tuple:
        return f"[{', '.join(arguments)}]"
    if origin is dict:
        return f"Record<{', '.join(arguments)}>"
    if origin is UnionType:
        return " | ".join(arguments)
    raise TypeError(f"no type in JavaScript for {hint}")


if __name__ == "__main__":
    DECLARATIONS.write_text(declarations(), encoding="utf-8")
