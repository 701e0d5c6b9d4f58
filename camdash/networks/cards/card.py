"""The card of a checkpoint: what its weights are for and how an image must be brought to them.

In a safetensors file the card is the JSON under the metadata key `camdash`; beside `NAME.pth` it is `NAME.json`.
Required: `architecture`, `class_names`, `input_size`, `fit`; the last two not with a `preset`. Without a card the
fields are assumed, and said to be; a card that was written when only the classes were named lists under `guessed` what
nobody knew.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from camdash.errors import CheckpointError
from camdash.networks.cards.arithmetic import AS_TORCHVISION, Arithmetic, arithmetic_of
from camdash.networks.cards.output import FIELDS, SOFTMAX, Output, OutputKind, assumed_output, output_of
from camdash.networks.cards.presets import with_preset
from camdash.networks.cards.values import choice, lengths, names, numbers, some_of, text, truth, without_repeats, words
from camdash.networks.text import printable
from camdash.words.sentence import joined, say, say_many

METADATA_KEY = "camdash"
FIVE_CLASSES = ("Chest frontal", "Chest lateral", "Hip", "Hand", "Foot")
"""The names that the user's own network is assumed to have where it has no card, in the head's order."""

OWN_NETWORK = ("resnet34", 1, len(FIVE_CLASSES))
"""Architecture, input channels and outputs of the user's own network. Of any other, nobody knows what is what."""

GRAPH = "ONNX graph"
"""The architecture of an ONNX file, whatever its card calls it: the graph is all that is run."""

REQUIRED = ("architecture", "class_names", "input_size", "fit")
LARGEST_INPUT = 4096
"""The largest input side accepted from a card, in pixels: beyond it one pass would take the machine down."""

MOST_CLASSES = 25_000
"""ImageNet in full has 21,841."""

ASSUMED_SIDE = 1024
"""Pixels of an input's side, where neither a card nor the weights say it."""

GUESSES = ("input_size", "fit")
"""What a card may call a guess."""

ABOVE = ">"
"""Begins the name of a step between two grades."""

ABOUT = ("trained", "notes", "sources", "license")
"""Fields of free text."""

PREPARING = ("interpolation", "resize", "pad_value", "mean", "std")
"""Fields that say how a radiograph becomes an input, beside the required ones."""

PARTS = ("network", "head")
"""Fields that choose, by their names in the file, one of several networks and one of several heads."""

LONGEST_PART = 200
"""Characters of such a name."""

KNOWN = frozenset(
    (
        *REQUIRED,
        *PREPARING,
        *ABOUT,
        "preset",
        "transform_input",
        "guessed",
        *PARTS,
        *FIELDS,
        *(one.name for one in dataclass_fields(Arithmetic)),
    )
)
PRIVATE = ("x_", "_")
"""What a field begins with that its writer keeps for themself."""
MOST_NAMED = 5
"""Unknown fields that are named."""

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
        architecture: torchvision's builder name ("resnet34"); of an ensemble all of its members', with " + " between.
        class_names: in the head's order; for the output `binary` the negative class and the positive one, for `ordinal`
            all grades, the lowest first.
        preprocessing: from radiograph to network input.
        about: free text by field: `trained`, `notes`, `sources`, `license`; only what the card has.
        assumed: the fields that no card gave, or that its writer did not know.
        transform_input: torchvision's option of GoogLeNet and Inception v3, true for those that began with its own
            weights; None where the card does not say, and then taken as false.
        arithmetic: what else the weights do not tell.
        output: what the logits mean.
        preset: the name of the preset that gave what the card itself does not say of the way to an input; empty for
            none.
        untold: what else is a guess because of what stands in the file itself, a sentence each.
        alike: other architectures that fit the weights as well, where no card says which it is.
        prepared_as: timm's name of the weights whose preprocessing is taken; empty for none.
        network: of several networks in the file, the beginning of the names of the one that is meant; empty where the
            card does not say.
        head: of several heads, the name of the one that is meant; likewise.
        members: of an ensemble the names of its checkpoints; none for a checkpoint of its own.
    """

    architecture: str
    class_names: tuple[str, ...]
    preprocessing: Preprocessing
    about: tuple[tuple[str, str], ...] = ()
    assumed: tuple[str, ...] = ()
    transform_input: bool | None = None
    arithmetic: Arithmetic = AS_TORCHVISION
    output: Output = SOFTMAX
    preset: str = ""
    untold: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    prepared_as: str = ""
    network: str = ""
    head: str = ""
    members: tuple[str, ...] = field(default=(), repr=False)

    @property
    def logit_names(self) -> tuple[str, ...]:
        """A name for each logit, in the head's order.

        Of two classes with one logit, the positive one's; of ordered grades, a step above each but the last: "> Mild".
        """
        if self.output.kind is OutputKind.ORDINAL:
            return tuple(f"{ABOVE} {name}" for name in self.class_names[:-1])
        return self.class_names[1:] if self.output.kind is OutputKind.BINARY else self.class_names

    def text(self, key: str) -> str | None:
        """Return a free-text field of the card, or None."""
        return dict(self.about).get(key)

    @property
    def guess(self) -> str:
        """Sentences that say what is a guess because no card says it; empty where nothing is."""
        alike = self.fits_alike if self.architecture.startswith("timm/") else ""
        return joined(" ", [self._guessed_fields(), alike, self.output.assumed, *self.untold])

    @property
    def fits_alike(self) -> str:
        """Which other architectures fit the weights as well, in sentences; empty where none does."""
        if not self.alike:
            return ""
        names, more = ", ".join(self.alike[:MOST_NAMED]), len(self.alike) - MOST_NAMED
        if more > 0:
            names = say_many("{names} and {count} more", "{names} and {count} more", more, names=names)
        return say(
            "The weights fit {architecture} and {names} alike; {architecture} is taken. A card can say which.",
            architecture=self.architecture,
            names=names,
        )

    def _guessed_fields(self) -> str:
        if "class_names" in self.assumed:
            return self._without_card()
        if self.prepared_as:
            return say("No card: images are prepared as for timm's {name}.", name=self.prepared_as)
        if "input_size" in self.assumed:
            return say("Input size is a guess.")
        return say("Fit to the input is a guess.") if "fit" in self.assumed else ""

    def _without_card(self) -> str:
        if self.prepared_as:
            return say(
                "No card: classes are only numbered; images are prepared as for timm's {name}.", name=self.prepared_as
            )
        named, sized = self.class_names != numbered(len(self.class_names)), "input_size" not in self.assumed
        if "fit" not in self.assumed:
            return say("Class names are a guess.") if named else say("Classes are only numbered.")
        if named and sized:
            return say("No card: class names and fit to the input are guesses.")
        if named:
            return say("No card: class names and input size are guesses.")
        if sized:
            return say("No card: classes are only numbered, and the fit to the input is a guess.")
        return say("No card: classes are only numbered, and the input size is a guess.")


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on disk and its card; hashable, and by its digests a cache key for everything made with it.

    Attributes:
        name: the file's name without its ending.
        path: the file.
        sha256: of its content; of an ensemble of its card, and of what its members are.
        card: the card, given or assumed.
        familiarity_sha256: of the familiarity check that stands beside it; empty where none does.
        members: of an ensemble its checkpoints; else none.
    """

    name: str
    path: Path = field(compare=False)
    sha256: str
    card: Card
    familiarity_sha256: str = ""
    members: tuple["Checkpoint", ...] = ()


