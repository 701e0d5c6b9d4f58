"""What is kept between reruns, by whom it may be seen, and under which key.

Checkpoints hold nothing of a patient and are shared by all sessions. Whatever is made from an upload is kept for
its session alone. Keys are digests of bytes and cards, never arrays.
"""

import gc
import logging
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from importlib import import_module
from typing import TypeVar

import streamlit as st

from camdash.app.films.device_turn import Waiting, in_turn
from camdash.app.films.files import Film, FilmKey, ImageFile
from camdash.app.viewer.windowing import PackedValues
from camdash.evidence.analysis import Analysis, analyse
from camdash.evidence.slope_maps import SlopeMaps, slope_maps
from camdash.evidence.verification import verify
from camdash.images.radiograph import Radiograph
from camdash.images.sandbox.pool import shared_pool
from camdash.networks.cards.card import Checkpoint
from camdash.networks.catalog.folders import Entry
from camdash.networks.loading import load_undivided, preferred_device
from camdash.networks.report import IntakeReport, intake
from camdash.running.loaded_checkpoints import HeldCheckpoints, checkpoints_at_once
from camdash.running.pipeline import Decoded, Run, runner

log = logging.getLogger(__name__)

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

Answers = tuple[Analysis, ...]
"""What checkpoints say of one radiograph, in their order."""

MOST = 2000
"""Analyses kept for a session, and reports for all."""

FEW = 8
"""Films of a session whose gradient-based maps are kept: at an early stage those of many classes take megabytes."""

RADIOGRAPHS = 4
"""Decoded radiographs kept for a session; a large film takes 30 MB, and is decoded again in a blink."""


def _digest(file: ImageFile) -> str:
    return file.sha256


@st.cache_resource(show_spinner=False)
def warm_up() -> bool:
    """Finish the imports, and take what they made out of the garbage collector's sight: 0.2 s less at every rerun.

    Streamlit imports pandas when it first draws a table; Plotly, in the run that follows a quick click, would then
    find half of it.
    """
    import_module("pandas")
    gc.collect()
    gc.freeze()
    return True


@st.cache_resource(show_spinner=False)
def _held() -> HeldCheckpoints:
    return HeldCheckpoints(checkpoints_at_once())


@st.cache_resource(show_spinner=False)
def _reports() -> dict[Entry, IntakeReport]:
    return {}


@st.cache_resource(show_spinner=False, scope="session")
def _analyses() -> dict[tuple[FilmKey, Checkpoint], Analysis]:
    return {}


@st.cache_resource(show_spinner=False, scope="session")
def _slope_maps() -> dict[tuple[FilmKey, Checkpoint, str], SlopeMaps]:
    return {}


def intake_report(entry: Entry, waiting: Waiting) -> IntakeReport:
    """Return a checkpoint's intake report, in the device's turn; made once for each state of the file."""

    def look() -> IntakeReport:
        _held().make_room()
        return intake(entry)

    return _once(_reports(), entry, look, waiting)


def ensure_loaded(checkpoint: Checkpoint, waiting: Waiting) -> str:
    """Load and check a checkpoint on the device, in its turn, unless that was done before.

    Returns:
        Why it has no exact map, a sentence; empty where it has one.

    Raises:
        CheckpointError: it cannot be used.
    """
    held, device = _held(), str(preferred_device())
    if held.no_map_reason(checkpoint, device) is None:
        in_turn(partial(held.get, checkpoint, device), waiting)
    return held.no_map_reason(checkpoint, device) or ""


@st.cache_resource(show_spinner=False, scope="session", max_entries=RADIOGRAPHS, hash_funcs={ImageFile: _digest})
def decoded(file: ImageFile) -> Radiograph:
    """Return the radiograph of a file, for this session alone."""
    return shared_pool().decode(file.data)


def radiograph_of(film: Film) -> Radiograph:
    """Return a film's radiograph as the network is given it, for this session alone."""
    radiograph = decoded(film.file)
    return radiograph.inverse() if film.inverted else radiograph


@st.cache_resource(show_spinner=False, scope="session", max_entries=2, hash_funcs={ImageFile: _digest})
def packed_values(file: ImageFile) -> PackedValues:
    """Return the values of a file's radiograph as the browser is sent them, for this session alone."""
    return PackedValues.of(decoded(file))


