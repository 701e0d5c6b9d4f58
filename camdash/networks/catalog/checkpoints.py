"""The checkpoints on disk: found in folders, identified by a digest, each with its card."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from camdash.errors import CheckpointError, UsageError
from camdash.networks.architectures.arithmetic import check_arithmetic
from camdash.networks.architectures.building import family_of
from camdash.networks.architectures.fitting import check_fit
from camdash.networks.architectures.of_timm.builders import is_timms
from camdash.networks.architectures.of_timm.preprocessing import timm_preprocessing, weights_name
from camdash.networks.architectures.recognition import class_count_of, fixed_input, recognise
from camdash.networks.cards.card import GRAPH, METADATA_KEY, REQUIRED, Card, Checkpoint
from camdash.networks.cards.familiarity import content_beside
from camdash.networks.cards.output import assumed_output
from camdash.networks.cards.parsing import assumed_card, card_fields, card_of
from camdash.networks.catalog.ensembles import describe_together
from camdash.networks.catalog.folders import LARGEST_CARD, Entry, entries, entry_of, is_checkpoint_folder
from camdash.networks.catalog.told import filled, with_told
from camdash.networks.endings import CONFIG, IN_FOLDERS, bare_name, card_path
from camdash.networks.files.content import Content
from camdash.networks.files.pickled import UNREADABLE
from camdash.networks.files.regular_files import small_content
from camdash.networks.files.state_dicts import sigmoid_sign
from camdash.networks.files.weights import StoredWeights
from camdash.networks.hubs.stored import graph_in, header_of, opened_checkpoint, read_header
from camdash.networks.taking.class_names import names_in_file
from camdash.networks.taking.take import saying_what_it_looks_like, taken
from camdash.networks.taking.untold import untold
from camdash.networks.text import printable
from camdash.settings import FOLDERS_VARIABLE
from camdash.words.sentence import joined, say, say_many

_PACKAGE = Path(__file__).resolve().parents[2]
SHIPPED = next(
    (folder for folder in (_PACKAGE / "checkpoints", _PACKAGE.parent / "checkpoints") if folder.is_dir()),
    _PACKAGE / "checkpoints",
)
"""The checkpoints that come with camdash: within the package where it is installed, beside it in a clone."""
MOST_CANDIDATES, LONGEST_PATH = 20, 500
"""Names that a sentence lists, and characters of a path."""


@dataclass(frozen=True)
class FoundCard:
    """A card, the name of the file it stood in, and the fields that it gave."""

    card: Card
    where: str
    given: frozenset[str]


def checkpoint_folders() -> list[Path]:
    """Return the shipped folder, then those of the environment's path list `CAMDASH_CHECKPOINTS`."""
    others = [Path(part) for part in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if part]
    return [SHIPPED, *others]


def describe(entry: Entry) -> Checkpoint:
    """Read a checkpoint's digest and card, without building the network.

    Raises:
        CheckpointError: the file or its card cannot be used.
    """
    if entry.is_ensemble:
        return describe_together(entry, describe)
    with opened_checkpoint(entry.path) as content:
        if graph := graph_in(content, entry.path):
            card = _card_of_graph(graph, entry.path)
        else:
            stored = header_of(content, entry.path)
            card = card_for(stored, read_card(entry.path, stored.metadata))
            check_arithmetic(card, printable(entry.path.name))
        return Checkpoint(entry.name, entry.path, content.sha256(), card, familiarity_digest(entry.path))


def _card_of_graph(content: Content, path: Path) -> Card:
    from camdash.networks.catalog.graphs import graph_card  # here: no start without ONNX files waits for its library
    from camdash.networks.graphs.reading import read_graph

    graph = read_graph(content)
    given = read_card(path, graph.metadata, GRAPH)
    return graph_card(graph, given.card if given else None, content.said)


def familiarity_digest(path: Path) -> str:
    """Return the sha256 of the familiarity check beside a checkpoint; empty where there is none.

    Raises:
        CheckpointError: what stands there cannot be read.
    """
    data = content_beside(path)
    return "" if data is None else hashlib.sha256(data).hexdigest()


def card_for(stored: StoredWeights, found: FoundCard | None) -> Card:
    """Return the card of weights: the one that was found, what it leaves open assumed; else one that is assumed.

    Raises:
        CheckpointError: there is none, and the architecture is not recognised. Or it names one that computes otherwise,
            or does not say which of several networks or heads is meant.
    """
    if found is None:
        own = taken(stored, None)
        card = _assumed(own)
        return replace(card, untold=untold(own, card, ()))
    card = found.card if stored.told is None else filled(found.card, stored.told, found.where)
    own = taken(stored, card)
    sign, count = sigmoid_sign(own.ignored), len(card.class_names)
    if card.output.assumed and (sign or stored.ordinal_sign):
        card = replace(card, output=assumed_output(count, sigmoid_sign=sign, ordinal_sign=stored.ordinal_sign))
    return replace(card, untold=untold(own, card, found.given))


