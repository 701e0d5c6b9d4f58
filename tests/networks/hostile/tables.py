"""safetensors files whose header lies."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from tests.networks.hostile.case import Case
from tests.networks.zoo import TINY, card_of, state


def table(header: str | bytes, numbers: bytes = b"") -> Callable[[Path], object]:
    """Return what writes a file with this header and these numbers."""
    text = header if isinstance(header, bytes) else header.encode("utf-8")
    return lambda path: path.write_bytes(len(text).to_bytes(8, "little") + text + numbers)


def of(*parts: tuple[str, list[Any], list[Any]], numbers: int = 0) -> Callable[[Path], object]:
    """Return what writes a file of tensors `a`, `b`, ..., each of a type, a shape and a place."""
    fields = {
        name: {"dtype": dtype, "shape": shape, "data_offsets": places}
        for name, (dtype, shape, places) in zip("abcdef", parts, strict=False)
    }
    return table(json.dumps(fields), bytes(numbers))


def with_metadata(metadata: dict[str, str], weights: dict[str, Tensor] | None = None) -> Callable[[Path], object]:
    return lambda path: save_file(weights or state(), path, metadata=metadata)


def whole(**changed: Tensor) -> Callable[[Path], object]:
    return lambda path: save_file(state() | changed, path)


NOT_WHOLE = "is not a whole safetensors file: "
TYPES = ("F4", "F6_E2M3", "F6_E3M2", "F8_E8M0", "C128", "F128", "i8", "")
FLOAT8 = [torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz, torch.float8_e5m2fnuz]


def case(name: str, write: Callable[[Path], object], sentence: str | None) -> Case:
    return Case(f"table-{name}.safetensors", write, sentence)


CASES = (
    case("zero-and-huge", of(("F32", [0, 2**63], [0, 0])), NOT_WHOLE + ".*impossible shape"),
    case("zero-and-large", of(("F32", [0, 4 * 10**9, 4 * 10**9], [0, 0])), NOT_WHOLE + ".*impossible shape"),
    case("overflow", of(("F32", [2**32, 2**32], [0, 0])), NOT_WHOLE + ".*impossible shape"),
    case("axes", of(("F32", [1] * 1000, [0, 4]), numbers=4), NOT_WHOLE + ".*impossible shape"),
    case("negative", of(("F32", [-1, -4], [0, 16]), numbers=16), NOT_WHOLE + ".*impossible shape"),
    case("bool-shape", of(("F32", [True], [0, 4]), numbers=4), NOT_WHOLE + ".*impossible shape"),
    case("float-shape", of(("F32", [1.0], [0, 4]), numbers=4), NOT_WHOLE + ".*impossible shape"),
    case("text-shape", of(("F32", ["1"], [0, 4]), numbers=4), NOT_WHOLE + ".*impossible shape"),
    case("overlapping", of(("F32", [2], [0, 8]), ("F32", [2], [4, 12]), numbers=12), NOT_WHOLE + ".*one after another"),
    case("same-place", of(("F32", [2], [0, 8]), ("F32", [2], [0, 8]), numbers=8), NOT_WHOLE + ".*one after another"),
    case("gap", of(("F32", [1], [0, 4]), ("F32", [1], [8, 12]), numbers=12), NOT_WHOLE + ".*one after another"),
    case("more-numbers", of(("F32", [1], [0, 4]), numbers=8), NOT_WHOLE + ".*one after another"),
    case("fewer-numbers", of(("F32", [4], [0, 16]), numbers=8), NOT_WHOLE + ".*one after another"),
    case("backwards", of(("F32", [1], [4, 0]), numbers=4), NOT_WHOLE + ".*another size"),
    case("other-size", of(("F32", [4], [0, 8]), numbers=8), NOT_WHOLE + ".*another size"),
    case("digits", of(("F32", [10**400], [0, 0])), NOT_WHOLE + ".*impossible shape"),
    case("more-digits", table('{"a": 1' + "0" * 5000 + "}"), NOT_WHOLE),
    case("twice", table('{"a": {}, "a": {}}'), NOT_WHOLE + "its header gives a name twice"),
    case("deep", table('{"a": ' + "[" * 100_000), NOT_WHOLE),
    case("no-json", table("{no"), NOT_WHOLE),
    case("no-text", table(b'{"\xff\xfe": 1}'), NOT_WHOLE),
    case("list", table("{}"), "holds no weights"),
    case("metadata-numbers", table('{"__metadata__": {"a": 1}}'), NOT_WHOLE + "its metadata are not texts"),
    case("metadata-null", table('{"__metadata__": null}'), NOT_WHOLE + "its metadata are not texts"),
    case("longer-header", lambda path: path.write_bytes((2**40).to_bytes(8, "little") + b"{}"), NOT_WHOLE),
    case(
        "many",
        table(json.dumps({str(k): {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for k in range(10_001)})),
        "more than any network",
    ),
    *(
        case(f"type-{name}", of((name, [2], [0, 8]), numbers=8), f"numbers of the type '{name}', which is not")
        for name in TYPES
    ),
    case("type-list", of((["F32"], [1], [0, 4]), numbers=4), "numbers of the type"),  # type: ignore[arg-type]
    case("complex", whole(**{"fc.weight": torch.ones(3, 1024, dtype=torch.complex64)}), "stored in complex numbers"),
    case("uint16", whole(**{"fc.weight": torch.ones(3, 1024, dtype=torch.uint16)}), "stored in whole numbers"),
    case("bool", whole(**{"fc.weight": torch.ones(3, 1024, dtype=torch.bool)}), "stored in whole numbers"),
    *(case(f"{str(dtype)[6:]}", whole(**{"fc.weight": torch.ones(3, 1024).to(dtype)}), None) for dtype in FLOAT8),
    case(
        "no-classes", whole(**{"fc.weight": torch.ones(0, 1024), "fc.bias": torch.ones(0)}), "could not be recognised"
    ),
    case(
        "card-surrogate",
        with_metadata({"camdash": json.dumps(card_of(TINY, trained="\udfff"))}),
        "trained must be without",
    ),
    case("card-large", with_metadata({"camdash": " " * 1_000_001}), "is too large"),
    case("card-no-json", with_metadata({"camdash": "no"}), "is not valid JSON"),
    case("names", whole(**{"a\x1b[31m\u202e": torch.ones(1)}), r"Unexpected keys: 1 \(a\\x1b\[31m\\u202e\)"),
    case("long-names", whole(**{"a" * 100_000: torch.ones(1)}), "Unexpected keys: 1"),
    case("prefixes", lambda path: save_file({"module." * 5000 + "a": torch.ones(1)}, path), "could not be recognised"),
)
