"""The intake report: what was found in a checkpoint file, what was done to it, and whether it can be used."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from camdash.errors import CheckpointError, PickledCodeError
from camdash.networks.architectures.arithmetic import assumptions, check_arithmetic
from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.families import Family
from camdash.networks.architectures.matching import COUNTER, FIRST, KeyMatch
from camdash.networks.architectures.recognition import compared, head_renames, match_keys, replaced_of
from camdash.networks.cards.card import GRAPH, PREPARING, REQUIRED, Card, Checkpoint
from camdash.networks.cards.ensemble import KNOWN as KNOWN_TOGETHER
from camdash.networks.cards.ensemble import ensemble_fields
from camdash.networks.cards.familiarity import FamiliarityCheck
from camdash.networks.cards.parsing import card_json, said_by_graph, unused_fields
from camdash.networks.cards.presets import preset_of
from camdash.networks.catalog.checkpoints import FoundCard, card_for, describe, familiarity_digest, read_card
from camdash.networks.catalog.folders import Entry, ensemble_text
from camdash.networks.catalog.told import sources_of
from camdash.networks.files.content import Content
from camdash.networks.files.pickled import UNREADABLE, unexpected
from camdash.networks.files.weights import StoredWeights, Told
from camdash.networks.heads.generalised_mean import exponents_of
from camdash.networks.heads.head import Head
from camdash.networks.heads.layered import LayeredHead
from camdash.networks.heads.replaced import USUAL
from camdash.networks.hubs.stored import graph_in, header_of, opened_checkpoint, stored_as
from camdash.networks.loading import load_any
from camdash.networks.taking.class_names import names_in_file
from camdash.networks.taking.take import taken
from camdash.networks.text import printable
from camdash.words.sentence import say, say_many

AS_PREPARED = ("input_size", "fit", *PREPARING)
"""Fields that timm's configuration of a network's weights gives."""


@dataclass(frozen=True)
class CardField:
    """A field of a card: its value as JSON-like text, and its source: a file's name, weights, assumed or default."""

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class IntakeReport:
    """What was found in a checkpoint file. What was not reached before an error is None or empty.

    Attributes:
        name: the file's name without its ending.
        path: the file.
        size: bytes.
        sha256: of the file; None where it was refused unread.
        stored_as: the file's format.
        architecture: torchvision's builder name: the card's, else the recognised one; `GRAPH` for an ONNX file.
        compared_with: the architecture that `keys` compares with: this one, else the closest.
        channels: input channels.
        parameters: numbers in the network's weights, without batch norm's statistics and auxiliary heads.
        keys: the comparison of the file's names with the architecture's.
        ignored: the first names in the file that belong to no network.
        ignored_count: how many there are.
        conversions: what was done to the file's content, a phrase each.
        card: the card, given or assumed.
        fields: the card's fields and where they came from.
        unused: fields that the card gives and nothing uses, a sentence each.
        assumptions: what names and shapes of the weights do not tell, and what is taken for it, in sentences.
        level: how far the maps may be read, "A", "B" or "C"; None for a network without map.
        deviation: the self-check's result: how far evidence + bias is from the logits of the network as camdash
            rebuilt it, in parts of the largest logit; None for a network without map.
        familiarity: what the check for images unlike the training's holds, in words; None where there is none.
        no_map: why there is no exact map, a sentence; None where there is one.
        error: why the checkpoint cannot be used, a sentence; None where it can.
        recipe: lines of Python that convert a file with pickled code.
        checkpoint: the checkpoint, ready for `load_any`; None where it cannot be used.
    """

    name: str
    path: Path
    size: int
    sha256: str | None = None
    stored_as: str | None = None
    architecture: str | None = None
    compared_with: str | None = None
    channels: int | None = None
    parameters: int | None = None
    keys: KeyMatch | None = None
    ignored: tuple[str, ...] = ()
    ignored_count: int = 0
    conversions: tuple[str, ...] = ()
    card: Card | None = None
    fields: tuple[CardField, ...] = ()
    unused: tuple[str, ...] = ()
    assumptions: str | None = None
    level: str | None = None
    deviation: float | None = None
    familiarity: str | None = None
    no_map: str | None = None
    error: str | None = None
    recipe: str | None = None
    checkpoint: Checkpoint | None = None

    @property
    def usable(self) -> bool:
        """Whether the checkpoint was loaded and passed its check."""
        return self.error is None and self.checkpoint is not None


