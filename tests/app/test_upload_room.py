"""How much of the visitors' files may be held; here 1,000 bytes and 3 files a tab, and 1,500 bytes in all."""

from pathlib import Path

import pytest

from camdash.app.memory import room as upload_room
from camdash.app.memory.room import FullError, Room, most_of_all_tabs
from camdash.errors import UsageError
from camdash.images.limits import MEGABYTE
from camdash.settings import UPLOADS_VARIABLE


class Kept:
    """The files that have arrived, by tab."""

    def __init__(self, **files: list[int]) -> None:
        self.files = files

    def sizes(self, tab: str) -> list[int]:
        return self.files.get(tab, [])

    def total(self) -> int:
        return sum(map(sum, self.files.values()))


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_room, "LARGEST_SESSION", 1000)
    monkeypatch.setattr(upload_room, "MOST_FILES", 3)


def test_a_tab_is_filled_to_the_last_byte_and_no_further() -> None:
    room = Room(Kept(a=[400, 500]), 1500)
    with room.reserved("a", 100):
        pass
    with pytest.raises(FullError, match="A tab holds at most"), room.reserved("a", 101):
        pass


def test_what_is_on_its_way_counts_and_counts_no_more_once_it_has_gone() -> None:
    room = Room(Kept(a=[400]), 1500)
    with room.reserved("a", 500):
        assert room.arriving("a") == 1
        with room.reserved("a", 100):
            assert room.arriving("a") == 2
        with pytest.raises(FullError), room.reserved("a", 101):
            pass
    assert room.arriving("a") == 0
    with room.reserved("a", 600):
        pass


def test_an_upload_that_breaks_off_gives_its_room_back() -> None:
    room = Room(Kept(), 1500)
    with pytest.raises(ConnectionError), room.reserved("a", 1000):
        raise ConnectionError
    with room.reserved("a", 1000):
        pass


def test_a_tab_holds_so_many_files_those_on_their_way_included() -> None:
    room = Room(Kept(a=[1, 1]), 1500)
    with room.reserved("a", 1), pytest.raises(FullError, match="at most 3 files"), room.reserved("a", 1):
        pass


def test_all_tabs_together_have_a_limit_of_their_own() -> None:
    room = Room(Kept(a=[900], b=[300]), 1500)
    with room.reserved("b", 200), pytest.raises(FullError, match="The server is full"), room.reserved("c", 101):
        pass
    with room.reserved("c", 300):
        pass


def test_what_is_unpacked_counts_for_its_tab_and_for_all() -> None:
    room = Room(Kept(a=[300], b=[100]), 1500)
    assert room.left("a") == 700
    room.unpacked("a", 700)
    assert room.left("a") == 700, "what is unpacked already may stay"
    with pytest.raises(FullError, match="unpacked from ZIP"), room.reserved("a", 1):
        pass
    assert room.left("b") == 400, "1,500 less 300, 700 and 100"
    assert room.held() == 1100
    room.leave("a")
    assert room.left("b") == 900, "the tab's own limit now"


def test_the_variable_says_how_many_megabytes_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(UPLOADS_VARIABLE, "2048")
    assert most_of_all_tabs() == 2048 * MEGABYTE


@pytest.mark.parametrize("nonsense", ["0", "-1", "1.5", "two", "1e3", "٣", " 5 "])
def test_nonsense_in_the_variable_is_named(nonsense: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(UPLOADS_VARIABLE, nonsense)
    with pytest.raises(UsageError, match=r"CAMDASH_UPLOADS_MB is .*megabytes"):
        most_of_all_tabs()


@pytest.mark.parametrize(("container", "expected"), [("4096\n", 2048), ("max\n", None), ("8192", 4096)])
def test_it_is_half_of_the_memory_of_machine_or_container(
    container: str, expected: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "memory.max").write_text(container)
    monkeypatch.delenv(UPLOADS_VARIABLE, raising=False)
    monkeypatch.setattr(upload_room, "LEAST", 1)
    monkeypatch.setattr(upload_room, "CONTAINER", (tmp_path / "memory.max", tmp_path / "missing"))
    if expected is None:
        assert most_of_all_tabs() > 2**20, "that of the machine"
    else:
        assert most_of_all_tabs() == expected
