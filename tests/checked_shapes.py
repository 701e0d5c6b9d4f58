"""Checks arrays against the shapes in the core's annotations, at run time; imported before the core is.

`--jaxtyping-packages` would do so for one process of tests alone, and not for the workers of pytest-xdist.
"""

from collections.abc import Callable
from typing import Any

from beartype import BeartypeConf, beartype
from jaxtyping import install_import_hook

CHECKED = ("camdash.images", "camdash.networks", "camdash.evidence", "camdash.rendering")

_beartype = beartype(conf=BeartypeConf(is_pep484_tower=True))  # to which a whole number is a number


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Check a function's annotations if one of them is a shape; mypy sees to the others."""
    shaped = any("jaxtyping." in repr(annotation) for annotation in function.__annotations__.values())
    return _beartype(function) if shaped else function


install_import_hook(CHECKED, "tests.checked_shapes.checked")
