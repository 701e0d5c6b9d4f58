"""Archives and pickles that torch did not write, or that say more than they hold."""

import io
import os
import pickle
import re
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from tests.networks.hostile.case import Case
from tests.networks.zoo import TINY, network, saved, state


class Runs:
    """An object that makes a folder when it is unpickled."""

    def __init__(self, marker: str) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.marker,)


class Numbers:
    """The place of numbers in an archive, said to be so many."""

    def __init__(self, count: int, key: str = "0") -> None:
        self.count, self.key = count, key


class Said:
    """A tensor said to have a shape, made from numbers said to be so many."""

    def __init__(self, numbers: Numbers, *shape: int) -> None:
        self.parts = numbers, 0, shape, (1,) * len(shape), False, OrderedDict[str, object]()

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return torch._utils._rebuild_tensor_v2, self.parts


class Called:
    """A call that stands in a pickle."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call


class Pickler(pickle.Pickler):
    """Write as torch does, with the places of numbers."""

    def __init__(self, stream: io.BytesIO, *more: object) -> None:
        super().__init__(stream, protocol=2)
        self.more = more

    def persistent_id(self, value: object) -> object:
        if isinstance(value, Numbers):
            return "storage", torch.FloatStorage, value.key, "cpu", value.count, *self.more
        return None


def pickled(content: object, *more: object) -> bytes:
    stream = io.BytesIO()
    Pickler(stream, *more).dump(content)
    return stream.getvalue()


def archive(content: object, records: Mapping[str, bytes], kind: int = zipfile.ZIP_STORED) -> Callable[[Path], object]:
    """Return what writes an archive as torch lays it out, with these numbers."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", kind) as made:
            made.writestr("m/data.pkl", pickled(content))
            made.writestr("m/version", "3\n")
            for key, numbers in records.items():
                made.writestr(f"m/data/{key}", numbers)

    return write


def old_beginning() -> list[bytes]:
    """Return the pickles that come before the content in a file of torch before 1.6."""
    system = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
    return [pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, system)]


def old(content: object, keys: list[str], numbers: bytes) -> Callable[[Path], object]:
    """Return what writes a file as torch did before its version 1.6."""
    whole = b"".join([*old_beginning(), pickled(content, None), pickle.dumps(keys, 2), numbers])
    return lambda path: path.write_bytes(whole)