def intake(entry: Entry) -> IntakeReport:
    """Read, build and check one checkpoint on the CPU, keep nothing of it, and say what was found."""
    report = IntakeReport(entry.name, entry.path, entry.size)
    stages = _stages_together if entry.is_ensemble else _stages
    try:
        for reached in stages(report, entry):
            report = reached
    except PickledCodeError as error:
        return replace(report, error=str(error), recipe=error.recipe)
    except CheckpointError as error:
        return replace(report, error=str(error))
    except UNREADABLE:
        return replace(report, error=unexpected(entry.path))
    return report


def _stages(report: IntakeReport, entry: Entry) -> Iterator[IntakeReport]:
    """Yield the report as it grows.

    Raises:
        CheckpointError: at the stage that fails.
    """
    with opened_checkpoint(entry.path) as content:
        report = replace(report, stored_as=stored_as(content, entry.path), size=content.size)
        yield report
        report = replace(report, sha256=content.sha256())
        yield report
        if graph := graph_in(content, entry.path):
            yield from _graph_stages(report, entry, graph)
            return
        stored = header_of(content, entry.path)
        found = read_card(entry.path, stored.metadata)
        stored = taken(stored, found.card if found else None)
        report = _with_weights(report, stored, found)
        yield report
        card = card_for(stored, found)
        unused = () if found is None else (*unused_fields(found.given, card), *_without_use(card, stored))
        report = replace(report, card=card, fields=_fields(card, found, stored.told), unused=unused)
        if found is None and (said := names_in_file(stored.class_lists, len(card.class_names))[1]):
            report = replace(report, conversions=(*report.conversions, said))
        yield report
        check_arithmetic(card, content.said)
        report = replace(report, assumptions=assumptions(card))
        yield report
        checkpoint = Checkpoint(entry.name, entry.path, content.sha256(), card, familiarity_digest(entry.path))
    yield from _loaded(report, checkpoint)


def _graph_stages(report: IntakeReport, entry: Entry, content: Content) -> Iterator[IntakeReport]:
    """Yield the report of an ONNX file as it grows; raise as `_stages`."""
    from camdash.networks.catalog.graphs import graph_card
    from camdash.networks.graphs.ending import logits_of
    from camdash.networks.graphs.reading import read_graph

    graph = read_graph(content)
    operator = logits_of(graph).operator
    report = replace(report, architecture=GRAPH, channels=graph.channels, parameters=graph.parameters)
    if operator:
        report = replace(report, conversions=(say("{operator} at the end left out", operator=operator),))
    yield report
    found = read_card(entry.path, graph.metadata, GRAPH)
    card = graph_card(graph, found.card if found else None, content.said)
    unused = () if found is None else (*unused_fields(found.given, card), *said_by_graph(found.given))
    fields = tuple(_of_graph(one) for one in _fields(card, found, None))
    report = replace(report, card=card, fields=fields, unused=unused)
    yield report
    yield from _loaded(
        report, Checkpoint(entry.name, entry.path, content.sha256(), card, familiarity_digest(entry.path))
    )


def _of_graph(found: CardField) -> CardField:
    return replace(found, source=say("graph")) if found.name == "architecture" else found


