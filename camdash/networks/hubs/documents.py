"""The JSON documents of a folder that anybody may have written: objects within their limits, or a sentence."""

import json
import math
from collections.abc import Mapping
from typing import Any

from camdash.errors import CheckpointError
from camdash.networks.files.content import Content
from camdash.words.sentence import say

LARGEST_CONFIG, LARGEST_INDEX = 10_000_000, 25_000_000
"""Bytes of `config.json`, which names up to 20,000 classes, and of an index, which names each weight."""


def document(content: Content) -> dict[str, Any]:
    """Return the JSON object in a file.

    Raises:
        CheckpointError: it holds something else, or changed meanwhile.
    """
    try:
        fields = json.loads(content.whole().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise CheckpointError(say("{name} is not valid JSON. Download the folder again.", name=content.said)) from error
    if not isinstance(fields, dict):
        raise CheckpointError(say("{name} is not a JSON object. Download the folder again.", name=content.said))
    return fields


def number(fields: Mapping[str, Any], key: str, default: float) -> float:
    """Return a number of a document, the default where it has none.

    Raises:
        ValueError: it says something else; in words, without a full stop.
    """
    value = fields.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(_float(value)):
        raise ValueError(say("{key} is not a number", key=key))
    return float(value)


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf
