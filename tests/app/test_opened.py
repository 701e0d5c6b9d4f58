"""ZIP files and limits on the page."""

import io
import zipfile

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.testing.v1 import AppTest

from camdash.app.films.opening import NO_ROOM, Opened
from camdash.app.memory import room as upload_room
from camdash.app.session import uploads
from camdash.app.session.uploads import _with_row
from tests.app.test_page import film, texts, upload
from tests.app.uploads_list import counted, listed, looked_at, names
from tests.support.state import remembered


def archive(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as written:
        for name, data in members.items():
            written.writestr(name, data)
    return content.getvalue()


def test_a_zip_file_is_opened_beside_single_files_and_what_is_no_image_is_counted(page: AppTest) -> None:
    packed = archive(
        {"study/a.png": film(1), "study/b.png": film(2), "study/notes.txt": b"words", "DICOMDIR": b"x" * 200}
    )
    upload(page.run(), ("one.png", film()), ("study.zip", packed))
    assert not page.exception
    assert names(page) == ["one.png", "study/a.png", "study/b.png"]
    assert "`study.zip`: Skipped 2 files that are not supported: 1 DICOMDIR, 1 other." in texts(page)


def test_the_arrows_go_over_what_was_in_a_zip_file(page: AppTest) -> None:
    packed = archive({f"study/{name}.png": film(k) for k, name in enumerate("abc")})
    upload(page.run(), ("study.zip", packed))
    assert "1 of 3" in texts(page)
    page.button(key="arrow-next").click().run()
    assert not page.exception
    assert remembered(page).file == 1
    assert "2 of 3" in texts(page)


def test_the_same_file_is_looked_at_when_a_zip_file_before_it_finds_room(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = archive({"a.png": film(1), "b.png": film(2)})
    monkeypatch.setattr(upload_room, "LARGEST_SESSION", len(film(1)) + 1)
    upload(page.run(), ("study.zip", packed), ("one.png", film(3)))
    assert names(page) == ["a.png", "one.png"]
    page.button(key="arrow-next").click().run()
    assert looked_at(page) == "one.png"
    monkeypatch.setattr(upload_room, "LARGEST_SESSION", 10**9)
    page.run()
    assert names(page) == ["a.png", "b.png", "one.png"]
    assert looked_at(page) == "one.png"


def test_a_damaged_zip_file_is_said_and_the_others_are_shown(page: AppTest) -> None:
    packed = archive({"a.png": film(1)})
    upload(page.run(), ("broken.zip", packed[: len(packed) // 2]), ("one.png", film()))
    assert not page.exception
    assert names(page) == ["one.png", "broken.zip"]
    assert listed(page)[1]["state"] == "unopened"
    assert looked_at(page) == "one.png"
    assert "`broken.zip`: " in texts(page)


def test_names_that_turn_the_text_around_are_written_out_wherever_a_name_is_shown(page: AppTest) -> None:
    packed = archive({"in\u202egnp.png": film(1), "not\u2066.png": b"dear sir"})
    upload(page.run(), ("film\u202egnp.exe", film()), ("zip\u202e.zip", packed), ("bad\x1b.zip", packed[:40]))
    assert not page.exception
    assert names(page)[:2] == [r"film\u202egnp.exe", r"in\u202egnp.png"]
    assert names(page)[-1] == r"bad\x1b.zip"
    shown = texts(page) + "".join(names(page))
    assert not {"\u202e", "\u2066", "\x1b"} & set(shown)


def test_list_and_arrows_count_the_same_files_and_a_damaged_zip_file_stands_apart(page: AppTest) -> None:
    broken = ("broken.zip", archive({"a.png": film(1)})[:-30])
    upload(page.run(), ("whole.zip", archive({"a.png": film(1), "b.png": film(2)})), broken)
    assert counted(page) == "2 files · 1 not opened"
    assert "1 of 2" in texts(page)
    upload(page, broken)
    assert counted(page) == "1 not opened"


def test_files_beyond_the_limits_are_left_out_and_the_first_are_open(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LARGEST_SESSION", len(film(0)) + len(film(1)))
    monkeypatch.setattr("camdash.images.limits.LARGEST_SESSION", len(film(0)) + len(film(1)))
    upload(page.run(), *((f"{k}.png", film(k)) for k in range(3)))
    assert names(page) == ["0.png", "1.png", "2.png"]
    assert [row["state"] for row in listed(page)] == ["answered", "answered", "unopened"]
    assert "Remove some before adding more" in texts(page).replace("\\", "")
    assert "The first 2 are open." in texts(page)


def test_removing_a_zip_file_goes_back_to_a_sample(page: AppTest) -> None:
    upload(page.run(), ("study.zip", archive({"a.png": film(1)})))
    assert remembered(page).file == 0
    page.file_uploader(key="uploads").set_value([]).run()
    assert not page.exception
    assert remembered(page).sample == "hand"


def test_what_is_no_image_is_skipped_in_a_folder_as_in_a_zip_file(page: AppTest) -> None:
    upload(
        page.run(),
        ("study/a.png", film(1)),
        ("study/notes.txt", b"words"),
        ("study/sub/DICOMDIR", b"x" * 200),
        ("study/sub/b.png", film(2)),
    )
    assert not page.exception
    assert names(page) == ["study/a.png", "study/sub/b.png"]
    assert "`study`: Skipped 2 files that are not supported: 1 DICOMDIR, 1 other." in texts(page)


def test_a_broken_image_in_a_folder_is_listed_and_a_text_file_chosen_by_itself_too(page: AppTest) -> None:
    upload(page.run(), ("study/a.png", b"words"), ("notes.txt", b"words"), ("study/b.png", film(2)))
    assert names(page) == ["study/a.png", "notes.txt", "study/b.png"]
    assert [row["state"] for row in listed(page)] == ["failed", "failed", "answered"]
    assert looked_at(page) == "study/b.png"


def test_a_folder_without_a_radiograph_is_in_the_list(page: AppTest) -> None:
    upload(page.run(), ("study/notes.txt", b"words"), ("study/more.txt", b"words"), ("one.png", film(1)))
    assert names(page) == ["one.png", "study/"]
    assert listed(page)[1]["about"] == "It contains no radiograph that camdash can read."


def test_a_zip_file_without_a_radiograph_is_named_above_the_sample_that_is_shown(page: AppTest) -> None:
    upload(page.run(), ("empty.zip", archive({})), ("notes.zip", archive({"notes.txt": b"words"})))
    assert not page.exception
    assert [one.value.partition(" was not")[0] for one in page.main.warning] == ["`empty.zip`", "`notes.zip`"]
    for warning in page.main.warning:
        assert warning.value.endswith("The page shows a sample.")
    assert "`empty.zip`: It contains no radiograph" in texts(page)
    upload(page, ("empty.zip", archive({})), ("one.png", film(1)))
    assert not page.main.warning


def test_many_remarks_do_not_push_the_list_away(page: AppTest) -> None:
    broken = {f"{name}.zip": archive({"notes.txt": b"words"}) for name in "abc"}
    upload(page.run(), *broken.items())
    (popover,) = page.get("popover")[-1:]
    assert popover.proto.popover.label == "3 remarks on these files"


def test_a_zip_file_none_of_whose_files_has_room_stays_in_the_list() -> None:
    upload = UploadedFile(UploadedFileRec("id", "study.zip", "application/zip", b""), FileURLs())
    (listed,) = _with_row(upload, Opened((), (), missing=5)).unopened
    assert (listed.key, listed.name, listed.reason) == ("id", "study.zip", NO_ROOM)
    assert _with_row(upload, Opened((), (), skipped="text")).unopened == ()
