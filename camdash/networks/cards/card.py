"""The card of a checkpoint: what its weights are for and how an image must be brought to them.

In a safetensors file the card is the JSON under the metadata key `camdash`; beside `NAME.pth` it is `NAME.json`.
Required: `architecture`, `class_names`, `input_size`, `fit`; the last two not with a `preset`. Without a card the
fields are assumed, and said to be; a card that was written when only the classes were named lists under `guessed` what
nobody knew.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from camdash.networks.cards.arithmetic import AS_TORCHVISION, Arithmetic
from camdash.networks.cards.output import SOFTMAX, Output, OutputKind
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


MOST_NAMED = 5
"""Names that a sentence lists."""


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


def numbered(count: int) -> tuple[str, ...]:
    """Return names for classes of which only the places are known."""
    return tuple(f"Class {k}" for k in range(count))
