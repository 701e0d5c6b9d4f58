"""The endings of checkpoint files: which files of a folder are looked at, and what they are called without it."""

from pathlib import Path

SAFETENSORS, ONNX = ".safetensors", ".onnx"

SUFFIXES = (
    *(SAFETENSORS, ".pth.tar", ".pt.tar", ".pth", ".pt", ".ckpt", ".bin"),
    *(".pkl", ".pickle", ".pt2", ".th", ".torch", ".ptl", ".torchscript", ".jit"),
    *(ONNX, ".h5", ".hdf5", ".keras", ".tflite", ".gguf", ".pdparams"),
)
"""Endings of files that people take for checkpoints, in lower case, a longer one before the one it ends in.

Whether a file is one is told from its content; those of other programs are listed so that a sentence can name them.
"""

CARD, FAMILIARITY = ".json", ".familiarity"


def ending_of(name: str) -> str:
    """Return the ending of a checkpoint's file name, as it is written; empty where it has none."""
    lower = name.lower()
    if not lower.endswith(SUFFIXES):
        return ""
    length = next(len(ending) for ending in SUFFIXES if lower.endswith(ending))
    return name[-length:] if length < len(name) else ""


def bare_name(name: str) -> str:
    """Return a file's name without its ending."""
    ending = ending_of(name)
    return name.removesuffix(ending) if ending else Path(name).stem


def card_path(path: Path) -> Path:
    """Return where the card of a checkpoint stands, if it is not in its metadata."""
    return path.with_name(bare_name(path.name) + CARD)


def familiarity_path(path: Path) -> Path:
    """Return where the familiarity check of a checkpoint stands that has none in its own file."""
    return path.with_name(bare_name(path.name) + FAMILIARITY)
