"""The card of a checkpoint: what its weights are for and how an image must be brought to them.

In a safetensors file the card is the JSON under the metadata key `camdash`; beside `NAME.pth` it is `NAME.json`.
Required: `architecture`, `class_names`, `input_size`, `fit`. Without a card the fields are assumed, and said to be.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from camdash.errors import CheckpointError

METADATA_KEY = "camdash"
FIVE_CLASSES = ("Chest frontal", "Chest lateral", "Hip", "Hand", "Foot")
"""The names that a five-class checkpoint without a card is assumed to have, in the head's order."""

Choice = TypeVar("Choice", bound=StrEnum)
REQUIRED = ("architecture", "class_names", "input_size", "fit")
LARGEST_INPUT = 4096
"""The largest input side accepted from a card, in pixels: beyond it one pass would take the machine down."""

LARGEST_NUMBER = 1e6
"""The largest size of a mean or a std: far beyond any that makes sense for values in [0, 1]."""


class Fit(StrEnum):
    """How a radiograph is brought to the network's input size."""

    STRETCH = "stretch"
    PAD = "pad"
    CROP = "crop"


class Interpolation(StrEnum):
    """How a radiograph is resampled on its way to the network."""

    BILINEAR = "bilinear"
    AREA = "area"
    BICUBIC = "bicubic"
    NEAREST = "nearest"


@dataclass(frozen=True)
class Preprocessing:
    """How a radiograph, windowed to [0, 1], becomes a network input.

    Attributes:
        input_size: rows and columns of the network input.
        fit: stretched to the input size, padded (centred) or cropped (centred).
        interpolation: how the radiograph is resampled.
        resize: length of the shorter side, in pixels, before a crop; None takes the input's larger side.
        pad_value: the padding's value in [0, 1], before mean and std.
        mean: one value per input channel (or one for all), after scaling to [0, 1].
        std: likewise.
    """

    input_size: tuple[int, int]
    fit: Fit
    interpolation: Interpolation = Interpolation.BILINEAR
    resize: int | None = None
    pad_value: float = 0.0
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)