def _loaded(report: IntakeReport, checkpoint: Checkpoint) -> Iterator[IntakeReport]:
    """Yield the report once the checkpoint was loaded and checked; raise as `_stages`."""
    loaded = load_any(checkpoint, torch.device("cpu"))  # reads the file again, and only if it is the same
    if loaded.no_map:
        yield replace(report, no_map=loaded.no_map, checkpoint=checkpoint)
    else:
        deviation, check = loaded.network.deviation, loaded.familiarity
        level = loaded.network.head.level.value
        conversions = (*report.conversions, *_exponents(loaded.network.head))
        report = replace(report, level=level, deviation=deviation, checkpoint=checkpoint, conversions=conversions)
        yield replace(report, familiarity=_familiarity(check))


def _stages_together(report: IntakeReport, entry: Entry) -> Iterator[IntakeReport]:
    """Yield the report of an ensemble as it grows.

    Raises:
        CheckpointError: at the stage that fails.
    """
    checkpoint = describe(entry)
    said = printable(entry.path.name)
    given = ensemble_fields(ensemble_text(entry.path), said)
    values = {
        key: json.dumps(value, ensure_ascii=False) for key, value in json.loads(card_json(checkpoint.card)).items()
    }
    members = say("members")
    report = replace(
        report,
        sha256=checkpoint.sha256,
        stored_as=say_many("{count} checkpoint", "{count} checkpoints", len(checkpoint.members)),
        architecture=checkpoint.card.architecture,
        compared_with=checkpoint.card.architecture,
        card=checkpoint.card,
        fields=tuple(CardField(key, value, said if key in given else members) for key, value in values.items()),
        unused=unused_fields(given, checkpoint.card, KNOWN_TOGETHER),
        conversions=(say("mean of the logits of {names}", names=", ".join(checkpoint.card.members)),),
    )
    yield report
    loaded = load_any(checkpoint, torch.device("cpu"))
    report = replace(report, channels=loaded.channels, checkpoint=checkpoint)
    if loaded.no_map:
        yield replace(report, no_map=loaded.no_map)
        return
    networks = [member.network for member in loaded.members]
    deviation = max((one.deviation for one in networks if one.deviation is not None), default=None)
    yield replace(report, level=max(one.head.level.value for one in networks), deviation=deviation)


def _with_weights(report: IntakeReport, stored: StoredWeights, found: FoundCard | None) -> IntakeReport:
    """Add what names, shapes and precision tell."""
    architecture, keys = _compared(stored, found)
    report = replace(
        report,
        architecture=architecture if found or (keys and keys.perfect) else None,
        compared_with=architecture,
        keys=keys,
        conversions=stored.conversions + _precisions(stored),
        ignored=stored.ignored[:FIRST],
        ignored_count=len(stored.ignored),
    )
    if architecture is None or keys is None:
        return report
    family = family_of(architecture)
    first = stored.shapes.get(f"{family.first}.weight", ())
    return replace(
        report,
        channels=first[1] if len(first) == 4 else None,
        parameters=_parameters(stored, family.auxiliary),
        conversions=report.conversions
        + _heads(head_renames(stored.shapes, family), family, keys.auxiliary_count)
        + _replaced(stored, family, found),
    )


def _exponents(head: Head) -> tuple[str, ...]:
    """Say the exponents of GeM pooling, where the head has it."""
    found = exponents_of(head.local) if isinstance(head, LayeredHead) else []
    if not found:
        return ()
    least, most = f"{min(found):.3g}", f"{max(found):.3g}"
    if least == most:
        return (say("GeM pooling with p = {exponent}", exponent=least),)
    return (say("GeM pooling with p from {least} to {most}, one for each channel", least=least, most=most),)


def _heads(renames: Mapping[str, str], family: Family, auxiliary_count: int) -> tuple[str, ...]:
    """Say which head is used by another name, and that auxiliary heads are not used."""
    said: list[str] = []
    if renames:
        name = next(iter(renames)).removesuffix(".weight")
        said.append(
            say("head {name} used as {head}; layers before it assumed to be dropout", name=name, head=family.head)
        )
    if auxiliary_count:
        said.append(
            say_many(
                "{count} weights of auxiliary heads left out",
                "{count} weights of auxiliary heads left out",
                auxiliary_count,
            )
        )
    return tuple(said)