def _assumed(stored: StoredWeights) -> Card:
    """Return the card that is assumed for weights without one.

    Raises:
        CheckpointError: the architecture is not recognised.
    """
    said = stored.metadata.get("arch", "")
    with saying_what_it_looks_like(stored):
        found = recognise(stored.shapes, said)
    architecture, family = found.architecture, family_of(found.architecture)
    count, channels = class_count_of(family, stored.shapes), stored.shapes[f"{family.first}.weight"][1]
    side, sign = fixed_input(architecture, stored.shapes), sigmoid_sign(stored.ignored)
    signs = {"sigmoid_sign": sign, "ordinal_sign": stored.ordinal_sign}
    card = assumed_card(architecture, count, side, channels, **signs, usual=family.usual_side)
    is_told = stored.told is not None and stored.told.architecture != ""
    how = timm_preprocessing(said, channels, side) if is_timms(architecture) and not is_told else None
    if how is not None:
        card = replace(card, preprocessing=how, assumed=("architecture", "class_names"), prepared_as=weights_name(said))
    names, _ = names_in_file(stored.class_lists, count)
    if names:
        card = replace(card, class_names=names, assumed=tuple(key for key in card.assumed if key != "class_names"))
    if stored.told is not None:
        card = with_told(card, stored.told, channels)
    return replace(card, alike=found.alike)


def find(name: str | None, folders: Sequence[Path]) -> Entry:
    """Return the entry that a user means by a path, by a file's name without its ending, or by None.

    None means the first that can be used; where none can, the first, whose error says why.

    Raises:
        UsageError: there is none, or more than one; the sentence names the candidates.
    """
    if name is not None and os.path.isfile(name):  # noqa: PTH113 (it takes any text)
        return entry_of(Path(name))
    if name is not None and is_checkpoint_folder(name):
        return entry_of(Path(os.path.abspath(name)))  # noqa: PTH100 (links stay as they are)
    known = entries(folders)
    if name is None:
        return _first(known)
    if os.path.lexists(os.path.join(name, CONFIG)):  # noqa: PTH118 (it takes any text)
        raise UsageError(
            say(
                "{name} is a folder without weights. camdash looks for {files} in it.",
                name=printable(repr(name)),
                files=joined(", ", IN_FOLDERS),
            )
        )
    matching = [entry for entry in known if name in (entry.name, bare_name(entry.path.name))]
    if not matching:
        raise UsageError(
            say(
                "There is no checkpoint {name}. There are: {names}.",
                name=printable(repr(name)),
                names=_candidates(known),
            )
        )
    if len(matching) > 1:
        paths = ", ".join(printable(str(entry.path), LONGEST_PATH) for entry in matching[:MOST_CANDIDATES])
        said = printable(repr(name))
        raise UsageError(
            say("The checkpoint name {name} is ambiguous; give one of the paths: {paths}.", name=said, paths=paths)
        )
    return matching[0]


def _candidates(known: Sequence[Entry]) -> str:
    if not known:
        return say("none")
    names, more = ", ".join(entry.name for entry in known[:MOST_CANDIDATES]), len(known) - MOST_CANDIDATES
    return say_many("{names} and {count} more", "{names} and {count} more", more, names=names) if more > 0 else names


def _first(known: Sequence[Entry]) -> Entry:
    if not known:
        raise UsageError(
            say(
                "There is no checkpoint. Put one into {folder}, or name its folder in {setting}.",
                folder=str(SHIPPED),
                setting=FOLDERS_VARIABLE,
            )
        )
    return next((entry for entry in known if _is_usable(entry)), known[0])


def _is_usable(entry: Entry) -> bool:
    try:
        found = describe(entry)
        for checkpoint in found.members or (found,):
            if checkpoint.card.architecture != GRAPH:
                check_fit(checkpoint, taken(read_header(checkpoint.path), checkpoint.card))
    except (CheckpointError, *UNREADABLE):
        return False
    return True


def read_card(path: Path, metadata: Mapping[str, str], architecture: str = "") -> FoundCard | None:
    """Return the card in a file's metadata, else the one beside it, else None.

    Args:
        path: the file.
        metadata: its texts.
        architecture: of a file that needs no card to tell it, whatever the card says.

    Raises:
        CheckpointError: it cannot be read or used.
    """
    text, where = metadata.get(METADATA_KEY), printable(path.name)
    if text is None:
        beside = card_path(path)
        if not os.path.lexists(beside):
            return None
        where = printable(beside.name)
        said = say("The card {name}", name=where)
        text = _text(small_content(beside, LARGEST_CARD, said=said), where)
    if len(text) > LARGEST_CARD:
        raise CheckpointError(say("The card in {name} is too large, so it was not read.", name=where))
    fields = card_fields(text, where, [key for key in REQUIRED if not (architecture and key == "architecture")])
    used = fields | {"architecture": architecture} if architecture else fields
    return FoundCard(card_of(used, where), where, frozenset(fields))


def _text(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8-sig")  # Windows may write a mark before the text
    except UnicodeDecodeError as error:
        raise CheckpointError(say("The card {name} is not UTF-8 text. Save it as UTF-8.", name=where)) from error
