"""torchxrayvision's networks: torchvision's names, one channel, and the thresholds of its labels in a buffer."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from camdash.networks.files import tensor_files
from camdash.networks.files.content import Content
from camdash.networks.files.kinds import FileKind, kind_of
from camdash.networks.files.pickled import unpickled
from camdash.networks.files.state_dicts import find_state_dict
from camdash.networks.files.weights import StoredWeights, Told, tensor_header
from camdash.networks.hubs.labels import distinct
from camdash.words.sentence import say, say_many

THRESHOLDS = "op_threshs"
"""The last part of the name of the buffer that no other network has."""

PATHOLOGIES = (
    *("Atelectasis", "Consolidation", "Infiltration", "Pneumothorax", "Edema", "Emphysema", "Fibrosis", "Effusion"),
    *("Pneumonia", "Pleural_Thickening", "Cardiomegaly", "Nodule", "Mass", "Hernia", "Lung Lesion", "Fracture"),
    *("Lung Opacity", "Enlarged Cardiomediastinum"),
)
"""The labels of its networks that were trained on all data sets, in their order (its `default_pathologies`)."""

LISTS = ("pathologies", "targets")
"""Under which a file may hold the labels beside the weights."""

SHAPES = {
    "features.conv0.weight": (64, 1, 7, 7),
    "features.denseblock4.denselayer16.conv2.weight": (32, 128, 3, 3),
    "classifier.weight": (len(PATHOLOGIES), 1024),
}
"""Names and shapes of its DenseNet-121: one channel and so many labels are its own."""

MOST_LABELS = 1000


def with_labels(stored: StoredWeights, content: Content, path: Path) -> StoredWeights:
    """Return weights with what torchxrayvision says of their labels; as they are, where they are not its.

    Raises:
        CheckpointError: the file cannot be read.
    """
    name = next((name for name in stored.ignored if name.rpartition(".")[2] == THRESHOLDS), "")
    if not name:
        return _by_shapes(stored) if stored.told is None else stored
    thresholds, labels = _read(content, path)
    heads = [stored.shapes[head] for head in ("classifier.weight", "fc.weight") if head in stored.tensors]
    outputs = heads[0][0] if heads and heads[0] else 0
    fields: dict[str, Any] = {"preset": "torchxrayvision", "output": "sigmoid"}
    if "fc.weight" in stored.tensors:
        fields["preset"] = "torchxrayvision-512"
    fields |= _names(labels, outputs)
    said = say("preset {preset}, as {name} is torchxrayvision's", preset=fields["preset"], name=name)
    known = [value for value in thresholds if 0 < value < 1]
    notes = [said]
    if len(known) == len(thresholds) == outputs:
        fields["thresholds"] = thresholds
        notes.append(
            say("thresholds from {name}; probabilities are plain sigmoids, which torchxrayvision rescales", name=name)
        )
    else:
        notes.append(
            say_many(
                "no threshold used, since {name} lacks that of {count} label",
                "no threshold used, since {name} lacks those of {count} labels",
                max(outputs - len(known), 1),
                name=name,
            )
        )
    return _with(stored, Told(say("weights"), fields, {}, () if labels else ("class_names",)), *notes)


def _by_shapes(stored: StoredWeights) -> StoredWeights:
    """Guess that weights of the shapes of its DenseNet are torchxrayvision's: their files often lack the buffer."""
    if any(stored.shapes.get(name) != shape for name, shape in SHAPES.items()):
        return stored
    fields = {"preset": "torchxrayvision", "output": "sigmoid", "class_names": list(PATHOLOGIES)}
    said = say("preset torchxrayvision, labels and independent outputs guessed: the shapes are those of its DenseNet")
    return _with(stored, Told(say("weights"), fields, {}, ("class_names", "input_size", "fit", "output")), said)


def _with(stored: StoredWeights, told: Told, *notes: str) -> StoredWeights:
    return replace(stored, conversions=(*stored.conversions, *notes), told=told)


def _names(labels: list[str], outputs: int) -> dict[str, Any]:
    if len(labels) == outputs:
        return {"class_names": distinct(labels)}
    return {"class_names": list(PATHOLOGIES)} if outputs == len(PATHOLOGIES) else {}


def _read(content: Content, path: Path) -> tuple[list[float], list[str]]:
    """Return the thresholds, NaN where none is known, and the labels, where the file holds them."""
    kind = kind_of(content, path)
    if kind is FileKind.SAFETENSORS:
        parts = tensor_header(content).parts
        name = next(name for name in parts if name.rpartition(".")[2] == THRESHOLDS)
        return _numbers(tensor_files.read_tensor(content.reader(), parts[name])), []
    loaded = unpickled(content, path, kind, values=True)
    tensors, _ = find_state_dict(loaded, content.said)
    value = next(value for name, value in tensors.items() if name.rpartition(".")[2] == THRESHOLDS)
    return _numbers(value), _labels(loaded)


def _numbers(value: Tensor) -> list[float]:
    if value.ndim != 1 or len(value) > MOST_LABELS or value.is_complex():
        return [math.nan]
    return [float(one) for one in value.double().tolist()]


def _labels(loaded: object) -> list[str]:
    if not isinstance(loaded, Mapping):
        return []
    for key in LISTS:
        found = loaded.get(key)
        if isinstance(found, list | tuple) and found and all(isinstance(name, str) for name in found):
            return list(found)
    return []