def _replaced(stored: StoredWeights, family: Family, found: FoundCard | None) -> tuple[str, ...]:
    """Say what is taken for a head of several layers, of which the weights tell no activation."""
    replaced = replaced_of(stored.shapes, family)
    if replaced is None:
        return ()
    between = (found.card.arithmetic.head_activation if found else None) or USUAL
    return (
        say_many(
            "head {name} has {count} layer with weights; between linear ones: {activation} (a card can say "
            "head_activation)",
            "head {name} has {count} layers with weights; between linear ones: {activation} (a card can say "
            "head_activation)",
            len(replaced.layers),
            name=replaced.root,
            activation=between,
        ),
    )


def _without_use(card: Card, stored: StoredWeights) -> tuple[str, ...]:
    """Return a sentence where the card names activations and the head has no place for one."""
    replaced = replaced_of(stored.shapes, family_of(card.architecture))
    if card.arithmetic.head_activation is None or (replaced is not None and replaced.activations):
        return ()
    needs = say("a head with a place without weights between two linear layers")
    return (say("The card's field {name} was not used: it needs {fit}.", name="head_activation", fit=needs),)


def _compared(stored: StoredWeights, found: FoundCard | None) -> tuple[str | None, KeyMatch | None]:
    if found is None:
        return compared(stored.shapes, stored.metadata.get("arch", "")) or (None, None)
    architecture = found.card.architecture
    family_of(architecture)
    return architecture, match_keys(architecture, stored.shapes, len(found.card.logit_names))


def _precisions(stored: StoredWeights) -> tuple[str, ...]:
    """Say which precisions become float32."""
    counts: dict[str, int] = {}
    for value in stored.tensors.values():
        if value.is_floating_point() and value.dtype is not torch.float32:
            name = str(value.dtype).removeprefix("torch.")
            counts[name] = counts.get(name, 0) + 1
    return tuple(
        say_many("{count} tensors from {type} to float32", "{count} tensors from {type} to float32", count, type=name)
        for name, count in counts.items()
    )


def _parameters(stored: StoredWeights, auxiliary: tuple[str, ...]) -> int:
    passive = (COUNTER, "running_mean", "running_var", "relative_position_index", "relative_coords_table")
    return sum(
        value.numel()
        for name, value in stored.tensors.items()
        if not name.endswith(passive) and not name.startswith(auxiliary)
    )


def _familiarity(check: FamiliarityCheck | None) -> str | None:
    if check is None:
        return None
    return say_many(
        "{count:,} training images, familiar up to a distance of {distance:.3g}",
        "{count:,} training images, familiar up to a distance of {distance:.3g}",
        len(check.vectors),
        distance=check.threshold,
    )


def _fields(card: Card, found: FoundCard | None, told: Told | None) -> tuple[CardField, ...]:
    values = {key: json.dumps(value, ensure_ascii=False) for key, value in json.loads(card_json(card)).items()}
    if card.architecture != GRAPH and family_of(card.architecture).transforms_input:
        values.setdefault("transform_input", "false")
    weights, unknown, default = say("weights"), say("assumed"), say("default")
    sources: dict[str, str]
    if found is None:
        sources = {**dict.fromkeys(REQUIRED, weights), **(sources_of(told) if told else {})}
        sources |= dict.fromkeys(card.assumed, unknown)
        if card.prepared_as:
            unsaid = [key for key in AS_PREPARED if told is None or key not in told.fields]
            sources |= dict.fromkeys(unsaid, say("timm's {name}", name=card.prepared_as))
    else:
        guess = say("{name}, a guess", name=found.where)
        preset: str = say("preset {name}", name=card.preset)
        by_preset = preset_of(card.preset) if card.preset else {}
        sources = {**dict.fromkeys(by_preset, preset), **dict.fromkeys(found.given, found.where)}
        sources |= dict.fromkeys(card.assumed, guess)
    others = {"transform_input": unknown}
    return tuple(CardField(key, value, sources.get(key, others.get(key, default))) for key, value in values.items())
