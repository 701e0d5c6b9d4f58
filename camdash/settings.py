"""The settings in the environment: variables whose names begin with CAMDASH_, read and checked without any library."""

import difflib
import os
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from camdash.errors import UsageError
from camdash.words.sentence import joined, say

DEVICE_VARIABLE = "CAMDASH_DEVICE"
ENGINE_VARIABLE = "CAMDASH_ENGINE"
FOLDERS_VARIABLE = "CAMDASH_CHECKPOINTS"
AT_ONCE_VARIABLE = "CAMDASH_CHECKPOINTS_AT_ONCE"
UPLOADS_VARIABLE = "CAMDASH_UPLOADS_MB"
WRITE_CARDS_VARIABLE = "CAMDASH_WRITE_CARDS"
FOR_TESTS = ("CAMDASH_SHARED", "CAMDASH_REQUIRE_BROWSER", "CAMDASH_REQUIRE_NODE", "CAMDASH_REQUIRE_STRACE")
KNOWN = (
    *(DEVICE_VARIABLE, ENGINE_VARIABLE, FOLDERS_VARIABLE, AT_ONCE_VARIABLE, UPLOADS_VARIABLE, WRITE_CARDS_VARIABLE),
    *FOR_TESTS,
)

DEVICE = re.compile(r"[a-z]{1,20}(:[0-9]{1,3})?")
"""A device's name in PyTorch; whether this machine has it, only PyTorch knows."""

AT_ONCE = 2
"""Checkpoints kept on a device: two, so that switching between the two that are compared loads nothing."""

MOST_DIGITS = 6

Kind = TypeVar("Kind", bound=StrEnum)


class Choice(StrEnum):
    """What a user may ask for: PyTorch first and then what is faster, PyTorch alone, or ONNX Runtime from the start."""

    AUTO = "auto"
    TORCH = "torch"
    ONNX = "onnx"


class CardWriting(StrEnum):
    """Who may write cards into the checkpoint folders from the page: whoever sits at this machine, anybody, nobody."""

    LOCAL = "local"
    YES = "yes"
    NO = "no"


def card_writing(environment: Mapping[str, str] = os.environ) -> CardWriting:
    """Return what `CAMDASH_WRITE_CARDS` says; by default `local`.

    Raises:
        UsageError: it is none of the choices.
    """
    return _chosen(environment, WRITE_CARDS_VARIABLE, CardWriting.LOCAL)


def engine_choice(environment: Mapping[str, str] = os.environ) -> Choice:
    """Return what `CAMDASH_ENGINE` says; by default `auto`.

    Raises:
        UsageError: it is none of the choices.
    """
    return _chosen(environment, ENGINE_VARIABLE, Choice.AUTO)


def checkpoints_at_once(environment: Mapping[str, str] = os.environ) -> int:
    """Return how many checkpoints are kept on a device: `CAMDASH_CHECKPOINTS_AT_ONCE`, else two.

    Raises:
        UsageError: the variable is no whole number above zero, or has more than six digits.
    """
    wanted = environment.get(AT_ONCE_VARIABLE) or str(AT_ONCE)
    if (number := _whole_number(wanted, MOST_DIGITS)) is None:
        raise UsageError(
            say(
                "{variable} is {value}; it is a whole number of checkpoints, 1 or more.",
                variable=AT_ONCE_VARIABLE,
                value=_quoted(wanted),
            )
        )
    return number


def uploads_megabytes(environment: Mapping[str, str] = os.environ) -> int | None:
    """Return how many megabytes the files of all tabs may take: `CAMDASH_UPLOADS_MB`; None where it says nothing.

    Raises:
        UsageError: the variable is no whole number above zero, or has more than nine digits.
    """
    wanted = environment.get(UPLOADS_VARIABLE)
    if not wanted:
        return None
    if (number := _whole_number(wanted, 9)) is None:
        raise UsageError(
            say(
                "{variable} is {value}; it is a whole number of megabytes, 1 or more.",
                variable=UPLOADS_VARIABLE,
                value=_quoted(wanted),
            )
        )
    return number


def _chosen(environment: Mapping[str, str], variable: str, usual: Kind) -> Kind:
    wanted, kinds = environment.get(variable) or usual, type(usual)
    try:
        return kinds(wanted)
    except ValueError as error:
        quoted, choices = _quoted(wanted), ", ".join(kinds)
        fault = say("{variable} is {value}. It can be {choices}.", variable=variable, value=quoted, choices=choices)
        raise UsageError(fault) from error


def _whole_number(wanted: str, digits: int) -> int | None:
    """Return a whole number above zero of so many digits at most; None for anything else."""
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) <= digits and int(wanted) > 0):
        return None
    return int(wanted)


def check_settings(environment: Mapping[str, str] = os.environ) -> None:
    """Check every setting as far as that is possible before the libraries are loaded.

    Raises:
        UsageError: a variable makes no sense; the sentence names it and says what it may be.
    """
    device = environment.get(DEVICE_VARIABLE)
    if device and not DEVICE.fullmatch(device):
        raise UsageError(
            say(
                "{variable} is {value}. It can be cpu, cuda, or cuda:1 for the second GPU.",
                variable=DEVICE_VARIABLE,
                value=_quoted(device),
            )
        )
    engine_choice(environment)
    card_writing(environment)
    checkpoints_at_once(environment)
    uploads_megabytes(environment)
    for fault in folder_faults(environment):
        raise UsageError(fault)


def folder_faults(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return a sentence for each part of the path list `CAMDASH_CHECKPOINTS` that is no folder to be read."""
    faults = []
    for part in filter(None, environment.get(FOLDERS_VARIABLE, "").split(os.pathsep)):
        try:
            os.scandir(part).close()
        except OSError as error:
            faults.append(_folder_fault(part, str(error.strerror)))
    return faults


def _folder_fault(part: str, reason: str) -> str:
    return say(
        "{variable} names {value}, which cannot be read as a folder: {reason}. "
        "It is a list of folders with {separator} between them.",
        variable=FOLDERS_VARIABLE,
        value=_quoted(part),
        reason=reason,
        separator=repr(os.pathsep),
    )


def unknown_settings(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return a sentence for each variable that begins with CAMDASH_ and is none of the settings."""
    names = sorted(name for name in environment if name.startswith("CAMDASH_") and name not in KNOWN)
    return [joined(" ", [_unknown(name), _hint(name)]) for name in names]


def _unknown(name: str) -> str:
    return say("{name} is not a setting of camdash, so it changes nothing.", name=_quoted(name)[1:-1])


def _hint(name: str) -> str:
    close = difflib.get_close_matches(name, [known for known in KNOWN if known not in FOR_TESTS], 1, 0.8)
    return say("Did you mean {name}?", name=close[0]) if close else ""


def _quoted(text: str) -> str:
    """Return text in quotes with everything escaped that cannot be printed, and not longer than a line."""
    return repr(text if len(text) <= 100 else f"{text[:100]}…")
