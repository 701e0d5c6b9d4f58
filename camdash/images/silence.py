"""Libraries that decode say nothing while they do: what they warn of and log may quote the file, and so a patient."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

LOGGERS = ("pydicom", "tifffile", "netpbmfile", "imagecodecs", "openjpeg", "pylibjpeg", "PIL")

_ONE_AT_A_TIME = threading.Lock()
"""Warnings and logs can be kept off for a whole process only. Several processes decode side by side: see `pool`."""


@contextmanager
def silence() -> Iterator[None]:
    """Keep off what decoders warn of and log, and leave both as they were. One thread at a time is let in."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = {logger: logger.level for logger in map(logging.getLogger, LOGGERS)}
        try:
            for logger in before:
                logger.setLevel(logging.CRITICAL + 1)
            yield
        finally:
            for logger, level in before.items():
                logger.setLevel(level)
