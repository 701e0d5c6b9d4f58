"""Folders of timm, and any other whose `config.json` names no type of network: weights by their own names."""

from camdash.errors import CheckpointError
from camdash.networks.endings import CONFIG
from camdash.networks.files.state_dicts import clean
from camdash.networks.files.weights import StoredWeights, Told
from camdash.networks.hubs.folders import FolderContent
from camdash.networks.hubs.labels import distinct
from camdash.networks.hubs.of_timm.configurations import preparing_fields
from camdash.networks.text import printable
from camdash.words.sentence import say


def stored_in(content: FolderContent, *, values: bool) -> StoredWeights:
    """Return the weights of a folder by their own names, with what its configuration says of them.

    Raises:
        CheckpointError: the folder cannot be read, or its configuration makes no sense.
    """
    tensors, metadata = content.tensors(values=values)
    layout = clean({printable(name): value for name, value in tensors.items()})
    said = content.config.get("architecture")
    arch = {"arch": said} if isinstance(said, str) else {}
    return StoredWeights(layout.tensors, arch | metadata, layout.conversions, layout.ignored, told=_told(content))


def _told(content: FolderContent) -> Told:
    where = f"{content.said}/{CONFIG}"
    config = content.config.get("pretrained_cfg")
    try:
        fields = preparing_fields(config) if isinstance(config, dict) else {}
    except ValueError as error:
        reason = str(error)
        raise CheckpointError(say("{name} cannot be used: {reason}.", name=where, reason=reason)) from error
    names = content.config.get("label_names")
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        fields["class_names"] = distinct(names)
    return Told(where, fields, averaged=True)
