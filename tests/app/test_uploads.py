"""What becomes of an upload at the real server: it stays in memory, and nothing of a patient gets past it."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.app.conftest import small_server
from tests.images.dicom_files import BIG, EXPLICIT
from tests.images.test_privacy import CANARY, with_canaries
from tests.pictures import image_bytes, speckle
from tests.support.server import Server
from tests.support.session import Session
from tests.support.small import QUERY

MB = 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with small_server(tmp_path_factory.mktemp("checkpoints"), "--logger.level", "debug") as running:
        yield running


@pytest.mark.parametrize("megabytes", [5, 40])
def test_a_large_upload_never_rolls_over_to_the_disk(server: Server, megabytes: int) -> None:
    rows = round((megabytes * MB) ** 0.5)
    film = image_bytes(speckle(rows, rows), "BMP")  # not compressed
    assert len(film) > megabytes * MB - rows
    before = server.ask("rolled")
    with Session(server.address, QUERY) as session:
        assert session.look("film.bmp", film).file == "film.bmp"
    assert server.ask("rolled") == before
    server.ask("spool")
    assert server.ask("rolled") == before + 1, "a file that does roll over is seen"


@pytest.mark.parametrize("page", ["Radiographs", "Worklist"])
def test_no_text_of_a_dicom_file_is_sent_to_the_page_or_logged(server: Server, page: str) -> None:
    films = {
        "film.dcm": with_canaries(WindowCenter=["3", "5"], WindowWidth=["9", "9"]),
        "big.dcm": with_canaries(BIG),
        "broken.dcm": with_canaries(EXPLICIT, PhotometricInterpretation=CANARY),
        "cut.dcm": with_canaries()[:-40],
    }
    with Session(server.address, QUERY) as session:
        session.upload(films)
        runs = [session.rerun(), session.turn_to(page)]
    drawn = [b"".join(element.SerializeToString() for element in run.elements) for run in runs]
    assert all(b"film.dcm" in one and b"broken.dcm" in one for one in drawn)
    assert np.isfinite(runs[0].maps["class-0"]).all()
    assert b"CANARY" not in b"".join(drawn)
    assert "CANARY" not in server.log()
