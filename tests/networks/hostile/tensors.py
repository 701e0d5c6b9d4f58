"""What `torch.save` writes of tensors that are no weights."""

import warnings
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.networks.hostile.case import Case
from tests.networks.zoo import saved, state

HEAD = "fc.weight"
OLD = {"_use_new_zipfile_serialization": False}


class Special(Tensor):
    """A tensor of a class of its own."""


def with_head(make: Callable[[], object], **options: Any) -> Callable[[Path], object]:
    """Return what saves the tiny network with another value for its head."""

    def write(path: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that these kinds of tensor are new, or old
            torch.save(state() | {HEAD: make()}, path, **options)

    return write


def ones(kind: torch.dtype = torch.float32) -> Callable[[], Tensor]:
    """Return what makes a head of ones, of another type."""
    return lambda: torch.ones(3, 1024).to(kind)


def with_more(**more: object) -> Callable[[Path], object]:
    """Return what saves the tiny network nested, with more beside it."""
    return lambda path: saved(path, {"state_dict": state(), **more})


def endless(path: Path) -> None:
    content: dict[str, object] = {}
    content["model"] = content
    torch.save(content, path)


def endless_in_many_ways(path: Path) -> None:
    """Save a dictionary that holds itself under 200 keys: there are 200 ** 5 ways of five keys into it."""
    content: dict[str, object] = {}
    content |= {f"fold{number}": content for number in range(200)}
    torch.save(content, path)


def in_strides(path: Path) -> None:
    """Save weights as views: every second row of larger ones, columns before rows."""
    views = {name: torch.stack([value, value], 1)[:, 0] if value.ndim > 1 else value for name, value in state().items()}
    torch.save(views, path)


def shared(path: Path) -> None:
    """Save weights that lie in one storage."""
    flat = torch.cat([value.flatten().float() for value in state().values()])
    parts = torch.split(flat, [value.numel() for value in state().values()])
    torch.save({name: part.view(value.shape) for (name, value), part in zip(state().items(), parts, strict=True)}, path)


def quantised() -> Tensor:
    return torch.quantize_per_tensor(torch.ones(3, 1024), 0.1, 0, torch.qint8)


def by_channel() -> Tensor:
    return torch.quantize_per_channel(torch.ones(3, 1024), torch.ones(3), torch.zeros(3), 0, torch.qint8)


def nested(**options: Any) -> Tensor:
    made: Tensor = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], **options)
    return made


SPARSE: dict[str, Callable[[], Tensor]] = {
    "coo": lambda: torch.eye(3, 1024).to_sparse(),
    "csr": lambda: torch.eye(3, 1024).to_sparse_csr(),
    "bsr": lambda: torch.eye(4, 1024).to_sparse_bsr((2, 2)),
}


def all_meta(path: Path) -> None:
    torch.save(OrderedDict((name, value.to("meta")) for name, value in state().items()), path)


def case(name: str, write: Callable[[Path], object], sentence: str | None) -> Case:
    return Case(f"tensor-{name}.pth", write, sentence)


CASES = (
    case("meta", all_meta, "tensors without numbers"),
    case("meta-head", with_head(lambda: torch.ones(3, 1024, device="meta")), "tensors without numbers"),
    case("meta-old", with_head(lambda: torch.ones(3, 1024, device="meta"), **OLD), "tensors without numbers"),
    case("quantised", with_head(quantised), "holds quantised weights"),
    case("quantised-by-channel", with_head(by_channel), "holds quantised weights"),
    case("quantised-old", with_head(quantised, **OLD), "holds quantised weights"),
    *(case(f"sparse-{name}", with_head(make), "holds sparse tensors") for name, make in SPARSE.items()),
    case("nested", with_head(nested), "holds nested tensors"),
    case("jagged", with_head(lambda: nested(layout=torch.jagged)), "."),
    case("complex", with_head(ones(torch.complex64)), "stored in complex numbers"),
    case("conjugated", with_head(lambda: ones(torch.complex64)().conj()), "stored in complex numbers"),
    case("whole-numbers", with_head(ones(torch.int8)), "stored in whole numbers"),
    case("bits", with_head(ones(torch.bool)), "stored in whole numbers"),
    case("float8", with_head(ones(torch.float8_e4m3fn)), None),
    case("nan", with_head(lambda: torch.full((3, 1024), torch.nan)), "logits are not finite numbers"),
    case("infinite", with_head(lambda: torch.full((3, 1024), torch.inf)), "logits are not finite numbers"),
    case("one-as-many", with_head(lambda: torch.ones(1).expand(3, 1024)), "Missing keys"),
    case("one-as-a-billion", with_head(lambda: torch.ones(1).expand(10**9)), "Missing keys"),
    case("zero-and-huge", with_head(lambda: torch.empty(0, 2**40)), "could not be recognised"),
    case("no-classes", with_head(lambda: torch.empty(0, 1024)), "could not be recognised"),
    case("no-axes", with_head(lambda: torch.tensor(1.0)), "could not be recognised"),
    case("class", with_head(lambda: ones()().as_subclass(Special)), "holds something other than weights"),
    case("uninitialised", with_head(lambda: torch.nn.UninitializedParameter()), "holds something other than weights"),
    case("parameter", with_head(lambda: torch.nn.Parameter(ones()())), None),
    case("strides", in_strides, None),
    case("shared", shared, None),
    case("endless", endless, "holds no state dict"),
    case("endless-in-many-ways", endless_in_many_ways, "holds no state dict"),
    case(
        "names", lambda path: torch.save(state() | {"a\x1b\udfff\u202e": torch.ones(1)}, path), r"a\\x1b\\udfff\\u202e"
    ),
    case(
        "prefixes", lambda path: torch.save({"module." * 50_000 + "a": torch.ones(1)}, path), "could not be recognised"
    ),
    case(
        "many", lambda path: torch.save({str(k): torch.ones(()) for k in range(10_001)}, path), "more than any network"
    ),
    case("other-keys", lambda path: torch.save({(1, 2): torch.ones(1), 3: torch.ones(1)}, path), "holds no state dict"),
    case("beside-other-keys", with_more(**{"\udfff": 1}), None),
    case(
        "numpy-scalar", with_more(best=np.float64(0.9), epoch=np.int64(3), name=np.str_("a"), good=np.bool_(True)), None
    ),
    case(
        "numpy-arrays",
        with_more(curve=np.ones(3), table=np.ones((2, 2), np.float16, "F"), objects=np.array([1, "a"], object)),
        None,
    ),
    case("numpy-types", with_more(kind=np.float32, other=np.dtype("i4"), record=np.zeros(2, [("a", "f4")])), None),
    case("bytes", with_more(junk=bytearray(10)), "holds an array of bytes"),
)