def parse_card(text: str, where: str) -> Card:
    """Read a card from JSON.

    Args:
        text: the JSON.
        where: the file it stands in, for the error's sentence.

    Raises:
        CheckpointError: it is no JSON object, a required field is missing, or a value makes no sense.
    """
    return card_of(card_fields(text, where), where)


def card_fields(text: str, where: str, required: Collection[str] = REQUIRED) -> dict[str, Any]:
    """Return the fields of a card as they stand in its JSON, `required` among them; raise as `parse_card`."""
    try:
        fields = json.loads(text, object_pairs_hook=without_repeats)
    except (ValueError, RecursionError) as error:
        reason = str(error)
        raise CheckpointError(
            say("The card in {name} is not valid JSON: {reason}.", name=where, reason=reason)
        ) from error
    if not isinstance(fields, dict):
        keys = ", ".join(required)
        raise CheckpointError(
            say("The card in {name} must be a JSON object with the keys {keys}.", name=where, keys=keys)
        )
    try:
        missing = [key for key in required if key not in with_preset(fields)]
    except ValueError:
        missing = []  # the preset itself is refused when the card is made
    if missing:
        keys = ", ".join(missing)
        raise CheckpointError(say("The card in {name} lacks {keys}. Add what is missing.", name=where, keys=keys))
    return fields


def card_of(fields: Mapping[str, Any], where: str) -> Card:
    """Return the card whose fields these are; raise as `parse_card`."""
    try:
        return card_from(fields)
    except (TypeError, ValueError, RecursionError) as error:
        reason = str(error)
        raise CheckpointError(say("The card in {name} cannot be used: {reason}.", name=where, reason=reason)) from error


def unused_fields(given: Collection[str], card: Card, known: Collection[str] = KNOWN) -> tuple[str, ...]:
    """Return a sentence for each field that a card gives and nothing uses: unknown, or without its `fit`.

    Args:
        given: the names of the card's fields.
        card: what was made of them.
        known: the names that are used.
    """
    unknown = sorted(name for name in given if name not in known and not name.startswith(PRIVATE))
    said: list[str] = [
        say("The card's field {name} is not known and was not used.", name=printable(name))
        for name in unknown[:MOST_NAMED]
    ]
    more = len(unknown) - MOST_NAMED
    if more > 0:
        said.append(
            say_many(
                "{count} more field of the card is not known and was not used.",
                "{count} more fields of the card are not known and were not used.",
                more,
            )
        )
    how = card.preprocessing
    if card.members:
        return tuple(said)
    if how.resize is not None and how.fit is not Fit.CROP:
        said.append(say("The card's field {name} was not used: it needs {fit}.", name="resize", fit='"fit": "crop"'))
    if how.pad_value > 0 and how.fit is not Fit.PAD:
        said.append(say("The card's field {name} was not used: it needs {fit}.", name="pad_value", fit='"fit": "pad"'))
    return tuple(said)


