"""The endings of checkpoint files: which files of a folder are looked at, and what they are called without it."""

import os
from pathlib import Path

SAFETENSORS, ONNX = ".safetensors", ".onnx"
ENSEMBLE = ".ensemble.json"
"""Of a card that names several checkpoints: an ensemble of them."""

SUFFIXES = (
    ENSEMBLE,
    *(SAFETENSORS, ".pth.tar", ".pt.tar", ".pth", ".pt", ".ckpt", ".bin"),
    *(".pkl", ".pickle", ".pt2", ".th", ".torch", ".ptl", ".torchscript", ".jit"),
    *(ONNX, ".h5", ".hdf5", ".keras", ".tflite", ".gguf", ".pdparams"),
)
"""Endings of files that people take for checkpoints, in lower case, a longer one before the one it ends in.

Whether a file is one is told from its content; those of other programs are listed so that a sentence can name them.
"""

CARD, FAMILIARITY = ".json", ".familiarity"

CONFIG, PREPROCESSOR = "config.json", "preprocessor_config.json"
"""What a folder of Hugging Face says of its network, and of how an image is brought to it."""

IN_FOLDERS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
"""Where such a folder holds its weights, or the list of the files that do; the first that is there is read."""

FOLDER_CARD = "camdash.json"
"""The card of a folder, in it."""


def ending_of(name: str) -> str:
    """Return the ending of a checkpoint's file name, as it is written; empty where it has none."""
    lower = name.lower()
    if not lower.endswith(SUFFIXES):
        return ""
    length = next(len(ending) for ending in SUFFIXES if lower.endswith(ending))
    return name[-length:] if length < len(name) else ""


def is_ensemble(name: str) -> bool:
    """Tell whether a file is an ensemble's card, by its name."""
    return ending_of(name).lower() == ENSEMBLE


def bare_name(name: str) -> str:
    """Return a file's name without its ending."""
    ending = ending_of(name)
    return name.removesuffix(ending) if ending else Path(name).stem


def card_path(path: Path) -> Path:
    """Return where the card of a checkpoint stands, if it is not in its metadata.

    That of a folder stands in it, unless there is one beside it alone.
    """
    if os.path.isdir(path):  # noqa: PTH112 - unlike Path's, it raises nothing for a name that is too long
        inside, beside = path / FOLDER_CARD, path.parent / (path.name + CARD)
        return beside if os.path.lexists(beside) and not os.path.lexists(inside) else inside
    return path.with_name(bare_name(path.name) + CARD)


def familiarity_path(path: Path) -> Path:
    """Return where the familiarity check of a checkpoint stands that has none in its own file."""
    if os.path.isdir(path):  # noqa: PTH112 - unlike Path's, it raises nothing for a name that is too long
        return path.parent / (path.name + FAMILIARITY)
    return path.with_name(bare_name(path.name) + FAMILIARITY)
