"""What camdash remembers of a visitor's tab between runs, beside what its widgets are set to: one object."""

from dataclasses import dataclass, field, fields

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from camdash.app.films.files import FilmKey
from camdash.app.films.opening import Opened
from camdash.app.films.rows import ComparedRow, ListedRow
from camdash.app.session.address import Link
from camdash.evidence.mean_map import MeanMaps
from camdash.networks.cards.card import Checkpoint
from camdash.running.task import Task

KEY = "session"


@dataclass(frozen=True)
class Failure:
    """A file's decoder failed: what was said, in which run of the page it was last, and how often so far."""

    sentence: str
    run: int
    tries: int


@dataclass(frozen=True)
class Naming:
    """What came of the last names for a checkpoint: why they were refused, or the card to take away."""

    refused: str = ""
    card: str = ""


@dataclass
class Session:
    """What is remembered of one tab.

    Attributes:
        last_checkpoint: the first checkpoint of the last run.
        is_checkpoint_chosen: whether the user, or a link, chose it.
        failed_checkpoints: those that were passed by, each with the reason.
        namings: what came of the last names for a checkpoint, by what tells it from all others.
        saved_card: what is to be said of a card that was written; empty for nothing.
        sample: the sample that is looked at.
        file: the place of the upload that is looked at; while this and `sample` are None nothing was chosen yet.
        known_uploads: the keys of the opened files.
        listed_order: the places of the uploads in the worklist's order, and the keys of those that it is of.
        to_try: places of uploads of which the first that can be shown is looked at, and those of them just dropped.
        failed_uploads: names of the uploads that gave way to the one that is looked at, each with the reason.
        is_image_opened: whether the user pressed an image, and the page of radiographs is to be shown.
        missing_image: the first digits of the digest of an upload that a link asks for and that is not here.
        opened: what was read of each upload, by its id.
        last_uploads: the uploads of the last run.
        stage: the stage of the network at which Grad-CAM's maps are shown; empty for none.
        inverted: digests of the files that the network is given inverted.
        failures: files whose decoder failed, by their digests.
        run: how many times the user has begun the page anew.
        goes_on_by_itself: whether this run begins though the user did nothing.
        refusals: why a film has no answer, by its file's digest: of any checkpoint (None), or of one.
        link: what the address asked for when it was followed last.
        is_ignored_said: whether was said what of it is not known here.
        shown_address: what the address is to say.
        first_address: what it was to say at first.
        opening: tells the viewer to show what was asked for, again.
        opening_keeps: whether it is to keep what is set there beside the view.
        is_first_page: whether the first page is drawn.
        came_back: whether the visitor came back to the first page by Streamlit's own links.
        analysing: the rows of the uploads, by the first checkpoint.
        analysing_second: those by the second.
        comparing: the rows of both together.
        summed: what the mean maps are of, the checkpoint and the films, and the mean maps.
        are_samples_listed: whether the worklist lists the samples while there are no uploads.
        listed_places: the places of the worklist's rows among the files, and whether these are uploads.
        is_row_opened: whether a row of the worklist was ever clicked.
        compared_places: the places of the comparison's rows among the uploads.
        going_up: tells the browser to bring the top of the page into view.
    """

    last_checkpoint: Checkpoint | None = None
    is_checkpoint_chosen: bool = False
    failed_checkpoints: dict[Checkpoint, str] = field(default_factory=dict)
    namings: dict[str, Naming] = field(default_factory=dict)
    saved_card: str = ""

    sample: str | None = None
    file: int | None = None
    known_uploads: tuple[str, ...] = ()
    listed_order: tuple[tuple[str, ...], tuple[int, ...]] = ((), ())
    to_try: tuple[tuple[int, ...], frozenset[int]] = ((), frozenset())
    failed_uploads: tuple[tuple[str, str], ...] = ()
    is_image_opened: bool = False
    missing_image: str = ""
    opened: dict[str, Opened] = field(default_factory=dict)
    last_uploads: list[UploadedFile] = field(default_factory=list)

    stage: str = ""
    inverted: frozenset[str] = frozenset()
    failures: dict[str, Failure] = field(default_factory=dict)
    run: int = 0
    goes_on_by_itself: bool = False
    refusals: dict[tuple[str, Checkpoint | None], str] = field(default_factory=dict)

    link: Link | None = None
    is_ignored_said: bool = False
    shown_address: dict[str, str | None] = field(default_factory=dict)
    first_address: dict[str, str] | None = None
    opening: str = ""
    opening_keeps: bool = False
    is_first_page: bool = True
    came_back: bool = False

    analysing: Task[FilmKey, ListedRow] = field(default_factory=Task)
    analysing_second: Task[FilmKey, ListedRow] = field(default_factory=Task)
    comparing: Task[FilmKey, ComparedRow] = field(default_factory=Task)
    summed: tuple[Checkpoint | None, frozenset[FilmKey], MeanMaps] = field(
        default_factory=lambda: (None, frozenset(), MeanMaps())
    )
    are_samples_listed: bool = False
    listed_places: tuple[tuple[int, ...], bool] = ((), False)
    is_row_opened: bool = False
    compared_places: tuple[int, ...] = ()
    going_up: str = ""


def session() -> Session:
    """Return what is remembered of this tab; to be called anew for each use.

    Each call is also where Streamlit ends a script that a click has replaced: what such a one computed changes nothing.
    When the code is edited while the server runs, what the old code remembered is taken over.
    """
    found: object = st.session_state.get(KEY)
    if type(found) is Session:
        return found
    known = {one.name for one in fields(Session)}
    here = Session(**{name: value for name, value in vars(found or Session()).items() if name in known})
    st.session_state[KEY] = here
    return here
