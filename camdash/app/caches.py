"""What is kept between reruns, by whom it may be seen, and under which key.

Checkpoints hold nothing of a patient and are shared by all sessions. Whatever is made from an upload is kept for
its session alone. Keys are digests of bytes and cards, never arrays.
"""

import gc
import hashlib
import logging
from dataclasses import dataclass
from importlib import import_module

import streamlit as st

from camdash.app.viewer.windowing import PackedValues
from camdash.evidence.analysis import Analysis, PredictionAlone, analyse, predict_alone
from camdash.images.decoding import decode
from camdash.images.radiograph import Radiograph
from camdash.networks.card import Checkpoint
from camdash.networks.catalog import Entry, describe
from camdash.networks.loading import LoadedCheckpoint, LoadedPredictor, free_device_memory, load_any, preferred_device
from camdash.networks.report import IntakeReport, intake

log = logging.getLogger(__name__)

LOADED_AT_ONCE = 2
"""Checkpoints kept on the device: two, so that switching between them loads nothing."""


@dataclass(frozen=True, eq=False)
class ImageFile:
    """A file that the user gave, or a sample: its name, content and sha256."""

    name: str
    data: bytes
    sha256: str

    @classmethod
    def of(cls, name: str, data: bytes) -> "ImageFile":
        """Return the file with its digest."""
        return cls(name, data, hashlib.sha256(data).hexdigest())


def _checkpoint_key(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.name} {checkpoint.sha256} {checkpoint.card!r}"


def _digest(file: ImageFile) -> str:
    return file.sha256


def _released(loaded: LoadedCheckpoint | LoadedPredictor) -> None:
    log.info("released checkpoint %s", loaded.checkpoint.name)
    free_device_memory()


@st.cache_resource(show_spinner=False)
def settled() -> bool:
    """Finish the imports, and take what they made out of the garbage collector's sight: 0.2 s less at every rerun.

    Streamlit imports pandas when it first draws a table; Plotly, in the run that follows a quick click, would then
    find half of it.
    """
    import_module("pandas")
    gc.collect()
    gc.freeze()
    return True


@st.cache_data(show_spinner=False, max_entries=256, hash_funcs={Entry: repr})
def described(entry: Entry) -> Checkpoint:
    """Return a checkpoint's digest and card; read once for each state of the file."""
    return describe(entry)


@st.cache_resource(show_spinner=False, max_entries=256, hash_funcs={Entry: repr})
def reported(entry: Entry) -> IntakeReport:
    """Return a checkpoint's intake report; made once for each state of the file."""
    return intake(entry)


@st.cache_resource(
    show_spinner="Loading and checking the checkpoint …",
    max_entries=LOADED_AT_ONCE,
    hash_funcs={Checkpoint: _checkpoint_key},
    on_release=_released,
)
def loaded(checkpoint: Checkpoint, device: str) -> LoadedCheckpoint | LoadedPredictor:
    """Return the network of a checkpoint on a device, shared by all sessions; with maps where it has them."""
    log.info("loading checkpoint %s on %s", checkpoint.name, device)
    return load_any(checkpoint, device)


@st.cache_resource(show_spinner=False, scope="session", max_entries=8, hash_funcs={ImageFile: _digest})
def decoded(file: ImageFile) -> Radiograph:
    """Return the radiograph of a file, for this session alone."""
    return decode(file.data)


@st.cache_resource(show_spinner=False, scope="session", max_entries=2, hash_funcs={ImageFile: _digest})
def packed_values(file: ImageFile) -> PackedValues:
    """Return the values of a file's radiograph as the browser is sent them, for this session alone."""
    return PackedValues.of(decoded(file))


@st.cache_resource(
    show_spinner=False,
    scope="session",
    max_entries=2000,
    hash_funcs={ImageFile: _digest, Checkpoint: _checkpoint_key},
)
def analysed(file: ImageFile, checkpoint: Checkpoint, inverted: bool = False) -> Analysis | PredictionAlone:
    """Return what a checkpoint says of a file, for this session alone: at most one forward pass each.

    If `inverted`, of the file with black and white exchanged.
    """
    log.info("forward pass of %s for image %s", checkpoint.name, file.sha256[:12])
    network = loaded(checkpoint, str(preferred_device()))
    radiograph = decoded(file).inverse() if inverted else decoded(file)
    if isinstance(network, LoadedPredictor):
        return predict_alone(radiograph, network)
    return analyse(radiograph, network)