def analysed(film: Film, checkpoint: Checkpoint, waiting: Waiting) -> Analysis:
    """Return what a checkpoint says of a film, for this session alone: at most one forward pass each, in its turn."""
    kept, key = _analyses(), (film.key, checkpoint)
    if (found := kept.get(key)) is not None:
        return found
    held, device = _held(), str(preferred_device())
    radiograph = radiograph_of(film)

    def one_pass() -> Analysis:
        log.info("forward pass of %s for image %s", checkpoint.name, film.sha256[:12])
        network = held.get(checkpoint, device)
        analysis = analyse(radiograph, network)
        network.accelerate()
        return analysis

    return _once(kept, key, one_pass, waiting)


def slope_maps_of(film: Film, checkpoint: Checkpoint, stage: str, waiting: Waiting) -> SlopeMaps:
    """Return Grad-CAM's maps of a film at a stage, for this session alone; made once, in the device's turn.

    Raises:
        CamdashError: they cannot be made.
    """
    held, device, radiograph = _held(), str(preferred_device()), radiograph_of(film)

    def one_pass() -> SlopeMaps:
        log.info("pass with slopes of %s for image %s", checkpoint.name, film.sha256[:12])
        return slope_maps(radiograph, checkpoint, held.get_split(checkpoint, device), stage)

    return _once(_slope_maps(), (film.key, checkpoint, stage), one_pass, waiting, FEW)


def verified(film: Film, analysis: Analysis, waiting: Waiting) -> float:
    """Return how far an answer is from that of the undivided network on the same film; the network is not kept.

    Raises:
        CamdashError: the network cannot be built, or is given no time.
    """
    checkpoint, radiograph, device = analysis.checkpoint, radiograph_of(film), str(preferred_device())
    log.info("undivided pass of %s for image %s", checkpoint.name, film.sha256[:12])
    return in_turn(lambda: verify(radiograph, analysis, load_undivided(checkpoint, device)), waiting)


def forget(files: Sequence[ImageFile]) -> None:
    """Drop what this session keeps of files that are not there any more."""
    gone = {file.sha256 for file in files}
    for file in files:
        decoded.clear(file)
        packed_values.clear(file)
    analyses, slopes = _analyses(), _slope_maps()
    for key in [key for key in list(analyses) if key[0][0] in gone]:
        analyses.pop(key, None)
    for own in [own for own in list(slopes) if own[0][0] in gone]:
        slopes.pop(own, None)


def cached_analysis(film: Film, checkpoint: Checkpoint) -> Analysis | None:
    """Return what a checkpoint said of a film in this session; None where it was not asked yet."""
    return _analyses().get((film.key, checkpoint))


def pass_over_many(checkpoints: Sequence[Checkpoint], waiting: Waiting) -> Run[Answers]:
    """Return the pass of checkpoints over several radiographs, each batch of each in the device's turn.

    What a batch gives is kept as `analysed` keeps it, before anybody asks for it: nothing is lost to a click. What is
    kept already costs no pass and no turn.
    """
    kept, held, device = _analyses(), _held(), str(preferred_device())

    def one_pass(checkpoint: Checkpoint, batch: Sequence[Decoded]) -> Sequence[Analysis]:
        log.info("forward pass of %s for %d images", checkpoint.name, len(batch))
        analyses = runner(held.get(checkpoint, device))(batch)
        return [_keep(kept, (_film_key(one), checkpoint), found) for one, found in zip(batch, analyses, strict=True)]

    def answers(checkpoint: Checkpoint, batch: Sequence[Decoded]) -> list[Analysis]:
        known = [kept.get((_film_key(one), checkpoint)) for one in batch]
        left = [one for one, found in zip(batch, known, strict=True) if found is None]
        made = iter(in_turn(partial(one_pass, checkpoint, left), waiting) if left else ())
        return [found or next(made) for found in known]

    return lambda batch: list(zip(*(answers(one, batch) for one in checkpoints), strict=True))


def _film_key(one: Decoded) -> FilmKey:
    return str(one.sha256), one.item.inverted


def _keep(kept: dict[K, T], key: K, value: T, most: int | None = None) -> T:
    while len(kept) >= (most or MOST):
        kept.pop(next(iter(kept), key), None)
    return kept.setdefault(key, value)


def _once(kept: dict[K, T], key: K, work: Callable[[], T], waiting: Waiting, most: int | None = None) -> T:
    """Return what is kept under a key, else do the work in the device's turn and keep it.

    Streamlit's own caches would hold a lock while they wait for the turn. A script that was replaced by a newer one
    may have done the work in the meantime, so that is looked at again when the turn comes.
    """

    def piece() -> T:
        if (done := kept.get(key)) is None:
            done = _keep(kept, key, work(), most)
        return done

    found = kept.get(key)
    return in_turn(piece, waiting) if found is None else found
