"""What the numbers mean that a network puts out: the field `output` of a card, and the fields that go with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from camdash.networks.cards.values import choice, list_of_numbers, number, text
from camdash.words.sentence import joined, say, say_many

LARGEST_FACTOR = 1e6
"""The largest size of temperature, scale and offset."""

LONGEST_UNIT = 40
"""Characters."""

FIELDS = ("output", "thresholds", "temperature", "unit", "scale", "offset")
"""What a card may say of its output."""


class OutputKind(StrEnum):
    """What the logits of a network mean."""

    SOFTMAX = "softmax"
    SIGMOID = "sigmoid"
    BINARY = "binary"
    REGRESSION = "regression"
    ORDINAL = "ordinal"
    UNKNOWN = "unknown"


SAID = tuple(kind.value for kind in OutputKind if kind is not OutputKind.UNKNOWN)
"""What a card may say; unknown is what it is without a word."""

_WITH = {
    "thresholds": (OutputKind.SIGMOID, OutputKind.BINARY),
    "temperature": (OutputKind.SOFTMAX, OutputKind.SIGMOID, OutputKind.BINARY, OutputKind.ORDINAL),
    "unit": (OutputKind.REGRESSION,),
    "scale": (OutputKind.REGRESSION,),
    "offset": (OutputKind.REGRESSION,),
}
"""With which kinds of output each field makes sense."""


@dataclass(frozen=True)
class Output:
    """What the logits mean.

    Attributes:
        kind: `softmax`: classes of which exactly one is right. `sigmoid`: labels, each on its own. `binary`: one logit
            between two classes. `regression`: values. `ordinal`: grades in their order, and for each step between two
            of them the log-odds that the grade is above it. `unknown`: nobody says.
        thresholds: probabilities from which a label counts as found, in the head's order, each in (0, 1); none where
            they are not known. One for `binary`.
        temperature: logits are divided by it before they become probabilities; positive.
        unit: of the values; empty where there is none.
        scale: value = logit x scale + offset; not zero.
        offset: see `scale`.
        assumed: a sentence that says what was taken for it and why; empty where the card says what it is.
    """

    kind: OutputKind = OutputKind.SOFTMAX
    thresholds: tuple[float, ...] = ()
    temperature: float = 1.0
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    assumed: str = ""

    @property
    def said(self) -> dict[str, Any]:
        """The fields of a card that say this; none where it was assumed."""
        if self.assumed:
            return {}
        values = {"output": self.kind.value} | {key: getattr(self, key) for key in _WITH}
        return {key: value for key, value in values.items() if key == "output" or value != getattr(SOFTMAX, key)}


SOFTMAX = Output()
"""Of a network whose classes exclude each other."""


def assumed_output(outputs: int, *, sigmoid_sign: str = "", ordinal_sign: str = "", is_own: bool = False) -> Output:
    """Return what is taken for the output where nobody says what it is.

    Args:
        outputs: how many numbers the network puts out.
        sigmoid_sign: the name of a weight that only a training of independent labels leaves; empty for none.
        ordinal_sign: the name of biases that only a head of ordered grades has; empty for none.
        is_own: whether it is the network that camdash was made for, whose output is known.
    """
    if ordinal_sign:
        why = say(
            "The classes are taken for grades in their order (ordinal), since the file holds {name}.", name=ordinal_sign
        )
        return Output(OutputKind.ORDINAL, assumed=why)
    if sigmoid_sign:
        why = say(
            "Each label is taken on its own (sigmoid), since the file holds {name}.",
            name=sigmoid_sign,
        )
        thresholds = say("Thresholds in the file are not read: put them into the card.")
        is_read = sigmoid_sign.rpartition(".")[2] != "op_threshs"
        return Output(OutputKind.SIGMOID, assumed=why if is_read else joined(" ", [why, thresholds]))
    if outputs == 1:
        why = say(
            "The network puts out one number, and nothing says what it means. "
            'Add "output" to the card: "binary" or "regression".'
        )
        return Output(OutputKind.UNKNOWN, assumed=why)
    if is_own:
        return SOFTMAX
    return Output(assumed=say("That exactly one class is right (softmax) is assumed."))


def output_of(fields: Mapping[str, Any], names: int, *, is_own: bool = False) -> Output:
    """Return what the fields of a card say of its output, or what is assumed where they do not say it.

    Args:
        fields: of the card.
        names: how many `class_names` it gives.
        is_own: whether it is the network that camdash was made for.

    Raises:
        ValueError: a field makes no sense.
    """
    if fields.get("output") is None:
        for key in _WITH:
            if fields.get(key) is not None:
                raise ValueError(say("{key} makes no sense without output", key=key))
        return assumed_output(names, is_own=is_own)
    kind = choice(OutputKind, fields["output"], "output", SAID)
    for key, kinds in _WITH.items():
        if fields.get(key) is not None and kind not in kinds:
            raise ValueError(say("{key} makes no sense with the output {kind}", key=key, kind=kind.value))
    if kind is OutputKind.BINARY and names != 2:
        raise ValueError(say("class_names must be two names for the output binary: first the negative one"))
    if kind is OutputKind.SOFTMAX and names < 2:
        raise ValueError(say("the output softmax needs two classes at least"))
    if kind is OutputKind.ORDINAL and names < 2:
        raise ValueError(say("class_names must be two names or more for the output ordinal: the lowest grade first"))
    labels = 1 if kind is OutputKind.BINARY else names
    return Output(
        kind,
        thresholds=_thresholds(fields.get("thresholds"), labels),
        temperature=_positive(fields.get("temperature"), "temperature"),
        unit=text(fields.get("unit"), "unit", LONGEST_UNIT),
        scale=_not_zero(fields.get("scale"), "scale"),
        offset=0.0 if fields.get("offset") is None else number(fields["offset"], "offset", LARGEST_FACTOR),
    )


def _thresholds(value: object, labels: int) -> tuple[float, ...]:
    if value is None:
        return ()
    found = list_of_numbers(value, "thresholds", 1)
    if len(found) != labels:
        raise ValueError(
            say_many(
                "thresholds must be a list of {count} number", "thresholds must be a list of {count} numbers", labels
            )
        )
    if not all(0 < threshold < 1 for threshold in found):
        raise ValueError(say("thresholds must be probabilities between 0 and 1"))
    return found


def _positive(value: object, key: str) -> float:
    found = 1.0 if value is None else number(value, key, LARGEST_FACTOR)
    if found <= 0:
        raise ValueError(say("{key} must be positive", key=key))
    return found


def _not_zero(value: object, key: str) -> float:
    found = 1.0 if value is None else number(value, key, LARGEST_FACTOR)
    if found == 0:
        raise ValueError(say("{key} must not be zero", key=key))
    return found
