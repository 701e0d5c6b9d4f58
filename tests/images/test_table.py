"""Every file of the table gives its picture or its sentence; and whatever becomes of a file, nothing else."""

import hashlib

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