def renamed(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """Return what saves the tiny network and then changes its bytes."""
    return lambda path: path.write_bytes(change(saved(path).read_bytes()))


def encrypted(content: bytes) -> bytes:
    """Say of every member that it is encrypted."""
    return re.sub(rb"(PK\x01\x02....).", lambda found: found[1] + b"\x01", content, flags=re.DOTALL)


def long_list(content: bytes) -> bytes:
    """Say that the list of members is as long as the file is not."""
    end = content.rindex(b"PK\x06\x06") + 40
    return content[:end] + struct.pack("<Q", 10**9) + content[end + 8 :]


def overlapping(path: Path) -> None:
    """Let many members lie in the same place, so that they are longer than the file."""
    archive({"a": 1}, {"0": bytes(1000)})(path)
    with zipfile.ZipFile(path, "a") as made:
        for key in range(1, 100):
            twin = zipfile.ZipInfo(f"m/data/{key}")
            first = made.getinfo("m/data/0")
            twin.header_offset, twin.file_size, twin.compress_size, twin.CRC = (
                first.header_offset,
                1000,
                1000,
                first.CRC,
            )
            made.filelist.append(twin)
            made.NameToInfo[twin.filename] = twin
        made._didModify = True  # type: ignore[attr-defined]


def scripted(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("s/data.pkl", b"\x80\x02}.")
        made.writestr("s/code/__torch__.py", "class Network(Module): ...")


def exported(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as made:  # as torch.export.save lays it out
        made.writestr("e/archive_format", "pt2")
        made.writestr("e/models/model.json", "{}")


def by_pickle(protocol: int) -> Callable[[Path], object]:
    """Return what writes a pickle that torch did not write, and that runs."""
    return lambda path: path.write_bytes(pickle.dumps({"a": Runs(f"{path}.ran")}, protocol))


class Shadowed:
    """A state dict that says "1" where its methods are asked for."""

    def __reduce__(self) -> tuple[Any, ...]:
        return OrderedDict, (), {"items": 1, "get": 1, "values": 1, "keys": 1}, None, iter(state().items())


class ShadowedParameter:
    """A parameter that says "1" where its methods are asked for."""

    def __init__(self, value: torch.Tensor) -> None:
        self.value = value

    def __reduce__(self) -> tuple[Any, ...]:
        names = ("float", "is_floating_point", "numel", "untyped_storage", "element_size", "detach", "to")
        shadows = dict.fromkeys(names, 1)
        return torch._utils._rebuild_parameter_with_state, (self.value, False, OrderedDict(), shadows)


def negated(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return weights of which one is stored with its sign to be turned, as PyTorch may."""
    name = next(name for name, value in tensors.items() if value.dim() == 1 and value.is_floating_point())
    return tensors | {name: torch._neg_view(tensors[name])}


def raw(content: bytes) -> Callable[[Path], object]:
    """Return what writes an archive as torch lays it out, around a pickle that is written by hand."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("m/data.pkl", content)
            made.writestr("m/version", "3\n")

    return write


def raw_old(content: bytes) -> Callable[[Path], object]:
    """Return what writes a file of torch before 1.6 around a pickle that is written by hand."""
    whole = b"".join([*old_beginning(), content, pickle.dumps([], 2)])
    return lambda path: path.write_bytes(whole)


def text(words: str) -> bytes:
    """Return the instruction that pushes a text."""
    return b"X" + struct.pack("<I", len(words)) + words.encode("ascii")


PICKLED = b"\x80\x02}"
DEEP = b")" + b"\x85" * 300_000
"""A tuple in a tuple, and so on: hashed, it overruns the stack of the process."""

NAMED_TWICE = b")" + b"".join(b"q" + bytes([k]) + b"h" + bytes([k]) + b"\x86" for k in range(45))
"""A tuple that holds another twice, and so on: hashed, that is 2 to the 45th values."""

LONG = b"(" + b"N" * 1000 + b"t"
HASHED = b"\x80\x02c__builtin__\nset\n](" + LONG + b"e\x85R."
ENCODED = b"c_codecs\nencode\n" + text("a" * 100) + text("latin-1") + b"\x86R"
for _ in range(30):
    ENCODED = b"c_codecs\nencode\n" + ENCODED + text("hex") + b"\x86R"


def case(name: str, write: Callable[[Path], object], sentence: str | None) -> Case:
    return Case(f"archive-{name}", write, sentence)


DAMAGED = "is damaged"
SMALL = {"a.weight": Said(Numbers(4), 4)}
GREEDY: dict[str, Any] = {
    "of-a-billion": Called(bytearray, 10**10),
    "expanded": Called(
        torch._utils._rebuild_device_tensor_from_cpu_tensor, Said(Numbers(1), 1), torch.float64, "cpu", False
    ),
}
UNMADE = {
    "tensor": Called(torch.Tensor, 3, 1024),
    "float-tensor": Called(torch.FloatTensor, 3, 1024),
}

CASES = (
    case("cut.pth", renamed(lambda content: content[: len(content) // 2]), DAMAGED),
    case("encrypted.pth", renamed(encrypted), DAMAGED),
    case("long-list.pth", renamed(long_list), DAMAGED),
    case("comment.pth", renamed(lambda content: content + b"PK\x05\x06" + bytes(18)), "."),
    case("bomb.pth", archive({"a": 1}, {"0": bytes(10**7)}, zipfile.ZIP_DEFLATED), "compressed archive"),
    case("overlapping.pth", overlapping, DAMAGED),
    case("scripted.pt", scripted, "compiled TorchScript network"),
    case("exported.pt2", exported, "a program that torch.export wrote"),
    case("notes.pth", lambda path: zipfile.ZipFile(path, "w").writestr("a/b.txt", "x"), "is a ZIP archive, but no"),
    case("short-numbers.pth", archive(SMALL, {"0": bytes(4)}), "."),
    case("no-numbers.pth", archive(SMALL, {}), "."),
    case("large-shape.pth", archive({"a.weight": Said(Numbers(4), 10**9)}, {"0": bytes(16)}), "."),
    case("said-huge.pth", archive({"a.weight": Said(Numbers(10**15), 4)}, {"0": bytes(16)}), "."),
    case("negative.pth", archive({"a.weight": Said(Numbers(4), -4)}, {"0": bytes(16)}), "."),
    *(
        case(f"{name}.pth", archive({"a": value}, {"0": bytes(4)}), "holds (an array|tensors)")
        for name, value in GREEDY.items()
    ),
    *(
        case(f"unmade-{name}.pth", archive({"a.weight": value}, {}), "tensors without numbers")
        for name, value in UNMADE.items()
    ),
    case("old-unfilled.pth", old({"a.weight": Said(Numbers(400), 20, 20)}, [], b""), DAMAGED),
    case("old-huge.pth", old({"a.weight": Said(Numbers(10**10), 4)}, ["0"], struct.pack("<q", 10**10)), DAMAGED),
    case("old-short.pth", old(SMALL, ["0"], struct.pack("<q", 4) + bytes(4)), DAMAGED),
    case("old-keys.pth", old(SMALL, ["7"], b""), DAMAGED),
    case("network.pth", lambda path: torch.save(network(TINY), path), "holds something other than weights"),
    case("negated.pth", lambda path: saved(path, negated(state())), None),
    *(
        case(f"{name}-key.pth", raw(PICKLED + content + b"Ns."), "that no network needs")
        for name, content in {"deep": DEEP, "named-twice": NAMED_TWICE, "long": LONG}.items()
    ),
    case("deep-key-old.pth", raw_old(PICKLED + DEEP + b"Ns."), "that no network needs"),
    case("hashed-in-a-set.pth", raw(HASHED), "that no network needs"),
    case("encoded-again.pth", raw(PICKLED + text("x") + ENCODED + b"s."), "that no network needs"),
    case("many-steps.pth", raw(b"\x80\x02](" + b"\x8f" * 1_100_000 + b"e."), "that no network needs"),
    case("shadowed.pth", lambda path: saved(path, Shadowed()), None),
    case("shadowed-inner.pth", lambda path: saved(path, {"state_dict": Shadowed()}), None),
    case(
        "shadowed-parameters.pth",
        lambda path: saved(path, {name: ShadowedParameter(value) for name, value in state().items()}),
        None,
    ),
    case("runs.pth", lambda path: saved(path, {"state_dict": state(), "x": Runs(f"{path}.ran")}), "other than weights"),
    *(
        case(
            f"pickle-{protocol}.pkl",
            by_pickle(protocol),
            "is (a pickle|not a check)",
        )
        for protocol in range(6)
    ),
    case("web-page.pth", lambda path: path.write_bytes(b"<!DOCTYPE html><html>404"), "it is a web page"),
    case("pointer.bin", lambda path: path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n"), "Git LFS"),
    case("keras.h5", lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100)), "it is an HDF5 file"),
    case(
        "network.onnx",
        lambda path: path.write_bytes(b"\x08\x08\x12\x07pytorch"),
        "network.onnx is not a whole ONNX file",
    ),
    case("tar.pth.tar", lambda path: path.write_bytes(bytes(257) + b"ustar\x0000"), "it is a TAR archive"),
    case("empty.ckpt", lambda path: path.write_bytes(b""), "is empty"),
    case("zeros.bin", lambda path: path.write_bytes(bytes(1000)), "is not a checkpoint"),
    case("text.torch", lambda path: path.write_bytes(b"hello"), "is not a checkpoint"),
)
