"""The one list of uploads, in the sidebar of every page: what each is, what it is called, and which is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import widget_keys
from camdash.app.component import component
from camdash.app.language import localized, tr, tr_many
from camdash.app.session import selection
from camdash.app.session.removal import remove_all, remove_one
from camdash.app.session.state import session
from camdash.app.session.uploads import opened
from camdash.words.sentence import say, unfilled

_HERE = Path(__file__).parent


class State(StrEnum):
    """What is known of an upload."""

    WAITING = "waiting"
    ANSWERED = "answered"
    UNLIKE = "unlike"
    FAILED = "failed"
    UNOPENED = "unopened"


@dataclass(frozen=True)
class Answer:
    """What the list says of an upload.

    Attributes:
        words: predicted class, of two checkpoints both where they differ, or why there is none, in a few words.
        state: how it is marked.
        about: what is said beneath its name when the pointer rests on it.
        share: the percentage of the predicted class; empty where two checkpoints differ.
        is_same: whether two checkpoints give the same answer; None where one alone is asked, or nothing decides that.
    """

    words: str
    state: State
    about: str = ""
    share: str = ""
    is_same: bool | None = None


WAITS = Answer("…", State.WAITING, say("Not analysed yet"))


def show_uploads(place: DeltaGenerator, answers: Sequence[Answer]) -> None:
    """List the uploads with their answers, one for each; those that wait need none. Nothing where there are none.

    The list is given names alone: Streamlit keeps what a widget was given until the session ends.
    """
    found = opened()
    padded = [*answers, *[WAITS] * (len(found.files) - len(answers))]
    rows = [_row(key, file.name, answer) for key, file, answer in zip(found.keys, found.files, padded, strict=True)] + [
        _row(one.key, one.name, Answer(say("cannot be read"), State.UNOPENED, one.reason)) for one in found.unopened
    ]
    if not rows:
        return
    current = session().file
    current_key = found.keys[current] if current is not None else None
    words = _words(len(found.files), len(found.unopened), answers)
    with place:
        _list(
            key=widget_keys.UPLOADS_LIST,
            data={"rows": rows, "current": current_key, "words": words},
            on_open_change=_open,
            on_remove_change=_remove,
            on_clear_change=remove_all,
        )


def _words(count: int, unopened: int, answers: Sequence[Answer]) -> dict[str, str]:
    return {
        "count": _count(count, unopened),
        "differing": _differing([one.is_same for one in answers if one.is_same is not None]),
        "remove": localized(unfilled("Remove {name}")),
        "removeThis": tr("Remove this file"),
    }


def _count(count: int, unopened: int) -> str:
    """Return how many files there are, as the arrows and the worklist count them; what gave no file stands apart."""
    files = tr_many("{count} file", "{count} files", count)
    if not unopened:
        return files
    others = tr_many("{count} not opened", "{count} not opened", unopened)
    return f"{files} · {others}" if count else others


def _differing(same: Sequence[bool]) -> str:
    """Return of how many files two checkpoints give different answers; empty where none are compared."""
    return (
        tr_many(
            "{differing} of {count} answers differ",
            "{differing} of {count} answers differ",
            len(same),
            differing=len(same) - sum(same),
        )
        if same
        else ""
    )


def _row(key: str, name: str, answer: Answer) -> dict[str, str]:
    return {
        "key": key,
        "name": name,
        "answer": localized(answer.words),
        "share": localized(answer.share),
        "state": answer.state,
        "about": localized(answer.about),
    }


def _told(event: str) -> Any:
    return (st.session_state.get(widget_keys.UPLOADS_LIST) or {}).get(event)


def _open() -> None:
    keys = opened().keys
    if (key := _told("open")) in keys:
        selection.open_file(keys.index(key))


def _remove() -> None:
    if key := _told("remove"):
        remove_one(str(key))


_list = component(
    "uploads",
    html=(_HERE / "listing.html").read_text(encoding="utf-8"),
    css=(_HERE / "listing.css").read_text(encoding="utf-8"),
    js=(_HERE / "listing.js").read_text(encoding="utf-8"),
)
