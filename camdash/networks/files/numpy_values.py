"""NumPy values in a checkpoint's pickle: none is made, and a file of nothing else is refused in words."""

from camdash.words.sentence import say

NUMPY = (
    *(f"numpy.{core}.multiarray.{name}" for core in ("core", "_core") for name in ("scalar", "_reconstruct")),
    *("numpy.dtype", "numpy.ndarray", "numpy.bool", "numpy.bool_", "numpy.str_", "numpy.bytes_", "numpy.object_"),
    *(f"numpy.{kind}" for kind in ("float16", "float32", "float64", "complex64", "complex128")),
    *(f"numpy.{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
)
"""What pickles of NumPy's scalars, arrays and types ask for, in its first and second version."""


class NumpyValue:
    """Stands in for a NumPy value beside the weights: nothing of it is made, so no code of NumPy sees the file."""

    def __new__(cls, *_: object) -> "NumpyValue":
        """Return one, whatever it would be made from."""
        return super().__new__(cls)

    def __setstate__(self, state: object) -> None:
        """Leave the numbers out."""


def large_arrays(name: str) -> str:
    """Say of a file that its arrays are too large to be looked through."""
    return say(
        "{name} holds large NumPy arrays. Save the weights alone, as tensors: torch.save(model.state_dict(), path).",
        name=name,
    )


def only_arrays(name: str) -> str:
    """Say of a file that its weights are arrays."""
    return say(
        "{name} holds NumPy arrays in place of tensors. Turn each into a tensor by torch.from_numpy(array), "
        "and save them again.",
        name=name,
    )


def asks_for_arrays(pickles: bytes) -> bool:
    """Return whether pickles, of any protocol, ask for arrays, whose numbers then stand in the pickle itself."""
    return b"numpy" in pickles and (b"_reconstruct" in pickles or b"_frombuffer" in pickles)


def are_weights(content: dict[object, object]) -> bool:
    """Return whether a dictionary is a state dict, but of arrays."""
    named = [name for name, value in content.items() if isinstance(value, NumpyValue) and isinstance(name, str)]
    return any(name.endswith((".weight", ".bias")) for name in named)
