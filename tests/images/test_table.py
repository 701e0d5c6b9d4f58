"""Every file of the table gives its picture or its sentence; and whatever becomes of a file, nothing else."""

import collections
import hashlib
from pathlib import Path

import pytest

from camdash.errors import ImageError
from camdash.images.decoding import decode
from tests.images.table import CASES
from tests.images.table.case import Case


@pytest.mark.parametrize("case", CASES, ids=[f"{case.kind}: {case.name}" for case in CASES])
def test_a_file_gives_its_picture_or_its_sentence(case: Case) -> None:
    data = case.build()
    try:
        found = decode(data)
    except ImageError as error:
        case.check_refusal(str(error))
    else:
        assert case.sentence is None, "it was read, and should have been refused"
        case.check(found, data)


def test_the_table_holds_at_least_150_distinct_files() -> None:
    assert len({hashlib.sha256(case.build()).hexdigest() for case in CASES}) == len(CASES) >= 150


def test_the_ledger_in_the_docs_is_that_of_the_table() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reading.md").read_text()
    tried = collections.Counter(case.kind for case in CASES)
    refused = collections.Counter(case.kind for case in CASES if case.sentence is not None)
    for kind, count in tried.items():
        assert f"| {kind} | {count} | {refused[kind]} | none |" in text
    assert f"| **together** | **{len(CASES)}** | **{sum(refused.values())}** | **none** |" in text