@dataclass(frozen=True)
class Card:
    """What a checkpoint says of itself.

    Attributes:
        architecture: torchvision's builder name ("resnet34").
        class_names: in the head's order.
        preprocessing: from radiograph to network input.
        about: free text by field: `trained`, `notes`, `sources`, `license`; only what the card has.
        assumed: the fields that no card gave.
        transform_input: torchvision's option of GoogLeNet and Inception v3, true for those that began with its own
            weights; None where the card does not say, and then taken as false.
    """

    architecture: str
    class_names: tuple[str, ...]
    preprocessing: Preprocessing
    about: tuple[tuple[str, str], ...] = ()
    assumed: tuple[str, ...] = ()
    transform_input: bool | None = None

    def text(self, key: str) -> str | None:
        """Return a free-text field of the card, or None."""
        return dict(self.about).get(key)


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on disk and its card; hashable, and by its digests a cache key for everything made with it.

    Attributes:
        name: the file's name without its ending.
        path: the file.
        sha256: of its content.
        card: the card, given or assumed.
        familiarity_sha256: of the familiarity check that stands beside it; empty where none does.
    """

    name: str
    path: Path = field(compare=False)
    sha256: str
    card: Card
    familiarity_sha256: str = ""


def parse_card(text: str, where: str) -> Card:
    """Read a card from JSON.

    Args:
        text: the JSON.
        where: the file it stands in, for the error's sentence.

    Raises:
        CheckpointError: it is no JSON object, a required field is missing, or a value makes no sense.
    """
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"The card in {where} is not valid JSON: {error}.") from error
    if not isinstance(fields, dict):
        raise CheckpointError(f"The card in {where} must be a JSON object with the keys {', '.join(REQUIRED)}.")
    missing = [key for key in REQUIRED if key not in fields]
    if missing:
        raise CheckpointError(f"The card in {where} lacks {', '.join(missing)}. Add what is missing.")
    try:
        return _card(fields)
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"The card in {where} cannot be used: {error}.") from error


def assumed_card(architecture: str, class_count: int, side: int = 1024) -> Card:
    """Return the card of a bare state dict: grey / 255, stretched to `side` squared, and the names by their number."""
    names = FIVE_CLASSES if class_count == len(FIVE_CLASSES) else tuple(f"Class {k}" for k in range(class_count))
    return Card(architecture, names, Preprocessing((side, side), Fit.STRETCH), assumed=REQUIRED)


def card_json(card: Card) -> str:
    """Return the card as JSON, as `parse_card` reads it."""
    how = card.preprocessing
    fields: dict[str, Any] = {
        "architecture": card.architecture,
        "class_names": card.class_names,
        "input_size": how.input_size,
        "fit": how.fit,
        "interpolation": how.interpolation,
        "pad_value": how.pad_value,
        "mean": how.mean,
        "std": how.std,
    }
    if how.resize is not None:
        fields["resize"] = how.resize
    if card.transform_input is not None:
        fields["transform_input"] = card.transform_input
    return json.dumps(fields | dict(card.about), ensure_ascii=False)


def _card(fields: Mapping[str, Any]) -> Card:
    names = fields["class_names"]
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError("class_names must be a list of names")
    if len(set(names)) < len(names):
        raise ValueError("class_names must differ from each other")
    if not isinstance(fields["architecture"], str):
        raise ValueError('architecture must be a builder\'s name such as "resnet34"')  # noqa: TRY004 (the card's fault, not a bug)
    transform_input = fields.get("transform_input")
    if transform_input is not None and not isinstance(transform_input, bool):
        raise ValueError("transform_input must be true or false")
    about = [(key, _words(fields[key])) for key in ("trained", "notes", "sources", "license") if fields.get(key)]
    how = _preprocessing(fields)
    return Card(fields["architecture"], tuple(names), how, tuple(about), transform_input=transform_input)


def _preprocessing(fields: Mapping[str, Any]) -> Preprocessing:
    rows, columns = _whole(fields["input_size"], "input_size")
    resize = fields.get("resize")
    std = _numbers(fields.get("std", 1.0), "std")
    if not all(value > 0 for value in std):
        raise ValueError("std must be positive")
    pad_value = _numbers(fields.get("pad_value", 0.0), "pad_value")[0]
    if not 0 <= pad_value <= 1:
        raise ValueError("pad_value must lie in [0, 1]")
    return Preprocessing(
        input_size=(rows, columns),
        fit=_choice(Fit, fields["fit"], "fit"),
        interpolation=_choice(Interpolation, fields.get("interpolation", "bilinear"), "interpolation"),
        resize=None if resize is None else _whole([resize, resize], "resize")[0],
        pad_value=pad_value,
        mean=_numbers(fields.get("mean", 0.0), "mean"),
        std=std,
    )


def _choice(kind: type[Choice], value: object, key: str) -> Choice:
    if value not in list(kind):
        raise ValueError(f"{key} must be one of {', '.join(kind)}, not {value!r}")
    return kind(str(value))


def _whole(value: object, key: str) -> tuple[int, int]:
    if not isinstance(value, Sequence) or len(value) != 2 or not all(type(length) is int for length in value):
        raise ValueError(f"{key} must be whole numbers of pixels, as in [512, 512]")
    if not all(1 <= length <= LARGEST_INPUT for length in value):
        raise ValueError(f"{key} must lie between 1 and {LARGEST_INPUT} pixels")
    return value[0], value[1]


def _numbers(value: object, key: str) -> tuple[float, ...]:
    values: list[Any] = value if isinstance(value, list) else [value]
    if not values or any(isinstance(item, bool) or not isinstance(item, int | float) for item in values):
        raise ValueError(f"{key} must be a number, or a list of one number per channel")
    if not all(abs(item) <= LARGEST_NUMBER for item in values):
        raise ValueError(f"{key} must be a finite number, of at most {LARGEST_NUMBER:g}")
    return tuple(float(item) for item in values)


def _words(value: object) -> str:
    return "; ".join(str(item) for item in value) if isinstance(value, list) else str(value)
