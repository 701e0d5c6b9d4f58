"""Lines of Python by which someone who trusts a file saves its weights alone, in a file that is read without code."""

from pathlib import Path

from camdash.networks.endings import bare_name
from camdash.networks.files.state_dicts import NESTINGS
from camdash.words.sentence import joined, say

ADVICE = say("Save the weights alone: torch.save(model.state_dict(), path).")

TORCH = "torch.load({name}, map_location='cpu', weights_only=False)"
PICKLE = "pickle.loads(pathlib.Path({name}).read_bytes())"
TORCHSCRIPT = "torch.jit.load({name}, map_location='cpu')"
EXPORTED = "torch.export.load({name}).state_dict"


def recipe(path: Path, opening: str = TORCH) -> str:
    """Return three lines that find the network or its weights in a file, bare or nested, and save the weights alone.

    NumPy's arrays of numbers become tensors. What is neither a weight nor a dictionary stays behind; it
    may be what cannot be read without code.
    """
    modules = "pathlib, pickle, torch" if opening is PICKLE else "torch"
    target = repr(bare_name(path.name) + ".weights.pth")
    warning = say("runs the code in the file: only if you trust who made it")
    return joined(
        "",
        [
            f"import {modules}; loaded = {opening.format(name=repr(path.name))}  # ",
            warning,
            f"\nfor key in {NESTINGS}: loaded = loaded[key] if isinstance(loaded, dict) and "
            "(isinstance(loaded.get(key), dict) or hasattr(loaded.get(key), 'state_dict')) else loaded\n"
            "torch.save({name: value if isinstance(value, (torch.Tensor, dict)) else torch.as_tensor(value) "
            "for name, value in (loaded.state_dict() if hasattr(loaded, 'state_dict') else loaded).items() "
            "if isinstance(value, (torch.Tensor, dict)) "
            "or (type(value).__name__ == 'ndarray' and value.dtype.kind in 'fiu')}, "
            f"{target})",
        ],
    )