def said_by_graph(given: Collection[str]) -> tuple[str, ...]:
    """Return a sentence for each field of an ONNX file's card that the graph says itself; `given` are their names."""
    own = ("transform_input", *(one.name for one in dataclass_fields(Arithmetic)))
    return tuple(
        say("The card's field {name} was not used: the ONNX graph says it.", name=name) for name in own if name in given
    )


def assumed_card(
    architecture: str,
    class_count: int,
    side: int | None = None,
    channels: int = 1,
    *,
    sigmoid_sign: str = "",
    ordinal_sign: str = "",
    usual: int | None = None,
) -> Card:
    """Return the card of a bare state dict: grey / 255, stretched, and the names by their number.

    Args:
        architecture: torchvision's builder name.
        class_count: outputs.
        side: of the only square input that the weights take; None for 1024 pixels, which is a guess.
        channels: input channels; the names of the five body parts are assumed for `OWN_NETWORK` alone.
        sigmoid_sign: the name of a weight that only a training of independent labels leaves; empty for none.
        ordinal_sign: the name of biases that only a head of ordered grades has; empty for none.
        usual: the side that is guessed in place of 1024 pixels.
    """
    is_own = (architecture, channels, class_count) == OWN_NETWORK and not ordinal_sign
    names = FIVE_CLASSES if is_own else numbered(class_count + bool(ordinal_sign))
    length = side or usual or ASSUMED_SIDE
    how = Preprocessing((length, length), Fit.STRETCH)
    assumed = tuple(key for key in REQUIRED if not (side and key == "input_size"))
    output = assumed_output(class_count, sigmoid_sign=sigmoid_sign, ordinal_sign=ordinal_sign, is_own=is_own)
    return Card(architecture, names, how, assumed=assumed, output=output)


def numbered(count: int) -> tuple[str, ...]:
    """Return names for classes of which only the places are known."""
    return tuple(f"Class {k}" for k in range(count))


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
    if card.preset:
        fields["preset"] = card.preset
    if how.resize is not None:
        fields["resize"] = how.resize
    if card.transform_input is not None:
        fields["transform_input"] = card.transform_input
    guessed = [key for key in GUESSES if key in card.assumed]
    if guessed and "class_names" not in card.assumed:  # else there is no card, and all of it is assumed
        fields["guessed"] = guessed
    fields |= {key: name for key in PARTS if (name := getattr(card, key))}
    fields |= card.arithmetic.said | card.output.said
    if card.members:
        fields["members"] = card.members
    return json.dumps(fields | dict(card.about), ensure_ascii=False)


def card_from(said: Mapping[str, Any]) -> Card:
    """Return the card whose fields these are.

    Raises:
        ValueError: a value makes no sense; in words, without a full stop. Or a TypeError or RecursionError.
    """
    fields = with_preset(said)
    if not isinstance(fields["architecture"], str):
        raise ValueError(say('architecture must be a builder\'s name such as "resnet34"'))  # noqa: TRY004 (the card's fault, not a bug)
    class_names = names(fields["class_names"], "class_names", MOST_CLASSES)
    return Card(
        architecture=fields["architecture"],
        class_names=class_names,
        preprocessing=_preprocessing(fields),
        about=tuple((key, words(fields[key], key)) for key in ABOUT if fields.get(key)),
        assumed=some_of(fields.get("guessed"), GUESSES, "guessed"),
        transform_input=truth(fields.get("transform_input"), "transform_input"),
        arithmetic=arithmetic_of(fields),
        output=output_of(fields, len(class_names), is_own=class_names == FIVE_CLASSES),
        preset=fields.get("preset") or "",
        network=text(fields.get("network"), "network", LONGEST_PART),
        head=text(fields.get("head"), "head", LONGEST_PART),
    )


def _preprocessing(fields: Mapping[str, Any]) -> Preprocessing:
    rows, columns = lengths(fields["input_size"], "input_size", LARGEST_INPUT)
    resize = fields.get("resize")
    std = numbers(fields.get("std", 1.0), "std", LARGEST_NUMBER)
    if not all(value > 0 for value in std):
        raise ValueError(say("std must be positive"))
    pad_value = numbers(fields.get("pad_value", 0.0), "pad_value", LARGEST_NUMBER)[0]
    if not 0 <= pad_value <= 1:
        raise ValueError(say("pad_value must lie in [0, 1]"))
    return Preprocessing(
        input_size=(rows, columns),
        fit=choice(Fit, fields["fit"], "fit"),
        interpolation=choice(Interpolation, fields.get("interpolation", "bilinear"), "interpolation"),
        resize=None if resize is None else lengths([resize, resize], "resize", LARGEST_INPUT)[0],
        pad_value=pad_value,
        mean=numbers(fields.get("mean", 0.0), "mean", LARGEST_NUMBER),
        std=std,
    )
