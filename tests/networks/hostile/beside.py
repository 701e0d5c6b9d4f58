"""Familiarity checks beside good weights that make no sense."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from camdash.networks.files.tensor_files import FAMILIARITY as NAME
from tests.networks.hostile.case import Case
from tests.networks.hostile.tables import table
from tests.networks.zoo import TINY, card_of, saved

VECTORS = torch.eye(3, 1024)
TEXT: dict[str, Any] = {"threshold": 0.5, "neighbours": 1, "source": "three"}


def check(vectors: Tensor = VECTORS, text: str = "", **changed: object) -> Callable[[Path], object]:
    """Return what writes good weights and a check beside them."""

    def write(path: Path) -> None:
        saved(path, None, **card_of(TINY))
        metadata = {
            NAME: text or json.dumps(TEXT | changed),
            "checkpoint_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        save_file({NAME: vectors}, path.with_suffix(".familiarity"), metadata=metadata)

    return write


def other(write: Callable[[Path], object]) -> Callable[[Path], object]:
    """Return what writes good weights and something else beside them."""

    def written(path: Path) -> None:
        saved(path, None, **card_of(TINY))
        write(path.with_suffix(".familiarity"))

    return written


def case(name: str, write: Callable[[Path], object], sentence: str | None) -> Case:
    return Case(f"check-{name}.pth", write, sentence)


NOT_VALID = "is not valid"

CASES = (
    case("digits", check(text=json.dumps(TEXT).replace("0.5", "1" + "0" * 400)), NOT_VALID),
    case("more-digits", check(text=json.dumps(TEXT).replace("0.5", "1" + "0" * 5000)), NOT_VALID),
    case("nan-threshold", check(threshold=float("nan")), NOT_VALID),
    case("bool-threshold", check(threshold=True), NOT_VALID),
    case("text-threshold", check(threshold="0.5"), NOT_VALID),
    case("bool-neighbours", check(neighbours=True), NOT_VALID),
    case("half-neighbours", check(neighbours=1.5), NOT_VALID),
    case("many-neighbours", check(neighbours=10**400), None),
    case("source-surrogate", check(source="\udfff\x1b"), None),
    case("source-number", check(source=7), NOT_VALID),
    case("list", check(text="[1]"), NOT_VALID),
    case("deep", check(text="[" * 100_000), NOT_VALID),
    *(case(str(kind)[6:], check(VECTORS.to(kind)), None) for kind in (torch.float8_e4m3fn, torch.float8_e5m2)),
    case("nan", check(VECTORS * torch.nan), NOT_VALID),
    case("overflow", check(VECTORS.double() * 1e300), NOT_VALID),
    case("whole-numbers", check(VECTORS.int()), NOT_VALID),
    case("complex", check(VECTORS.to(torch.complex64)), NOT_VALID),
    case("none", check(torch.ones(0, 1024)), NOT_VALID),
    case("one-axis", check(torch.ones(1024)), NOT_VALID),
    case("three-axes", check(torch.ones(1, 1, 1024)), NOT_VALID),
    case("other-channels", check(torch.eye(3, 7)), "does not fit its network"),
    case("another", other(lambda path: save_file({NAME: VECTORS}, path, {NAME: json.dumps(TEXT)})), "another check"),
    case(
        "zero-and-huge",
        other(table(json.dumps({NAME: {"dtype": "F32", "shape": [0, 2**63], "data_offsets": [0, 0]}}))),
        "cannot be read",
    ),
    case("junk", other(lambda path: path.write_bytes(bytes(99))), "cannot be read"),
    case("empty", other(lambda path: path.write_bytes(b"")), "cannot be read"),
    case("no-vectors", other(lambda path: save_file({"a": VECTORS}, path, {NAME: "{}"})), "cannot be read"),
    case("no-check", other(lambda path: save_file({"a": VECTORS}, path)), "contains no familiarity check"),
)
