"""What is taken away from a worklist: the table and the archive."""

import csv
import io
import zipfile
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from PIL import Image

from camdash.errors import ImageError
from camdash.evidence.analysis import analyse
from camdash.evidence.worklist import Line
from camdash.images.radiograph import Radiograph
from camdash.rendering.files.archive import LEFT_OUT, Packed, archive
from camdash.rendering.files.export import Drawing, overlay_png
from camdash.rendering.files.tables import WORKLIST, worklist_csv
from tests.conftest import radiograph, speckle
from tests.evidence.test_worklist import CHECKPOINT
from tests.running.test_pipeline import network

LINES = [
    Line("hand.png", "abc", "Hand", 0.75, "Foot", 1.1, 3.5, False),
    Line("=1+1.png", "def", error="The file is empty."),
]


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def packed(name: str = "hand.png", seed: int = 0) -> Packed:
    film = radiograph(speckle(30 + seed, 40))
    return Packed(name, f"{seed:064}", partial(_same, film), analyse(film, network()))


def _same(film: Radiograph) -> Radiograph:
    return film


def test_the_table_has_a_row_for_each_line_and_no_formulas() -> None:
    first, second = rows(worklist_csv(LINES, CHECKPOINT))
    assert tuple(first) == WORKLIST
    assert [first[key] for key in WORKLIST[4:]] == ["Hand", "0.75", "Foot", "1.1", "3.5", "False", "", "", ""]
    assert first["checkpoint_sha256"] == CHECKPOINT.sha256
    assert second["file"] == "'=1+1.png"
    assert (second["predicted"], second["error"]) == ("", "The file is empty.")


def test_the_archive_holds_the_table_an_overlay_and_the_maps_of_each() -> None:
    one = packed()
    with zipfile.ZipFile(io.BytesIO(archive([one, packed("foot.png", 1)], b"table"))) as whole:
        names = whole.namelist()
        assert whole.testzip() is None
        assert whole.read("worklist.csv") == b"table"
        assert LEFT_OUT not in names
        (picture,) = (name for name in names if name.startswith("hand") and name.endswith(".png"))
        (maps,) = (name for name in names if name.startswith("hand") and name.endswith(".npz"))
        predicted = f"class-{one.analysis.prediction.foremost}"
        assert whole.read(picture) == overlay_png(one.radiograph(), one.analysis, Drawing(), predicted)
        with Image.open(io.BytesIO(whole.read(picture))) as opened:
            assert opened.size == (40, 30)
        with np.load(io.BytesIO(whole.read(maps))) as content:
            np.testing.assert_array_equal(content["maps"], one.analysis.maps.maps)
    assert len(names) == 1 + 2 * 2


@pytest.mark.parametrize(("name", "stem"), [("a.b.png", "a.b"), ("study.v1/IM0001", "study.v1-IM0001")])
def test_the_files_in_the_archive_are_called_by_the_whole_name_but_its_ending(name: str, stem: str) -> None:
    with zipfile.ZipFile(io.BytesIO(archive([packed(name)], b""))) as whole:
        names = [one for one in whole.namelist() if one != "worklist.csv"]
    assert len(names) == 2
    assert all(one.startswith(f"{stem}_known_") for one in names)


def test_two_radiographs_of_one_name_lie_beside_each_other_and_one_twice_lies_there_once() -> None:
    with zipfile.ZipFile(io.BytesIO(archive([packed(), packed(seed=1), packed()], b""))) as whole:
        assert len(whole.namelist()) == len(set(whole.namelist())) == 1 + 2 * 2


def test_the_archive_stays_within_its_bound_and_names_what_found_no_room() -> None:
    films = [packed(f"film{k}.png", k) for k in range(4)]
    whole = len(archive(films[:2], b""))
    made: list[str] = []

    def watched() -> Iterator[Packed]:
        for one in films:
            made.append(one.name)
            yield one

    content = archive(watched(), b"", largest=whole)
    with zipfile.ZipFile(io.BytesIO(content)) as small:
        assert small.read(LEFT_OUT).decode().split() == ["film2.png", "film3.png"]
        assert len([name for name in small.namelist() if name.endswith(".npz")]) == 2
    assert len(content) < whole + 500
    assert made == [one.name for one in films]


def test_a_radiograph_that_is_no_longer_there_is_named() -> None:
    def gone() -> Radiograph:
        raise ImageError("It is gone.")

    one = packed()
    with zipfile.ZipFile(io.BytesIO(archive([Packed("gone.png", "0", gone, one.analysis), one], b""))) as whole:
        assert whole.read(LEFT_OUT) == b"gone.png\n"
        assert len(whole.namelist()) == 1 + 2 + 1
